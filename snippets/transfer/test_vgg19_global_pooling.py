"""Claims about VGG19 with global average pooling."""

import functools

import keras
import numpy as np
from keras import layers

from snippets.transfer.vgg19_global_pooling import vgg19_global_pooling


@functools.cache
def shared_model() -> keras.Model:
    """Return one model for all claims; one trains its head, and none leaves VGG19 unfrozen."""
    return vgg19_global_pooling()


def some_images() -> tuple[np.ndarray, np.ndarray]:
    """Return two images of noise and their one-hot classes."""
    x = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype("float32")
    return x, keras.utils.to_categorical([0, 1], 10)


def size(weights: list[keras.Variable]) -> int:
    """Return how many numbers are in weights."""
    return sum(int(np.prod(weight.shape)) for weight in weights)


def test_its_head_fits_images_of_any_size() -> None:
    """It has 20,031,562 parameters at 32 by 32 pixels and at 224 by 224: none counts places."""
    small, large = shared_model(), vgg19_global_pooling(224, 224)
    assert small.count_params() == large.count_params() == 20_031_562


def test_a_step_leaves_the_frozen_base_alone() -> None:
    """A training step changes the head's 6,154 trainable weights and not one of VGG19's."""
    model = shared_model()
    model.run_eagerly = True
    base, head = model.get_layer("vgg19"), model.layers[-1]
    before, head_before = base.get_weights(), head.get_weights()
    model.train_on_batch(*some_images())
    assert all(np.array_equal(*pair) for pair in zip(before, base.weights, strict=True))
    assert not np.array_equal(head_before[0], head.weights[0])
    assert size(model.trainable_weights) == 6_154


def test_unfreezing_needs_compile() -> None:
    """Unfrozen after a step, VGG19's first layer does not move: only compile() makes it train."""
    config = shared_model().get_layer("vgg19").get_layer("block1_conv1").get_config()
    first = layers.Conv2D.from_config(config | {"trainable": False})
    head = [layers.GlobalAveragePooling2D(), layers.Dense(10, activation="softmax")]
    model = keras.Sequential([keras.Input((32, 32, 3)), first, *head])
    x, y = some_images()
    model.compile("sgd", "categorical_crossentropy")
    model.train_on_batch(x / 255, y)
    (before, _) = first.get_weights()
    first.trainable = True
    model.train_on_batch(x / 255, y)
    assert np.array_equal(before, first.kernel)
    model.compile("sgd", "categorical_crossentropy", run_eagerly=True)
    model.train_on_batch(x / 255, y)
    assert not np.isclose(before, first.kernel, rtol=0, atol=1e-8).all()


def test_one_step_of_adam_moves_every_weight_as_far() -> None:
    """The first step of Adam moves weights by 0.001, 7% of the spread in VGG19's last layer."""
    config = shared_model().get_layer("vgg19").get_layer("block5_conv4").get_config()
    last = layers.Conv2D.from_config(config | {"trainable": True})
    head = [layers.GlobalAveragePooling2D(), layers.Dense(10, activation="softmax")]
    model = keras.Sequential([keras.Input((2, 2, 512)), last, *head])
    optimizer = keras.optimizers.Adam(learning_rate=0.001)
    model.compile(optimizer, "categorical_crossentropy", run_eagerly=True)
    (before, _), (x, y) = last.get_weights(), some_images()
    model.train_on_batch(np.resize(x / 255, (2, 2, 2, 512)), y)
    moved = np.abs(last.kernel - before)
    assert np.mean(np.abs(moved[moved > 0] - 0.001) < 0.0001) > 0.98
    assert round(0.001 / np.std(before), 2) == 0.07


def test_the_features_can_be_computed_once() -> None:
    """The frozen base gives the same features in training: compute them once and store them."""
    model = shared_model()
    base, head = model.get_layer("vgg19"), keras.Sequential(model.layers[-4:])
    image = some_images()[0][:1]
    ready = keras.applications.vgg19.preprocess_input(image.copy())
    stored = base(ready)
    np.testing.assert_array_equal(base(ready, training=True), stored)
    np.testing.assert_allclose(head(stored), model(image), atol=1e-5)


def test_unfreezing_trains_everything() -> None:
    """Frozen, it trains 6,154 weights; with VGG19 unfrozen, to fine-tune it, 20,030,538."""
    model = shared_model()
    base = model.get_layer("vgg19")
    assert size(model.trainable_weights) == 6_154
    base.trainable = True
    assert size(model.trainable_weights) == 20_030_538
    base.trainable = False


def test_one_block_can_be_unfrozen() -> None:
    """With only VGG19's last block unfrozen it trains 9,445,386 weights."""
    model = shared_model()
    base = model.get_layer("vgg19")
    base.trainable = True
    for layer in base.layers:
        layer.trainable = layer.name.startswith("block5")
    assert size(model.trainable_weights) == 4 * (9 * 512 * 512 + 512) + 6_154 == 9_445_386
    base.trainable = False


def test_training_false_does_not_hold_in_fit() -> None:
    """BatchNormalization called with training=False still learns in fit, unless trainable=False."""
    image = keras.Input((4,))
    norms = [layers.BatchNormalization(trainable=trainable) for trainable in (True, False)]
    first, second = (norm(image, training=False) for norm in norms)
    model = keras.Model(image, layers.Dense(1)(first + second))
    model.compile("sgd", "mse", run_eagerly=True)
    model.train_on_batch(np.ones((8, 4)), np.zeros((8, 1)))
    assert [float(norm.moving_mean[0]) != 0 for norm in norms] == [True, False]


def test_half_of_the_features_are_dropped() -> None:
    """In training half of the 512 features are dropped, once, after they are normalized."""
    model = shared_model()
    norm, dropout, _ = model.layers[-3:]
    assert isinstance(norm, layers.BatchNormalization)
    kept = np.array(dropout(np.ones((1000, 1000), "float32"), training=True))
    assert set(np.unique(kept)) == {0, 2}
    assert round(np.mean(kept == 0), 2) == 0.5


def test_it_takes_pixels_as_they_are() -> None:
    """It takes red, green, blue in [0, 255], reverses them and subtracts ImageNet's means."""
    model = shared_model()
    before = model.operations[model.operations.index(model.get_layer("vgg19")) - 1]
    prepare = keras.Model(model.input, before.output)
    red = np.full((1, 32, 32, 3), (255, 0, 0), dtype="float32")
    blue_green_red = np.full((1, 32, 32, 3), (-103.939, -116.779, 255 - 123.68))
    np.testing.assert_allclose(prepare(red), blue_green_red, rtol=1e-5)


def mistake_images_of_28_pixels() -> None:
    """Five poolings need 32 by 32 pixels: enlarge smaller images, with layers.Resizing."""
    vgg19_global_pooling(28, 28)


def mistake_the_old_learning_rate() -> None:
    """lr= is learning_rate= in Keras 3."""
    keras.optimizers.Adam(lr=0.001)


def mistake_grey_images() -> None:
    """VGG19 needs three channels: repeat the grey one, np.repeat(images, 3, axis=-1)."""
    keras.applications.VGG19(include_top=False, weights="imagenet", input_shape=(32, 32, 1))
