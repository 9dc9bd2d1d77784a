"""Fit y = x² with eight units, to see where a small network can be trusted."""

import keras
from keras import layers


def square_regressor(units: int = 8) -> keras.Model:
    """Return a compiled regressor from one number to one number.

    Shapes:
        input: (batch, 1)
        output: (batch, 1)
        target: (batch, 1)

    Args:
        units: Width of the hidden layer: at most so many kinks has the fitted curve.

    References:
        Xu et al., How Neural Networks Extrapolate (2020), arXiv:2009.11848.
    """
    model = keras.Sequential(
        [
            keras.Input((1,)),
            layers.Dense(units, activation="relu"),  # (batch, units)
            layers.Dense(1),  # (batch, 1)
        ]
    )
    optimizer = keras.optimizers.RMSprop(learning_rate=0.01)
    model.compile(optimizer=optimizer, loss="mse", metrics=["mae"])
    return model


if __name__ == "__main__":
    square_regressor().summary()
