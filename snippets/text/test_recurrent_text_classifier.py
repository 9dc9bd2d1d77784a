"""Claims about the recurrent text classifier."""

import keras
import numpy as np
from keras import layers

from snippets.text.recurrent_text_classifier import recurrent_text_classifier

TEXT = np.array([[7, 3, 21]])


def test_padding_changes_nothing() -> None:
    """Zeros before or after a text, three or six, leave its probabilities as they are."""
    model = recurrent_text_classifier(length=None, vocab_size=50)
    alone = np.array(model(TEXT))
    for padding in ((0, 3), (3, 0), (0, 6)):
        padded = np.pad(TEXT, ((0, 0), padding))
        np.testing.assert_allclose(model(padded), alone, rtol=1e-4)


def test_without_the_mask_padding_counts() -> None:
    """Without mask_zero, six zeros change the GRUs' features by over half of their size."""
    masked, plain = layers.Embedding(50, 32, mask_zero=True), layers.Embedding(50, 32)
    masked.build((None, None))
    plain.build((None, None))
    plain.set_weights(masked.get_weights())
    read = layers.Bidirectional(layers.GRU(32))
    padded = np.pad(TEXT, ((0, 0), (0, 6)))
    alone = np.array(read(masked(TEXT)))
    np.testing.assert_allclose(read(masked(padded)), alone, rtol=1e-3, atol=1e-5)
    change = np.linalg.norm(read(plain(padded)) - alone)
    assert change > 0.5 * np.linalg.norm(alone)


def test_bidirectional_is_two_layers_side_by_side() -> None:
    """Its 64 features are those of one GRU on the text and of another on the text reversed."""
    both = layers.Bidirectional(layers.GRU(32))
    x = np.random.default_rng(0).normal(size=(2, 3, 8)).astype("float32")
    features = np.array(both(x))
    np.testing.assert_allclose(both.forward_layer(x), features[:, :32], rtol=1e-4, atol=1e-6)
    backward = layers.GRU(32)
    backward.build(x.shape)
    backward.set_weights(both.backward_layer.get_weights())
    np.testing.assert_allclose(backward(x[:, ::-1]), features[:, 32:], rtol=1e-4, atol=1e-6)


def test_every_way_to_merge_costs_the_same() -> None:
    """merge_mode "concat" gives 64 features, "sum", "mul" and "ave" 32, all of 8,064 parameters."""
    x = np.zeros((1, 2, 8), "float32")
    sizes = {}
    for mode in ("concat", "sum", "mul", "ave"):
        both = layers.Bidirectional(layers.GRU(32), merge_mode=mode)
        sizes[mode] = both(x).shape[-1]
        assert both.count_params() == 2 * 4032
    assert sizes == {"concat": 64, "sum": 32, "mul": 32, "ave": 32}


def test_most_weights_are_word_vectors() -> None:
    """160,000 of its 172,932 parameters are word vectors, 2 · 6,336 the GRUs', 260 the head's."""
    assert recurrent_text_classifier().count_params() == 172_932
    for words, classes in ((5000, 4), (70, 2)):
        model = recurrent_text_classifier(vocab_size=words, num_classes=classes)
        gru = 3 * (32 * 32 + 32 * 32 + 2 * 32)
        assert model.count_params() == 32 * words + 2 * gru + 64 * classes + classes


def test_pad_sequences_works_at_the_front() -> None:
    """keras.utils.pad_sequences pads and cuts at the front: it keeps a long text's end."""
    pad = keras.utils.pad_sequences
    assert pad([[5, 6]], maxlen=4).tolist() == [[0, 0, 5, 6]]
    assert pad([[1, 2, 3, 4, 5, 6]], maxlen=4).tolist() == [[3, 4, 5, 6]]
    both = pad([[5, 6], [1, 2, 3, 4, 5]], maxlen=4, padding="post", truncating="post")
    assert both.tolist() == [[5, 6, 0, 0], [1, 2, 3, 4]]


def test_it_learns_which_of_two_words_comes_first() -> None:
    """From the same words, side by side or apart, it learns over 95% right which comes first."""
    generator = np.random.default_rng(0)
    x = generator.integers(3, 10, size=(300, 3))
    places = np.sort(generator.permuted(np.tile(np.arange(3), (300, 1)), axis=1)[:, :2], axis=1)
    y = generator.integers(0, 2, size=300)
    rows = np.arange(300)
    x[rows, places[rows, y]], x[rows, places[rows, 1 - y]] = 1, 2
    model = recurrent_text_classifier(length=3, vocab_size=10, num_classes=2)
    model.optimizer.learning_rate = 0.03
    model.run_eagerly = True
    for _ in range(3):
        model.train_on_batch(x[:200], y[:200])
    right = np.argmax(model(x[200:]), axis=-1) == y[200:]
    assert right.mean() > 0.95


def mistake_the_old_tokenizer() -> None:
    """The Tokenizer of Keras 2 is gone: use layers.TextVectorization."""
    keras.preprocessing.text.Tokenizer(num_words=5000)


def mistake_a_mean_of_both_directions() -> None:
    """The mean of both directions is called "ave"."""
    layers.Bidirectional(layers.GRU(32), merge_mode="average")
