"""Claims about the Conv3D volume classifier."""

import keras
import numpy as np
from keras import layers

from snippets.volumes.conv3d_volume_classifier import conv3d_volume_classifier


def solids(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return noisy volumes with a large ball (0), a small ball (1) or a slab (2) somewhere."""
    generator = np.random.default_rng(0)
    grid = np.stack(np.indices((8, 8, 8)), axis=-1)
    x, y = generator.normal(0, 0.1, size=(count, 8, 8, 8, 1)), np.arange(count) % 3
    for volume, kind in zip(x, y, strict=True):
        offset = grid - generator.uniform(2.5, 4.5, size=3)
        far = np.linalg.norm(offset, axis=-1)
        shapes = (far < 3.5, far < 1.5, np.abs(offset[..., 0]) < 1)
        volume[..., 0] += shapes[kind]
    return x.astype("float32"), y


def test_it_learns_to_tell_solids_apart() -> None:
    """Eight steps on 96 volumes tell large balls, small ones and slabs apart, over 90% right."""
    x, y = solids(144)
    model = conv3d_volume_classifier(depth=8, height=8, width=8, num_classes=3)
    model.run_eagerly = True
    model.optimizer.learning_rate = 0.01
    for _ in range(8):
        model.train_on_batch(x[:96], y[:96])
    assert np.mean(np.array(model(x[96:])).argmax(axis=-1) == y[96:]) > 0.9


def test_the_depth_is_the_first_axis_after_the_batch() -> None:
    """A Conv3D is a sum of Conv2D layers on neighbouring slices, with `kernel[0]` for the first."""
    x = np.random.default_rng(0).normal(size=(2, 6, 8, 8, 1)).astype("float32")
    volume, slices = layers.Conv3D(4, 3, use_bias=False), layers.Conv2D(4, 3, use_bias=False)
    volume.build(x.shape)
    slices.build(x.shape[:1] + x.shape[2:])
    total = 0
    for step, kernel in enumerate(np.array(volume.kernel)):
        slices.set_weights([kernel])
        total += slices(x[:, step])
    np.testing.assert_allclose(volume(x)[:, 0], total, atol=1e-5)


def test_a_relu_follows_each_conv3d() -> None:
    """After each Conv3D a ReLU sets what is negative to 0 and leaves the rest as it is."""
    model = conv3d_volume_classifier()
    x = np.random.default_rng(0).normal(scale=3, size=(1, 8, 8, 8, 16)).astype("float32")
    for place in (0, 3):
        conv, relu = model.layers[place : place + 2]
        assert isinstance(conv, layers.Conv3D)
        np.testing.assert_array_equal(relu(x), np.maximum(x, 0))


def test_its_parameters_are_few() -> None:
    """At any size it has 14,436 parameters: 27 · 16 + 16, 27 · 16 · 32 + 32 and 32 · 4 + 4."""
    for side in (8, 20):
        assert conv3d_volume_classifier(side, side, side).count_params() == 14436
    for classes in (2, 4):
        expected = (27 * 16 + 16) + (27 * 16 * 32 + 32) + (32 * classes + classes)
        assert conv3d_volume_classifier(num_classes=classes).count_params() == expected


def test_exchanged_axes_of_a_cube_raise_nothing() -> None:
    """In a cube, exchanged depth and width raise no error, yet the output is another."""
    x = np.random.default_rng(0).normal(size=(2, 10, 10, 10, 1)).astype("float32")
    model = conv3d_volume_classifier(depth=10, height=10, width=10)
    assert np.abs(model(x) - model(x.transpose(0, 3, 2, 1, 4))).max() > 1e-3


def test_slices_as_channels_know_no_neighbours() -> None:
    """A blob two slices up changes nothing here, but much if the slices are a Conv2D's channels."""
    x = np.zeros((2, 16, 16, 16, 1), "float32")
    x[0, 6:8, 6:10, 6:10] = x[1, 8:10, 6:10, 6:10] = 1
    low, high = conv3d_volume_classifier(16, 16, 16)(x)
    np.testing.assert_allclose(low, high, atol=1e-6)
    flat = keras.Sequential([layers.Conv2D(16, 3), layers.ReLU(), layers.GlobalMaxPooling2D()])
    low, high = flat(x[..., 0].transpose(0, 2, 3, 1))
    assert np.abs(low - high).max() > 0.1


def test_a_batch_without_channels_gets_one() -> None:
    """A batch of shape (batch, depth, height, width) is taken as one with a channel at the end."""
    model = conv3d_volume_classifier(depth=8, height=9, width=10)
    x = np.random.default_rng(0).normal(size=(2, 8, 9, 10)).astype("float32")
    np.testing.assert_array_equal(model(x), model(x[..., None]))


def mistake_no_axis_for_the_channels() -> None:
    """Conv3D takes (batch, depth, height, width, channels): with one value a voxel, add a 1."""
    keras.Sequential([keras.Input((16, 24, 24)), layers.Conv3D(16, 3)])


def mistake_channels_before_the_depth() -> None:
    """Keras expects the channels at the end, (16, 24, 24, 1): here it takes 1 for the depth."""
    keras.Sequential([keras.Input((1, 16, 24, 24)), layers.Conv3D(16, 3)])


def mistake_too_few_slices() -> None:
    """Two Conv3D layers and a pooling need 8 slices, rows and columns or more."""
    conv3d_volume_classifier(depth=7)
