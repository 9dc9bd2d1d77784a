"""Predict several numbers from a feature vector."""

import keras
from keras import layers


def vector_regressor(num_features: int = 16, num_values: int = 3) -> keras.Model:
    """Return a compiled regressor for one or more values.

    Shapes:
        input: (batch, num_features)
        output: (batch, num_values)
        target: (batch, num_values)

    Args:
        num_features: Number of input features.
        num_values: Number of values to predict, often one.

    References:
        Chollet, Deep Learning with Python (2017), section 9.1.
    """
    model = keras.Sequential(
        [
            keras.Input((num_features,)),
            layers.Dense(32, activation="relu"),  # (batch, 32)
            layers.Dense(32, activation="relu"),  # (batch, 32)
            layers.Dense(num_values),  # (batch, num_values)
        ]
    )
    model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
    return model


if __name__ == "__main__":
    vector_regressor().summary()
