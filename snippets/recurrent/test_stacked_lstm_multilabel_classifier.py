"""Claims about the stacked LSTM multi-label classifier."""

import functools

import keras
import numpy as np

from snippets.recurrent.stacked_lstm_multilabel_classifier import (
    stacked_lstm_multilabel_classifier,
)


@functools.cache
def _built() -> keras.Model:
    return stacked_lstm_multilabel_classifier(num_timesteps=2)


def _sequences() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(6, 2, 8)).astype("float32")


def test_the_labels_do_not_exclude_each_other() -> None:
    """Raising the score of one label raises its probability and leaves all others as they were."""
    model = stacked_lstm_multilabel_classifier(num_timesteps=2)
    before = np.array(model(_sequences()))
    kernel, bias = model.layers[-1].get_weights()
    bias[0] += 1
    model.layers[-1].set_weights([kernel, bias])
    after = np.array(model(_sequences()))
    assert (after[:, 0] > before[:, 0]).all()
    np.testing.assert_array_equal(after[:, 1:], before[:, 1:])


def test_a_label_costs_33_parameters() -> None:
    """The labels share 21,888 parameters in three LSTM layers; each has only 33 of its own."""
    shared = 4 * (8 + 32 + 1) * 32 + 2 * 4 * (32 + 32 + 1) * 32
    assert shared == 21_888
    for model, labels in ((_built(), 10), (stacked_lstm_multilabel_classifier(num_labels=2), 2)):
        assert model.count_params() == shared + 33 * labels


def test_the_loss_is_the_mean_over_the_labels() -> None:
    """The loss of a sequence is the mean of the binary losses of its labels, each by itself."""
    p = np.array(_built()(_sequences()))
    y = np.random.default_rng(1).integers(0, 2, size=p.shape)
    each = -np.log(np.where(y == 1, p, 1 - p))
    whole = keras.losses.binary_crossentropy(y.astype("float32"), p)
    np.testing.assert_allclose(whole, each.mean(axis=-1), rtol=1e-4)


def test_the_string_accuracy_means_something_else() -> None:
    """For labels 1, 1, 0 and outputs .8, .9, .1 categorical accuracy is 0, binary accuracy 1."""
    y, p = np.array([[1.0, 1.0, 0.0]]), np.array([[0.8, 0.9, 0.1]])
    assert np.mean(keras.metrics.categorical_accuracy(y, p)) == 0
    assert np.mean(keras.metrics.binary_accuracy(y, p)) == 1


def test_keras_takes_accuracy_for_the_categorical_one() -> None:
    """Compiled with metrics=["accuracy"], several sigmoid units get the categorical accuracy."""
    model = stacked_lstm_multilabel_classifier(num_timesteps=2)
    model.compile(loss="binary_crossentropy", metrics=["accuracy"], run_eagerly=True)
    y = np.random.default_rng(1).integers(0, 2, size=(6, 10)).astype("float32")
    reported = model.test_on_batch(_sequences(), y, return_dict=True)["accuracy"]
    p = model(_sequences())
    categorical = np.mean(keras.metrics.categorical_accuracy(y, p))
    assert np.isclose(reported, categorical)
    assert not np.isclose(reported, np.mean(keras.metrics.binary_accuracy(y, p)))


def test_categorical_crossentropy_lets_sigmoids_say_yes_to_all() -> None:
    """With sigmoid outputs categorical_crossentropy is ln 3 for .9, .9, .9 as for .1, .1, .1."""
    y = np.array([[0.0, 1.0, 0.0]])
    for p in (0.9, 0.1):
        loss = keras.losses.categorical_crossentropy(y, np.full((1, 3), p))
        np.testing.assert_allclose(loss, np.log(3), rtol=1e-5)


def test_a_sequence_may_have_no_label() -> None:
    """Without any label categorical_crossentropy is 0 for all outputs: only binary losses teach."""
    none, p = np.zeros((1, 3)), np.array([[0.2, 0.7, 0.1]])
    assert float(keras.losses.categorical_crossentropy(none, p)[0]) == 0
    assert float(keras.losses.binary_crossentropy(none, p)[0]) > 0.5


def mistake_one_answer_for_several_labels() -> None:
    """A target has a 0 or 1 for each label: pass k-hot rows, not the numbers of classes."""
    model = stacked_lstm_multilabel_classifier(num_timesteps=2)
    model.fit(np.zeros((8, 2, 8)), np.arange(8), verbose=0)


def mistake_a_column_for_several_labels() -> None:
    """One column of zeros and ones is the target of one unit: for it write Dense(1)."""
    model = stacked_lstm_multilabel_classifier(num_timesteps=2)
    model.fit(np.zeros((8, 2, 8)), np.zeros((8, 1)), verbose=0)
