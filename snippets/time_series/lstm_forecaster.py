"""Forecast the next values of a time series from a window of its past with an LSTM layer."""

import keras
from keras import layers


def lstm_forecaster(window: int = 24, num_features: int = 3, horizon: int = 1) -> keras.Model:
    """Return a compiled forecaster that maps a window to the values after it.

    Shapes:
        input: (batch, window, num_features)
        output: (batch, horizon)
        target: (batch, horizon)

    Args:
        window: Number of past steps that the model sees.
        num_features: Number of series measured at each step.
        horizon: Number of future values of one series that the model gives at once.

    References:
        Hochreiter, Schmidhuber, Long Short-Term Memory (1997).
        Gers, Schmidhuber, Cummins, Learning to Forget: Continual Prediction with LSTM (2000).
    """
    model = keras.Sequential(
        [
            keras.Input((window, num_features)),
            layers.LSTM(32),  # (batch, 32)
            # An LSTM's output stays within (-1, 1): this layer frees the forecast's range.
            layers.Dense(horizon),  # (batch, horizon)
        ]
    )
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    return model


if __name__ == "__main__":
    lstm_forecaster().summary()
