"""Claims about the recurrent sound classifier."""

import keras
import numpy as np
from keras import layers

from snippets.sound.recurrent_sound_classifier import recurrent_sound_classifier


def two_tones(count: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Return noisy clips of a low tone before a high one, and of the high one first."""
    generator = np.random.default_rng(0)
    y = np.arange(count) % 2
    time = np.arange(length // 2) / 8000
    phase = generator.uniform(0, 2 * np.pi, size=(2, count, 1))
    low, high = np.sin(2 * np.pi * np.array([300, 1200])[:, None, None] * time + phase)
    order = np.where(y[:, None] == 0, np.hstack([low, high]), np.hstack([high, low]))
    return (order + 0.3 * generator.normal(size=order.shape))[..., None].astype("float32"), y


def test_the_strides_leave_one_step_in_64() -> None:
    """A clip of 4000 samples reaches the GRU as 61 steps of 32 features."""
    model = recurrent_sound_classifier(length=4000)
    assert model.layers[2].input.shape == (None, 61, 32)


def test_a_step_hears_120_samples() -> None:
    """One step of the GRU hears 120 samples, 15 milliseconds at 8 kHz, and the next 64 later."""
    model = recurrent_sound_classifier(length=400)
    for layer in model.layers[:2]:
        layer.activation = keras.activations.linear
    clicks = np.eye(400, dtype="float32")[..., None]
    steps = np.array(keras.Sequential(model.layers[:2])(clicks))
    for step in (0, 2):
        heard = np.flatnonzero(np.abs(steps[:, step]).max(axis=-1))
        assert (heard[0], heard[-1]) == (64 * step, 64 * step + 119)


def test_both_conv1d_layers_end_in_a_relu() -> None:
    """Both Conv1D layers end in a ReLU: the GRU reads features of 0 or more, with no upper end."""
    model = recurrent_sound_classifier()
    assert [layer.activation for layer in model.layers[:2]] == [keras.activations.relu] * 2
    x = np.random.default_rng(0).normal(scale=100, size=(1, 4000, 1)).astype("float32")
    steps = keras.Sequential(model.layers[:2])(x)
    assert np.min(steps) == 0
    assert np.max(steps) > 10


def test_its_parameters_are_few() -> None:
    """It has 11,834 parameters: 64 · 16 + 16, 8 · 16 · 32 + 32, the GRU's 6,336, 32 · 10 + 10."""
    below = (64 * 16 + 16) + (8 * 16 * 32 + 32) + 6336
    assert recurrent_sound_classifier().count_params() == below + 32 * 10 + 10 == 11834
    assert recurrent_sound_classifier(num_classes=2).count_params() == below + 32 * 2 + 2


def test_it_learns_which_tone_comes_first() -> None:
    """Three steps on 64 noisy clips tell low-high from high-low in over 95% of new ones."""
    x, y = two_tones(128, 376)
    model = recurrent_sound_classifier(length=376, num_classes=2)
    model.optimizer.learning_rate = 0.01
    model.run_eagerly = True
    for _ in range(3):
        model.train_on_batch(x[:64], y[:64])
    right = np.argmax(model(x[64:]), axis=-1) == y[64:]
    assert right.mean() > 0.95


def test_averaged_features_forget_the_order() -> None:
    """In reverse order the same steps have the same average, yet end the GRU in another state."""
    steps = np.random.default_rng(0).normal(size=(2, 5, 32)).astype("float32")
    average, gru = layers.GlobalAveragePooling1D(), layers.GRU(32)
    np.testing.assert_allclose(average(steps), average(steps[:, ::-1]), atol=1e-6)
    assert np.abs(gru(steps) - gru(steps[:, ::-1])).max() > 0.1


def test_a_clip_may_be_heard_in_parts() -> None:
    """A GRU that takes over the state of the first half ends where one does that hears it all."""
    steps = np.random.default_rng(0).normal(size=(2, 5, 32)).astype("float32")
    gru = layers.GRU(32)
    whole = gru(steps)
    state = gru(steps[:, :3])
    np.testing.assert_allclose(gru(steps[:, 3:], initial_state=state), whole, atol=1e-6)


def test_the_gru_has_about_three_quarters_of_the_parameters_of_an_lstm() -> None:
    """The GRU has 6,336 parameters, three sets with two biases each; an LSTM 8,320, four sets."""
    lstm = layers.LSTM(32)
    lstm.build((None, 61, 32))
    assert recurrent_sound_classifier().layers[2].count_params() == 3 * (2 * 32 * 32 + 2 * 32)
    assert (3 * (2 * 32 * 32 + 2 * 32), lstm.count_params()) == (6336, 8320)


def mistake_a_gru_on_the_bare_clip() -> None:
    """A GRU takes (batch, steps, features): give a bare clip an axis, `Input((4000, 1))`."""
    keras.Sequential([keras.Input((4000,)), layers.GRU(32)])


def mistake_a_gru_that_returns_its_last_state_only() -> None:
    """Under another recurrent layer a GRU must return all its steps: `return_sequences=True`."""
    keras.Sequential([keras.Input((61, 32)), layers.GRU(32), layers.GRU(32)])


def mistake_a_spectrogram_with_its_bands_as_an_image() -> None:
    """An image has one axis too many for a GRU: leave out the channels, and put time first."""
    keras.Sequential([keras.Input((40, 32, 1)), layers.GRU(32)])
