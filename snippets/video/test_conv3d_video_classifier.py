"""Claims about the Conv3D video classifier."""

import keras
import numpy as np
from keras import layers

from snippets.video.conv3d_video_classifier import conv3d_video_classifier


def moving_squares(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return clips of a bright square that moves to the left (0) or to the right (1)."""
    generator = np.random.default_rng(0)
    x, y = np.zeros((count, 3, 6, 6, 3), "float32"), np.arange(count) % 2
    for clip, label in zip(x, y, strict=True):
        row = generator.integers(0, 5)
        for frame in range(3):
            at = 2 * (frame if label else 2 - frame)
            clip[frame, row : row + 2, at : at + 2] = 1
    return x, y


def test_it_learns_where_a_square_moves() -> None:
    """Three steps on 64 clips tell left from right in over 95% of new ones."""
    x, y = moving_squares(112)
    model = conv3d_video_classifier(frames=3, height=6, width=6, num_classes=2)
    model.run_eagerly = True
    model.optimizer.learning_rate = 0.01
    for _ in range(3):
        model.train_on_batch(x[:64], y[:64])
    assert np.mean(np.array(model(x[64:])).argmax(axis=-1) == y[64:]) > 0.95


def test_kernels_over_one_frame_see_no_direction() -> None:
    """Backwards, a clip has another output, but the same if kernels and poolings span one frame."""
    x = np.random.default_rng(0).uniform(size=(2, 4, 8, 8, 3)).astype("float32")
    model = conv3d_video_classifier(frames=4, height=8, width=8)
    assert np.abs(model(x) - model(x[:, ::-1])).max() > 1e-4
    flat = keras.Sequential(
        [
            layers.Conv3D(16, (1, 3, 3), padding="same", activation="relu"),
            layers.MaxPooling3D((1, 2, 2)),
            layers.Conv3D(32, (1, 3, 3), padding="same", activation="relu"),
            layers.GlobalAveragePooling3D(),
        ]
    )
    np.testing.assert_allclose(flat(x), flat(x[:, ::-1]), atol=1e-6)


def test_a_kernel_over_one_frame_is_a_conv2d_on_each() -> None:
    """A Conv3D whose kernel spans one frame is a Conv2D with the same weights on every frame."""
    x = np.random.default_rng(0).uniform(size=(2, 4, 8, 8, 3)).astype("float32")
    volume, image = layers.Conv3D(5, (1, 3, 3)), layers.TimeDistributed(layers.Conv2D(5, 3))
    volume.build(x.shape)
    image.build(x.shape)
    kernel, bias = volume.get_weights()
    image.set_weights([kernel[0], bias])
    np.testing.assert_allclose(volume(x), image(x), atol=1e-5)


def test_a_kernel_over_three_frames_has_three_times_the_weights() -> None:
    """The second Conv3D has 27 · 16 · 32 = 13,824 weights, three times those of a Conv2D."""
    kernel = conv3d_video_classifier().layers[3].kernel
    assert np.prod(kernel.shape) == 27 * 16 * 32 == 3 * (9 * 16 * 32) == 13824


def test_a_relu_follows_each_conv3d() -> None:
    """After each Conv3D a ReLU sets what is negative to 0 and leaves the rest as it is."""
    model = conv3d_video_classifier()
    x = np.random.default_rng(0).normal(scale=3, size=(1, 4, 8, 8, 16)).astype("float32")
    for place in (0, 3):
        conv, relu = model.layers[place : place + 2]
        assert isinstance(conv, layers.Conv3D)
        np.testing.assert_array_equal(relu(x), np.maximum(x, 0))


def test_its_parameters_are_few() -> None:
    """It has 15,333 parameters: 27 · 3 · 16 + 16, 27 · 16 · 32 + 32 and 32 · 5 + 5."""
    assert conv3d_video_classifier().count_params() == 15333
    for classes in (2, 5):
        expected = (27 * 3 * 16 + 16) + (27 * 16 * 32 + 32) + (32 * classes + classes)
        assert conv3d_video_classifier(num_classes=classes).count_params() == expected


def test_memory_goes_to_what_the_layers_return() -> None:
    """The first Conv3D returns 131,072 numbers a clip, eight times the model's parameters."""
    model = conv3d_video_classifier()
    returned = np.prod(model.layers[0].output.shape[1:])
    assert returned == 131072
    assert returned // model.count_params() == 8


def test_channels_before_the_frames_raise_nothing() -> None:
    """The order (channels, frames, height, width) raises nothing: the width becomes channels."""
    model = keras.Sequential([keras.Input((3, 8, 32, 32)), layers.Conv3D(16, 3)])
    assert model.layers[0].kernel.shape == (3, 3, 3, 32, 16)


def mistake_an_image_instead_of_a_clip() -> None:
    """Conv3D takes (batch, frames, height, width, channels): one image has no axis of frames."""
    keras.Sequential([keras.Input((32, 32, 3)), layers.Conv3D(16, 3)])


def mistake_a_single_frame() -> None:
    """One frame can't be halved: take Conv2D layers for one image, two frames or more here."""
    conv3d_video_classifier(frames=1)


def mistake_one_number_for_each_axis_of_the_kernel() -> None:
    """Keras 1 wrote `Conv3D(16, 3, 3, 3)`; now the last two are strides and padding."""
    keras.Sequential([keras.Input((8, 32, 32, 3)), layers.Conv3D(16, 3, 3, 3)])


def mistake_one_hot_targets() -> None:
    """The loss takes class numbers: for one-hot targets compile with `categorical_crossentropy`."""
    model = conv3d_video_classifier(height=8, width=8)
    model.fit(np.zeros((2, 8, 8, 8, 3)), keras.utils.to_categorical([0, 4]), verbose=0)
