"""Claims about the bag-of-words classifier."""

import keras
import numpy as np
from keras import layers

from snippets.dense.bag_of_words_classifier import bag_of_words_classifier

TOPICS = ("bread cheese apple soup", "goal match team ball", "song guitar drum choir")


def bags(texts: list[str]) -> np.ndarray:
    """Return a row of zeros and ones for each text: which words of all topics it has."""
    vocabulary = " ".join(TOPICS).split()
    encode = layers.TextVectorization(output_mode="multi_hot", vocabulary=vocabulary)
    return np.array(encode(texts))


def test_word_order_is_lost() -> None:
    """A bag of words tells which words a text has; in whatever order, the vector is the same."""
    one, other = bags(["the team beat the choir", "the choir beat the team"])
    np.testing.assert_array_equal(one, other)


def test_without_relu_the_stack_is_one_affine_map() -> None:
    """With relu, max(0, x), the Dense layers are two; without it they are one of 124 parameters."""
    model = bag_of_words_classifier()
    hidden, _, last = model.layers
    x = np.random.default_rng(0).normal(size=(8, 30)).astype("float32")
    kernel = np.array(hidden.kernel) @ np.array(last.kernel)
    assert kernel.size + last.bias.shape[0] == 124
    affine = np.array(keras.ops.softmax(x @ kernel))
    assert np.abs(np.array(model(x)) - affine).max() > 0.01
    kept = np.maximum(x @ np.array(hidden.kernel), 0)
    np.testing.assert_allclose(model(x), keras.ops.softmax(kept @ np.array(last.kernel)), atol=1e-5)
    hidden.activation = keras.activations.linear
    np.testing.assert_allclose(model(x), affine, atol=1e-5)


def test_dropout_acts_in_training_only_and_keeps_the_mean() -> None:
    """In training, dropout sets 20% of the units to zero and multiplies the rest by 1.25."""
    dropout = bag_of_words_classifier().layers[1]
    ones = np.ones((100, 256), "float32")
    trained = np.array(dropout(ones, training=True))
    assert set(np.unique(trained)) == {0, 1.25}
    np.testing.assert_allclose(np.mean(trained == 0), 0.2, atol=0.01)
    np.testing.assert_array_equal(dropout(ones, training=False), ones)


def test_a_sequential_model_need_not_be_dense() -> None:
    """Sequential only means one layer after another: a convolution and an LSTM fit in too."""
    model = keras.Sequential(
        [keras.Input((8, 3)), layers.Conv1D(4, 3), layers.LSTM(5), layers.Dense(2)]
    )
    assert model.output_shape == (None, 2)


def test_a_model_without_an_input_has_no_weights_yet() -> None:
    """Without keras.Input the model has no weights until it meets data; with it, 8,964."""
    unbuilt = keras.Sequential([layers.Dense(256, activation="relu"), layers.Dense(4)])
    assert not unbuilt.built
    assert not unbuilt.weights
    assert bag_of_words_classifier().count_params() == 8_964


def test_it_learns_what_a_text_is_about() -> None:
    """From sixty texts of two words it learns the topics of sixty others, of three words each."""
    rng = np.random.default_rng(0)
    y = np.arange(60) % 3
    train, test = (
        bags([" ".join(rng.permutation(TOPICS[topic].split())[:count]) for topic in y])
        for count in (2, 3)
    )
    model = bag_of_words_classifier(num_words=train.shape[1], num_classes=3)
    model.optimizer.learning_rate = 0.02
    model.run_eagerly = True
    for _ in range(3):
        model.train_on_batch(train, y)
    assert np.all(np.array(model(test)).argmax(axis=-1) == y)


def mistake_counting_parameters_before_an_input() -> None:
    """A model without keras.Input is built at its first batch: begin with keras.Input."""
    model = keras.Sequential([layers.Dense(256, activation="relu"), layers.Dense(4)])
    model.count_params()


def mistake_texts_as_input() -> None:
    """Dense layers take numbers: turn texts into vectors with TextVectorization first."""
    model = bag_of_words_classifier()
    model.predict(np.array(["bread and cheese"]), verbose=0)


def mistake_a_percentage_as_the_rate() -> None:
    """The rate of Dropout is a fraction: write 0.2 for a fifth of the units, not 20."""
    layers.Dropout(20)
