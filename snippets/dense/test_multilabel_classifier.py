"""Claims about the multi-label classifier."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits

from snippets.dense.multilabel_classifier import multilabel_classifier


def test_the_loss_is_the_mean_of_separate_yes_or_no_losses() -> None:
    """The loss is the mean of one binary cross-entropy for each label."""
    rng = np.random.default_rng(0)
    targets, predicted = rng.integers(0, 2, (6, 10)), rng.uniform(0.1, 0.9, (6, 10))
    loss = keras.losses.BinaryCrossentropy()
    columns = [loss(targets[:, [label]], predicted[:, [label]]) for label in range(10)]
    np.testing.assert_allclose(loss(targets, predicted), np.mean(columns), rtol=1e-5)


def test_each_label_is_a_sigmoid_of_shared_features() -> None:
    """Each label is its own sigmoid(hw + b) of 32 shared features h: max(0, xW + b), twice."""
    model = multilabel_classifier()
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


def test_a_label_takes_nothing_from_the_others() -> None:
    """Raising one label's score raises its probability alone; a softmax lowers the others."""
    model = multilabel_classifier()
    x = np.random.default_rng(0).normal(size=(5, 16))
    before = np.array(model(x))
    model.layers[-1].bias.assign(np.eye(10)[0] * 3)
    after = np.array(model(x))
    assert np.all(after[:, 0] > before[:, 0])
    np.testing.assert_array_equal(after[:, 1:], before[:, 1:])
    scores = np.zeros((1, 10), "float32")
    raised = scores + np.eye(10, dtype="float32")[:1] * 3
    assert np.all(np.array(keras.ops.softmax(raised))[:, 1:] < 0.1)


def test_plain_accuracy_compares_only_the_largest_value() -> None:
    """Over several units, metrics=["accuracy"] can be 0 where every label is right."""
    model = keras.Sequential([keras.Input((3,)), layers.Identity()])
    model.compile(loss="binary_crossentropy", metrics=["accuracy", "binary_accuracy"])
    model.run_eagerly = True
    predicted, targets = np.array([[0.8, 0.1, 0.9]]), np.array([[1, 0, 1]])
    found = model.test_on_batch(predicted, targets, return_dict=True)
    assert found["binary_accuracy"] == 1
    assert found["accuracy"] == 0


def test_answering_no_to_rare_labels_looks_accurate() -> None:
    """With one label in ten set, answering no to all of them has a binary accuracy of 0.9."""
    targets = keras.utils.to_categorical(np.arange(10))
    accuracy = keras.metrics.BinaryAccuracy()
    accuracy.update_state(targets, np.zeros((10, 10)))
    np.testing.assert_allclose(accuracy.result(), 0.9, rtol=1e-6)


def test_lists_of_labels_become_rows_of_zeros_and_ones() -> None:
    """CategoryEncoding with multi_hot turns a list of labels into a row with several ones."""
    encode = layers.CategoryEncoding(num_tokens=4, output_mode="multi_hot")
    rows = [np.array(encode(np.array(labels))) for labels in ([0, 2], [3])]
    np.testing.assert_array_equal(rows, [[1, 0, 1, 0], [0, 0, 0, 1]])


def test_it_learns_three_properties_of_a_digit() -> None:
    """It tells of over 85% of held-out digits each whether even, above four, and prime."""
    x, y = load_digits(return_X_y=True)
    x = (x - x[:1200].mean(axis=0)) / (x[:1200].std(axis=0) + 1)
    targets = np.stack([y % 2 == 0, y > 4, np.isin(y, [2, 3, 5, 7])], axis=1)
    model = multilabel_classifier(num_features=64, num_labels=3)
    model.compile(optimizer=keras.optimizers.Adam(0.05), loss=model.loss)
    model.run_eagerly = True
    for _ in range(5):
        model.train_on_batch(x[:1200], targets[:1200])
    answers = np.array(model(x[1200:])) > 0.5
    assert np.all(np.mean(answers == targets[1200:], axis=0) > 0.85)


def mistake_class_numbers_as_targets() -> None:
    """A label's number is no target here: give each sample a row of zeros and ones."""
    model = multilabel_classifier(num_features=4, num_labels=3)
    model.fit(np.zeros((6, 4)), np.array([0, 1, 2, 0, 1, 2]), verbose=0)


def mistake_lists_of_different_lengths() -> None:
    """to_categorical can't take several labels a sample: encode each list as multi-hot."""
    keras.utils.to_categorical([[0], [0, 2]])
