"""Claims about the stacked LSTM binary classifier."""

import functools

import keras
import numpy as np
from keras import layers

from snippets.recurrent.stacked_lstm_binary_classifier import stacked_lstm_binary_classifier


@functools.cache
def _built() -> keras.Model:
    return stacked_lstm_binary_classifier(num_timesteps=4)


def _sequences() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(4, 4, 8)).astype("float32")


def test_the_last_output_ends_the_full_sequence() -> None:
    """What an LSTM returns by default is the last step of what return_sequences=True returns."""
    full, last = layers.LSTM(32, return_sequences=True), layers.LSTM(32)
    x = _sequences()
    full.build(x.shape)
    last.build(x.shape)
    last.set_weights(full.get_weights())
    np.testing.assert_allclose(full(x)[:, -1], last(x), rtol=1e-5, atol=1e-7)


def test_one_layer_over_three_cells_is_the_same_stack() -> None:
    """RNN over three LSTMCells gives the same probabilities as three LSTM layers."""
    stack = _built()
    cells = layers.RNN([layers.LSTMCell(32) for _ in range(3)])
    twin = keras.Sequential([keras.Input((4, 8)), cells, layers.Dense(1, activation="sigmoid")])
    twin.set_weights(stack.get_weights())
    np.testing.assert_allclose(twin(_sequences()), stack(_sequences()), rtol=1e-5)


def test_an_answer_for_each_step_costs_no_weight() -> None:
    """With return_sequences=True on all three, the same 21,921 parameters answer at every step."""
    lstms = [layers.LSTM(32, return_sequences=True) for _ in range(3)]
    head = layers.Dense(1, activation="sigmoid")
    tagger = keras.Sequential([keras.Input((20, 8)), *lstms, head])
    assert tagger.output_shape == (None, 20, 1)
    assert tagger.count_params() == _built().count_params() == 21921


def test_dense_already_acts_on_every_step() -> None:
    """Dense on a sequence is TimeDistributed(Dense): it flattens nothing and shares its weights."""
    dense = layers.Dense(4)
    x = _sequences()
    assert dense(x).shape == (4, 4, 4)
    assert dense.count_params() == 8 * 4 + 4
    np.testing.assert_allclose(layers.TimeDistributed(dense)(x), dense(x), rtol=1e-5, atol=1e-6)


def test_five_answers_from_five_steps_need_fewer_weights() -> None:
    """Five answers from LSTM(5) take 170 parameters at its last step, 146 with one at each step."""
    steps = keras.Input((5, 1))
    at_the_end = keras.Model(steps, layers.Dense(5)(layers.LSTM(5)(steps)))
    at_each = keras.Model(steps, layers.Dense(1)(layers.LSTM(5, return_sequences=True)(steps)))
    assert (at_the_end.count_params(), at_each.count_params()) == (170, 146)


def test_a_gru_has_one_state_and_an_lstm_two() -> None:
    """With return_state=True an LSTM returns two states beside its output, a GRU only one."""
    output, hidden, cell = layers.LSTM(5, return_state=True)(_sequences())
    assert np.array_equal(output, hidden)
    assert not np.allclose(hidden, cell)
    output, state = layers.GRU(5, return_state=True)(_sequences())
    assert np.array_equal(output, state)


def test_a_stateful_layer_goes_on_until_it_is_reset() -> None:
    """A stateful LSTM reads two halves as a stateless one reads the whole, until reset_state()."""
    x = _sequences()
    stateful, stateless = layers.LSTM(5, stateful=True), layers.LSTM(5)
    first = np.array(stateful(x[:, :2]))
    stateless.build(x.shape)
    stateless.set_weights(stateful.get_weights())
    np.testing.assert_allclose(stateful(x[:, 2:]), stateless(x), rtol=1e-4, atol=1e-6)
    stateful.reset_state()
    np.testing.assert_allclose(stateful(x[:, :2]), first, rtol=1e-5)


def mistake_no_sequence_for_the_next_layer() -> None:
    """Each LSTM before the last needs return_sequences=True, or the next one gets a single step."""
    keras.Sequential([keras.Input((20, 8)), layers.LSTM(32), layers.LSTM(32)])


def mistake_to_reset_the_model() -> None:
    """Models have no reset_states(): call reset_state() on each stateful layer."""
    stacked_lstm_binary_classifier().reset_states()


def mistake_stateful_without_a_batch_size() -> None:
    """State is kept for each sequence of a batch: write Input((20, 8), batch_size=4)."""
    keras.Sequential([keras.Input((20, 8)), layers.LSTM(32, stateful=True)])
