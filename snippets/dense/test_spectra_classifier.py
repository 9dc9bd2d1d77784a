"""Claims about the classifier for spectra."""

import keras
import numpy as np
import tensorflow as tf

from snippets.dense.spectra_classifier import spectra_classifier


def spectra(count: int = 11) -> tuple[np.ndarray, np.ndarray]:
    """Return 600 made spectra of mixtures, and which of ``count`` substances each one holds."""
    rng = np.random.default_rng(0)
    centres, points = rng.uniform(0, 167, (count, 3, 1)), np.arange(167)
    pure = np.exp(-(((points - centres) / 4) ** 2)).sum(axis=1)
    y = (rng.random((600, count)) < 0.25).astype(int)
    x = (y * rng.uniform(0.5, 1, y.shape)) @ pure + 0.02 * rng.normal(size=(600, 167))
    return x, y


def trained(model: keras.Model) -> tuple[np.ndarray, np.ndarray]:
    """Return what the model answers for held-out spectra after five steps, and the truth."""
    x, y = spectra(model.output_shape[-1])
    model.run_eagerly = True
    for _ in range(5):
        model.train_on_batch(x[:500], y[:500])
    return np.array(model(x[500:])), y[500:]


def test_it_tells_the_substances_of_a_mixture() -> None:
    """Five steps on 500 mixtures of three substances get over 95% of held-out answers right."""
    model = spectra_classifier(num_substances=3)
    model.compile(optimizer=keras.optimizers.Adam(0.03), loss=model.loss)
    predicted, y = trained(model)
    assert np.mean((predicted > 0.5) == y) > 0.95


def test_categorical_crossentropy_teaches_it_to_say_yes() -> None:
    """With categorical cross-entropy over 99% of all its answers are above 0.99, true or not."""
    model = spectra_classifier()
    model.compile(optimizer=keras.optimizers.RMSprop(0.1), loss="categorical_crossentropy")
    predicted, y = trained(model)
    assert np.mean(predicted > 0.99) > 0.99
    assert y.mean() < 0.3


def test_that_loss_raises_all_scores_of_a_mixture() -> None:
    """On TensorFlow its gradients over k substances add up to 1 - k: all scores go up together."""
    scores = tf.Variable(np.random.default_rng(0).normal(size=(3, 11)))
    targets = np.arange(11) < np.array([[1], [2], [4]])
    with tf.GradientTape() as tape:
        answers = keras.activations.sigmoid(scores)
        loss = keras.losses.categorical_crossentropy(targets, answers)
    sums = np.array(tape.gradient(loss, scores)).sum(axis=-1)
    np.testing.assert_allclose(sums, [0, -1, -3], atol=1e-5)


def test_its_layers_without_activations_are_one_affine_map() -> None:
    """Without its two relus, its 13,195 parameters before the sigmoid do the work of 1,848."""
    model = spectra_classifier()
    assert model.count_params() == 13_195
    x = spectra()[0].astype("float32")
    kernels = [np.array(layer.kernel) for layer in model.layers]
    kept = np.maximum(np.maximum(x @ kernels[0], 0) @ kernels[1], 0)
    np.testing.assert_allclose(model(x), keras.ops.sigmoid(kept @ kernels[2]), atol=1e-5)
    for layer in model.layers[:2]:
        layer.activation = keras.activations.linear
    kernel = kernels[0] @ kernels[1] @ kernels[2]
    assert kernel.size + 11 == 1_848
    np.testing.assert_allclose(model(x), keras.ops.sigmoid(x @ kernel), atol=1e-5)


def test_with_that_loss_accuracy_looks_for_one_class() -> None:
    """With categorical cross-entropy, metrics=["accuracy"] asks for one class per spectrum."""
    model = spectra_classifier()
    model.compile(loss="categorical_crossentropy", metrics=["accuracy"])
    model.run_eagerly = True
    x, y = spectra()
    accuracy = model.test_on_batch(x[:50], y[:50], return_dict=True)["accuracy"]
    same = np.array(model(x[:50])).argmax(axis=-1) == y[:50].argmax(axis=-1)
    np.testing.assert_allclose(accuracy, same.mean(), rtol=1e-5)


def test_the_points_have_no_order_to_it() -> None:
    """Shuffling the points of all spectra and the kernel's rows alike changes no answer."""
    model = spectra_classifier()
    x, _ = spectra()
    before, order = np.array(model(x)), np.random.default_rng(1).permutation(167)
    model.layers[0].kernel.assign(np.array(model.layers[0].kernel)[order])
    np.testing.assert_allclose(model(x[:, order]), before, atol=1e-5)


def mistake_spectra_of_another_length() -> None:
    """A spectrum measured at other wavelengths does not fit: interpolate it to the same ones."""
    model = spectra_classifier()
    model(np.zeros((1, 200)))


def mistake_one_class_number_for_a_mixture() -> None:
    """A class number can't name a mixture: give each spectrum a row of zeros and ones."""
    model = spectra_classifier()
    model.fit(np.zeros((6, 167)), np.array([2, 3, 4, 2, 3, 4]), verbose=0)
