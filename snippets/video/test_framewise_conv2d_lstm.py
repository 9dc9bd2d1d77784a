"""Claims about the Conv2D model on each frame under an LSTM."""

import functools

import keras
import numpy as np
from keras import layers

from snippets.video.framewise_conv2d_lstm import framewise_conv2d_lstm


@functools.cache
def _built() -> keras.Model:
    return framewise_conv2d_lstm(frames=5, height=12, width=12)


def noise(*shape: int) -> np.ndarray:
    """Return clips of random pixels."""
    return np.random.default_rng(0).uniform(size=shape).astype("float32")


def test_one_wrapper_equals_one_around_each_layer() -> None:
    """`TimeDistributed` around the frame model gives what it gives around each of its layers."""
    x = noise(2, 5, 12, 12, 3)
    wrapped = _built().layers[0]
    steps = x
    for layer in wrapped.layer.layers:
        steps = layers.TimeDistributed(layer)(steps)
    np.testing.assert_allclose(wrapped(x), steps, atol=1e-6)


def test_the_frames_are_looked_at_one_by_one() -> None:
    """The frame model gives the same features when the frames are put into the batch instead."""
    x = noise(2, 5, 12, 12, 3)
    wrapped = _built().layers[0]
    each = wrapped.layer(x.reshape(10, 12, 12, 3))
    np.testing.assert_allclose(wrapped(x), np.reshape(each, (2, 5, 32)), atol=1e-6)


def test_more_frames_need_no_more_parameters() -> None:
    """The weights of a model for 5 frames fit one for 50."""
    short, long = _built(), framewise_conv2d_lstm(frames=50)
    long.set_weights(short.get_weights())
    assert long.count_params() == short.count_params()


def test_the_frame_model_ends_its_convolutions_in_relus() -> None:
    """Both Conv2D layers end in a ReLU: the LSTM reads features of 0 or more, with no upper end."""
    frame_model = _built().layers[0].layer
    convolutions = [frame_model.layers[0], frame_model.layers[2]]
    assert [layer.activation for layer in convolutions] == [keras.activations.relu] * 2
    features = frame_model(100 * noise(4, 12, 12, 3))
    assert np.min(features) >= 0
    assert np.max(features) > 10


def test_most_parameters_read_the_order() -> None:
    """Of 13,573 parameters the LSTM has 8,320, four times 32·32 + 32·32 + 32, the frames 5,088."""
    assert _built().count_params() == 13573
    for model, classes in ((_built(), 5), (framewise_conv2d_lstm(num_classes=2), 2)):
        frames, lstm = (9 * 3 * 16 + 16) + (9 * 16 * 32 + 32), 4 * (32 * 32 + 32 * 32 + 32)
        assert (frames, lstm) == (5088, 8320)
        assert [layer.count_params() for layer in model.layers[:2]] == [frames, lstm]
        assert model.count_params() == frames + lstm + 32 * classes + classes


def test_it_does_not_see_where_a_thing_moves() -> None:
    """A square that moves two pixels a frame to the right or to the left gives the same output."""
    right = np.zeros((1, 4, 24, 24, 3), "float32")
    for frame in range(4):
        right[0, frame, 12:16, 6 + 2 * frame : 10 + 2 * frame] = 1
    model = framewise_conv2d_lstm(frames=4, height=24, width=24)
    np.testing.assert_allclose(model(right), model(right[:, ::-1]), atol=1e-6)


def test_it_learns_which_scene_comes_first() -> None:
    """Four steps on 64 clips tell red-then-green from green-then-red in over 95% of new ones."""
    generator = np.random.default_rng(0)
    x, y = generator.uniform(0, 0.1, size=(112, 3, 8, 8, 3)), np.arange(112) % 2
    for clip, label in zip(x, y, strict=True):
        cut = generator.integers(1, 3)
        clip[:cut, ..., label] += 0.9
        clip[cut:, ..., 1 - label] += 0.9
    model = framewise_conv2d_lstm(frames=3, height=8, width=8, num_classes=2)
    model.run_eagerly = True
    model.optimizer.learning_rate = 0.01
    for _ in range(4):
        model.train_on_batch(x[:64], y[:64])
    assert np.mean(np.array(model(x[64:])).argmax(axis=-1) == y[64:]) > 0.95


def mistake_no_time_distributed() -> None:
    """Conv2D takes one image a sample: wrap it in `TimeDistributed` to apply it to every frame."""
    keras.Sequential([keras.Input((8, 32, 32, 3)), layers.Conv2D(16, 3)])


def mistake_feature_maps_for_the_lstm() -> None:
    """An LSTM takes a vector a step: pool or flatten the feature maps of each frame first."""
    frames = layers.TimeDistributed(layers.Conv2D(16, 3))
    keras.Sequential([keras.Input((8, 32, 32, 3)), frames, layers.LSTM(32)])


def mistake_frames_that_are_too_small() -> None:
    """Two Conv2D layers and a pooling need frames of 8 rows and columns or more."""
    framewise_conv2d_lstm(height=7, width=7)
