"""Claims about the separable convnet."""

import keras
import numpy as np
import pytest
from keras import layers
from sklearn.datasets import load_digits

from snippets.convnets.plain_convnet import plain_convnet
from snippets.convnets.separable_convnet import separable_convnet


def factored_kernel(layer: layers.SeparableConv2D) -> np.ndarray:
    """Return the kernel of the one Conv2D that does what a separable convolution does."""
    depthwise = keras.ops.convert_to_numpy(layer.depthwise_kernel)[..., 0]
    pointwise = keras.ops.convert_to_numpy(layer.pointwise_kernel)[0, 0]
    return depthwise[..., None] * pointwise


def test_it_is_a_convolution_with_a_factored_kernel() -> None:
    """A separable convolution is a Conv2D whose kernel is depthwise kernel times pointwise one."""
    x = np.random.default_rng(0).random((2, 8, 8, 5), dtype="float32")
    separable = layers.SeparableConv2D(7, 3)
    plain = layers.Conv2D(7, 3)
    y, _ = separable(x), plain(x)
    plain.set_weights([factored_kernel(separable), separable.bias])
    np.testing.assert_allclose(plain(x), y, atol=1e-5)


def test_most_convolutions_are_not_separable() -> None:
    """For one input channel a separable kernel has rank 1, a plain 3 by 3 kernel rank 9."""
    separable, plain = layers.SeparableConv2D(16, 3), layers.Conv2D(16, 3)
    separable.build((None, 8, 8, 4))
    plain.build((None, 8, 8, 4))
    kernels = factored_kernel(separable), keras.ops.convert_to_numpy(plain.kernel)
    ranks = [np.linalg.matrix_rank(kernel[:, :, 0].reshape(9, 16)) for kernel in kernels]
    assert ranks == [1, 9]


def multiply_adds(model: keras.Model) -> int:
    """Return the multiply-adds of one sample: each kernel once for each place of its output."""
    total = 0
    for layer in model.layers:
        places = int(np.prod(layer.output.shape[1:-1]))
        total += places * sum(int(np.prod(w.shape)) for w in layer.weights if w.name != "bias")
    return total


def test_it_needs_fewer_weights_and_less_work() -> None:
    """It has 7.2 times fewer parameters and 8.0 times fewer multiply-adds than plain_convnet."""
    separable, plain = separable_convnet(), plain_convnet()
    assert round(plain.count_params() / separable.count_params(), 1) == 7.2
    assert round(multiply_adds(plain) / multiply_adds(separable), 1) == 8.0


def test_it_takes_images_of_32_pixels_and_no_smaller() -> None:
    """Images of 32 by 32 pixels leave one place before the pooling; 31 by 31 raise a ValueError."""
    assert separable_convnet(32, 32).layers[-4].output.shape == (None, 1, 1, 128)
    with pytest.raises(ValueError, match="zero or negative"):
        separable_convnet(31, 31)


def test_a_relu_ends_each_hidden_layer() -> None:
    """A relu ends each separable convolution, not each half of it, and the hidden Dense layer."""
    model = separable_convnet(32, 32)
    x = np.random.default_rng(0).random((2, 32, 32, 3), dtype="float32")
    relus = 0
    for layer in model.layers[:-1]:
        y = layer(x)
        if layer.weights:
            layer.activation = keras.activations.linear
            np.testing.assert_allclose(y, keras.ops.relu(layer(x)), rtol=1e-5, atol=1e-7)
            relus += 1
        x = y
    assert relus == 7


def default_kernels(model: keras.Model) -> None:
    """Give the depthwise kernels the values that Keras starts with where nothing is said."""
    for layer in model.layers:
        if isinstance(layer, layers.SeparableConv2D):
            kernel = layer.depthwise_kernel
            kernel.assign(keras.initializers.GlorotUniform()(kernel.shape))


def test_the_default_kernels_shrink_the_features() -> None:
    """With Keras's default depthwise kernels the last features start over 1,000 times smaller."""
    model = separable_convnet()
    trunk = keras.Sequential(model.layers[:-3])
    image = np.random.default_rng(0).random((2, 64, 64, 3), dtype="float32")
    ours = np.std(trunk(image))
    default_kernels(model)
    assert np.std(trunk(image)) < ours / 1000


def accuracy_on_digits(model: keras.Model) -> float:
    """Train on 32 digits, enlarged to 32 by 32 pixels; return the accuracy on 50 others."""
    x, y = load_digits(n_class=2, return_X_y=True)
    x = np.kron((x / 16).reshape(-1, 8, 8, 1), np.ones((1, 4, 4, 1))).astype("float32")
    model.compile(keras.optimizers.Adam(0.005), model.loss, run_eagerly=True)
    for _ in range(6):
        model.train_on_batch(x[:32], keras.utils.to_categorical(y[:32]))
    return np.mean(np.array(model(x[240:290])).argmax(axis=-1) == y[240:290])


def test_it_learns_handwritten_digits() -> None:
    """Six steps on 32 images tell 50 other digits 0 and 1 apart, over 80% right."""
    assert accuracy_on_digits(separable_convnet(32, 32, 1, 2)) > 0.8


def test_the_default_kernels_learn_nothing() -> None:
    """With Keras's default depthwise kernels the same six steps leave it at chance, 1 in 2."""
    model = separable_convnet(32, 32, 1, 2)
    default_kernels(model)
    assert accuracy_on_digits(model) < 0.6


def test_an_initializer_repeats_itself() -> None:
    """One initializer object gives the same values each time: make one for each layer."""
    start = keras.initializers.VarianceScaling(mode="fan_out")
    np.testing.assert_array_equal(start((3, 3, 4, 1)), start((3, 3, 4, 1)))


def mistake_images_of_28_pixels() -> None:
    """MNIST's 28 by 28 pixels are too small: enlarge or pad the images to 32 by 32."""
    separable_convnet(28, 28, channels=1)


def mistake_integer_targets() -> None:
    """Integer targets need sparse_categorical_crossentropy, this model takes one-hot ones."""
    model = separable_convnet(32, 32)
    model.fit(np.zeros((4, 32, 32, 3)), np.array([0, 1, 2, 3]), verbose=0)
