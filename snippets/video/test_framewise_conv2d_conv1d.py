"""Claims about the Conv2D model on each frame under a Conv1D."""

import keras
import numpy as np
from keras import layers

from snippets.video.framewise_conv2d_conv1d import framewise_conv2d_conv1d
from snippets.video.framewise_conv2d_lstm import framewise_conv2d_lstm


def test_it_does_not_matter_when_a_thing_happens() -> None:
    """A flash in frame 2 gives the output of a flash in frame 5; an LSTM tells the two apart."""
    x = np.zeros((2, 8, 8, 8, 3), "float32")
    x[0, 2] = x[1, 5] = 5 * np.random.default_rng(0).uniform(size=(8, 8, 3))
    early, late = framewise_conv2d_conv1d(frames=8, height=8, width=8)(x)
    np.testing.assert_allclose(early, late, atol=1e-6)
    early, late = framewise_conv2d_lstm(frames=8, height=8, width=8)(x)
    assert np.abs(early - late).max() > 1e-3


def test_a_kernel_over_one_frame_forgets_the_order() -> None:
    """Reversing the frames changes nothing for a kernel over one frame, but for one over three."""
    steps = np.random.default_rng(0).normal(size=(2, 8, 32)).astype("float32")
    pool = layers.GlobalMaxPooling1D()
    alone, three = layers.Conv1D(32, 1), layers.Conv1D(32, 3)
    np.testing.assert_allclose(pool(alone(steps)), pool(alone(steps[:, ::-1])), atol=1e-6)
    assert np.abs(pool(three(steps)) - pool(three(steps[:, ::-1]))).max() > 0.1


def test_a_conv1d_over_frames_is_a_conv3d() -> None:
    """A Conv1D over the frames is a Conv3D with kernel (3, 1, 1) on feature maps of one pixel."""
    steps = np.random.default_rng(0).normal(size=(2, 8, 32)).astype("float32")
    line, volume = layers.Conv1D(16, 3), layers.Conv3D(16, (3, 1, 1))
    line.build(steps.shape)
    volume.build((2, 8, 1, 1, 32))
    kernel, bias = line.get_weights()
    volume.set_weights([kernel[:, None, None], bias])
    found = volume(steps[:, :, None, None])[:, :, 0, 0]
    np.testing.assert_allclose(found, line(steps), atol=1e-5)


def test_space_and_time_apart_cost_less() -> None:
    """Its kernels over space, then over time, have 7,680 weights; one over both has 13,824."""
    model = framewise_conv2d_conv1d()
    space, time = model.layers[0].layer.layers[2].kernel, model.layers[1].kernel
    both = layers.Conv3D(32, 3)
    both.build((None, 8, 15, 15, 16))
    assert np.prod(space.shape) + np.prod(time.shape) == 7680
    assert np.prod(both.kernel.shape) == 13824


def test_its_convolutions_end_in_a_relu() -> None:
    """All three convolutions end in a ReLU, those over space and the one over time."""
    space, time = framewise_conv2d_conv1d().layers[:2]
    convolutions = [space.layer.layers[0], space.layer.layers[2], time]
    assert [layer.activation for layer in convolutions] == [keras.activations.relu] * 3


def test_its_parameters_are_few() -> None:
    """It has 8,357 parameters: 9·3·16 + 16, 9·16·32 + 32, 3·32·32 + 32 and 32·5 + 5."""
    assert framewise_conv2d_conv1d().count_params() == 8357
    for classes in (2, 5):
        space, time = (9 * 3 * 16 + 16) + (9 * 16 * 32 + 32), 3 * 32 * 32 + 32
        model = framewise_conv2d_conv1d(num_classes=classes)
        assert model.count_params() == space + time + 32 * classes + classes


def test_it_learns_the_order_of_two_flashes() -> None:
    """Six steps on 64 clips tell red before green from green before red, over 95% right."""
    generator = np.random.default_rng(0)
    x, y = generator.uniform(0, 0.1, size=(112, 3, 8, 8, 3)), np.arange(112) % 2
    for clip, label in zip(x, y, strict=True):
        at = generator.integers(0, 2)
        clip[at, ..., label] += 0.9
        clip[at + 1, ..., 1 - label] += 0.9
    model = framewise_conv2d_conv1d(frames=3, height=8, width=8, num_classes=2)
    model.run_eagerly = True
    model.optimizer.learning_rate = 0.01
    for _ in range(6):
        model.train_on_batch(x[:64], y[:64])
    assert np.mean(np.array(model(x[64:])).argmax(axis=-1) == y[64:]) > 0.95


def test_dense_takes_feature_maps_without_an_error() -> None:
    """A Dense layer on feature maps that are not pooled gives every pixel an answer of its own."""
    maps = keras.Input((8, 30, 30, 16))
    assert layers.Dense(5)(maps).shape == (None, 8, 30, 30, 5)


def mistake_feature_maps_for_the_conv1d() -> None:
    """Conv1D takes a vector a frame: pool or flatten the feature maps of each frame first."""
    frames = layers.TimeDistributed(layers.Conv2D(16, 3))
    keras.Sequential([keras.Input((8, 32, 32, 3)), frames, layers.Conv1D(32, 3)])


def mistake_a_clip_shorter_than_the_kernel() -> None:
    """A kernel over three frames needs three: pad the clip, or write `padding="same"`."""
    framewise_conv2d_conv1d(frames=2)


def mistake_frames_as_channels() -> None:
    """The frames have their own axis, before height and width: (8, 32, 32, 3), not (32, 32, 24)."""
    keras.Sequential([keras.Input((32, 32, 24)), layers.TimeDistributed(layers.Conv2D(16, 3))])
