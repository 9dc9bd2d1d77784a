"""Claims about the Conv1D stack over raw waveforms."""

import keras
import numpy as np
from keras import layers

from snippets.sound.waveform_conv1d import waveform_conv1d


def test_a_strided_conv1d_computes_a_fourier_transform() -> None:
    """With windowed cosines as kernels, Conv1D is the real part of a windowed Fourier transform."""
    x = np.random.default_rng(0).normal(size=(2, 400)).astype("float32")
    real, _ = keras.ops.stft(x, sequence_length=64, sequence_stride=8, fft_length=64, center=False)
    bands = layers.Conv1D(33, 64, strides=8, use_bias=False)
    bands.build((None, 400, 1))
    angles = 2 * np.pi * np.outer(np.arange(64), np.arange(33)) / 64
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(64) / 64)
    bands.set_weights([(window[:, None] * np.cos(angles))[:, None, :]])
    np.testing.assert_allclose(bands(x[..., None]), real, atol=1e-4)


def test_a_sound_may_stand_anywhere_in_the_clip() -> None:
    """Moving a sound by 128 samples, the product of the strides, leaves the output as it was."""
    model = waveform_conv1d(length=2000)
    sound = np.random.default_rng(0).normal(size=300)
    clips = np.zeros((2, 2000, 1), "float32")
    clips[0, 600:900, 0] = clips[1, 728:1028, 0] = sound
    early, late = np.array(model(clips))
    np.testing.assert_allclose(early, late, rtol=1e-5)


def test_the_last_conv1d_sees_216_samples() -> None:
    """One position of the last Conv1D sees 216 samples, 27 milliseconds at 8 kHz."""
    model = waveform_conv1d(length=400)
    features = keras.Model(model.inputs[0], model.layers[2].output)
    x = np.random.default_rng(0).normal(size=(1, 400, 1))
    # Row i has another sample i.
    changed = np.array(features((x + np.eye(400)[..., None]).astype("float32")))[:, 1]
    seen = np.flatnonzero(np.abs(changed - changed[0]).max(axis=-1) > 1e-6)
    assert (seen[0], seen[-1]) == (128, 128 + 215)


def test_without_the_relus_one_conv1d_would_do() -> None:
    """Each Conv1D ends in a ReLU: without, the three are one Conv1D(64, 216, strides=128)."""
    model = waveform_conv1d(length=1000)
    three = model.layers[:3]
    assert [layer.activation for layer in three] == [keras.activations.relu] * 3
    x = np.random.default_rng(0).normal(size=(2, 1000, 1)).astype("float32")
    one = layers.Conv1D(64, 216, strides=128, use_bias=False)
    one.build(x.shape)
    for same in (False, True):
        for layer in three:
            layer.activation = keras.activations.linear if same else keras.activations.relu
        # What the clicks give is the kernel, if there is one.
        stack = keras.Sequential(three)
        one.set_weights([np.array(stack(np.eye(216, dtype="float32")[..., None]))])
        assert np.allclose(one(x), stack(x), atol=1e-4) == same


def test_the_weights_fit_clips_of_any_length() -> None:
    """A clip four times as long needs no more parameters: the weights are those of a short one."""
    short, long = waveform_conv1d(length=4000), waveform_conv1d(length=16000)
    long.set_weights(short.get_weights())
    assert long.count_params() == short.count_params()


def test_a_batch_without_channels_gets_one() -> None:
    """A batch of shape (batch, length) is taken as (batch, length, 1), with the same output."""
    model = waveform_conv1d(length=500)
    x = np.random.default_rng(0).uniform(-1, 1, size=(2, 500)).astype("float32")
    np.testing.assert_array_equal(model(x), model(x[..., None]))


def test_it_learns_the_pitch_of_a_tone() -> None:
    """Four steps on 96 noisy tones tell 300, 600 and 1200 Hz apart in over 95% of new ones."""
    generator = np.random.default_rng(0)
    y = np.arange(192) % 3
    pitch = np.array([300, 600, 1200])[y, None]
    phase = generator.uniform(0, 2 * np.pi, size=(192, 1))
    x = 0.5 * np.sin(2 * np.pi * pitch * np.arange(344) / 8000 + phase)
    x += 0.1 * generator.normal(size=x.shape)
    model = waveform_conv1d(length=344, num_classes=3)
    model.optimizer.learning_rate = 0.02
    model.run_eagerly = True
    for _ in range(4):
        model.train_on_batch(x[:96, :, None], y[:96])
    right = np.argmax(model(x[96:]), axis=-1) == y[96:]
    assert right.mean() > 0.95


def mistake_no_axis_for_the_channels() -> None:
    """Conv1D takes (batch, length, channels): a sound with one channel needs `Input((4000, 1))`."""
    keras.Sequential([keras.Input((4000,)), layers.Conv1D(16, 64, strides=8)])


def mistake_channels_before_the_length() -> None:
    """Keras reads (1, 4000) as one step of 4000 channels: give the length before the channels."""
    keras.Sequential([keras.Input((1, 4000)), layers.Conv1D(16, 64, strides=8)])


def mistake_a_clip_that_is_too_short() -> None:
    """A clip must fill what the last Conv1D sees: pad shorter ones with zeros up to 216 samples."""
    waveform_conv1d(length=200)


def mistake_keyword_arguments_of_keras_1() -> None:
    """Keras 1 wrote `subsample_length` for `strides` and `border_mode` for `padding`."""
    layers.Conv1D(16, 64, subsample_length=8, border_mode="valid")
