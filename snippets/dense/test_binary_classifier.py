"""Claims about the binary classifier."""

import keras
import numpy as np

from snippets.dense.binary_classifier import binary_classifier


def test_one_sigmoid_unit_is_a_softmax_over_two_scores() -> None:
    """One sigmoid unit gives the same probability as a softmax over the scores 0 and z."""
    scores = np.linspace(-5, 5, 11, dtype="float32")
    both = np.stack([np.zeros_like(scores), scores], axis=-1)
    np.testing.assert_allclose(keras.ops.sigmoid(scores), keras.ops.softmax(both)[:, 1], rtol=1e-5)


def test_flat_targets_give_the_loss_of_a_column() -> None:
    """Targets of shape (batch,) give the same loss as targets of shape (batch, 1)."""
    flat, column = binary_classifier(num_features=4), binary_classifier(num_features=4)
    column.set_weights(flat.get_weights())
    x = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
    y = np.array([0, 1] * 4)
    assert flat.evaluate(x, y, verbose=0) == column.evaluate(x, y[:, None], verbose=0)


def test_it_learns_whether_a_tumour_is_malignant() -> None:
    """Ten epochs on scaled data classify over 90% of scikit-learn's held-out tumours right."""
    from sklearn.datasets import load_breast_cancer

    x, y = load_breast_cancer(return_X_y=True)
    x = (x - x[:400].mean(axis=0)) / x[:400].std(axis=0)
    model = binary_classifier(num_features=30)
    model.fit(x[:400], y[:400], epochs=10, verbose=0)
    assert model.evaluate(x[400:], y[400:], verbose=0, return_dict=True)["accuracy"] > 0.9


def mistake_two_targets_for_one_unit() -> None:
    """One-hot targets do not fit one sigmoid unit: pass the class 0 or 1 itself."""
    model = binary_classifier(num_features=4)
    model.fit(np.zeros((8, 4)), keras.utils.to_categorical([0, 1] * 4), verbose=0)
