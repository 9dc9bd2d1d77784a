"""Classify texts into two classes with word vectors, a convolution and a maximum over time."""

import keras
from keras import layers


def conv1d_text_classifier(length: int = 100, vocab_size: int = 5000) -> keras.Model:
    """Return a compiled binary classifier for texts as sequences of token numbers.

    Shapes:
        input: (batch, length) int in [0, vocab_size)
        output: (batch, 1) in [0, 1]
        target: (batch, 1) in {0, 1}
        where: length >= 5

    Args:
        length: Number of tokens that a text is padded or cut to.
        vocab_size: Number of token numbers, with those for padding and unknown words.

    Raises:
        ValueError: ``length`` is less than the kernel's five tokens.

    References:
        Kim, Convolutional Neural Networks for Sentence Classification (2014), arXiv:1408.5882.
    """
    model = keras.Sequential(
        [
            keras.Input((length,), dtype="int32"),
            layers.Embedding(vocab_size, 32),  # (batch, length, 32)
            # Each of 64 filters scores every run of five tokens.
            layers.Conv1D(64, 5, activation="relu"),  # (batch, length - 4, 64)
            # Whether a phrase occurs is kept, where it occurs is not.
            layers.GlobalMaxPooling1D(),  # (batch, 64)
            layers.Dense(1, activation="sigmoid"),  # (batch, 1)
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    conv1d_text_classifier().summary()
