"""Claims about the Conv1D text classifier."""

import numpy as np
import pytest
from keras import layers

from snippets.text.conv1d_text_classifier import conv1d_text_classifier


def test_text_vectorization_makes_its_input() -> None:
    """TextVectorization makes its input: 0 for padding, 1 for unknown words, then known ones."""
    vectorize = layers.TextVectorization(vocabulary=["good", "film"], output_sequence_length=5)
    tokens = vectorize(["A good, good film!"])
    assert np.array(tokens).tolist() == [[1, 2, 2, 3, 0]]
    vocab_size = vectorize.vocabulary_size()
    assert vocab_size == 4
    assert conv1d_text_classifier(5, vocab_size)(tokens).shape == (1, 1)


def test_the_order_of_the_words_matters() -> None:
    """Reversing a text's words changes the output, but not that of word vectors pooled alone."""
    model = conv1d_text_classifier(length=12, vocab_size=50)
    embedding, _, pooling, _ = model.layers
    text = np.random.default_rng(0).permutation(50)[None, :12]
    backwards = text[:, ::-1]
    np.testing.assert_array_equal(pooling(embedding(text)), pooling(embedding(backwards)))
    assert not np.allclose(model(text), model(backwards), rtol=1e-5)


def test_a_phrase_counts_wherever_it_stands() -> None:
    """A phrase between padding gives the same probability wherever it stands in the text."""
    model = conv1d_text_classifier(length=30, vocab_size=50)
    outputs = []
    for start in (4, 11, 20):
        text = np.zeros((1, 30), "int32")
        text[0, start : start + 6] = [7, 3, 21, 8, 40, 5]
        outputs.append(float(model(text)[0, 0]))
    np.testing.assert_allclose(outputs, outputs[0], rtol=1e-6)


def test_no_phrase_counts_below_zero() -> None:
    """A filter that a phrase doesn't fit gives it 0, not less; what does fit has no upper end."""
    conv = conv1d_text_classifier(length=12).layers[1]
    vectors = np.random.default_rng(0).normal(scale=20, size=(2, 12, 32)).astype("float32")
    scores = layers.Conv1D(64, 5)
    scores.build(vectors.shape)
    scores.set_weights(conv.get_weights())
    np.testing.assert_allclose(conv(vectors), np.maximum(scores(vectors), 0), atol=1e-3)
    assert np.max(conv(vectors)) > 10


def test_most_weights_are_word_vectors() -> None:
    """160,000 of its 170,369 parameters are the vectors of the 5,000 words, 32 numbers each."""
    model = conv1d_text_classifier()
    assert model.layers[0].count_params() == 5000 * 32 == 160_000
    assert model.count_params() == 170_369


def test_a_convolution_drops_the_mask() -> None:
    """Conv1D drops the mask that mask_zero=True makes, with a warning: padding is not skipped."""
    embedding = layers.Embedding(50, 32, mask_zero=True)
    text = np.array([[7, 3, 21, 8, 40, 0, 0]])
    with pytest.warns(UserWarning, match="destroy the mask"):
        outputs = layers.Conv1D(64, 5)(embedding(text))
    assert outputs.shape == (1, 3, 64)


def test_it_learns_an_order_that_no_bag_of_words_shows() -> None:
    """From the same words it learns over 95% right whether "not" stands before or after "good"."""
    generator = np.random.default_rng(0)
    x = generator.integers(3, 20, size=(300, 6))
    y = generator.integers(0, 2, size=300)
    start = generator.integers(0, 5, size=300)
    rows = np.arange(300)
    x[rows, start + y], x[rows, start + 1 - y] = 1, 2
    model = conv1d_text_classifier(length=6, vocab_size=20)
    model.optimizer.learning_rate = 0.03
    model.run_eagerly = True
    for _ in range(5):
        model.train_on_batch(x[:200], y[:200])
    right = (np.array(model(x[200:]))[:, 0] > 0.5) == y[200:]
    assert right.mean() > 0.95


def mistake_a_text_shorter_than_the_kernel() -> None:
    """A text must fill the kernel once: pad to five tokens or more, or write padding="same"."""
    conv1d_text_classifier(length=4)


def mistake_words_instead_of_numbers() -> None:
    """The model reads token numbers: put TextVectorization before it, in the data or the model."""
    model = conv1d_text_classifier(length=5)
    model.predict(np.array([["a", "good", "film", "", ""]]), verbose=0)


def mistake_arguments_of_keras_1() -> None:
    """It is kernel_size and padding since Keras 2, no longer filter_length and border_mode."""
    layers.Conv1D(64, 5, border_mode="valid")
