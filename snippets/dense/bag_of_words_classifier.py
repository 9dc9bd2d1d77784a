"""Classify texts by which words they contain, with one hidden Dense layer and dropout."""

import keras
from keras import layers


def bag_of_words_classifier(
    num_words: int = 30, num_classes: int = 4, units: int = 256
) -> keras.Model:
    """Return a compiled classifier for texts that are written as bags of words.

    Shapes:
        input: (batch, num_words) in {0, 1}
        output: (batch, num_classes) probabilities
        target: (batch,) int in [0, num_classes)

    Args:
        num_words: Number of words in the vocabulary.
        num_classes: Number of classes; a target is one of 0 to ``num_classes - 1``.
        units: Width of the hidden layer.

    References:
        Srivastava et al., Dropout (2014), Journal of Machine Learning Research 15.
    """
    model = keras.Sequential(
        [
            keras.Input((num_words,)),
            layers.Dense(units, activation="relu"),  # (batch, units)
            layers.Dropout(0.2),  # (batch, units)
            layers.Dense(num_classes, activation="softmax"),  # (batch, num_classes)
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    bag_of_words_classifier().summary()
