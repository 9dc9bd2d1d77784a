"""Classify feature vectors into one of several classes, with the class numbers as targets."""

import keras
from keras import layers


def integer_target_classifier(num_features: int = 16, num_classes: int = 10) -> keras.Model:
    """Return a compiled classifier whose targets are the numbers of the classes.

    Shapes:
        input: (batch, num_features)
        output: (batch, num_classes) probabilities
        target: (batch,) int in [0, num_classes)

    Args:
        num_features: Number of input features.
        num_classes: Number of classes; a target is one of 0 to ``num_classes - 1``.

    References:
        Chollet, Deep Learning with Python (2017), section 9.1.
    """
    model = keras.Sequential(
        [
            keras.Input((num_features,)),
            layers.Dense(32, activation="relu"),  # (batch, 32)
            layers.Dense(32, activation="relu"),  # (batch, 32)
            layers.Dense(num_classes, activation="softmax"),  # (batch, num_classes)
        ]
    )
    model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    integer_target_classifier().summary()
