"""Call dropout with training=True in a functional model, which predict() overrides."""

import keras
from keras import layers


def baked_dropout(num_features: int = 10, num_values: int = 3) -> keras.Model:
    """Return a compiled regressor that is random when it is called, but not under ``predict``.

    Shapes:
        input: (batch, num_features)
        output: (batch, num_values)
        target: (batch, num_values)

    Args:
        num_features: Number of input features.
        num_values: Number of values to predict.

    References:
        Gal and Ghahramani, Dropout as a Bayesian Approximation (2015), arXiv:1506.02142.
    """
    inputs = keras.Input((num_features,))  # (batch, num_features)
    values = layers.Dense(num_values)(inputs)  # (batch, num_values)
    # On the output it leaves 0 or twice the value: kept here to show just that.
    outputs = layers.Dropout(0.5)(values, training=True)  # (batch, num_values)
    model = keras.Model(inputs, outputs)
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    return model


if __name__ == "__main__":
    baked_dropout().summary()
