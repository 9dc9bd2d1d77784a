"""Give sequences of vectors any number of labels at once with a stack of LSTM layers."""

import keras
from keras import layers


def stacked_lstm_multilabel_classifier(
    num_timesteps: int = 20, num_features: int = 8, num_labels: int = 10
) -> keras.Model:
    """Return a compiled multi-label classifier with three LSTM layers.

    Shapes:
        input: (batch, num_timesteps, num_features)
        output: (batch, num_labels) in [0, 1]
        target: (batch, num_labels) in {0, 1}
        where: num_labels >= 2

    Args:
        num_timesteps: Number of vectors in a sequence.
        num_features: Number of features in each vector.
        num_labels: Number of labels, each of which a sequence has or has not.

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
            # Sigmoid: each label has its own probability, since none excludes another.
            layers.Dense(num_labels, activation="sigmoid"),  # (batch, num_labels)
        ]
    )
    # The string "accuracy" would compare the largest output with the largest target.
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["binary_accuracy"])
    return model


if __name__ == "__main__":
    stacked_lstm_multilabel_classifier().summary()
