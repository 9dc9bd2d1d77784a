"""Claims about the stacked LSTM single-label classifier."""

import functools

import keras
import numpy as np
from keras import layers

from snippets.recurrent.stacked_lstm_classifier import stacked_lstm_classifier


@functools.cache
def _built() -> keras.Model:
    return stacked_lstm_classifier(num_timesteps=2)


def test_integer_targets_give_the_same_loss() -> None:
    """One-hot targets give the loss that integers give with sparse_categorical_crossentropy."""
    model = _built()
    x = np.random.default_rng(0).normal(size=(6, 2, 8)).astype("float32")
    y = np.array([0, 3, 9, 1, 1, 5])
    one_hot = keras.losses.categorical_crossentropy(keras.utils.to_categorical(y, 10), model(x))
    integers = keras.losses.sparse_categorical_crossentropy(y, model(x))
    np.testing.assert_allclose(one_hot, integers, rtol=1e-5)


def test_the_classes_share_one_probability() -> None:
    """Raising the score of one class lowers the probabilities of all others."""
    model = stacked_lstm_classifier(num_timesteps=2)
    x = np.random.default_rng(0).normal(size=(6, 2, 8)).astype("float32")
    before = np.array(model(x))
    kernel, bias = model.layers[-1].get_weights()
    bias[0] += 1
    model.layers[-1].set_weights([kernel, bias])
    after = np.array(model(x))
    assert (after[:, 0] > before[:, 0]).all()
    assert (after[:, 1:] < before[:, 1:]).all()


def test_a_layer_on_top_costs_more_than_the_first() -> None:
    """Of 22,218 parameters 5,248 read 8 features, twice 8,320 read 32 units, 330 are the head's."""
    model = _built()
    first, on_top, head = 4 * (8 + 32 + 1) * 32, 4 * (32 + 32 + 1) * 32, (32 + 1) * 10
    assert (first, on_top, head) == (5_248, 8_320, 330)
    assert model.count_params() == first + 2 * on_top + head == 22_218
    wider = stacked_lstm_classifier(num_features=16)
    assert wider.count_params() == model.count_params() + 4 * 8 * 32


def test_masked_padding_changes_nothing() -> None:
    """Behind a Masking layer, steps of zeros before or after a sequence change no probability."""
    model = stacked_lstm_classifier(num_timesteps=4)
    generator = np.random.default_rng(0)
    model.set_weights([generator.normal(size=w.shape) for w in model.get_weights()])
    masked = keras.Sequential([keras.Input((None, 8)), layers.Masking(), *model.layers])
    x = generator.normal(size=(2, 2, 8)).astype("float32")
    alone = np.array(masked(x))
    for padding in ((0, 2), (2, 0)):
        padded = np.pad(x, ((0, 0), padding, (0, 0)))
        np.testing.assert_allclose(masked(padded), alone, rtol=1e-3)
        assert np.abs(model(padded) - alone).max() > 0.1


def test_it_remembers_the_first_step() -> None:
    """It learns over 95% right which of four features was on in the first of three noisy steps."""
    generator = np.random.default_rng(0)
    x, y = generator.normal(scale=0.2, size=(300, 3, 4)), generator.integers(0, 4, size=300)
    x[np.arange(300), 0, y] += 4
    model = stacked_lstm_classifier(num_timesteps=3, num_features=4, num_classes=4)
    model.optimizer.learning_rate = 0.015
    model.run_eagerly = True
    for _ in range(8):
        model.train_on_batch(x[:200], keras.utils.to_categorical(y[:200]))
    right = np.argmax(model(x[200:]), axis=-1) == y[200:]
    assert right.mean() > 0.95


def mistake_integers_for_one_hot_targets() -> None:
    """categorical_crossentropy wants one-hot targets: for integers take its sparse twin."""
    model = stacked_lstm_classifier(num_timesteps=4)
    model.fit(np.zeros((8, 4, 8)), np.arange(8), verbose=0)


def mistake_one_hot_targets_for_integers() -> None:
    """sparse_categorical_crossentropy wants one integer a sequence, not a one-hot row."""
    model = stacked_lstm_classifier(num_timesteps=4)
    model.compile(loss="sparse_categorical_crossentropy")
    model.fit(np.zeros((8, 4, 8)), keras.utils.to_categorical(np.arange(8), 10), verbose=0)
