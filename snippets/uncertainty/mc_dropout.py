"""Classify with dropout that stays on, and read doubt from the spread of many passes."""

import keras
import numpy as np
from keras import layers


@keras.saving.register_keras_serializable(package="shapesheet")
class MCDropout(layers.Dropout):
    """Dropout that is random under ``predict`` and ``evaluate`` too."""

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Return ``inputs`` with a random part of them set to zero and the rest scaled up."""
        return super().call(inputs, training=True)


def mc_dropout(num_features: int = 10, num_classes: int = 3, rate: float = 0.5) -> keras.Model:
    """Return a compiled classifier whose passes over the same input differ.

    Shapes:
        input: (batch, num_features)
        output: (batch, num_classes) probabilities
        target: (batch,) int in [0, num_classes)

    Args:
        num_features: Number of input features.
        num_classes: Number of classes; a target is one of 0 to ``num_classes - 1``.
        rate: Probability with which a unit is dropped in a pass.

    References:
        Gal and Ghahramani, Dropout as a Bayesian Approximation (2015), arXiv:1506.02142.
    """
    model = keras.Sequential(
        [
            keras.Input((num_features,)),
            layers.Dense(32, activation="relu"),  # (batch, 32)
            MCDropout(rate),  # (batch, 32)
            layers.Dense(num_classes, activation="softmax"),  # (batch, num_classes)
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def mean_and_spread(
    model: keras.Model, x: np.ndarray, passes: int = 100
) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of the outputs of many passes over ``x``."""
    # Every row draws a mask of its own, so that copies of a row in one batch are passes.
    outputs = model.predict(np.repeat(x, passes, axis=0), verbose=0)
    outputs = outputs.reshape(len(x), passes, *outputs.shape[1:])
    return outputs.mean(axis=1), outputs.std(axis=1)


if __name__ == "__main__":
    mc_dropout().summary()
