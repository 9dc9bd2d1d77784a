"""Classify a sound by what comes after what: Conv1D layers shorten it, a GRU reads it."""

import keras
from keras import layers


def recurrent_sound_classifier(length: int = 4000, num_classes: int = 10) -> keras.Model:
    """Return a compiled single-label classifier for clips in which the order matters.

    Shapes:
        input: (batch, length, 1) in [-1, 1]
        output: (batch, num_classes) probabilities
        target: (batch,) int in [0, num_classes)
        where: length >= 120

    Args:
        length: Sound samples in a clip: 4000 are half a second at 8 kHz.
        num_classes: Number of classes.

    Raises:
        ValueError: ``length`` is below 120, what one step of the GRU reads.

    References:
        Cho et al., Learning Phrase Representations using RNN Encoder-Decoder (2014),
        arXiv:1406.1078.
    """
    model = keras.Sequential(
        [
            keras.Input((length, 1)),
            # The strides leave one step in 64: a GRU over thousands of steps is slow and forgets.
            layers.Conv1D(16, 64, strides=8, activation="relu"),  # (batch, (length - 56) // 8, 16)
            layers.Conv1D(32, 8, strides=8, activation="relu"),  # (batch, (length - 56) // 64, 32)
            layers.GRU(32),  # (batch, 32)
            layers.Dense(num_classes, activation="softmax"),  # (batch, num_classes)
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    recurrent_sound_classifier().summary()
