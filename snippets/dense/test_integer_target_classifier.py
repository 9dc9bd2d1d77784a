"""Claims about the classifier with integer targets."""

import keras
import numpy as np
from sklearn.datasets import load_digits

from snippets.dense.integer_target_classifier import integer_target_classifier


def test_both_forms_of_the_target_have_the_same_loss() -> None:
    """An integer target and its one-hot row give each sample the same loss."""
    y = np.array([2, 0, 1, 1])
    scores = np.random.default_rng(0).normal(size=(4, 3))
    predicted = keras.ops.softmax(scores)
    np.testing.assert_allclose(
        keras.losses.sparse_categorical_crossentropy(y, predicted),
        keras.losses.categorical_crossentropy(keras.utils.to_categorical(y), predicted),
        rtol=1e-5,
    )


def test_both_forms_of_the_target_train_alike() -> None:
    """A training step with integers moves the weights as one with one-hot targets does."""
    of_integers, of_rows = integer_target_classifier(), integer_target_classifier()
    of_rows.set_weights(of_integers.get_weights())
    of_rows.compile(optimizer="rmsprop", loss="categorical_crossentropy")
    x, y = np.random.default_rng(0).normal(size=(20, 16)), np.arange(20) % 10
    for model, targets in ((of_integers, y), (of_rows, keras.utils.to_categorical(y))):
        model.run_eagerly = True
        model.train_on_batch(x, targets)
    for one, other in zip(of_integers.get_weights(), of_rows.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_the_form_of_the_target_changes_no_layer() -> None:
    """Its answer is that of any softmax classifier: max(0, xW + b) twice, then softmax(hW + b)."""
    model = integer_target_classifier()
    generator = np.random.default_rng(0)
    model.set_weights(
        [generator.normal(scale=0.2, size=each.shape) for each in model.get_weights()]
    )
    first, first_bias, second, second_bias, last, last_bias = model.get_weights()
    x = generator.normal(size=(8, 16)).astype("float32")
    h = np.maximum(x @ first + first_bias, 0)
    h = np.maximum(h @ second + second_bias, 0)
    scores = h @ last + last_bias
    np.testing.assert_allclose(model(x), keras.ops.softmax(scores), rtol=1e-3, atol=1e-6)


def test_a_column_of_targets_gives_the_same_loss() -> None:
    """Targets of shape (batch, 1) give the same loss as targets of shape (batch,)."""
    model = integer_target_classifier()
    model.run_eagerly = True
    x, y = np.random.default_rng(0).normal(size=(20, 16)), np.arange(20) % 10
    assert model.test_on_batch(x, y) == model.test_on_batch(x, y[:, None])


def test_samples_without_a_class_can_be_left_out() -> None:
    """With ignore_class=-1 in the loss, samples whose target is -1 cost nothing."""
    loss = keras.losses.SparseCategoricalCrossentropy(ignore_class=-1, reduction="none")
    each = np.array(loss(np.array([0, -1]), np.array([[0.7, 0.3], [0.7, 0.3]])))
    np.testing.assert_allclose(each, [-np.log(0.7), 0], rtol=1e-5)


def test_it_learns_to_read_digits() -> None:
    """Five steps on the targets as they come get over 80% of held-out digits right."""
    x, y = load_digits(return_X_y=True)
    x = (x - x[:1200].mean(axis=0)) / (x[:1200].std(axis=0) + 1)
    model = integer_target_classifier(num_features=64)
    model.compile(optimizer=keras.optimizers.Adam(0.05), loss=model.loss)
    model.run_eagerly = True
    for _ in range(5):
        model.train_on_batch(x[:1200], y[:1200])
    answers = np.array(model(x[1200:])).argmax(axis=-1)
    assert np.mean(answers == y[1200:]) > 0.8


def mistake_one_hot_targets() -> None:
    """One-hot rows need the loss categorical_crossentropy: pass the class numbers here."""
    model = integer_target_classifier(num_features=4, num_classes=3)
    model.fit(np.zeros((3, 4)), keras.utils.to_categorical([0, 1, 2]), verbose=0)


def mistake_counting_classes_from_one() -> None:
    """Classes are counted from 0: subtract 1 from targets that run from 1 to num_classes."""
    loss = keras.losses.SparseCategoricalCrossentropy()
    loss(np.array([1, 2, 3]), np.full((3, 3), 1 / 3))


def mistake_names_instead_of_numbers() -> None:
    """Names are no numbers: give each class a number from 0, such as with np.unique."""
    model = integer_target_classifier(num_features=4, num_classes=3)
    model.fit(np.zeros((3, 4)), np.array(["cat", "dog", "bird"]), verbose=0)
