"""Classify sequences by the patterns in them, wherever they stand, with convolutions."""

from functools import partial

import keras
from keras import layers


def conv1d_sequence_classifier(
    length: int = 20, num_features: int = 8, num_classes: int = 10, kernel_size: int = 5
) -> keras.Model:
    """Return a compiled single-label classifier that looks for short patterns in a sequence.

    Shapes:
        input: (batch, length, num_features)
        output: (batch, num_classes) probabilities
        target: (batch,) int in [0, num_classes)
        where: num_classes >= 2 and length >= 2 * kernel_size - 1

    Args:
        length: Number of vectors in a sequence.
        num_features: Number of features in each vector.
        num_classes: Number of classes, of which a sequence has exactly one.
        kernel_size: Number of steps that each convolution sees at once.

    Raises:
        ValueError: The sequence is shorter than the two kernels see together.

    References:
        LeCun, Bengio, Convolutional Networks for Images, Speech, and Time Series (1995).
        Zaheer et al., Deep Sets (2017), arXiv:1703.06114, for a kernel of one step.
    """
    conv = partial(layers.Conv1D, kernel_size=kernel_size, activation="relu")
    model = keras.Sequential(
        [
            keras.Input((length, num_features)),
            conv(32),  # (batch, length - kernel_size + 1, 32)
            conv(32),  # (batch, length - 2 * kernel_size + 2, 32)
            # Whether a pattern occurs is kept, where it occurs is not.
            layers.GlobalMaxPooling1D(),  # (batch, 32)
            layers.Dense(num_classes, activation="softmax"),  # (batch, num_classes)
        ]
    )
    model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    conv1d_sequence_classifier().summary()
