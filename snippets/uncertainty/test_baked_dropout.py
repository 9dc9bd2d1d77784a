"""Claims about dropout that is called with training=True in a functional model."""

import keras
import numpy as np
from keras import layers

from snippets.uncertainty.baked_dropout import baked_dropout

X = np.random.default_rng(0).normal(size=(8, 10)).astype("float32")


def test_calling_the_model_is_random() -> None:
    """Two calls model(x) over the same input give different answers."""
    model = baked_dropout()
    assert not np.array_equal(model(X), model(X))


def test_predict_is_not_random() -> None:
    """Two calls of predict give the same answer: Keras 3 calls the model with training=False."""
    model = baked_dropout()
    model.run_eagerly = True
    first = model.predict(X, verbose=0)
    np.testing.assert_array_equal(first, model.predict(X, verbose=0))
    np.testing.assert_allclose(first, model.layers[1](X), rtol=1e-5)


def test_training_of_the_call_wins_over_training_of_the_graph() -> None:
    """model(x, training=False) has no dropout, whatever the layer was called with."""
    model = baked_dropout()
    np.testing.assert_array_equal(model(X, training=False), model.layers[1](X))


def test_on_the_output_a_value_is_lost_or_doubled() -> None:
    """Dropout with rate 0.5 on the output leaves of each value either 0 or twice as much."""
    model = baked_dropout()
    ratios = np.array(model(X)) / np.array(model.layers[1](X))
    assert set(np.unique(ratios)) == {0, 2}


def test_on_the_output_the_spread_is_the_value_itself() -> None:
    """Over many passes the mean is the value, and the standard deviation is its size again."""
    model = baked_dropout()
    passes, value = np.array(model(np.repeat(X[:1], 5000, axis=0))), np.array(model.layers[1](X))[0]
    np.testing.assert_allclose(passes.mean(axis=0), value, rtol=0.1)
    np.testing.assert_allclose(passes.std(axis=0), np.abs(value), rtol=0.01)


def test_right_values_have_a_loss_all_the_same() -> None:
    """If every value is 3, and is right, passes answer 0 or 6: in training the loss is 9."""
    model = baked_dropout()
    model.run_eagerly = True
    model.layers[1].set_weights([np.zeros((10, 3)), np.full(3, 3)])
    targets = np.full((8, 3), 3)
    assert model.test_on_batch(X, targets, return_dict=True)["loss"] == 0
    assert model.train_on_batch(X, targets, return_dict=True)["loss"] == 9


def test_training_overrides_a_flag_of_false_too() -> None:
    """Training turns on a Dropout that was called with training=False, so that its loss differs."""
    inputs = keras.Input((10,))
    outputs = layers.Dropout(0.5)(layers.Dense(3)(inputs), training=False)
    model = keras.Model(inputs, outputs)
    model.compile(optimizer="adam", loss="mse")
    model.run_eagerly = True
    targets = np.array(model(X))
    assert model.test_on_batch(X, targets) == 0
    assert model.train_on_batch(X, targets) > 0


def mistake_curly_quotes() -> None:
    """Quotes that a text program made curly are no Python: type them anew as " or '."""
    compile("“import keras", "model.py", "exec")


def mistake_training_for_predict() -> None:
    """There is no training argument in predict: call the model itself for random passes."""
    baked_dropout().predict(np.ones((1, 10)), training=True)
