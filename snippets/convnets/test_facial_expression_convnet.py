"""Claims about the convnet for facial expressions."""

import functools

import keras
import numpy as np
import pytest
from keras import layers
from sklearn.datasets import load_digits

from snippets.convnets.facial_expression_convnet import facial_expression_convnet


@functools.cache
def shared_model() -> keras.Model:
    """Return one model for the claims that change nothing in it."""
    return facial_expression_convnet()


def test_most_of_it_is_one_dense_layer() -> None:
    """The Dense layer after Flatten has 4,333,824 of its 4,405,639 parameters: 98%."""
    model = shared_model()
    dense = model.layers[5]
    assert (dense.count_params(), model.count_params()) == (4_333_824, 4_405_639)
    assert round(dense.count_params() / model.count_params(), 2) == 0.98


def test_a_third_number_is_the_stride() -> None:
    """Conv2D(32, 3, 3) is a filter of 3 with a stride of 3: 536,839 parameters, and no error."""
    conv = layers.Conv2D(32, 3, 3)
    assert conv.strides == (3, 3)
    rest = [type(layer).from_config(layer.get_config()) for layer in shared_model().layers[1:]]
    misread = keras.Sequential([keras.Input((48, 48, 3)), conv, *rest])
    assert conv.output.shape == (None, 16, 16, 32)
    assert misread.count_params() == 536_839


def test_slopes_for_every_place_are_many() -> None:
    """PReLU() after the convolution has 67,712 slopes; with shared_axes=[1, 2] it has 32."""
    every = shared_model().layers[2]
    shared = layers.PReLU(shared_axes=[1, 2])
    shared(keras.Input((46, 46, 32)))
    assert (every.count_params(), shared.count_params()) == (67_712, 32)


def test_an_untrained_prelu_is_a_relu() -> None:
    """PReLU starts as ReLU, since its slopes for negative numbers start at zero."""
    x = np.random.default_rng(0).normal(size=(2, 4, 4, 8)).astype("float32")
    np.testing.assert_array_equal(layers.PReLU()(x), keras.ops.relu(x))


def test_the_batch_normalization_undoes_scale_and_bias() -> None:
    """In training batch normalization undoes scale and bias of Conv2D and Dense(256) before it."""
    model = facial_expression_convnet(12, 12)
    for layer, norm in zip(model.layers[0:6:5], model.layers[1:7:5], strict=True):
        shape = (8, *layer.input.shape[1:])
        x = 10 * np.random.default_rng(0).normal(size=shape).astype("float32")
        before = norm(layer(x), training=True)
        layer.set_weights([10 * layer.kernel, layer.bias + 3])
        np.testing.assert_allclose(norm(layer(x), training=True), before, atol=1e-2)
        assert not np.allclose(norm(layer(x), training=False), before, atol=1)


def test_half_of_the_features_are_dropped_before_the_last_layer() -> None:
    """In training one dropout sets half of the 256 features to zero and doubles the others."""
    (dropout,) = (layer for layer in shared_model().layers if isinstance(layer, layers.Dropout))
    kept = np.array(dropout(np.ones((100, 256), "float32"), training=True))
    assert set(np.unique(kept)) == {0, 2}
    np.testing.assert_allclose(np.mean(kept == 0), 0.5, atol=0.02)


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Return 340 digits 0, 1 and 2 of 8 by 8 pixels, and which they are."""
    x, y = load_digits(n_class=3, return_X_y=True)
    return (x[:340] / 16).reshape(-1, 8, 8, 1).astype("float32"), y[:340]


def train(model: keras.Model, x: np.ndarray, y: np.ndarray, momentum: float) -> None:
    """Take four steps, in which the batch normalizations average with that momentum."""
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = momentum
    model.compile(keras.optimizers.SGD(0.1), model.loss, run_eagerly=True)
    for _ in range(4):
        model.train_on_batch(x, y)


def test_it_learns_handwritten_digits() -> None:
    """With momentum 0, four steps on 240 digits 0, 1 and 2 get over 90% of 100 others right."""
    x, y = digits()
    model = facial_expression_convnet(8, 8, 1, 3)
    train(model, x[:240], y[:240], momentum=0)
    assert np.mean(np.array(model(x[240:])).argmax(axis=-1) == y[240:]) > 0.9


def test_slow_averages_look_like_overfitting() -> None:
    """At Keras's 0.99 four steps on bright images are 95% right in training, then under 70%."""
    x, y = digits()
    x, y = x[:120] + 6, y[:120]
    model = facial_expression_convnet(8, 8, 1, 3)
    train(model, x, y, momentum=0.99)
    right = [np.mean(np.array(model(x, training=mode)).argmax(-1) == y) for mode in (True, False)]
    assert right[0] > 0.95
    assert right[1] < 0.7


def test_a_random_split_can_look_perfect() -> None:
    """With people on both sides, nearest neighbours get labels drawn for each person 100% right."""
    generator = np.random.default_rng(0)
    person = np.repeat(np.arange(70), 20)
    label = generator.integers(0, 7, 70)[person]
    x = generator.normal(size=(70, 30))[person] + 0.1 * generator.normal(size=(1400, 30))

    def accuracy(test: np.ndarray) -> float:
        distance = ((x[test][:, None] - x[~test]) ** 2).sum(axis=-1)
        return float(np.mean(label[~test][distance.argmin(axis=1)] == label[test]))

    assert accuracy(generator.random(1400) < 0.2) == 1
    assert accuracy(person >= 56) < 0.3


def test_the_mix_of_classes_decides_the_accuracy() -> None:
    """A model right on 90% of one class and 50% of another scores 70% balanced, 86% at 9 to 1."""
    right = np.array([0.9, 0.5])
    assert right @ [0.5, 0.5] == pytest.approx(0.7)
    assert right @ [0.9, 0.1] == pytest.approx(0.86)


def mistake_the_old_keywords() -> None:
    """init= is kernel_initializer= and border_mode= is padding= since Keras 2."""
    layers.Conv2D(32, (3, 3), border_mode="valid", init="he_normal")


def mistake_faces_of_another_size() -> None:
    """Its weights fit one size, since Flatten and PReLU() have one for each place: resize."""
    small, large = facial_expression_convnet(24, 24), facial_expression_convnet(32, 32)
    large.set_weights(small.get_weights())


def mistake_one_hot_targets() -> None:
    """This loss takes the number of the class; categorical_crossentropy takes one-hot targets."""
    model = facial_expression_convnet(8, 8)
    model.fit(np.zeros((2, 8, 8, 3)), keras.utils.to_categorical([0, 1], 7), verbose=0)
