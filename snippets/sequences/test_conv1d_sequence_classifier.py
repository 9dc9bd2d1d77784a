"""Claims about the Conv1D sequence classifier."""

import keras
import numpy as np
from keras import layers

from snippets.sequences.conv1d_sequence_classifier import conv1d_sequence_classifier


def _sequences() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(4, 20, 8)).astype("float32")


def test_a_kernel_of_one_step_knows_no_order() -> None:
    """With kernel_size=1 the 20 vectors give the same probabilities in any order."""
    model, x = conv1d_sequence_classifier(kernel_size=1), _sequences()
    generator = np.random.default_rng(1)
    for _ in range(5):
        shuffled = x[:, generator.permutation(20)]
        np.testing.assert_allclose(model(shuffled), model(x), rtol=1e-5)


def test_a_wider_kernel_knows_the_order() -> None:
    """With kernel_size=5 the vectors in another order give other probabilities."""
    model, x = conv1d_sequence_classifier(), _sequences()
    shuffled = x[:, np.random.default_rng(1).permutation(20)]
    assert np.abs(model(shuffled) - model(x)).max() > 0.001


def test_a_pattern_counts_wherever_it_stands() -> None:
    """A pattern among zeros gives the same probabilities wherever it stands but at the ends."""
    model = conv1d_sequence_classifier(length=40)
    pattern = np.random.default_rng(0).normal(size=(4, 8))
    outputs = []
    for start in (8, 15, 28):
        x = np.zeros((1, 40, 8), "float32")
        x[0, start : start + 4] = pattern
        outputs.append(np.array(model(x)))
    np.testing.assert_allclose(outputs[1], outputs[0], rtol=1e-5)
    np.testing.assert_allclose(outputs[2], outputs[0], rtol=1e-5)


def test_a_convolution_is_dense_over_windows() -> None:
    """Both Conv1D layers are a Dense layer with relu, applied to every window of five steps."""
    x = _sequences()
    for conv in conv1d_sequence_classifier().layers[:2]:
        windows = np.lib.stride_tricks.sliding_window_view(x, 5, axis=1).swapaxes(2, 3)
        windows = windows.reshape(4, windows.shape[1], -1)
        dense = layers.Dense(32, activation="relu")
        dense.build(windows.shape)
        kernel, bias = conv.get_weights()
        dense.set_weights([kernel.reshape(-1, 32), bias])
        x = np.array(conv(x))
        np.testing.assert_allclose(dense(windows), x, rtol=1e-4, atol=1e-5)


def test_sequences_of_any_length_use_the_same_weights() -> None:
    """The same weights serve any length: 50 steps match at least as well as 20 of them."""
    short, free = conv1d_sequence_classifier(), conv1d_sequence_classifier(length=50)
    free.set_weights(short.get_weights())
    pattern, padding = _sequences(), np.zeros((4, 15, 8), "float32")
    inside = np.concatenate([padding, pattern, padding], axis=1)
    matches = keras.Sequential(short.layers[:-1])(pattern)
    more = keras.Sequential(free.layers[:-1])(inside)
    assert np.min(more - matches) > -1e-6


def test_flattening_costs_ten_times_the_head() -> None:
    """After 12 steps of 32 features the head has 330 parameters behind pooling, 3,850 flattened."""
    flat = keras.Sequential([keras.Input((12, 32)), layers.Flatten(), layers.Dense(10)])
    assert conv1d_sequence_classifier().layers[-1].count_params() == 330
    assert flat.count_params() == 3850


def test_it_finds_a_pattern_at_places_it_never_saw() -> None:
    """Trained on a bump in the first half, it finds over 95% of bumps in the second half."""
    generator = np.random.default_rng(0)
    x, y = generator.normal(scale=0.1, size=(400, 20, 1)), np.arange(400) % 2
    for index in np.flatnonzero(y):
        start = generator.integers(0, 6) + (10 if index >= 200 else 0)
        x[index, start : start + 5, 0] += [1, -1, 2, -1, 1]
    model = conv1d_sequence_classifier(length=20, num_features=1, num_classes=2, kernel_size=3)
    model.optimizer.learning_rate = 0.01
    model.run_eagerly = True
    for _ in range(4):
        model.train_on_batch(x[:200], y[:200])
    right = np.argmax(model(x[200:]), axis=-1) == y[200:]
    assert right.mean() > 0.95


def mistake_no_feature_axis() -> None:
    """A plain list of 100 values is a sequence of 100 steps with one feature: x[..., None]."""
    layers.Conv1D(32, 5)(np.zeros((4, 100)))


def mistake_a_sequence_shorter_than_the_kernels() -> None:
    """Two kernels of five steps see nine together: pad shorter sequences or shrink the kernels."""
    conv1d_sequence_classifier(length=8)


def mistake_arguments_of_keras_1() -> None:
    """Since Keras 2 the arguments are kernel_size and strides, no longer subsample_length."""
    layers.Conv1D(32, 5, subsample_length=2)
