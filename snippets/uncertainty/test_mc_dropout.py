"""Claims about dropout that stays on."""

import functools

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_iris

from snippets.uncertainty.mc_dropout import MCDropout, mc_dropout, mean_and_spread


def irises() -> tuple[np.ndarray, np.ndarray]:
    """Return scikit-learn's 150 irises, shuffled and scaled: the last 50 are held out."""
    x, y = load_iris(return_X_y=True)
    order = np.random.default_rng(0).permutation(150)
    return ((x - x.mean(axis=0)) / x.std(axis=0))[order], y[order]


@functools.cache
def trained() -> keras.Model:
    """Return a model trained on the first 100 irises."""
    x, y = irises()
    model = mc_dropout(num_features=4)
    model.optimizer.learning_rate = 0.1
    model.run_eagerly = True
    for _ in range(20):
        model.train_on_batch(x[:100], y[:100])
    model.run_eagerly = False
    return model


def without_dropout(model: keras.Model, x: np.ndarray) -> np.ndarray:
    """Return the answers of the same layers with the dropout left out."""
    return np.array(model.layers[2](model.layers[0](x)))


def test_predict_is_random() -> None:
    """Two calls of predict give different answers, and so do two of model(x, training=False)."""
    model, x = mc_dropout(), np.ones((4, 10))
    model.run_eagerly = True
    assert not np.array_equal(model(x, training=False), model(x, training=False))
    assert not np.array_equal(model.predict(x, verbose=0), model.predict(x, verbose=0))


def test_it_is_still_random_after_loading() -> None:
    """Saved and loaded, the class is found by its registered name, and predict is random."""
    config = keras.saving.serialize_keras_object(mc_dropout())
    loaded, x = keras.saving.deserialize_keras_object(config), np.ones((4, 10))
    loaded.run_eagerly = True
    assert keras.saving.get_registered_name(type(loaded.layers[1])) == "shapesheet>MCDropout"
    assert not np.array_equal(loaded.predict(x, verbose=0), loaded.predict(x, verbose=0))


def test_the_mean_of_a_hundred_passes_is_ten_times_steadier() -> None:
    """The mean of 100 passes varies a tenth as much as one pass: by the root of their number."""
    model, x = mc_dropout(), np.ones((1, 10))
    passes = np.array(model(np.repeat(x, 100 * 100, axis=0))).reshape(100, 100, 3)
    means = passes.mean(axis=1)
    np.testing.assert_allclose(means.std(axis=0) / passes.std(axis=(0, 1)), 0.1, rtol=0.25)


def test_each_row_of_a_batch_draws_its_own_mask() -> None:
    """Rows of a batch drop different units: 100 copies in one batch are 100 passes."""
    dropped = np.array(MCDropout(0.5)(np.ones((100, 32), "float32"))) == 0
    assert len(np.unique(dropped, axis=0)) == 100


def test_a_pass_drops_units_and_not_single_weights() -> None:
    """A pass is the same ReLU network with some hidden units gone and the others doubled."""
    model, x = mc_dropout(), np.ones((1, 10), "float32")
    hidden, dropout, last = model.layers
    units = np.array(hidden(x))
    np.testing.assert_allclose(units, np.maximum(x @ hidden.get_weights()[0], 0), atol=1e-5)
    kept = np.array(dropout(units))
    assert set(np.unique(kept[units > 0] / units[units > 0])) == {0, 2}
    alive = kept[0] != 0
    scores = 2 * units[:, alive] @ np.array(last.kernel)[alive]
    np.testing.assert_allclose(last(kept), keras.ops.softmax(scores), rtol=1e-4)


def test_wrong_answers_have_the_larger_spread() -> None:
    """On scikit-learn's irises, wrong answers have over twice the spread of right ones."""
    x, y = irises()
    mean, spread = mean_and_spread(trained(), x, passes=20)
    wrong = mean.argmax(axis=-1) != y
    assert wrong.any()
    assert spread[wrong].mean() > 2 * spread[~wrong].mean()


def test_averaging_passes_makes_it_no_more_accurate() -> None:
    """On the held-out irises, 100 passes are right as often as one without dropout, or nearly."""
    x, y = irises()
    model = trained()
    mean, _ = mean_and_spread(model, x[100:])
    answers = without_dropout(model, x[100:]).argmax(axis=-1)
    right = [np.sum(each == y[100:]) for each in (mean.argmax(axis=-1), answers)]
    assert abs(right[0] - right[1]) <= 1


def test_far_from_all_data_it_is_sure_of_itself() -> None:
    """Irises a hundred times too large get a median probability over 0.99, and no spread."""
    x, _ = irises()
    _, spread = mean_and_spread(trained(), 100 * x, passes=5)
    assert np.median(without_dropout(trained(), 100 * x).max(axis=-1)) > 0.99
    assert np.median(spread.max(axis=-1)) < 0.001


def test_a_plain_dropout_layer_is_off_under_predict() -> None:
    """With keras.layers.Dropout in its place, predict gives the same answer every time."""
    model = keras.Sequential([keras.Input((10,)), layers.Dense(32), layers.Dropout(0.5)])
    model.run_eagerly = True
    x = np.ones((4, 10))
    np.testing.assert_array_equal(model.predict(x, verbose=0), model.predict(x, verbose=0))
    assert not model.layers[1].weights


def mistake_trainable_instead_of_training() -> None:
    """Dropout has nothing to train: the argument that turns it on for a call is training=True."""
    layers.Dropout(0.5)(np.ones((1, 4)), trainable=True)


def mistake_training_when_the_layer_is_made() -> None:
    """Whether dropout is on belongs to the call, not to the layer: Dropout takes no training."""
    layers.Dropout(0.5, training=True)


def mistake_training_for_predict() -> None:
    """There is no training argument in predict: the layer itself has to be random."""
    mc_dropout().predict(np.ones((1, 10)), training=True)
