"""Claims about the convnet over mel spectrograms."""

import functools

import keras
import numpy as np
import pytest
from keras import layers

from snippets.sound.mel_spectrogram_convnet import mel_spectrogram_convnet


def tones(pitch: np.ndarray, length: int) -> np.ndarray:
    """Return one clip of half loudness for each pitch, at 8 kHz and in a random phase."""
    phase = np.random.default_rng(0).uniform(0, 2 * np.pi, size=(len(pitch), 1))
    waves = np.sin(2 * np.pi * pitch[:, None] * np.arange(length) / 8000 + phase)
    return (0.5 * waves).astype("float32")


@functools.cache
def spectrogram() -> layers.Layer:
    """Return the spectrogram that the model begins with."""
    return mel_spectrogram_convnet().layers[0]


def test_a_tone_lights_up_its_band() -> None:
    """A tone of 1000 Hz is loudest in the band whose centre on the mel scale is nearest to it."""
    heard = spectrogram()(tones(np.array([1000]), 4000))
    loudest = np.array(heard).mean(axis=(0, 2)).argmax()
    low, tone, high = 1127 * np.log1p(np.array([20, 1000, 4000]) / 700)
    centres = np.linspace(low, high, 42)[1:-1]
    assert loudest == np.abs(centres - tone).argmin()


def test_ten_times_louder_is_20_decibels_more() -> None:
    """A sound ten times as loud has 20 decibels more in every band and every frame."""
    x = 0.1 * np.random.default_rng(0).uniform(-1, 1, size=(2, 4000)).astype("float32")
    mel = spectrogram()
    np.testing.assert_allclose(mel(10 * x) - mel(x), 20, atol=0.01)


def test_a_tone_of_the_transform_does_not_leak() -> None:
    """A tone of 1000 Hz, 64 · 8000 / 512, is 120 decibels quieter in all but two bands."""
    heard = spectrogram()(tones(np.array([1000]), 4000))
    # The frames at either end hear the clip mirrored, which is no pure tone.
    quietest_first = np.sort(np.array(heard)[0, :, 2:-2].max(axis=1))
    assert quietest_first[-1] - quietest_first[-3] > 120
    assert quietest_first[-1] - quietest_first[-2] < 20


def test_frames_overlap() -> None:
    """A frame hears 255 samples on each side of its own, and the next is 128 samples further on."""
    clicks = 1000 * np.eye(650, dtype="float32")
    heard = np.array(spectrogram()(clicks)).max(axis=1) > -99
    for frame in (2, 3):
        samples = np.flatnonzero(heard[:, frame])
        assert samples.tolist() == list(range(128 * frame - 255, 128 * frame + 256))


def test_the_spectrogram_has_no_weights() -> None:
    """The spectrogram has no weights, so that nothing of it is trained."""
    assert spectrogram().count_params() == 0


def test_the_default_floor_depends_on_the_batch() -> None:
    """By default, `top_db=80`, a loud clip in the batch changes the spectrogram of a quiet one."""
    quiet, loud = 1e-4 * tones(np.array([500, 500]), 4000) * np.array([[1], [1e4]], "float32")
    for top_db, changes in ((80, True), (200, False)):
        mel = layers.MelSpectrogram(512, 128, sampling_rate=8000, num_mel_bins=40, top_db=top_db)
        alone, beside = mel(quiet[None])[0], mel(np.stack([quiet, loud]))[0]
        assert (np.abs(alone - beside).max() > 10) == changes


def test_short_windows_leave_bands_empty() -> None:
    """Windows of 256 samples leave 4 of 128 bands silent whatever is heard, windows of 512 none."""
    noise = np.random.default_rng(0).normal(size=(1, 4000)).astype("float32")
    for fft_length, empty in ((256, 4), (512, 0)):
        mel = layers.MelSpectrogram(
            fft_length, 128, sampling_rate=8000, num_mel_bins=128, top_db=200
        )
        silent = np.all(np.array(mel(noise))[0] < -99.9, axis=-1)
        assert silent.sum() == empty


def test_keras_expects_a_frame_too_many() -> None:
    """For 4095 samples Keras expects 33 frames and makes 32: Dense fails when it gets them."""
    mel = layers.MelSpectrogram(512, 128, sampling_rate=8000, num_mel_bins=40)
    assert mel(keras.Input((4095,))).shape[-1] == 33
    assert mel(np.zeros((1, 4095), "float32")).shape[-1] == 32
    model = keras.Sequential([keras.Input((4095,)), mel, layers.Flatten(), layers.Dense(2)])
    with pytest.raises(ValueError, match="value 1320, but received input"):
        model(np.zeros((1, 4095), "float32"))


def test_each_band_is_normalized_on_its_own() -> None:
    """In training each band gets mean 0 and variance 1, however loud it is beside the others."""
    mel, norm = mel_spectrogram_convnet().layers[:2]
    x = tones(np.array([300, 600, 1200]), 4000)
    x += 0.01 * np.random.default_rng(1).normal(size=x.shape).astype("float32")
    bands = np.array(norm(mel(x), training=True))
    np.testing.assert_allclose(bands.mean(axis=(0, 2)), np.zeros(40), atol=1e-3)
    np.testing.assert_allclose(bands.var(axis=(0, 2)), np.ones(40), atol=1e-3)


def test_a_relu_follows_each_conv2d() -> None:
    """After each Conv2D, once, a ReLU sets what is negative to 0 and leaves the rest as it is."""
    model = mel_spectrogram_convnet()
    x = np.random.default_rng(0).normal(scale=3, size=(1, 8, 8, 16)).astype("float32")
    for place in (3, 6):
        conv, relu = model.layers[place : place + 2]
        assert isinstance(conv, layers.Conv2D)
        np.testing.assert_array_equal(relu(x), np.maximum(x, 0))


def test_its_parameters_are_few() -> None:
    """It has 8,170 parameters: 4 a band, 9 · 16 + 16, 9 · 16 · 32 + 32 and 10 · 32 · 10 + 10."""
    convolutions = 9 * 16 + 16 + 9 * 16 * 32 + 32
    usual, other = (
        mel_spectrogram_convnet(),
        mel_spectrogram_convnet(num_mel_bins=64, num_classes=3),
    )
    assert usual.count_params() == 4 * 40 + convolutions + 10 * 32 * 10 + 10 == 8170
    assert other.count_params() == 4 * 64 + convolutions + 16 * 32 * 3 + 3


def test_a_high_momentum_is_slow() -> None:
    """After 20 steps batch normalization keeps 82% of its first mean by default, here 12%."""
    usual = layers.BatchNormalization(axis=1)
    usual.build((None, 40, 1))
    for norm, kept in ((usual, 0.82), (mel_spectrogram_convnet().layers[1], 0.12)):
        norm.moving_mean.assign(np.ones(40))
        for _ in range(20):
            norm(np.zeros((1, 40, 1)), training=True)
        np.testing.assert_allclose(norm.moving_mean, np.full(40, kept), atol=0.005)


def test_it_learns_the_pitch_of_a_tone() -> None:
    """Four steps on 24 noisy tones tell 300, 600 and 1200 Hz apart in over 95% of new ones."""
    y = np.arange(48) % 3
    x = tones(np.array([300, 600, 1200])[y], 384)
    x += 0.1 * np.random.default_rng(1).normal(size=x.shape).astype("float32")
    model = mel_spectrogram_convnet(length=384, num_classes=3)
    # Its moving mean and variance shall settle within the four steps.
    model.layers[1].momentum = 0.5
    model.optimizer.learning_rate = 0.01
    model.run_eagerly = True
    for _ in range(4):
        model.train_on_batch(x[:24], y[:24])
    right = np.argmax(model(x[24:]), axis=-1) == y[24:]
    assert right.mean() > 0.95


def mistake_a_spectrogram_has_no_channels() -> None:
    """Conv2D takes (batch, rows, columns, channels): reshape to (bands, frames, 1) before it."""
    mel = layers.MelSpectrogram(512, 128, sampling_rate=8000, num_mel_bins=40)
    keras.Sequential([keras.Input((4000,)), mel, layers.Conv2D(16, 3)])


def mistake_names_of_other_libraries() -> None:
    """`n_mels` and `hop_length` are librosa's words: write `num_mel_bins` and `sequence_stride`."""
    layers.MelSpectrogram(n_mels=40, hop_length=128)


def mistake_a_window_longer_than_the_transform() -> None:
    """A window can't be longer than the Fourier transform that it is for: raise `fft_length`."""
    layers.MelSpectrogram(fft_length=256, sequence_length=512)
