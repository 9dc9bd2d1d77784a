"""Classify sequences of vectors into two classes with one LSTM layer."""

import keras
from keras import layers


def lstm_binary_classifier(num_timesteps: int = 20, num_features: int = 8) -> keras.Model:
    """Return a compiled binary classifier for sequences of vectors.

    Shapes:
        input: (batch, num_timesteps, num_features)
        output: (batch, 1) in [0, 1]
        target: (batch, 1) in {0, 1}

    Args:
        num_timesteps: Number of vectors in a sequence.
        num_features: Number of features in each vector.

    References:
        Hochreiter, Schmidhuber, Long Short-Term Memory (1997).
        Chollet, Deep Learning with Python (2017), section 9.1.
    """
    model = keras.Sequential(
        [
            keras.Input((num_timesteps, num_features)),
            layers.LSTM(32),  # (batch, 32)
            layers.Dense(1, activation="sigmoid"),  # (batch, 1)
        ]
    )
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    lstm_binary_classifier().summary()
