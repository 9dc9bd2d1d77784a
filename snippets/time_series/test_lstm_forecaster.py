"""Claims about the LSTM forecaster."""

import keras
import numpy as np
from keras import layers

from snippets.time_series.lstm_forecaster import lstm_forecaster

SERIES = np.arange(60.0).reshape(20, 3)


def test_windows_and_the_values_after_them() -> None:
    """A series of n steps gives n - window pairs of window and next value, in NumPy as in Keras."""
    window = 5
    views = np.lib.stride_tricks.sliding_window_view(SERIES[:-1], window, axis=0)
    x, y = np.moveaxis(views, -1, 1), SERIES[window:, 0]
    assert x.shape == (15, window, 3)
    assert y.shape == (15,)
    make = keras.utils.timeseries_dataset_from_array
    (batch,) = make(SERIES, targets=SERIES[window:, 0], sequence_length=window)
    np.testing.assert_array_equal(batch[0], x)
    np.testing.assert_array_equal(batch[1], y)


def test_unshifted_targets_are_no_forecast() -> None:
    """With targets=series Keras pairs each window with its own first value: nothing to forecast."""
    make = keras.utils.timeseries_dataset_from_array
    (batch,) = make(SERIES, targets=SERIES, sequence_length=5)
    np.testing.assert_array_equal(batch[1], np.array(batch[0])[:, 0])


def test_only_the_head_leaves_minus_one_to_one() -> None:
    """The LSTM's output stays within -1 and 1 even for inputs of a million: the head frees it."""
    model = lstm_forecaster(window=4)
    lstm, head = model.layers
    x = np.random.default_rng(0).normal(scale=1e6, size=(64, 4, 3)).astype("float32")
    assert np.abs(lstm(x)).max() <= 1
    head.bias.assign([20.0])
    assert np.min(model(x)) > 10


def test_of_many_futures_the_mean_costs_least() -> None:
    """If one window was followed by 0, 0 and 9, the best forecast is their mean 3, not 0."""
    model = lstm_forecaster(window=1)
    model.run_eagerly = True
    head = model.layers[-1]
    head.kernel.assign(np.zeros((32, 1)))
    x, y = np.ones((3, 1, 3)), np.array([[0.0], [0.0], [9.0]])
    losses = []
    for forecast in range(6):
        head.bias.assign([float(forecast)])
        losses.append(float(model.test_on_batch(x, y, return_dict=True)["loss"]))
    assert np.argmin(losses) == 3


def test_the_last_windows_are_held_back() -> None:
    """validation_split=0.25 holds back the last quarter of the windows, in order, not a sample."""
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(8, 1, 3)), np.arange(8.0)
    model = lstm_forecaster(window=1)
    model.compile(loss="mse", run_eagerly=True)
    history = model.fit(x, y, validation_split=0.25, verbose=0).history
    last = np.mean((np.array(model(x))[6:, 0] - y[6:]) ** 2)
    np.testing.assert_allclose(history["val_loss"][0], last, rtol=1e-4)


def test_a_column_of_targets_is_stretched_silently() -> None:
    """With horizon=3 a target column raises nothing: each value is compared with all forecasts."""
    model = lstm_forecaster(window=2, horizon=3)
    x = np.random.default_rng(0).normal(size=(8, 2, 3)).astype("float32")
    column = np.arange(8.0)[:, None]
    loss = keras.losses.get(model.loss)
    stretched = loss(np.repeat(column, 3, axis=1), model(x))
    np.testing.assert_allclose(loss(column, model(x)), stretched, rtol=1e-6)


def test_it_beats_tomorrow_equals_today() -> None:
    """On a fast noisy sine its squared error is less than half that of repeating the last value."""
    steps = np.arange(300)
    series = np.sin(2 * steps) + np.random.default_rng(0).normal(scale=0.1, size=300)
    x = np.lib.stride_tricks.sliding_window_view(series[:-1], 4)[..., None]
    y = series[4:]
    model = lstm_forecaster(window=4, num_features=1)
    model.optimizer.learning_rate = 0.03
    model.run_eagerly = True
    for _ in range(3):
        model.train_on_batch(x[:200], y[:200])
    error = np.mean((np.array(model(x[200:]))[:, 0] - y[200:]) ** 2)
    assert error < 0.5 * np.mean((x[200:, -1, 0] - y[200:]) ** 2)


def mistake_windows_without_features() -> None:
    """Windows of a single series need a last axis of one feature: windows[..., None]."""
    windows = np.lib.stride_tricks.sliding_window_view(np.arange(100.0), 24)
    layers.LSTM(32)(windows)


def mistake_the_old_name_of_the_learning_rate() -> None:
    """The learning rate is called learning_rate, not lr."""
    keras.optimizers.Adam(lr=0.001)


def mistake_the_old_generator() -> None:
    """TimeseriesGenerator is gone: use keras.utils.timeseries_dataset_from_array."""
    keras.preprocessing.sequence.TimeseriesGenerator(np.arange(100), np.arange(100), length=24)
