"""Claims about the GRU for ordered sequences."""

import functools

import keras
import numpy as np
from keras import layers

from snippets.sequences.ordered_sequence_gru import ordered_sequence_gru


@functools.cache
def _built() -> keras.Model:
    return ordered_sequence_gru(num_timesteps=6)


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-values))


def _sequences() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(4, 6, 8)).astype("float32")


def test_the_order_changes_the_output() -> None:
    """The same 6 vectors in reverse order give other probabilities."""
    model, x = _built(), _sequences()
    assert np.abs(model(x) - model(x[:, ::-1])).max() > 0.01


def test_the_gru_is_four_equations_repeated() -> None:
    """Each step keeps the share z of the old state and takes 1 - z of a candidate."""
    gru = _built().layers[0]
    kernel, recurrent, (bias, recurrent_bias) = gru.get_weights()
    x = _sequences()
    h = np.zeros((4, 32))
    for step in range(6):
        z, r, new = np.split(x[:, step] @ kernel + bias, 3, axis=-1)
        z_h, r_h, new_h = np.split(h @ recurrent + recurrent_bias, 3, axis=-1)
        z, r = _sigmoid(z + z_h), _sigmoid(r + r_h)
        h = z * h + (1 - z) * np.tanh(new + r * new_h)
    np.testing.assert_allclose(gru(x), h, rtol=1e-4, atol=1e-5)


def test_a_gru_has_two_biases_by_default() -> None:
    """A GRU has 3(iu + uu + 2u) parameters, 4,032 here; reset_after=False has one bias, 3,936."""
    gru, older = _built().layers[0], layers.GRU(32, reset_after=False)
    older.build((None, 20, 8))
    assert gru.count_params() == 3 * (8 * 32 + 32 * 32 + 2 * 32) == 4032
    assert older.count_params() == 3 * (8 * 32 + 32 * 32 + 32) == 3936


def test_an_lstm_in_its_place_costs_thirty_percent_more() -> None:
    """Replacing the GRU with an LSTM of 32 units raises its 4,032 parameters to 5,248."""
    lstm = layers.LSTM(32)
    lstm.build((None, 20, 8))
    assert lstm.count_params() == 5248
    assert lstm.count_params() / _built().layers[0].count_params() < 1.31


def test_it_tells_a_sequence_from_its_reverse() -> None:
    """It tells over 95% of noisy ramps that rise from ramps like them reversed, which fall."""
    generator = np.random.default_rng(0)
    ramps = np.linspace(-1, 1, 4)[:, None] * generator.uniform(0.5, 1.5, size=(200, 1, 1))
    x, y = ramps + generator.normal(scale=0.3, size=(200, 4, 8)), np.arange(200) % 2
    x[y == 1] = x[y == 1, ::-1]
    model = ordered_sequence_gru(num_timesteps=4, num_classes=2)
    model.optimizer.learning_rate = 0.01
    model.run_eagerly = True
    for _ in range(2):
        model.train_on_batch(x[:100], y[:100])
    right = np.argmax(model(x[100:]), axis=-1) == y[100:]
    assert right.mean() > 0.95


def test_the_recurrent_weights_start_orthogonal() -> None:
    """By default the recurrent weights start orthogonal: 32 rows of length 1 at right angles."""
    recurrent = _built().layers[0].get_weights()[1]
    assert recurrent.shape == (32, 3 * 32)
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(32), atol=1e-5)


def mistake_a_cell_state() -> None:
    """A GRU has no cell state: it returns its output and one state, an LSTM two."""
    _output, _state, _cell = layers.GRU(32, return_state=True)(np.zeros((4, 5, 8)))


def mistake_a_slip_of_the_pen() -> None:
    """The layer is the gated recurrent unit, GRU."""
    layers.GNU(32)


def mistake_a_vector_for_a_sequence() -> None:
    """A GRU reads (batch, steps, features): it has nothing to repeat over without the steps."""
    layers.GRU(32)(np.zeros((4, 8)))
