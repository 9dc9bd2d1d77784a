"""Claims about VGG19 with its Dense layers."""

import functools

import keras
import numpy as np
import pytest
from keras import layers

from snippets.transfer.vgg19_keep_dense import vgg19_keep_dense


@pytest.fixture(autouse=True)
def zeros_for_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start all kernels at zero: no claim looks at their values."""
    zeros = keras.initializers.Zeros.__call__
    monkeypatch.setattr(keras.initializers.GlorotUniform, "__call__", zeros)


@functools.cache
def shared_model() -> keras.Model:
    """Return one model for all claims, since it takes seconds and half a gigabyte to build."""
    return vgg19_keep_dense()


def test_its_two_dense_layers_hold_most_of_vgg19() -> None:
    """fc1 and fc2 hold 119,545,856 of VGG19's 143,667,240 parameters: 83%."""
    base = shared_model().get_layer("vgg19")
    kept = base.get_layer("fc1").count_params() + base.get_layer("fc2").count_params()
    whole = base.count_params() + 4096 * 1000 + 1000
    assert (kept, whole) == (119_545_856, 143_667_240)
    assert round(kept / whole, 2) == 0.83


def test_only_the_head_is_trained() -> None:
    """49,162 of its 139,627,594 parameters are trained: the new layers', none of VGG19's."""
    model = shared_model()
    trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    assert (trained, model.count_params()) == (49_162, 139_627_594)


def test_the_dense_layers_are_few_of_the_multiply_adds() -> None:
    """fc1 and fc2 do 0.6% of the multiply-adds: most weights are there, the work is not."""
    base = shared_model().get_layer("vgg19")
    work = {
        layer.name: int(np.prod(layer.output.shape[1:-1])) * int(np.prod(layer.kernel.shape))
        for layer in base.layers
        if layer.weights
    }
    assert round((work["fc1"] + work["fc2"]) / sum(work.values()), 3) == 0.006


def test_it_ends_below_the_old_softmax() -> None:
    """Its base ends at fc2, with 4,096 features: VGG19's softmax over 1,000 classes is left out."""
    base = shared_model().get_layer("vgg19")
    assert base.layers[-1].name == "fc2"
    assert base.output.shape == (None, 4096)


def test_half_of_the_features_are_dropped() -> None:
    """In training half of the 4,096 features are dropped, once, after they are normalized."""
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
    mean = np.full((1, 224, 224, 3), (123.68, 116.779, 103.939), dtype="float32")
    np.testing.assert_allclose(prepare(mean), np.zeros((1, 224, 224, 3)), atol=1e-5)


def mistake_pretrained_weights_at_another_size() -> None:
    """The pretrained Dense layers need 224 by 224 pixels: resize, or use include_top=False."""
    keras.applications.VGG19(weights="imagenet", input_shape=(64, 64, 3))


def mistake_pretrained_weights_for_other_classes() -> None:
    """The pretrained softmax has 1,000 classes: end at fc2 and add your own, as here."""
    keras.applications.VGG19(weights="imagenet", classes=10)


def mistake_the_old_learning_rate() -> None:
    """lr= is learning_rate= in Keras 3."""
    keras.optimizers.Adam(lr=0.001)
