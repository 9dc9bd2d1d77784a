"""Claims about the causal Conv1D forecaster."""

import functools

import keras
import numpy as np
from keras import layers

from snippets.time_series.causal_conv1d_forecaster import causal_conv1d_forecaster


@functools.cache
def _built() -> keras.Model:
    return causal_conv1d_forecaster()


def _series() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(1, 50, 3)).astype("float32")


def _first_moved(model: keras.Layer, step: int, length: int = 50) -> int:
    """Return the first step whose output moves when the input at ``step`` does."""
    x = _series()[:, :length]
    changed = x.copy()
    changed[0, step] += 1
    moved = np.abs(model(changed) - model(x)).max(axis=(0, 2)) > 1e-6
    return int(np.argmax(moved))


def test_no_forecast_sees_the_future() -> None:
    """Changing the series at any step leaves every output before that step as it was."""
    model = _built()
    assert [_first_moved(model, step) for step in (5, 20, 49)] == [5, 20, 49]


def test_a_forecast_sees_31_steps() -> None:
    """A forecast depends on its own step and the 30 before it, 1 + 2(1 + 2 + 4 + 8) in all."""
    model = _built()
    x = _series()
    # Row i has another step i.
    changed = np.repeat(x, 50, axis=0)
    changed[np.arange(50), np.arange(50)] += 1
    moved = np.abs(model(changed) - model(x))[:, 49, 0] > 1e-6
    assert moved.tolist() == [False] * 19 + [True] * 31


def test_dilation_costs_nothing() -> None:
    """Without dilation the four layers have as many weights, and see 9 steps instead of 31."""
    model = _built()
    plain = keras.Sequential([keras.Input((50, 3))])
    for _ in range(4):
        plain.add(layers.Conv1D(32, 3, padding="causal", activation="relu"))
    plain.add(layers.Dense(1))
    assert plain.count_params() == model.count_params()
    x = _series()
    changed = x.copy()
    changed[0, :41] += 1
    assert np.array_equal(plain(changed)[0, 49], plain(x)[0, 49])
    assert not np.array_equal(model(changed)[0, 49], model(x)[0, 49])


def test_without_the_relus_it_would_be_linear() -> None:
    """Its four Conv1D end in a ReLU: without, a series twice as large has forecasts exactly so."""
    model = causal_conv1d_forecaster()
    convs = model.layers[1:5]
    assert [layer.activation for layer in convs] == [keras.activations.relu] * 4
    for layer in convs:
        layer.bias.assign(np.full(32, 0.1))
    x = _series()
    for linear in (False, True):
        if linear:
            for layer in convs:
                layer.activation = keras.activations.linear
        nothing, once, twice = (np.array(model(factor * x)) for factor in (0, 1, 2))
        assert np.allclose(twice - nothing, 2 * (once - nothing), atol=1e-4) == linear


def test_errors_are_squared() -> None:
    """Forecasts that are off by 3 at every step have a loss of 9, and of 3 in the metric."""
    model = causal_conv1d_forecaster()
    model.run_eagerly = True
    x = _series()
    found = model.test_on_batch(x, np.array(model(x)) + 3, return_dict=True)
    np.testing.assert_allclose([found["loss"], found["mae"]], [9, 3], rtol=1e-5)


def test_a_causal_convolution_pads_on_the_left() -> None:
    """A causal Conv1D is a plain one after (kernel_size - 1) * dilation_rate zeros on the left."""
    causal = layers.Conv1D(4, 3, padding="causal", dilation_rate=8)
    plain = layers.Conv1D(4, 3, dilation_rate=8)
    x = _series()
    expected = np.array(causal(x))
    plain.build(x.shape)
    plain.set_weights(causal.get_weights())
    padded = layers.ZeroPadding1D((16, 0))(x)
    np.testing.assert_allclose(plain(padded), expected, rtol=1e-4, atol=1e-5)


def test_same_padding_and_bidirectional_layers_look_ahead() -> None:
    """padding="same" lets step 19 see step 20, and a Bidirectional LSTM lets step 0 see step 3."""
    assert _first_moved(layers.Conv1D(4, 3, padding="same"), 20) == 19
    assert _first_moved(layers.Bidirectional(layers.LSTM(4, return_sequences=True)), 3, 4) == 0


def test_it_beats_tomorrow_equals_today() -> None:
    """On a fast noisy sine its squared error is less than half that of repeating the last value."""
    steps = np.arange(201)
    series = np.sin(2 * steps) + np.random.default_rng(0).normal(scale=0.1, size=201)
    x, y = series[:-1].reshape(10, 20, 1), series[1:].reshape(10, 20, 1)
    model = causal_conv1d_forecaster(length=20, num_features=1)
    model.optimizer.learning_rate = 0.01
    model.run_eagerly = True
    for _ in range(3):
        model.train_on_batch(x[:8], y[:8])
    error = np.mean((np.array(model(x[8:])) - y[8:]) ** 2)
    assert error < 0.5 * np.mean((x[8:] - y[8:]) ** 2)


def mistake_stride_and_dilation() -> None:
    """A convolution has strides or dilation, not both: causal layers keep strides at 1."""
    layers.Conv1D(32, 3, padding="causal", strides=2, dilation_rate=2)(np.zeros((1, 50, 3)))


def mistake_causal_in_two_dimensions() -> None:
    """Only Conv1D has padding="causal": pad by hand with ZeroPadding2D before a Conv2D."""
    layers.Conv2D(32, 3, padding="causal")(np.zeros((1, 50, 50, 3)))


def mistake_the_old_name_of_dilation() -> None:
    """Since Keras 2 the argument is dilation_rate, no longer atrous_rate."""
    layers.Conv1D(32, 3, atrous_rate=2)
