"""Classify sequences of vectors into one of several classes with a stack of LSTM layers."""

import keras
from keras import layers


def stacked_lstm_classifier(
    num_timesteps: int = 20, num_features: int = 8, num_classes: int = 10
) -> keras.Model:
    """Return a compiled single-label classifier with three LSTM layers.

    Shapes:
        input: (batch, num_timesteps, num_features)
        output: (batch, num_classes) probabilities
        target: (batch, num_classes) one-hot
        where: num_classes >= 2

    Args:
        num_timesteps: Number of vectors in a sequence.
        num_features: Number of features in each vector.
        num_classes: Number of classes, of which a sequence has exactly one.

    References:
        Graves, Generating Sequences With Recurrent Neural Networks (2013), arXiv:1308.0850.
        Chollet, Deep Learning with Python (2017), section 9.1.
    """
    model = keras.Sequential(
        [
            keras.Input((num_timesteps, num_features)),
            layers.LSTM(32, return_sequences=True),  # (batch, num_timesteps, 32)
            layers.LSTM(32, return_sequences=True),  # (batch, num_timesteps, 32)
            layers.LSTM(32),  # (batch, 32)
            # Softmax: the classes share one probability, since a sequence has exactly one.
            layers.Dense(num_classes, activation="softmax"),  # (batch, num_classes)
        ]
    )
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    stacked_lstm_classifier().summary()
