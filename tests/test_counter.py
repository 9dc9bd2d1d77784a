"""PyTorch's counter confirms the multiply-adds of layers, in one process that runs on PyTorch."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shapesheet.counter import Counted
from tests import backends

# The shape of one sample, and what is made of the input x.
CASES = {
    "dense": ((6, 5), "layers.Dense(3)(x)"),
    "einsum_dense": ((6, 5), "layers.EinsumDense('abc,cd->abd', output_shape=(None, 7))(x)"),
    "causal_convolution": ((12, 5), "layers.Conv1D(4, 3, padding='causal', dilation_rate=2)(x)"),
    "strided_convolution": ((13, 9, 5), "layers.Conv2D(4, 3, padding='same', strides=2)(x)"),
    "grouped_convolution": ((13, 9, 6), "layers.Conv2D(4, 3, groups=2)(x)"),
    "volume_convolution": ((5, 6, 7, 2), "layers.Conv3D(4, 3, padding='same')(x)"),
    "transposed_convolution": ((7, 6, 5), "layers.Conv2DTranspose(4, 3, strides=2)(x)"),
    "depthwise_convolution": ((13, 9, 5), "layers.DepthwiseConv2D(3, depth_multiplier=2)(x)"),
    "separable_convolution": ((13, 9, 5), "layers.SeparableConv2D(4, 3, padding='same')(x)"),
    "lstm": ((6, 5), "layers.LSTM(4, return_sequences=True)(x)"),
    "gru": ((6, 5), "layers.GRU(4)(x)"),
    "bidirectional": ((6, 5), "layers.Bidirectional(layers.LSTM(4))(x)"),
    "frames": ((3, 8, 7, 2), "layers.TimeDistributed(layers.Conv2D(4, 3))(x)"),
    "attention": ((6, 5), "layers.Attention()([x, x])"),
    "multi_head_attention": ((6, 5), "layers.MultiHeadAttention(2, 4)(x, x)"),
    "wide_attention": ((6, 5), "layers.MultiHeadAttention(2, 4, value_dim=3)(x, x)"),
    "dot_product_attention": ((6, 2, 3), "ops.dot_product_attention(x, x, x)"),
    "matmul": ((6, 5), "ops.matmul(x, ops.transpose(x, (0, 2, 1)))"),
    "einsum": ((6, 5), "ops.einsum('bij,bkj->bik', x, x)"),
    "transposition": ((6, 5), "ops.einsum('bij->bji', x)"),
    "embedding": ((6,), "layers.Embedding(9, 4)(ops.cast(x, 'int32'))"),
    "mel_spectrogram": (
        (256,),
        "layers.MelSpectrogram(64, 32, sampling_rate=800, max_freq=400, num_mel_bins=8)(x)",
    ),
}
# Keras's own loop runs the first step twice.
TRIED = {
    "masked_lstm": ((6, 5), "layers.LSTM(4)(layers.Masking()(x))"),
    "masked_ways": ((6, 5), "layers.Bidirectional(layers.GRU(4))(layers.Masking()(x))"),
    "older_gru": ((6, 5), "layers.GRU(4, reset_after=False)(x)"),
    "simple_rnn": ((6, 5), "layers.SimpleRNN(4)(x)"),
    "stacked_cells": ((6, 5), "layers.RNN([layers.GRUCell(4), layers.LSTMCell(3)])(x)"),
    "conv_lstm": ((3, 8, 7, 2), "layers.ConvLSTM2D(4, 3)(x)"),
}
# No sums: to PyTorch these are no matrix products.
SINGLE = {"products": ((6,), "ops.einsum('bi,bj->bij', x, x)")}
UNCLEAR = {"three_arrays": ((6, 5), "ops.einsum('bij,bkj,bk->bi', x, x, x[:, :, 0])")}

SCRIPT = """
import dataclasses, json, sys, tempfile
from pathlib import Path
from shapesheet import backend
backend.choose("torch")
keras = backend.start()
from keras import layers, ops
from shapesheet import counter
from tests import workshop
for name, (sizes, made) in json.loads(sys.argv[1]).items():
    x = keras.Input(tuple(sizes))
    shape = [", ".join(map(str, ("batch", *each[1:]))) for each in (x.shape, eval(made).shape)]
    contract = f"input: ({shape[0]})\\noutput: ({shape[1]})\\n"
    body = f"x = keras.Input({tuple(sizes)})\\nreturn keras.Model(x, {made})"
    with tempfile.TemporaryDirectory() as folder:
        text = workshop.source(body, contract, parameters="")
        under = workshop.examination(Path(folder), text)
        under.require("measures")
        counted = counter.count(under.built, under.subject)
        print(json.dumps([name, under.measures.multiply_adds, dataclasses.asdict(counted)]))
        under.release()
"""


@pytest.fixture(scope="module")
def found() -> dict[str, tuple[int, Counted]]:
    """Return for each case our multiply-adds, and what PyTorch has counted."""
    backends.require("torch")
    cases = json.dumps(CASES | TRIED | SINGLE | UNCLEAR)
    root = str(Path(__file__).parent.parent)
    lines = backends.script(f"import sys; sys.path.insert(0, {root!r})\n{SCRIPT}", cases)
    read = map(json.loads, lines.splitlines())
    return {name: (adds, Counted(**counted)) for name, adds, counted in read}


@pytest.mark.parametrize("case", CASES)
def test_pytorch_counts_twice_our_multiply_adds(
    found: dict[str, tuple[int, Counted]], case: str
) -> None:
    adds, counted = found[case]
    assert counted == Counted(2 * adds)


@pytest.mark.parametrize("case", TRIED)
def test_the_step_that_keras_tries_is_told_apart(
    found: dict[str, tuple[int, Counted]], case: str
) -> None:
    adds, counted = found[case]
    assert counted.trials > 0
    assert counted.operations == counted.expected(adds) > 2 * adds


def test_products_that_are_not_summed_are_told_apart(
    found: dict[str, tuple[int, Counted]],
) -> None:
    adds, counted = found["products"]
    assert (adds, counted) == (36, Counted(0, single=36))
    assert counted.expected(adds) == 0


def test_an_einsum_of_three_arrays_can_not_be_compared(
    found: dict[str, tuple[int, Counted]],
) -> None:
    _, counted = found["three_arrays"]
    assert counted.unclear == "PyTorch multiplies an einsum of three arrays in pairs"


def test_a_wrong_figure_is_not_what_is_expected() -> None:
    assert Counted(52, trials=2).expected(24) == 52
    assert Counted(52, trials=2).expected(25) == 54
