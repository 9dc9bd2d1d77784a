"""Classify feature vectors into one of several classes, with one-hot targets."""

import keras
from keras import layers


def multiclass_classifier(num_features: int = 16, num_classes: int = 10) -> keras.Model:
    """Return a compiled classifier that gives each class a probability.

    Shapes:
        input: (batch, num_features)
        output: (batch, num_classes) probabilities
        target: (batch, num_classes) one-hot

    Args:
        num_features: Number of input features.
        num_classes: Number of classes, of which each sample has exactly one.

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
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    multiclass_classifier().summary()
