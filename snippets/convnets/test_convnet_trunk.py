"""Claims about the convolutional trunk."""

import keras
import numpy as np
import pytest
from keras import layers

from snippets.convnets.convnet_trunk import convnet_trunk


def random_images(height: int, width: int) -> np.ndarray:
    """Return two colour images of noise."""
    return np.random.default_rng(0).random((2, height, width, 3), dtype="float32")


def test_each_place_sees_22_pixels() -> None:
    """One place of its output sees 22 by 22 pixels, and the next one those 8 pixels further on."""
    image = random_images(46, 46)
    large, small = convnet_trunk(46, 46), convnet_trunk(22, 22)
    small.set_weights(large.get_weights())
    features = large(image)
    np.testing.assert_allclose(features[:, 0, 0], small(image[:, :22, :22])[:, 0, 0], atol=1e-6)
    np.testing.assert_allclose(features[:, 1, 2], small(image[:, 8:30, 16:38])[:, 0, 0], atol=1e-6)


def test_channels_first_images_are_misread_without_a_word() -> None:
    """Conv2D(32, 3) reads (3, 150, 150) as 150 channels: 43,232 parameters for 896, no error."""
    right, wrong = layers.Conv2D(32, 3), layers.Conv2D(32, 3)
    assert right(keras.Input((150, 150, 3))).shape == (None, 148, 148, 32)
    assert wrong(keras.Input((3, 150, 150))).shape == (None, 1, 148, 32)
    assert (right.count_params(), wrong.count_params()) == (896, 43_232)


def test_moving_the_channels_mends_it() -> None:
    """Permute((2, 3, 1)) turns channels-first images into those that the trunk takes."""
    image = random_images(24, 26)
    first = np.moveaxis(image, -1, 1)
    np.testing.assert_array_equal(layers.Permute((2, 3, 1))(first), image)
    assert convnet_trunk(24, 26)(layers.Permute((2, 3, 1))(first)).shape == (2, 1, 1, 64)


def test_average_pooling_is_a_fixed_convolution() -> None:
    """Average pooling is a depthwise convolution with a stride of 2 and all weights 1/4."""
    image = random_images(8, 8)
    depthwise = layers.DepthwiseConv2D(
        2, strides=2, use_bias=False, depthwise_initializer=keras.initializers.Constant(0.25)
    )
    np.testing.assert_allclose(layers.AveragePooling2D(2)(image), depthwise(image), atol=1e-6)


def test_max_pooling_is_no_convolution() -> None:
    """Its pooling is not linear: the pooled sum of two images is not the sum of their poolings."""
    one, two = random_images(8, 8)
    for pool in convnet_trunk(22, 22).layers[1::2]:
        separate = pool(one[None]) + pool(two[None])
        assert not np.allclose(pool((one + two)[None]), separate, atol=0.1)
    mean = layers.AveragePooling2D(2)
    np.testing.assert_allclose(
        mean((one + two)[None]), mean(one[None]) + mean(two[None]), atol=1e-6
    )


def test_a_head_makes_a_classifier_of_it() -> None:
    """On frozen features a head of 65 parameters is all that a training step changes."""
    trunk = convnet_trunk(22, 22)
    trunk.trainable = False
    head = layers.Dense(1, activation="sigmoid")
    model = keras.Sequential([trunk, layers.GlobalAveragePooling2D(), head])
    model.compile(optimizer="adam", loss="binary_crossentropy", run_eagerly=True)
    before = trunk.get_weights()
    model.train_on_batch(random_images(22, 22), np.array([[0], [1]]))
    assert sum(int(np.prod(w.shape)) for w in model.trainable_weights) == 65
    assert all(np.array_equal(a, b) for a, b in zip(before, trunk.get_weights(), strict=True))


def test_images_of_22_pixels_are_the_smallest() -> None:
    """Images of 22 by 22 pixels leave one place; 21 by 21 raise a ValueError."""
    assert convnet_trunk(22, 22).output_shape == (None, 1, 1, 64)
    with pytest.raises(ValueError, match="zero or negative"):
        convnet_trunk(21, 21)


def mistake_channels_first() -> None:
    """Keras puts the channels last: give (150, 150, 3), or move the axis of such images."""
    convnet_trunk(height=3, width=150, channels=150)


def mistake_training_it_as_it_is() -> None:
    """A trunk has no loss: add a head and compile, as cats_vs_dogs_convnet does."""
    trunk = convnet_trunk(22, 22)
    trunk.fit(np.zeros((2, 22, 22, 3)), np.zeros((2, 1)), verbose=0)
