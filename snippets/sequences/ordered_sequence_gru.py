"""Classify sequences whose order carries the meaning with a GRU layer."""

import keras
from keras import layers


def ordered_sequence_gru(
    num_timesteps: int = 20, num_features: int = 8, num_classes: int = 10
) -> keras.Model:
    """Return a compiled single-label classifier that reads a sequence step by step.

    Shapes:
        input: (batch, num_timesteps, num_features)
        output: (batch, num_classes) probabilities
        target: (batch,) int in [0, num_classes)
        where: num_classes >= 2

    Args:
        num_timesteps: Number of vectors in a sequence.
        num_features: Number of features in each vector.
        num_classes: Number of classes, of which a sequence has exactly one.

    References:
        Cho et al., Learning Phrase Representations using RNN Encoder-Decoder
        (2014), arXiv:1406.1078.
    """
    model = keras.Sequential(
        [
            keras.Input((num_timesteps, num_features)),
            layers.GRU(32),  # (batch, 32)
            layers.Dense(num_classes, activation="softmax"),  # (batch, num_classes)
        ]
    )
    model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    ordered_sequence_gru().summary()
