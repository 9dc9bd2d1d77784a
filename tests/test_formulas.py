"""Every rule against what Keras counts, and against loops that multiply by definition."""

from collections.abc import Callable
from itertools import product
from math import ceil, prod
from typing import Any

import pytest

from shapesheet import backend
from shapesheet.calls import Calls
from shapesheet.costs import Cost
from shapesheet.formulas import cost

keras = backend.start()
layers, ops = keras.layers, keras.ops

Shape = tuple[int, ...]
Open = tuple[int | None, ...]
Case = tuple[Callable[[], Any], list[Shape], str, int]


def measured(layer: Any, shapes: list[Shape], **options: Any) -> Cost | None:  # noqa: ANN401
    """Return what the rule says of one call with one sample."""
    calls = Calls(batch=1)
    given = [ops.ones((1, *shape)) for shape in shapes]
    with calls.watching():
        layer(given[0] if len(given) == 1 else given, **options)
    call = calls.of(layer)[-1]
    return cost(layer, call.inputs, tuple(call.outputs), call.equation)


def taps(length: int, kernel: int, stride: int, padding: str, dilation: int = 1) -> int:
    """Return at how many places a kernel is laid along one axis, counted by laying it."""
    if padding == "same":
        return ceil(length / stride)
    return sum(1 for start in range(0, length, stride) if start + dilation * (kernel - 1) < length)


def convolved(places: Shape, kernel: Shape, channels: int, filters: int, groups: int = 1) -> int:
    """Return the multiply-adds of a convolution, one by one."""
    count = 0
    for _ in product(*(range(each) for each in (*places, *kernel, filters))):
        count += channels // groups
    return count


def stepped(steps: int, features: int, units: int, gates: int) -> int:
    """Return the multiply-adds of a recurrence, one by one."""
    count = 0
    for _ in product(range(steps), range(gates), range(units)):
        count += features + units
    return count


CASES: list[Case] = [
    (lambda: layers.Dense(3), [(5,)], "5·3 + 3", 15),
    (lambda: layers.Dense(3, use_bias=False), [(5,)], "5·3", 15),
    (lambda: layers.Dense(3), [(4, 2, 5)], "5·3 + 3", 4 * 2 * 15),
    (lambda: layers.EinsumDense("ab,bc->ac", 3, bias_axes="c"), [(5,)], "5·3 + 3", 15),
    (
        lambda: layers.EinsumDense("abc,cde->abde", (None, 2, 3), bias_axes="de"),
        [(4, 5)],
        "5·2·3 + 2·3",
        4 * 5 * 2 * 3,
    ),
    (lambda: layers.EinsumDense("...x,xy->...y", 3), [(4, 2, 5)], "5·3", 4 * 2 * 15),
    (lambda: layers.Embedding(7, 3), [(4,)], "7·3", 0),
    (
        lambda: layers.Conv1D(4, 3),
        [(9, 2)],
        "3·2·4 + 4",
        convolved((taps(9, 3, 1, "valid"),), (3,), 2, 4),
    ),
    (
        lambda: layers.Conv1D(4, 3, padding="causal", dilation_rate=2, use_bias=False),
        [(9, 2)],
        "3·2·4",
        convolved((9,), (3,), 2, 4),
    ),
    (
        lambda: layers.Conv1D(4, 3, dilation_rate=2),
        [(9, 2)],
        "3·2·4 + 4",
        convolved((taps(9, 3, 1, "valid", 2),), (3,), 2, 4),
    ),
    (
        lambda: layers.Conv2D(4, (3, 2), strides=2, padding="same"),
        [(7, 6, 2)],
        "3·2·2·4 + 4",
        convolved((taps(7, 3, 2, "same"), taps(6, 2, 2, "same")), (3, 2), 2, 4),
    ),
    (
        lambda: layers.Conv2D(4, 3, strides=(2, 1)),
        [(7, 6, 2)],
        "3·3·2·4 + 4",
        convolved((taps(7, 3, 2, "valid"), taps(6, 3, 1, "valid")), (3, 3), 2, 4),
    ),
    (
        lambda: layers.Conv2D(4, 3, groups=2),
        [(5, 5, 6)],
        "3·3·3·4 + 4",
        convolved((3, 3), (3, 3), 6, 4, 2),
    ),
    (
        lambda: layers.Conv3D(2, 2, use_bias=False),
        [(3, 4, 5, 2)],
        "2·2·2·2·2",
        convolved((2, 3, 4), (2, 2, 2), 2, 2),
    ),
    (
        lambda: layers.Conv1DTranspose(4, 3, strides=2),
        [(5, 2)],
        "3·4·2 + 4",
        convolved((5,), (3,), 2, 4),
    ),
    (
        lambda: layers.Conv2DTranspose(4, 3, strides=2, padding="same", use_bias=False),
        [(5, 6, 2)],
        "3·3·4·2",
        convolved((5, 6), (3, 3), 2, 4),
    ),
    (
        lambda: layers.DepthwiseConv1D(3),
        [(6, 4)],
        "3·4 + 4",
        convolved((4,), (3,), 1, 4),
    ),
    (
        lambda: layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same"),
        [(5, 6, 4)],
        "3·3·4·2 + 4·2",
        convolved((5, 6), (3, 3), 1, 8),
    ),
    (
        lambda: layers.DepthwiseConv2D(3, strides=2, use_bias=False),
        [(7, 7, 4)],
        "3·3·4",
        convolved((3, 3), (3, 3), 1, 4),
    ),
    (
        lambda: layers.SeparableConv1D(5, 3),
        [(6, 4)],
        "3·4 + 4·5 + 5",
        convolved((4,), (3,), 1, 4) + convolved((4,), (1,), 4, 5),
    ),
    (
        lambda: layers.SeparableConv2D(5, 3, depth_multiplier=2, use_bias=False),
        [(6, 7, 4)],
        "3·3·4·2 + 8·5",
        convolved((4, 5), (3, 3), 1, 8) + convolved((4, 5), (1, 1), 8, 5),
    ),
    (lambda: layers.SimpleRNN(3), [(4, 5)], "5·3 + 3·3 + 3", stepped(4, 5, 3, 1)),
    (lambda: layers.LSTM(3), [(4, 5)], "4·(5·3 + 3·3 + 3)", stepped(4, 5, 3, 4)),
    (
        lambda: layers.LSTM(3, use_bias=False, return_sequences=True),
        [(4, 5)],
        "4·(5·3 + 3·3)",
        stepped(4, 5, 3, 4),
    ),
    (lambda: layers.GRU(3), [(4, 5)], "3·(5·3 + 3·3 + 2·3)", stepped(4, 5, 3, 3)),
    (
        lambda: layers.GRU(3, reset_after=False, return_state=True),
        [(4, 5)],
        "3·(5·3 + 3·3 + 3)",
        stepped(4, 5, 3, 3),
    ),
    (
        lambda: layers.RNN([layers.LSTMCell(3), layers.GRUCell(2, use_bias=False)]),
        [(4, 5)],
        "4·(5·3 + 3·3 + 3) + 3·(3·2 + 2·2)",
        stepped(4, 5, 3, 4) + stepped(4, 3, 2, 3),
    ),
    (
        lambda: layers.Bidirectional(layers.LSTM(3)),
        [(4, 5)],
        "2·(4·(5·3 + 3·3 + 3))",
        2 * stepped(4, 5, 3, 4),
    ),
    (
        lambda: layers.Bidirectional(
            layers.LSTM(3), backward_layer=layers.GRU(2, go_backwards=True)
        ),
        [(4, 5)],
        "4·(5·3 + 3·3 + 3) + 3·(5·2 + 2·2 + 2·2)",
        stepped(4, 5, 3, 4) + stepped(4, 5, 2, 3),
    ),
    (
        lambda: layers.ConvLSTM1D(3, 2),
        [(4, 6, 2)],
        "4·(2·(2 + 3)·3 + 3)",
        4 * (convolved((4, 5), (2,), 2, 12) // 4 + convolved((4, 5), (2,), 3, 12) // 4),
    ),
    (
        lambda: layers.ConvLSTM2D(3, 2, padding="same", return_sequences=True, use_bias=False),
        [(4, 5, 6, 2)],
        "4·(2·2·(2 + 3)·3)",
        convolved((4, 5, 6), (2, 2), 2, 12) + convolved((4, 5, 6), (2, 2), 3, 12),
    ),
    (lambda: layers.TimeDistributed(layers.Dense(3)), [(4, 5)], "5·3 + 3", 4 * 15),
    (
        lambda: layers.TimeDistributed(layers.Conv2D(2, 3)),
        [(4, 5, 5, 1)],
        "3·3·1·2 + 2",
        convolved((4, 3, 3), (3, 3), 1, 2),
    ),
    (lambda: layers.TimeDistributed(layers.Flatten()), [(4, 5, 2)], "", 0),
    (layers.BatchNormalization, [(4, 5)], "4·5", 0),
    (lambda: layers.BatchNormalization(center=False), [(5,)], "3·5", 0),
    (lambda: layers.BatchNormalization(center=False, scale=False, axis=1), [(4, 5)], "2·4", 0),
    (layers.LayerNormalization, [(4, 5)], "2·5", 0),
    (lambda: layers.LayerNormalization(axis=(1, 2), scale=False), [(4, 5)], "4·5", 0),
    (lambda: layers.LayerNormalization(center=False, scale=False), [(4, 5)], "", 0),
    (lambda: layers.GroupNormalization(2), [(4, 6)], "2·6", 0),
    (lambda: layers.GroupNormalization(2, center=False), [(4, 6)], "6", 0),
    (layers.RMSNormalization, [(4, 6)], "6", 0),
    (layers.UnitNormalization, [(4, 6)], "", 0),
    (layers.PReLU, [(4, 5, 2)], "4·5·2", 0),
    (lambda: layers.PReLU(shared_axes=[1, 2]), [(4, 5, 2)], "2", 0),
    (layers.Attention, [(4, 6), (5, 6)], "", 4 * 5 * 6 + 4 * 5 * 6),
    (
        lambda: layers.Attention(use_scale=True),
        [(4, 6), (5, 3), (5, 6)],
        "1",
        4 * 5 * 6 + 4 * 5 * 3,
    ),
    (lambda: layers.Attention(score_mode="concat"), [(4, 6), (5, 6)], "1", 4 * 5 * 6),
    (layers.AdditiveAttention, [(4, 6), (5, 6)], "6", 4 * 5 * 6),
    (lambda: layers.AdditiveAttention(use_scale=False), [(4, 6), (5, 6)], "", 4 * 5 * 6),
    (lambda: layers.Dot(axes=1), [(6,), (6,)], "", 6),
    (lambda: layers.Dot(axes=(2, 1)), [(4, 6), (6, 3)], "", 4 * 6 * 3),
    (layers.Add, [(4,), (4,)], "", 0),
    (lambda: layers.MaxPooling1D(2), [(4, 3)], "", 0),
    (lambda: layers.Dropout(0.5), [(4,)], "", 0),
    (lambda: layers.SpatialDropout1D(0.5), [(4, 2)], "", 0),
    (lambda: layers.Rescaling(0.1), [(4,)], "", 0),
    (layers.RandomFlip, [(4, 4, 3)], "", 0),
    (layers.LeakyReLU, [(4,)], "", 0),
    (layers.Masking, [(4, 2)], "", 0),
    (
        lambda: layers.MelSpectrogram(fft_length=16, sequence_stride=8, num_mel_bins=5),
        [(64,)],
        "",
        5 * 9 * (64 // 8 + 1),
    ),
]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_a_rule_gives_what_keras_counts_and_what_loops_multiply(number: int) -> None:
    make, shapes, arithmetic, multiply_adds = CASES[number]
    layer = make()
    found = measured(layer, shapes)
    assert found is not None
    assert found.arithmetic == arithmetic
    assert found.parameters == layer.count_params()
    assert found.multiply_adds == multiply_adds


def heads(query: Shape, value: Shape, key: Shape, size: int, width: int, outer: int) -> int:
    """Return the multiply-adds of two heads of attention, one product after another."""
    rows, columns = prod(query[:-1]), prod(key[:-1])
    projections = rows * query[-1] * size + columns * (key[-1] * size + value[-1] * width)
    return 2 * (projections + rows * columns * (size + width) + rows * width * outer)


@pytest.mark.parametrize(
    ("options", "key", "arithmetic", "multiply_adds"),
    [
        (
            {},
            None,
            "6·2·3 + 2·3 + 7·2·3 + 2·3 + 7·2·3 + 2·3 + 2·3·6 + 6",
            heads((4, 6), (5, 7), (5, 7), 3, 3, 6),
        ),
        (
            {"use_bias": False, "value_dim": 2, "output_shape": 9},
            (5, 8),
            "6·2·3 + 8·2·3 + 7·2·2 + 2·2·9",
            heads((4, 6), (5, 7), (5, 8), 3, 2, 9),
        ),
    ],
)
@pytest.mark.parametrize("masked", [False, True])
def test_attention_knows_query_value_and_key_however_they_are_given(
    options: dict[str, Any],
    key: Shape | None,
    arithmetic: str,
    multiply_adds: int,
    *,
    masked: bool,
) -> None:
    layer = layers.MultiHeadAttention(2, 3, **options)
    query, value = ops.ones((1, 4, 6)), ops.ones((1, 5, 7))
    given = {"value": value} if key is None else {"key": ops.ones((1, *key)), "value": value}
    mask = {"attention_mask": ops.ones((1, 4, 5))} if masked else {}
    calls = Calls(batch=1)
    with calls.watching():
        layer(query, **mask, **given)
    (call,) = calls.of(layer)
    found = cost(layer, call.inputs, tuple(call.outputs))
    assert found is not None
    assert found.arithmetic == arithmetic
    assert found.parameters == layer.count_params()
    assert found.multiply_adds == multiply_adds


@pytest.mark.parametrize(
    ("name", "arguments", "multiply_adds"),
    [
        ("matmul", [(1, 4, 5), (1, 5, 3)], 60),
        ("dot", [(4, 5), (5, 3)], 60),
        ("inner", [(4, 5), (3, 5)], 60),
        ("outer", [(4,), (3,)], 12),
        ("tensordot", [(4, 5, 2), (5, 2, 3)], 120),
        ("vdot", [(4, 5), (4, 5)], 20),
        ("einsum", ["bij,bjk->bik", (1, 4, 5), (1, 5, 3)], 60),
        ("einsum", ["...ij,...jk->...ik", (2, 4, 5), (1, 5, 3)], 120),
        ("dot_product_attention", [(1, 4, 2, 3), (1, 5, 2, 3), (1, 5, 2, 6)], 4 * 5 * 2 * 9),
        ("conv", [(1, 5, 2), (3, 2, 4)], None),
        ("sigmoid", [(4,)], 0),
    ],
)
@pytest.mark.parametrize("symbolic", [False, True])
def test_a_function_of_keras_costs_its_products(
    name: str, arguments: list[Any], multiply_adds: int | None, *, symbolic: bool
) -> None:
    def tensor(shape: Shape) -> Any:  # noqa: ANN401
        return keras.KerasTensor(shape) if symbolic else ops.ones(shape)

    given = [each if isinstance(each, str) else tensor(each) for each in arguments]
    calls = Calls(batch=1)
    with calls.watching():
        made = getattr(ops, name)(*given)
    call = calls.of(name)[-1] if not symbolic else None
    operation = made._keras_history.operation if symbolic else name  # noqa: SLF001
    shapes = tuple(each for each in arguments if not isinstance(each, str))
    equation = call.equation if call else ""
    found = cost(operation, shapes, (tuple(made.shape),), equation)
    assert found == Cost("", multiply_adds)


@pytest.mark.parametrize(
    ("layer", "inputs", "outputs", "multiply_adds"),
    [
        (lambda: layers.Conv1D(4, 3), (1, None, 2), (1, None, 4), None),
        (lambda: layers.LSTM(4), (1, None, 2), (1, 4), None),
        (lambda: layers.Dense(4), (1, None, 2), (1, None, 4), None),
        (lambda: layers.Dense(4), (1, 2), (1, 4), 8),
        (layers.Attention, (1, None, 2), (1, None, 2), None),
    ],
)
def test_what_an_open_length_goes_into_cannot_be_told(
    layer: Callable[[], Any],
    inputs: Open,
    outputs: Open,
    multiply_adds: int | None,
) -> None:
    made = layer()
    given = (inputs, inputs) if isinstance(made, layers.Attention) else (inputs,)
    found = cost(made, given, (outputs,))
    assert found is not None
    assert found.multiply_adds == multiply_adds


def test_no_rule_knows_a_layer_of_ones_own_or_a_cell_of_ones_own() -> None:
    class Own(layers.Layer):
        units = state_size = 3

        def call(self, x: Any, state: Any = None) -> Any:  # noqa: ANN401
            return (x, [x]) if state is not None else x

    assert measured(Own(), [(4,)]) is None
    assert cost(layers.RNN(Own()), ((1, 4, 3),), ((1, 3),)) is None
    assert cost(layers.TimeDistributed(Own()), ((1, 4, 3),), ((1, 4, 3),)) is None
    both = layers.Bidirectional(layers.LSTM(3))
    both.forward_layer.cell = Own()
    assert cost(both, ((1, 4, 3),), ((1, 6),)) is None
