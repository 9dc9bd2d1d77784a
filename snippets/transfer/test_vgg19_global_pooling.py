"""Claims about VGG19 with global average pooling."""

import keras
import numpy as np
from keras import layers

from snippets.transfer.vgg19_global_pooling import vgg19_global_pooling


def some_images(height: int = 32, width: int = 32) -> tuple[np.ndarray, np.ndarray]:
    """Return two images of noise and their one-hot classes."""
    x = np.random.default_rng(0).uniform(0, 255, (2, height, width, 3)).astype("float32")
    return x, keras.utils.to_categorical([0, 1], 10)


def numbers(weights: list[keras.Variable]) -> list[np.ndarray]:
    """Return the values of weights."""
    return [keras.ops.convert_to_numpy(weight) for weight in weights]


def size(weights: list[keras.Variable]) -> int:
    """Return how many numbers are in weights."""
    return sum(int(np.prod(weight.shape)) for weight in weights)


def test_its_head_fits_images_of_any_size() -> None:
    """It has 20,031,562 parameters at 32 by 32 pixels and at 224 by 224: none counts places."""
    small, large = vgg19_global_pooling(), vgg19_global_pooling(224, 224)
    assert small.count_params() == large.count_params() == 20_031_562


def test_a_step_leaves_the_frozen_base_alone() -> None:
    """A training step changes the head's 6,154 trainable weights and not one of VGG19's."""
    model = vgg19_global_pooling()
    model.run_eagerly = True
    base, head = model.get_layer("vgg19"), model.layers[-1]
    before, head_before = numbers(base.weights), numbers(head.weights)
    model.train_on_batch(*some_images())
    pairs = zip(before, numbers(base.weights), strict=True)
    assert all(np.array_equal(old, new) for old, new in pairs)
    assert not np.array_equal(head_before[0], numbers(head.weights)[0])
    assert size(model.trainable_weights) == 6_154


def test_unfreezing_needs_compile() -> None:
    """Unfrozen after a step, VGG19 still does not move: only compile() makes training see it."""
    model = vgg19_global_pooling()
    base = model.get_layer("vgg19")
    (before,) = numbers(base.weights[:1])
    model.train_on_batch(*some_images())
    base.trainable = True
    model.train_on_batch(*some_images())
    assert np.array_equal(before, base.weights[0])
    model.compile("sgd", "categorical_crossentropy", run_eagerly=True)
    model.train_on_batch(*some_images())
    assert not np.array_equal(before, base.weights[0])


def test_one_step_of_adam_moves_every_weight_as_far() -> None:
    """The first step of Adam moves weights by 0.001, 7% of the spread in VGG19's last layer."""
    model = vgg19_global_pooling()
    base = model.get_layer("vgg19")
    base.trainable = True
    for layer in base.layers:
        layer.trainable = layer.name == "block5_conv4"
    optimizer = keras.optimizers.Adam(learning_rate=0.001)
    model.compile(optimizer, "categorical_crossentropy", run_eagerly=True)
    before = numbers(model.trainable_weights)
    model.train_on_batch(*some_images())
    pairs = zip(before, numbers(model.trainable_weights), strict=True)
    moved = np.concatenate([np.abs(new - old).ravel() for old, new in pairs])
    moved = moved[moved > 0]
    assert np.mean(np.isclose(moved, 0.001, rtol=0.1)) > 0.98
    assert round(0.001 / np.std(before[0]), 2) == 0.07


def test_the_features_can_be_computed_once() -> None:
    """The frozen base gives the same features in training: compute them once and store them."""
    model = vgg19_global_pooling()
    base, head = model.get_layer("vgg19"), keras.Sequential(model.layers[-4:])
    x, _ = some_images()
    ready = keras.applications.vgg19.preprocess_input(x.copy())
    stored = base(ready)
    np.testing.assert_array_equal(base(ready, training=True), stored)
    np.testing.assert_allclose(head(stored), model(x), atol=1e-5)


def test_unfreezing_trains_everything() -> None:
    """Frozen, it trains 6,154 weights; with VGG19 unfrozen, to fine-tune it, 20,030,538."""
    model = vgg19_global_pooling()
    assert size(model.trainable_weights) == 6_154
    model.get_layer("vgg19").trainable = True
    assert size(model.trainable_weights) == 20_030_538


def test_one_block_can_be_unfrozen() -> None:
    """With only VGG19's last block unfrozen it trains 9,445,386 weights."""
    model = vgg19_global_pooling()
    base = model.get_layer("vgg19")
    base.trainable = True
    for layer in base.layers:
        layer.trainable = layer.name.startswith("block5")
    assert size(model.trainable_weights) == 4 * (9 * 512 * 512 + 512) + 6_154 == 9_445_386


def test_training_false_does_not_hold_in_fit() -> None:
    """BatchNormalization called with training=False still learns in fit, unless trainable=False."""
    for trainable in (True, False):
        image = keras.Input((4,))
        norm = layers.BatchNormalization(trainable=trainable)
        model = keras.Model(image, layers.Dense(1)(norm(image, training=False)))
        model.compile("sgd", "mse", run_eagerly=True)
        model.train_on_batch(np.ones((8, 4)), np.zeros((8, 1)))
        assert (float(norm.moving_mean[0]) != 0) == trainable


def test_half_of_the_features_are_dropped() -> None:
    """In training half of the 512 features are dropped, once, after they are normalized."""
    model = vgg19_global_pooling()
    norm, dropout, _ = model.layers[-3:]
    assert isinstance(norm, layers.BatchNormalization)
    kept = np.array(dropout(np.ones((1000, 1000), "float32"), training=True))
    assert set(np.unique(kept)) == {0, 2}
    assert round(np.mean(kept == 0), 2) == 0.5


def test_it_takes_pixels_as_they_are() -> None:
    """It takes red, green, blue in [0, 255], reverses them and subtracts ImageNet's means."""
    red = np.array([[[[255, 0, 0]]]], dtype="float32")
    made = keras.applications.vgg19.preprocess_input(red)
    np.testing.assert_allclose(made, [[[[-103.939, -116.779, 255 - 123.68]]]], rtol=1e-5)
    model = vgg19_global_pooling()
    inside = keras.Sequential(model.layers[-4:])(model.get_layer("vgg19")(np.zeros((1, 32, 32, 3))))
    mean = np.full((1, 32, 32, 3), (123.68, 116.779, 103.939), dtype="float32")
    np.testing.assert_allclose(model(mean), inside, atol=1e-5)


def mistake_images_of_28_pixels() -> None:
    """Five poolings need 32 by 32 pixels: enlarge smaller images, with layers.Resizing."""
    vgg19_global_pooling(28, 28)


def mistake_the_old_learning_rate() -> None:
    """lr= is learning_rate= in Keras 3."""
    keras.optimizers.Adam(lr=0.001)


def mistake_grey_images() -> None:
    """VGG19 needs three channels: repeat the grey one, np.repeat(images, 3, axis=-1)."""
    keras.applications.VGG19(include_top=False, weights="imagenet", input_shape=(32, 32, 1))
