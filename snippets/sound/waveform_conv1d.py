"""Classify a sound from its raw waveform with a stack of strided Conv1D layers."""

import keras
from keras import layers


def waveform_conv1d(length: int = 4000, num_classes: int = 10) -> keras.Model:
    """Return a compiled single-label classifier for clips of raw sound.

    Shapes:
        input: (batch, length, 1) in [-1, 1]
        output: (batch, num_classes) probabilities
        target: (batch,) int in [0, num_classes)
        where: length >= 216

    Args:
        length: Sound samples in a clip: 4000 are half a second at 8 kHz.
        num_classes: Number of classes.

    Raises:
        ValueError: ``length`` is below 216, what one output of the last Conv1D sees.

    References:
        Dai et al., Very Deep Convolutional Neural Networks for Raw Waveforms (2016),
        arXiv:1610.00087.
    """
    model = keras.Sequential(
        [
            keras.Input((length, 1)),
            # A kernel of 64 samples holds one period of 125 Hz at 8 kHz.
            layers.Conv1D(16, 64, strides=8, activation="relu"),  # (batch, (length - 56) // 8, 16)
            layers.Conv1D(32, 8, strides=4, activation="relu"),  # (batch, (length - 88) // 32, 32)
            layers.Conv1D(64, 4, strides=4, activation="relu"),  # (batch, (length - 88) // 128, 64)
            layers.GlobalMaxPooling1D(),  # (batch, 64)
            layers.Dense(num_classes, activation="softmax"),  # (batch, num_classes)
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    waveform_conv1d().summary()
