"""Tell which of several substances a spectrum shows, where it may show more than one."""

import keras
from keras import layers


def spectra_classifier(num_points: int = 167, num_substances: int = 11) -> keras.Model:
    """Return a compiled classifier that gives each substance a probability of its own.

    Shapes:
        input: (batch, num_points) in [0, 1]
        output: (batch, num_substances) in [0, 1]
        target: (batch, num_substances) in {0, 1}

    Args:
        num_points: Number of points of a spectrum, all at the same wavelengths.
        num_substances: Number of substances, of which a sample may hold any mixture.

    References:
        Goodfellow, Bengio and Courville, Deep Learning (2016), section 6.2.2.
    """
    model = keras.Sequential(
        [
            keras.Input((num_points,)),
            # Without an activation, the three layers together would be a single linear one.
            layers.Dense(64, activation="relu"),  # (batch, 64)
            layers.Dense(32, activation="relu"),  # (batch, 32)
            layers.Dense(num_substances, activation="sigmoid"),  # (batch, num_substances)
        ]
    )
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["binary_accuracy"])
    return model


if __name__ == "__main__":
    spectra_classifier().summary()
