"""Claims about VGG19's convolutions with a new Dense layer."""

import functools

import keras
import numpy as np
import pytest
from keras import layers

from snippets.transfer.vgg19_new_dense import vgg19_new_dense


@pytest.fixture(autouse=True)
def zeros_for_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start all kernels at zero: no claim looks at their values."""
    zeros = keras.initializers.Zeros.__call__
    monkeypatch.setattr(keras.initializers.GlorotUniform, "__call__", zeros)


@functools.cache
def shared_model() -> keras.Model:
    """Return one model for all claims."""
    return vgg19_new_dense()


def at_size(pixels: int) -> keras.Model:
    """Return its layers, those of the head anew, for images of another size."""
    model = shared_model()
    base = model.get_layer("vgg19").layers[1:]
    head = [type(layer).from_config(layer.get_config()) for layer in model.layers[-5:]]
    # In this scope weights get shapes and no values, which nobody looks at here.
    with keras.StatelessScope(initialize_variables=False):
        return keras.Sequential([keras.Input((pixels, pixels, 3)), *base, *head])


def test_at_224_pixels_one_layer_has_five_sixths() -> None:
    """At 224 by 224 pixels the new layer has 102,764,544 of 122,846,282 parameters."""
    model = at_size(224)
    assert model.layers[-4].count_params() == (7 * 7 * 512 + 1) * 4096 == 102_764_544
    assert model.count_params() == 122_846_282


def test_the_new_layer_grows_with_the_area() -> None:
    """The new layer has 2,101,248 parameters at 32 by 32 pixels, 8,392,704 at 64 by 64."""
    sizes = [model.layers[-4].count_params() for model in (at_size(32), shared_model())]
    assert sizes == [2_101_248, 8_392_704]


def test_flatten_has_no_parameters() -> None:
    """Flatten has no parameters; averaging in its place gives the layer after it 49 times fewer."""
    flatten, mean = at_size(224).layers[-5], layers.GlobalAveragePooling2D()
    many, few = flatten.output, mean(flatten.input)
    assert (flatten.count_params(), mean.count_params()) == (0, 0)
    assert (many.shape, few.shape) == ((None, 25_088), (None, 512))
    assert 25_088 // 512 == 49


def test_dropout_before_batch_normalization_misleads_it() -> None:
    """Dropout(0.5) before a BatchNormalization more than doubles the variance that it learns."""
    x = np.maximum(np.random.default_rng(0).normal(size=(20_000, 1)), 0).astype("float32")
    variances = []
    for given in (x, layers.Dropout(0.5)(x, training=True)):
        norm = layers.BatchNormalization(momentum=0.0)
        norm(given, training=True)
        variances.append(float(norm.moving_variance[0]))
    assert variances[1] > 2 * variances[0]


def test_only_the_head_is_trained() -> None:
    """At 64 by 64 pixels 8,441,866 of its 28,474,442 parameters are trained: the head's."""
    model = shared_model()
    trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    assert (trained, model.count_params()) == (8_441_866, 28_474_442)
    assert model.get_layer("vgg19").trainable_weights == []


def test_half_of_the_features_are_dropped() -> None:
    """In training half of the new layer's features are dropped, once, after they are normalized."""
    model = shared_model()
    norm, dropout, _ = model.layers[-3:]
    assert isinstance(norm, layers.BatchNormalization)
    kept = np.array(dropout(np.ones((1000, 1000), "float32"), training=True))
    assert set(np.unique(kept)) == {0, 2}
    assert round(np.mean(kept == 0), 2) == 0.5


def test_it_takes_pixels_as_they_are() -> None:
    """It prepares pixels in [0, 255] itself: ImageNet's mean colour, (124, 117, 104), becomes 0."""
    model = shared_model()
    before = model.operations[model.operations.index(model.get_layer("vgg19")) - 1]
    prepare = keras.Model(model.input, before.output)
    mean = np.full((1, 64, 64, 3), (123.68, 116.779, 103.939), dtype="float32")
    np.testing.assert_allclose(prepare(mean), np.zeros((1, 64, 64, 3)), atol=1e-5)


def test_the_new_layer_ends_in_a_relu() -> None:
    """The new layer ends in a ReLU, as fc1 and fc2 do, the Dense layers of VGG19 left out here."""
    ours = shared_model().layers[-4]
    # In this scope weights get shapes and no values, which nobody looks at here.
    with keras.StatelessScope(initialize_variables=False):
        whole = keras.applications.VGG19(weights=None, input_shape=(32, 32, 3), classes=2)
    found = [layer.activation for layer in (whole.get_layer("fc1"), whole.get_layer("fc2"), ours)]
    assert found == [keras.activations.relu] * 3


def mistake_images_of_another_size() -> None:
    """Flatten fixes the size: resize the images, or use vgg19_global_pooling."""
    model = vgg19_new_dense(64, 64, units=8)
    model(np.zeros((1, 96, 96, 3)))


def mistake_the_old_keywords_of_model() -> None:
    """input= and output= are inputs= and outputs=."""
    image = keras.Input((4,))
    keras.Model(input=image, output=layers.Dense(2)(image))


def mistake_the_old_learning_rate() -> None:
    """lr= is learning_rate= in Keras 3."""
    keras.optimizers.Adam(lr=0.001)
