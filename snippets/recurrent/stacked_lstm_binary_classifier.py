"""Classify sequences of vectors into two classes with a stack of LSTM layers."""

import keras
from keras import layers


def stacked_lstm_binary_classifier(num_timesteps: int = 20, num_features: int = 8) -> keras.Model:
    """Return a compiled binary classifier with three LSTM layers.

    Shapes:
        input: (batch, num_timesteps, num_features)
        output: (batch, 1) in [0, 1]
        target: (batch, 1) in {0, 1}

    Args:
        num_timesteps: Number of vectors in a sequence.
        num_features: Number of features in each vector.

    References:
        Graves, Generating Sequences With Recurrent Neural Networks (2013), arXiv:1308.0850.
        Chollet, Deep Learning with Python (2017), section 9.1.
    """
    model = keras.Sequential(
        [
            keras.Input((num_timesteps, num_features)),
            # An LSTM reads a sequence, so each one before the last must return one.
            layers.LSTM(32, return_sequences=True),  # (batch, num_timesteps, 32)
            layers.LSTM(32, return_sequences=True),  # (batch, num_timesteps, 32)
            layers.LSTM(32),  # (batch, 32)
            layers.Dense(1, activation="sigmoid"),  # (batch, 1)
        ]
    )
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    stacked_lstm_binary_classifier().summary()
