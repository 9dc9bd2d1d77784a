"""Classify texts into one of several classes with word vectors and a bidirectional GRU."""

import keras
from keras import layers


def recurrent_text_classifier(
    length: int = 100, vocab_size: int = 5000, num_classes: int = 4
) -> keras.Model:
    """Return a compiled single-label classifier for texts as sequences of token numbers.

    Shapes:
        input: (batch, length) int in [0, vocab_size)
        output: (batch, num_classes) probabilities
        target: (batch,) int in [0, num_classes)
        where: num_classes >= 2

    Args:
        length: Number of tokens that a text is padded or cut to.
        vocab_size: Number of token numbers, with those for padding and unknown words.
        num_classes: Number of classes, of which a text has exactly one.

    References:
        Cho et al., Learning Phrase Representations using RNN Encoder-Decoder
        (2014), arXiv:1406.1078.
        Schuster, Paliwal, Bidirectional Recurrent Neural Networks (1997).
    """
    model = keras.Sequential(
        [
            keras.Input((length,), dtype="int32"),
            # Token 0 is padding: the GRU skips its steps.
            layers.Embedding(vocab_size, 32, mask_zero=True),  # (batch, length, 32)
            # 32 units read forwards and 32 backwards.
            layers.Bidirectional(layers.GRU(32)),  # (batch, 64)
            layers.Dense(num_classes, activation="softmax"),  # (batch, num_classes)
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    recurrent_text_classifier().summary()
