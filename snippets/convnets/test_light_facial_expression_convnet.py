"""Claims about the light convnet for facial expressions."""

import functools

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits

from snippets.convnets.facial_expression_convnet import facial_expression_convnet
from snippets.convnets.light_facial_expression_convnet import light_facial_expression_convnet


@functools.cache
def shared_model() -> keras.Model:
    """Return one model for the claims that change nothing in it."""
    return light_facial_expression_convnet()


def test_it_is_350_times_smaller() -> None:
    """It has 12,583 parameters where facial_expression_convnet has 4,405,639: 350 times fewer."""
    light, wide = shared_model(), facial_expression_convnet()
    assert (light.count_params(), wide.count_params()) == (12_583, 4_405_639)
    assert round(wide.count_params() / light.count_params()) == 350


def test_its_weights_fit_faces_of_any_size() -> None:
    """Weights learned at 48 by 48 pixels fit faces of 64 by 80: no layer counts the places."""
    model, larger = shared_model(), light_facial_expression_convnet(64, 80)
    larger.set_weights(model.get_weights())
    assert larger.count_params() == 12_583


def test_it_forgets_where_things_are() -> None:
    """Shuffling the places of its feature map changes nothing: the mean forgets where they are."""
    generator = np.random.default_rng(0)
    features = generator.random((2, 23 * 23, 32), dtype="float32")
    head = keras.Sequential(shared_model().layers[4:])
    shuffled = generator.permutation(features, axis=1)
    one, two = (head(each.reshape(2, 23, 23, 32)) for each in (features, shuffled))
    np.testing.assert_allclose(one, two, atol=1e-6)


def test_shared_slopes_can_be_spread_out() -> None:
    """A shared slope does what equal slopes at every place do."""
    x = np.random.default_rng(0).normal(size=(2, 5, 6, 4)).astype("float32")
    shared, every = layers.PReLU(shared_axes=[1, 2]), layers.PReLU()
    shared.build(x.shape)
    every.build(x.shape)
    slopes = np.array([[[0.1, 0.2, 0.3, 0.4]]], dtype="float32")
    shared.set_weights([slopes])
    every.set_weights([np.tile(slopes, (5, 6, 1))])
    np.testing.assert_allclose(shared(x), every(x), atol=1e-6)


def test_a_bias_before_batch_normalization_does_nothing() -> None:
    """The 288 biases before a BatchNormalization change nothing in training: it undoes them."""
    model = light_facial_expression_convnet(12, 12)
    generator = np.random.default_rng(0)
    biases = 0
    for layer, norm in zip(model.layers[0::5], model.layers[1::5], strict=False):
        x = generator.normal(size=(8, *layer.input.shape[1:])).astype("float32")
        before = norm(layer(x), training=True)
        layer.bias.assign(generator.normal(size=layer.bias.shape))
        np.testing.assert_allclose(norm(layer(x), training=True), before, atol=1e-4)
        biases += layer.bias.shape[0]
    assert biases == 32 + 256 == 288


def test_only_the_last_features_are_dropped() -> None:
    """In training one dropout sets half of the last 256 features to zero and doubles the rest."""
    (dropout,) = (layer for layer in shared_model().layers if isinstance(layer, layers.Dropout))
    assert dropout.output.shape == (None, 256)
    ones = np.ones((100, 256), "float32")
    kept = np.array(dropout(ones, training=True))
    assert set(np.unique(kept)) == {0, 2}
    np.testing.assert_allclose(np.mean(kept == 0), 0.5, atol=0.02)
    np.testing.assert_array_equal(dropout(ones, training=False), ones)


def test_moving_averages_need_many_steps() -> None:
    """In 10 steps BatchNormalization learns 65% of the mean, at Keras's momentum 0.99 only 10%."""
    x = np.ones((4, 1), dtype="float32")
    ours = shared_model().layers[1].momentum
    known = []
    for momentum in (ours, 0.99):
        norm = layers.BatchNormalization(momentum=momentum)
        for _ in range(10):
            norm(x, training=True)
        known.append(round(float(norm.moving_mean[0]), 2))
    assert known == [0.65, 0.1]


def test_it_learns_handwritten_digits() -> None:
    """With momentum 0, five steps on 240 digits 0, 1 and 2 get over 75% of 100 others right."""
    x, y = load_digits(n_class=3, return_X_y=True)
    x = (x / 16).reshape(-1, 8, 8, 1).astype("float32")
    model = light_facial_expression_convnet(8, 8, 1, 3)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = 0
    model.compile(keras.optimizers.SGD(0.1), model.loss, run_eagerly=True)
    for _ in range(5):
        model.train_on_batch(x[:240], y[:240])
    assert np.mean(np.array(model(x[240:340])).argmax(axis=-1) == y[240:340]) > 0.75


def mistake_shared_axes_after_a_dense_layer() -> None:
    """After a Dense layer there are no places to share slopes over: write PReLU()."""
    layers.PReLU(shared_axes=[1, 2])(np.zeros((1, 256)))


def mistake_one_hot_targets() -> None:
    """This loss takes the number of the class; categorical_crossentropy takes one-hot targets."""
    model = light_facial_expression_convnet(8, 8)
    model.fit(np.zeros((2, 8, 8, 3)), keras.utils.to_categorical([0, 1], 7), verbose=0)
