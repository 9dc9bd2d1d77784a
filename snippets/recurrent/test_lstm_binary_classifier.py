"""Claims about the LSTM binary classifier."""

import functools

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits

from snippets.recurrent.lstm_binary_classifier import lstm_binary_classifier


@functools.cache
def _built() -> keras.Model:
    return lstm_binary_classifier(num_timesteps=6)


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-values))


def test_an_lstm_has_a_third_more_weights_than_a_gru() -> None:
    """With i features and u units an LSTM has 4(iu + uu + u) parameters, a GRU 3(iu + uu + 2u)."""
    lstm, gru = _built().layers[0], layers.GRU(32)
    gru.build((None, 20, 8))
    assert lstm.count_params() == 4 * (8 * 32 + 32 * 32 + 32) == 5248
    assert gru.count_params() == 3 * (8 * 32 + 32 * 32 + 2 * 32) == 4032


def test_the_lstm_is_six_equations_repeated() -> None:
    """At each step three gates i, f and o surround a cell; one sigmoid unit reads the last step."""
    model = _built()
    kernel, recurrent, bias, last, last_bias = model.get_weights()
    x = np.random.default_rng(0).normal(size=(2, 6, 8)).astype("float32")
    hidden = cell = np.zeros((2, 32))
    for step in range(6):
        i, f, candidate, o = np.split(x[:, step] @ kernel + hidden @ recurrent + bias, 4, axis=-1)
        cell = _sigmoid(f) * cell + _sigmoid(i) * np.tanh(candidate)
        hidden = _sigmoid(o) * np.tanh(cell)
    np.testing.assert_allclose(model.layers[0](x), hidden, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model(x), _sigmoid(hidden @ last + last_bias), rtol=1e-4)


def test_the_forget_gate_starts_open() -> None:
    """Without any argument the forget gate's bias starts at 1, and all others at 0."""
    bias = _built().layers[0].get_weights()[2]
    assert np.split(bias, 4)[1].tolist() == [1.0] * 32
    assert bias.sum() == 32


def test_sequences_of_any_length_use_the_same_weights() -> None:
    """No weight belongs to a step: with Input((None, 8)) one model reads 6 steps and then 12."""
    trained = _built()
    free = keras.Sequential([keras.Input((None, 8)), *trained.layers])
    assert free.count_params() == trained.count_params()
    x = np.random.default_rng(0).normal(size=(2, 6, 8)).astype("float32")
    np.testing.assert_allclose(free(x), trained(x), rtol=1e-5)
    assert free(np.tile(x, (1, 2, 1))).shape == (2, 1)


def test_early_steps_fade() -> None:
    """Before training, step 1 of 40 moves the output less than a thousandth as far as step 40."""
    lstm = lstm_binary_classifier(num_timesteps=40).layers[0]
    x = np.random.default_rng(0).normal(size=(16, 40, 8)).astype("float32")
    first, last = x.copy(), x.copy()
    first[:, 0] += 1
    last[:, -1] += 1
    # All in one batch: the 40 steps run once.
    before, *after = np.split(np.array(lstm(np.concatenate([x, first, last]))), 3)
    effects = [np.abs(changed - before).mean() for changed in after]
    assert effects[0] < effects[1] / 1000


def test_it_tells_zeros_from_ones() -> None:
    """Reading scikit-learn's digits two rows a step, it tells over 90% of 0s from 1s."""
    images, y = load_digits(n_class=2, return_X_y=True)
    x = images.reshape(-1, 4, 16) / 4 - 2
    model = lstm_binary_classifier(num_timesteps=4, num_features=16)
    model.optimizer.learning_rate = 0.005
    model.run_eagerly = True
    for _ in range(3):
        model.train_on_batch(x[:200], y[:200])
    right = (np.array(model(x[200:]))[:, 0] > 0.5) == y[200:]
    assert right.mean() > 0.9


def mistake_a_unit_for_each_class() -> None:
    """Several sigmoid units are several yes-or-no answers: for one answer write Dense(1)."""
    model = keras.Sequential([layers.LSTM(32), layers.Dense(10, activation="sigmoid")])
    model.compile(loss="binary_crossentropy")
    model.fit(np.zeros((8, 20, 8)), np.array([0, 1] * 4), verbose=0)


def mistake_no_time_axis() -> None:
    """An LSTM reads (batch, steps, features): give a plain series a last axis of one feature."""
    layers.LSTM(32)(np.zeros((8, 20)))


def mistake_an_lstm_for_the_gpu() -> None:
    """CuDNNLSTM is gone: LSTM takes the fast kernel by itself where its arguments allow it."""
    layers.CuDNNLSTM(32)
