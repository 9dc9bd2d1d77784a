"""Claims about the convnet for two classes."""

import functools

import keras
import numpy as np
from keras import layers

from snippets.convnets.cats_vs_dogs_convnet import cats_vs_dogs_convnet
from snippets.convnets.convnet_trunk import convnet_trunk


@functools.cache
def shared_model() -> keras.Model:
    """Return one model for the claims that change nothing in it."""
    return cats_vs_dogs_convnet()


def test_it_is_the_trunk_with_a_head() -> None:
    """It is convnet_trunk with a head that has 97.6% of the 1,212,513 parameters."""
    model, trunk = shared_model(), convnet_trunk()
    assert [layer.output.shape for layer in model.layers[:6]] == [
        layer.output.shape for layer in trunk.layers
    ]
    trunk.set_weights(model.get_weights()[: len(trunk.weights)])
    image = np.random.default_rng(0).random((1, 150, 150, 3), dtype="float32")
    features = keras.Sequential(model.layers[:6])(image)
    np.testing.assert_allclose(features, trunk(image), rtol=1e-5, atol=1e-7)
    assert (model.count_params(), trunk.count_params()) == (1_212_513, 28_640)
    assert round(1 - trunk.count_params() / model.count_params(), 3) == 0.976


def test_flatten_itself_has_no_parameters() -> None:
    """The Dense layer after Flatten has 1,183,808 parameters, after global pooling 4,160."""
    model = shared_model()
    flatten, dense = model.layers[6:8]
    assert (flatten.count_params(), dense.count_params()) == (0, 1_183_808)
    small = layers.Dense(64)
    small(layers.GlobalAveragePooling2D()(model.layers[5].output))
    assert small.count_params() == 4_160


def test_a_relu_ends_each_hidden_layer() -> None:
    """Its three convolutions and its hidden Dense layer each set negative numbers to 0: relu."""
    model = cats_vs_dogs_convnet(32, 32)
    x = np.random.default_rng(0).random((4, 32, 32, 3), dtype="float32")
    relus = 0
    for layer in model.layers[:-1]:
        y = layer(x)
        if layer.weights:
            layer.activation = keras.activations.linear
            np.testing.assert_allclose(y, keras.ops.relu(layer(x)), rtol=1e-5, atol=1e-7)
            relus += 1
        x = y
    assert relus == 4


def test_pixels_up_to_255_saturate_it() -> None:
    """Untrained, it gives pixels in [0, 255] 255 times the score of pixels in [0, 1]."""
    model = cats_vs_dogs_convnet(32, 32)
    image = np.random.default_rng(0).random((4, 32, 32, 3), dtype="float32")
    score = keras.Sequential([*model.layers[:-1]])
    dense = model.layers[-1]
    scaled, raw = (keras.ops.matmul(score(x), dense.kernel) for x in (image, image * 255))
    np.testing.assert_allclose(raw, 255 * scaled, rtol=1e-3)
    assert np.abs(scaled).max() < 1 < np.abs(raw).mean()


def test_dropout_acts_in_training_only() -> None:
    """Its one dropout zeroes about half of the units in training and doubles the others."""
    (dropout,) = (layer for layer in shared_model().layers if isinstance(layer, layers.Dropout))
    x = np.ones((1000, 64), dtype="float32")
    kept = np.array(dropout(x, training=True))
    assert set(np.unique(kept)) == {0, 2}
    assert abs(np.mean(kept == 0) - 0.5) < 0.02
    np.testing.assert_array_equal(dropout(x, training=False), x)


def test_augmentation_costs_nothing_when_it_predicts() -> None:
    """Random flips and rotations have no weights and change images in training only."""
    augment = keras.Sequential([layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)])
    x = np.random.default_rng(0).random((4, 22, 22, 3), dtype="float32")
    assert not np.allclose(augment(x, training=True), x)
    np.testing.assert_array_equal(augment(x, training=False), x)
    assert augment.trainable_weights == []


def test_it_learns_the_direction_of_stripes() -> None:
    """Twelve steps of 16 noisy images tell level from upright stripes, over 90% of 50 right."""
    generator = np.random.default_rng(0)
    y = np.arange(242) % 2
    wave = (np.sin(np.arange(24) + generator.uniform(0, 6, (242, 1))) + 1) / 2
    level = np.repeat(wave[:, :, None], 24, axis=2)
    x = np.where(y[:, None, None], level, level.transpose(0, 2, 1))
    x = np.clip(x + generator.normal(0, 0.1, x.shape), 0, 1)[..., None].astype("float32")
    model = cats_vs_dogs_convnet(24, 24, channels=1)
    model.run_eagerly = True
    model.optimizer.learning_rate = 0.0005
    model.fit(x[:192], y[:192], batch_size=16, verbose=0)
    assert np.mean((np.array(model(x[192:]))[:, 0] > 0.5) == y[192:]) > 0.9


def mistake_images_of_another_size() -> None:
    """Flatten fixes the size: resize the images to those that the model was built for."""
    model = cats_vs_dogs_convnet(32, 32)
    model(np.zeros((1, 48, 48, 3)))


def mistake_two_classes_one_hot() -> None:
    """One unit takes the class 0 or 1 itself, as label_mode="binary" gives it, not one-hot."""
    model = cats_vs_dogs_convnet(22, 22)
    model.fit(np.zeros((4, 22, 22, 3)), keras.utils.to_categorical([0, 1, 0, 1]), verbose=0)
