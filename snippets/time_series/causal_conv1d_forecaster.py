"""Forecast the next value at every step of a time series with dilated causal convolutions."""

import keras
from keras import layers


def causal_conv1d_forecaster(length: int = 50, num_features: int = 3) -> keras.Model:
    """Return a compiled forecaster with one forecast for each step, made from the past only.

    Shapes:
        input: (batch, length, num_features)
        output: (batch, length, 1)
        target: (batch, length, 1)

    Args:
        length: Number of steps in a sequence.
        num_features: Number of series measured at each step.

    References:
        Bai, Kolter, Koltun, An Empirical Evaluation of Generic Convolutional and Recurrent
        Networks for Sequence Modeling (2018), arXiv:1803.01271.
    """
    inputs = keras.Input((length, num_features))
    x = inputs
    # Each layer sees twice as far back as the one before: 1 + 2 * (1 + 2 + 4 + 8) = 31 steps.
    for dilation in (1, 2, 4, 8):
        conv = layers.Conv1D(32, 3, padding="causal", dilation_rate=dilation, activation="relu")
        x = conv(x)  # (batch, length, 32)
    outputs = layers.Dense(1)(x)  # (batch, length, 1)
    model = keras.Model(inputs, outputs)
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    return model


if __name__ == "__main__":
    causal_conv1d_forecaster().summary()
