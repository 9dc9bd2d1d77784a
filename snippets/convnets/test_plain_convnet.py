"""Claims about the plain convnet."""

import keras
import numpy as np
import pytest
from keras import layers
from sklearn.datasets import load_digits

from snippets.convnets.plain_convnet import plain_convnet


def random_images(height: int, width: int) -> np.ndarray:
    """Return two colour images of noise."""
    return np.random.default_rng(0).random((2, height, width, 3), dtype="float32")


def test_a_convolution_is_equivariant() -> None:
    """Shifting the image by one pixel shifts a convolution's output by one: it is equivariant."""
    image = random_images(16, 17)
    conv = layers.Conv2D(8, 3)
    left, right = conv(image[:, :, :-1]), conv(image[:, :, 1:])
    np.testing.assert_allclose(left[:, :, 1:], right[:, :, :-1], atol=1e-5)
    assert not np.allclose(left, right, atol=1e-2)


def test_pooling_keeps_only_shifts_by_its_strides() -> None:
    """Before global pooling a shift by 4 pixels moves the features by 1; one by 1 changes them."""
    image = random_images(48, 52)
    model = plain_convnet(48, 48)
    trunk = keras.Sequential(model.layers[:-3])
    start, by_one, by_four = (np.array(trunk(image[:, :, n : n + 48])) for n in (0, 1, 4))
    np.testing.assert_allclose(start[:, :, 1:], by_four[:, :, :-1], atol=1e-5)
    assert not np.allclose(start[:, :, 1:], by_one[:, :, :-1], rtol=0.1)
    assert not np.allclose(start, by_one, rtol=0.1)


def test_global_pooling_makes_it_invariant() -> None:
    """A pattern on black, moved by 4 pixels, leaves the output as it was: global pooling."""
    image = np.zeros((2, 72, 72, 3), dtype="float32")
    image[0, 32:40, 32:40] = image[1, 32:40, 36:44] = random_images(8, 8)[0]
    model = plain_convnet(72, 72)
    features = np.array(keras.Sequential(model.layers[:-2])(image))
    np.testing.assert_allclose(features[0], features[1], atol=1e-6)
    assert np.abs(features).max() > 1e-4


def test_its_weights_fit_images_of_any_size() -> None:
    """Global average pooling makes the weights fit any size: 282,282 at 64 pixels and at 96."""
    small, large = plain_convnet(64, 64), plain_convnet(96, 96)
    large.set_weights(small.get_weights())
    assert small.count_params() == large.count_params() == 282_282


def test_a_relu_ends_each_hidden_layer() -> None:
    """Its six convolutions and its hidden Dense layer each set negative numbers to 0: relu."""
    model = plain_convnet(32, 32)
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


def test_flatten_would_cost_eighty_times_more() -> None:
    """Flatten in place of the global pooling gives Dense(32) 331,808 weights for 4,128."""
    model = plain_convnet()
    features = layers.Flatten()(model.layers[-4].output)
    dense = layers.Dense(32)
    dense(features)
    assert (dense.count_params(), model.layers[-2].count_params()) == (331_808, 4_128)


def test_padding_same_is_zero_padding() -> None:
    """padding="same" keeps height and width: one zero all around, then the same convolution."""
    image = random_images(9, 11)
    same, valid = layers.Conv2D(4, 3, padding="same"), layers.Conv2D(4, 3)
    y, padded = same(image), layers.ZeroPadding2D(1)(image)
    valid.build(padded.shape)
    valid.set_weights(same.get_weights())
    assert y.shape == (2, 9, 11, 4)
    np.testing.assert_allclose(valid(padded), y, atol=1e-5)


def test_a_stride_divides_the_size() -> None:
    """n pixels, a filter of k and a stride of s leave (n - k) // s + 1, or ceil(n / s) padded."""
    for n, k, s in ((10, 3, 1), (10, 3, 2), (11, 5, 3)):
        image = random_images(n, n)
        assert layers.Conv2D(1, k, strides=s)(image).shape[1] == (n - k) // s + 1
        assert layers.Conv2D(1, k, strides=s, padding="same")(image).shape[1] == -(-n // s)


def test_it_takes_images_of_32_pixels_and_no_smaller() -> None:
    """Images of 32 by 32 pixels are large enough; 31 by 31 raise a ValueError."""
    assert plain_convnet(32, 32).layers[-4].output.shape == (None, 1, 1, 128)
    with pytest.raises(ValueError, match="zero or negative"):
        plain_convnet(31, 31)


def test_it_learns_handwritten_digits() -> None:
    """Eight steps of 12 images each tell 50 other digits 0 and 1 apart, over 80% right."""
    x, y = load_digits(n_class=2, return_X_y=True)
    x = np.kron((x / 16).reshape(-1, 8, 8, 1), np.ones((1, 4, 4, 1))).astype("float32")
    model = plain_convnet(32, 32, 1, 2)
    model.run_eagerly = True
    model.optimizer.learning_rate = 0.0005
    model.fit(x[:96], keras.utils.to_categorical(y[:96]), batch_size=12, verbose=0)
    assert np.mean(np.array(model(x[240:290])).argmax(axis=-1) == y[240:290]) > 0.8


def mistake_the_old_keyword_for_padding() -> None:
    """border_mode= was Keras 1's keyword: write padding="same"."""
    layers.Conv2D(32, 3, border_mode="same")


def mistake_other_channels() -> None:
    """The channels must be those of the images: 3 for colour, 1 for grey."""
    model = plain_convnet(32, 32, channels=3)
    model(np.zeros((4, 32, 32, 1)))
