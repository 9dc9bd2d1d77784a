"""Claims about the classifier with one-hot targets."""

import keras
import numpy as np
from sklearn.datasets import load_digits

from snippets.dense.multiclass_classifier import multiclass_classifier


def test_knowing_nothing_costs_the_logarithm_of_the_number_of_classes() -> None:
    """Equal probabilities for 10 classes have a loss of ln 10 = 2.303, whatever the targets."""
    targets = keras.utils.to_categorical(np.arange(10))
    loss = keras.losses.CategoricalCrossentropy()(targets, np.full((10, 10), 0.1))
    np.testing.assert_allclose(loss, np.log(10), rtol=1e-5)
    np.testing.assert_allclose(loss, 2.303, atol=5e-4)


def test_a_probability_is_a_share_of_exponentials() -> None:
    """A probability is exp(score) as a share of the sum; two layers with relu make the scores."""
    model = multiclass_classifier()
    generator = np.random.default_rng(0)
    model.set_weights(
        [generator.normal(scale=0.2, size=each.shape) for each in model.get_weights()]
    )
    first, first_bias, second, second_bias, last, last_bias = model.get_weights()
    x = generator.normal(size=(8, 16)).astype("float32")
    h = np.maximum(x @ first + first_bias, 0)
    h = np.maximum(h @ second + second_bias, 0)
    scores = h @ last + last_bias
    odds = np.exp(scores - scores.max(axis=-1, keepdims=True))
    np.testing.assert_allclose(
        model(x), odds / odds.sum(axis=-1, keepdims=True), rtol=1e-3, atol=1e-6
    )


def test_only_differences_between_scores_count() -> None:
    """Adding the same number to all scores leaves the softmax's probabilities as they are."""
    scores = np.random.default_rng(0).normal(size=(5, 10)).astype("float32")
    np.testing.assert_allclose(keras.ops.softmax(scores), keras.ops.softmax(scores + 7), rtol=1e-4)


def test_targets_may_be_probabilities() -> None:
    """A target of half one class and half another costs the mean of the two one-hot losses."""
    loss = keras.losses.CategoricalCrossentropy()
    predicted = np.array([[0.5, 0.3, 0.2]])
    first, second, half = (np.array([row]) for row in ([1, 0, 0], [0, 1, 0], [0.5, 0.5, 0]))
    mean = (loss(first, predicted) + loss(second, predicted)) / 2
    np.testing.assert_allclose(loss(half, predicted), mean, rtol=1e-6)


def test_a_high_probability_is_no_sign_of_knowledge() -> None:
    """Of inputs a million times larger, over 90% get 0.99 for a class, with nothing learned."""
    model = multiclass_classifier()
    x = np.random.default_rng(0).normal(size=(100, 16))
    near, far = (np.array(model(factor * x)).max(axis=-1) for factor in (1, 1e6))
    assert np.median(near) < 0.5
    assert np.mean(far > 0.99) > 0.9


def test_it_learns_to_read_digits() -> None:
    """Five steps get over 80% of scikit-learn's held-out digits right."""
    x, y = load_digits(return_X_y=True)
    x = (x - x[:1200].mean(axis=0)) / (x[:1200].std(axis=0) + 1)
    targets = keras.utils.to_categorical(y)
    model = multiclass_classifier(num_features=64)
    model.compile(optimizer=keras.optimizers.Adam(0.05), loss=model.loss)
    model.run_eagerly = True
    for _ in range(5):
        model.train_on_batch(x[:1200], targets[:1200])
    answers = np.array(model(x[1200:])).argmax(axis=-1)
    assert np.mean(answers == y[1200:]) > 0.8


def mistake_class_numbers_as_targets() -> None:
    """Class numbers need the loss sparse_categorical_crossentropy, or to_categorical first."""
    model = multiclass_classifier(num_features=4, num_classes=3)
    model.fit(np.zeros((6, 4)), np.array([0, 1, 2, 0, 1, 2]), verbose=0)


def mistake_class_names_as_targets() -> None:
    """Names are no numbers: give each class a number first, then its one-hot row."""
    keras.utils.to_categorical(["cat", "dog", "bird"])
