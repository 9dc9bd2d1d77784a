"""Claims about the binary classifier."""

import keras
import numpy as np
import pytest
from keras import layers, models
from sklearn.datasets import load_breast_cancer

from snippets.dense.binary_classifier import binary_classifier


def test_numpy_gives_the_same_probability() -> None:
    """NumPy gives the same: max(0, xW + b) twice, for the features h, then sigmoid(hw + b)."""
    model = binary_classifier()
    generator = np.random.default_rng(0)
    model.set_weights(
        [generator.normal(scale=0.2, size=each.shape) for each in model.get_weights()]
    )
    first, first_bias, second, second_bias, last, last_bias = model.get_weights()
    x = generator.normal(size=(8, 16)).astype("float32")
    h = np.maximum(x @ first + first_bias, 0)
    h = np.maximum(h @ second + second_bias, 0)
    scores = h @ last + last_bias
    np.testing.assert_allclose(model(x), 1 / (1 + np.exp(-scores)), rtol=1e-3, atol=1e-6)


def test_one_sigmoid_unit_is_a_softmax_over_two_scores() -> None:
    """One sigmoid unit gives the same probability as a softmax over the scores 0 and z."""
    scores = np.linspace(-5, 5, 11, dtype="float32")
    both = np.stack([np.zeros_like(scores), scores], axis=-1)
    np.testing.assert_allclose(keras.ops.sigmoid(scores), keras.ops.softmax(both)[:, 1], rtol=1e-5)


def test_scores_and_from_logits_give_the_same_loss() -> None:
    """A score without the sigmoid and a loss with from_logits=True give the same loss."""
    scores = np.linspace(-5, 5, 8, dtype="float32")[:, None]
    y = np.array([[0], [1]] * 4)
    of_scores = keras.losses.BinaryCrossentropy(from_logits=True)(y, scores)
    of_probabilities = keras.losses.BinaryCrossentropy()(y, keras.ops.sigmoid(scores))
    np.testing.assert_allclose(of_scores, of_probabilities, rtol=1e-4)


def test_flat_targets_give_the_loss_of_a_column() -> None:
    """Targets of shape (batch,) give the same loss as targets of shape (batch, 1)."""
    model = binary_classifier(num_features=4)
    model.run_eagerly = True
    x = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
    y = np.array([0, 1] * 4)
    assert model.test_on_batch(x, y) == model.test_on_batch(x, y[:, None])


def test_knowing_nothing_costs_a_loss_of_0_693() -> None:
    """Answering 0.5 every time has a loss of 0.693; a model with a higher one does worse."""
    y = np.array([[0], [1], [1]])
    loss = keras.losses.BinaryCrossentropy()(y, np.full((3, 1), 0.5))
    np.testing.assert_allclose(loss, 0.693, atol=5e-4)


def test_softmax_over_one_unit_is_always_one() -> None:
    """A softmax over one unit is 1 whatever the score, and Keras only warns of it."""
    with pytest.warns(UserWarning, match="will always return the value 1"):
        probabilities = keras.ops.softmax(np.array([[-5.0], [0.0], [5.0]]))
    assert np.all(np.array(probabilities) == 1)


def test_it_learns_whether_a_tumour_is_malignant() -> None:
    """Four steps on scaled data get over 90% of scikit-learn's held-out tumours right."""
    x, y = load_breast_cancer(return_X_y=True)
    x = (x - x[:400].mean(axis=0)) / x[:400].std(axis=0)
    model = binary_classifier(num_features=30)
    model.optimizer.learning_rate = 0.02
    model.run_eagerly = True
    for _ in range(4):
        model.train_on_batch(x[:400], y[:400])
    answers = np.array(model(x[400:]))[:, 0] > 0.5
    assert np.mean(answers == y[400:]) > 0.9


def mistake_two_targets_for_one_unit() -> None:
    """One-hot targets do not fit one sigmoid unit: pass the class 0 or 1 itself."""
    model = binary_classifier(num_features=4)
    model.fit(np.zeros((8, 4)), keras.utils.to_categorical([0, 1] * 4), verbose=0)


def mistake_several_units_for_one_answer() -> None:
    """Ten sigmoid units are a multi-label head: for a binary target end with Dense(1)."""
    model = keras.Sequential([keras.Input((4,)), layers.Dense(10, activation="sigmoid")])
    model.compile(optimizer="rmsprop", loss="binary_crossentropy")
    model.fit(np.zeros((8, 4)), np.array([0, 1] * 4), verbose=0)


def mistake_adding_to_the_module() -> None:
    """Layers are added to a model: write model.add, not models.add."""
    models.add(layers.Dense(32, activation="relu"))
