"""Classify a sound from its mel spectrogram, read as an image by Conv2D layers."""

import keras
from keras import layers


def mel_spectrogram_convnet(
    length: int = 4000, sampling_rate: int = 8000, num_mel_bins: int = 40, num_classes: int = 10
) -> keras.Model:
    """Return a compiled single-label classifier for clips of raw sound.

    Shapes:
        input: (batch, length) in [-1, 1]
        output: (batch, num_classes) probabilities
        target: (batch,) int in [0, num_classes)
        where: length >= 384 and (length + 1) % 128 != 0
        where: num_mel_bins >= 4 and sampling_rate >= 1000

    Args:
        length: Sound samples in a clip. Where ``length + 1`` is a multiple of 128, Keras expects
            a frame more than it makes.
        sampling_rate: Sound samples in a second.
        num_mel_bins: Bands of the spectrogram.
        num_classes: Number of classes.

    References:
        Hershey et al., CNN Architectures for Large-Scale Audio Classification (2017),
        arXiv:1609.09430.
    """
    frames = 1 + length // 128
    model = keras.Sequential(
        [
            keras.Input((length,)),
            # top_db=200 never acts; the default 80 clips against the batch's loudest sound.
            layers.MelSpectrogram(
                fft_length=512,
                sequence_stride=128,
                sampling_rate=sampling_rate,
                num_mel_bins=num_mel_bins,
                top_db=200,
            ),  # (batch, num_mel_bins, frames)
            # Each band has a mean and variance, which 0.9 lets settle within a hundred steps.
            layers.BatchNormalization(axis=1, momentum=0.9),  # (batch, num_mel_bins, frames)
            layers.Reshape((num_mel_bins, frames, 1)),  # (batch, num_mel_bins, frames, 1)
            layers.Conv2D(16, 3, padding="same"),  # (batch, num_mel_bins, frames, 16)
            layers.ReLU(),  # (batch, num_mel_bins, frames, 16)
            layers.MaxPooling2D(2),  # (batch, num_mel_bins // 2, frames // 2, 16)
            layers.Conv2D(32, 3, padding="same"),  # (batch, num_mel_bins // 2, frames // 2, 32)
            layers.ReLU(),  # (batch, num_mel_bins // 2, frames // 2, 32)
            layers.MaxPooling2D(2),  # (batch, num_mel_bins // 4, frames // 4, 32)
            # Averaged over time only: over the bands as well, it would forget the pitch.
            layers.AveragePooling2D((1, frames // 4)),  # (batch, num_mel_bins // 4, 1, 32)
            layers.Flatten(),  # (batch, num_mel_bins // 4 * 32)
            layers.Dense(num_classes, activation="softmax"),  # (batch, num_classes)
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    mel_spectrogram_convnet().summary()
