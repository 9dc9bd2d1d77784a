"""Answer several yes-or-no questions about one feature vector."""

import keras
from keras import layers


def multilabel_classifier(num_features: int = 16, num_labels: int = 10) -> keras.Model:
    """Return a compiled classifier that gives each label a probability of its own.

    Shapes:
        input: (batch, num_features)
        output: (batch, num_labels) in [0, 1]
        target: (batch, num_labels) in {0, 1}

    Args:
        num_features: Number of input features.
        num_labels: Number of labels, of which a sample may have none, some or all.

    References:
        Chollet, Deep Learning with Python (2017), section 9.1.
    """
    model = keras.Sequential(
        [
            keras.Input((num_features,)),
            layers.Dense(32, activation="relu"),  # (batch, 32)
            layers.Dense(32, activation="relu"),  # (batch, 32)
            layers.Dense(num_labels, activation="sigmoid"),  # (batch, num_labels)
        ]
    )
    # "accuracy" would compare only the largest value of each row.
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["binary_accuracy"])
    return model


if __name__ == "__main__":
    multilabel_classifier().summary()
