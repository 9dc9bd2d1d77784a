"""Classify feature vectors into two classes with a stack of Dense layers."""

import keras
from keras import layers


def binary_classifier(num_features: int = 16) -> keras.Model:
    """Return a compiled binary classifier for feature vectors.

    Shapes:
        input: (batch, num_features)
        output: (batch, 1) in [0, 1]
        target: (batch, 1) in {0, 1}

    Args:
        num_features: Number of input features.

    References:
        Chollet, Deep Learning with Python (2017), section 9.1.
    """
    model = keras.Sequential(
        [
            keras.Input((num_features,)),
            layers.Dense(32, activation="relu"),  # (batch, 32)
            layers.Dense(32, activation="relu"),  # (batch, 32)
            layers.Dense(1, activation="sigmoid"),  # (batch, 1)
        ]
    )
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    binary_classifier().summary()
