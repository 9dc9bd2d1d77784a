"""How a layer's configuration gives its parameters and its multiply-adds.

One rule a layer class. A rule reads the configuration and the shapes of one call, and returns
the arithmetic of the parameters as text, ``30·32 + 32``, with the multiply-adds of its matrix
products and convolutions for that call. The number of parameters is computed from the text, so
that what a reader sees is what was compared with Keras.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shapesheet.expressions import parse_expression

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shapesheet.matching import Actual

_LONGEST = 10_000

Shapes = tuple["Actual", ...]


@dataclass(frozen=True)
class Cost:
    """What one call of a layer costs.

    Attributes:
        arithmetic: Of the parameters, empty for none.
        multiply_adds: For the call, ``None`` where they can't be told.
    """

    arithmetic: str = ""
    multiply_adds: int | None = 0

    @property
    def parameters(self) -> int:
        """Return the value of the arithmetic."""
        if not self.arithmetic:
            return 0
        expression = parse_expression(self.arithmetic.replace("·", "*"), longest=_LONGEST)
        return int(expression.evaluate(_no_names))


def _no_names(name: str) -> int:
    raise LookupError(name)


def times(*factors: int) -> str:
    """Return the factors joined as a product: ``3·3·16``."""
    return "·".join(str(factor) for factor in factors)


def plus(*terms: str) -> str:
    """Return the terms that are not empty joined as a sum."""
    return " + ".join(term for term in terms if term)


def cost(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost | None:  # noqa: ANN401
    """Return what a call of ``layer`` costs, ``None`` when no rule knows its class.

    Args:
        layer: A layer, an operation or the name of a function of ``keras.ops``.
        inputs: The shapes that it was given, the batch first.
        outputs: The shapes that it returned.
    """
    for kind in type(layer).__mro__:
        if not kind.__module__.startswith("keras."):
            continue
        if kind.__name__ in _RULES:
            return _RULES[kind.__name__](layer, inputs, outputs)
        if any(part in kind.__module__ for part in _FREE):
            return Cost()
    return None


_FREE = (
    ".layers.pooling.",
    ".layers.reshaping.",
    ".layers.regularization.",
    ".layers.merging.",
    ".layers.activations.",
    ".layers.preprocessing.image_preprocessing.",
    ".layers.core.input_layer",
    ".layers.core.identity",
    ".layers.core.masking",
    ".layers.preprocessing.rescaling",
)


def _channels(layer: Any, shape: Actual) -> int:  # noqa: ANN401
    first = getattr(layer, "data_format", None) == "channels_first"
    return _known(shape[1 if first else -1])


def _positions(layer: Any, shape: Actual) -> int:  # noqa: ANN401
    first = getattr(layer, "data_format", None) == "channels_first"
    return math.prod(_known(size) for size in (shape[2:] if first else shape[1:-1]))


def _known(size: int | None) -> int:
    return -1 if size is None else size


def _dense(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    features = _known(inputs[0][-1])
    bias = times(layer.units) if layer.use_bias else ""
    positions = math.prod(_known(size) for size in inputs[0][1:-1])
    arithmetic = plus(times(features, layer.units), bias)
    return Cost(arithmetic, positions * features * layer.units)


def _einsum_dense(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    kernel = tuple(layer.kernel.shape)
    bias = times(*layer.bias.shape) if layer.bias is not None else ""
    arithmetic = plus(times(*kernel), bias)
    return Cost(arithmetic, einsum(layer.equation, (inputs[0], kernel)))


def einsum(equation: str, shapes: Sequence[Actual]) -> int:
    """Return the multiply-adds of ``einsum``: the product of the sizes of all its letters."""
    sizes: dict[str, int] = {}
    for letters, shape in zip(equation.replace(" ", "").split("->")[0].split(","), shapes, strict=True):
        named = letters.replace("...", "")
        tail = shape[len(shape) - len(named) :]
        sizes.update((letter, _known(size)) for letter, size in zip(named, tail, strict=True))
        if "..." in letters:
            rest = math.prod(_known(size) for size in shape[: len(shape) - len(named)])
            sizes["..."] = max(sizes.get("...", 1), rest)
    return math.prod(sizes.values())


def _convolution(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401
    channels = _channels(layer, inputs[0]) // layer.groups
    kernel = (*layer.kernel_size, channels, layer.filters)
    bias = times(layer.filters) if layer.use_bias else ""
    products = _positions(layer, outputs[0]) * math.prod(kernel)
    return Cost(plus(times(*kernel), bias), products)


def _transposed(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    kernel = (*layer.kernel_size, layer.filters, _channels(layer, inputs[0]))
    bias = times(layer.filters) if layer.use_bias else ""
    products = _positions(layer, inputs[0]) * math.prod(kernel)
    return Cost(plus(times(*kernel), bias), products)


def _depthwise(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401
    kernel = (*layer.kernel_size, _channels(layer, inputs[0]), layer.depth_multiplier)
    bias = times(*kernel[-2:]) if layer.use_bias else ""
    products = _positions(layer, outputs[0]) * math.prod(kernel)
    return Cost(plus(times(*kernel), bias), products)


def _separable(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401
    channels, multiplier = _channels(layer, inputs[0]), layer.depth_multiplier
    depthwise = (*layer.kernel_size, channels) + ((multiplier,) if multiplier != 1 else ())
    pointwise = (channels * multiplier, layer.filters)
    bias = times(layer.filters) if layer.use_bias else ""
    products = _positions(layer, outputs[0]) * (math.prod(depthwise) + math.prod(pointwise))
    return Cost(plus(times(*depthwise), times(*pointwise), bias), products)


def _recurrence(layer: Any, features: int) -> tuple[str, int] | None:  # noqa: ANN401
    """Return the arithmetic of a recurrent cell and its multiply-adds for one step."""
    kind = next((each.__name__.removesuffix("Cell") for each in type(layer).__mro__), "")
    gates = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}.get(kind)
    if gates is None:
        return None
    units = layer.units
    biases = 2 if kind == "GRU" and layer.reset_after else 1
    bias = (times(biases, units) if biases > 1 else times(units)) if layer.use_bias else ""
    each = plus(times(features, units), times(units, units), bias)
    arithmetic = each if gates == 1 else f"{gates}·({each})"
    return arithmetic, gates * (features * units + units * units)


def _recurrent(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost | None:  # noqa: ANN401, ARG001
    steps, features = _known(inputs[0][1]), _known(inputs[0][-1])
    cell = getattr(layer, "cell", layer)
    terms, products = [], 0
    for each in getattr(cell, "cells", [cell]):
        found = _recurrence(each, features)
        if found is None:
            return None
        terms.append(found[0])
        products += found[1]
        features = each.units
    return Cost(plus(*terms), steps * products)


def _recurrent_convolution(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401
    cell = layer.cell
    first = cell.data_format == "channels_first"
    channels = _known(inputs[0][2 if first else -1])
    filters, kernel = cell.filters, math.prod(cell.kernel_size)
    bias = f" + {filters}" if cell.use_bias else ""
    both = f"({channels} + {filters})"
    arithmetic = f"4·({times(*cell.kernel_size)}·{both}·{filters}{bias})"
    last = outputs[0][2:] if layer.return_sequences else outputs[0][1:]
    positions = math.prod(_known(size) for size in (last[1:] if first else last[:-1]))
    each = positions * 4 * kernel * (channels * filters + filters * filters)
    return Cost(arithmetic, _known(inputs[0][1]) * each)


def _bidirectional(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost | None:  # noqa: ANN401
    one = cost(layer.forward_layer, inputs, outputs)
    if one is None or one.multiply_adds is None:
        return None
    return Cost(f"2·({one.arithmetic})", 2 * one.multiply_adds)


def _time_distributed(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost | None:  # noqa: ANN401
    steps = _known(inputs[0][1])
    inside = [tuple((shape[0], *shape[2:]) for shape in side) for side in (inputs, outputs)]
    one = cost(layer.layer, inside[0], inside[1])
    if one is None or one.multiply_adds is None:
        return None
    return Cost(one.arithmetic, steps * one.multiply_adds)


def _embedding(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    return Cost(times(layer.input_dim, layer.output_dim))


def _batch_normalization(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    return Cost(times(2 + layer.center + layer.scale, _known(inputs[0][layer.axis])))


def _normalization_over_axes(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    axes = layer.axis if isinstance(layer.axis, list | tuple) else [layer.axis]
    count = getattr(layer, "center", False) + getattr(layer, "scale", True)
    sizes = [_known(inputs[0][axis]) for axis in axes]
    return Cost(times(count, *sizes) if count else "")


def _prelu(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    shared = set(layer.shared_axes or ())
    sizes = [_known(size) for axis, size in enumerate(inputs[0]) if axis and axis not in shared]
    return Cost(times(*sizes))


def _attention_heads(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401
    """Return the cost of multi-head attention: four projections and two products."""
    query, value = inputs[0], inputs[1] if len(inputs) > 1 else inputs[0]
    key = inputs[2] if len(inputs) > 2 else value  # noqa: PLR2004
    heads, size, width = layer.num_heads, layer.key_dim, layer.value_dim or layer.key_dim
    outer = _known(outputs[0][-1])
    sides = [(query, heads, size), (key, heads, size), (value, heads, width)]
    terms, products = [], 0
    for shape, *projected in sides:
        kernel = (_known(shape[-1]), *projected)
        terms.append(plus(times(*kernel), times(*projected) if layer.use_bias else ""))
        products += math.prod(_known(each) for each in shape[1:-1]) * math.prod(kernel)
    terms.append(plus(times(heads, width, outer), times(outer) if layer.use_bias else ""))
    rows, columns = (math.prod(_known(each) for each in shape[1:-1]) for shape in (query, key))
    products += rows * heads * width * outer + rows * columns * heads * (size + width)
    return Cost(plus(*terms), products)


def _attention(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    query, value = inputs[0], inputs[1]
    rows, columns = _known(query[1]), _known(value[1])
    scale = "1" if getattr(layer, "use_scale", False) else ""
    return Cost(scale, rows * columns * (_known(query[-1]) + _known(value[-1])))


def _additive_attention(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    query, value = inputs[0], inputs[1]
    scale = times(_known(query[-1])) if layer.use_scale else ""
    return Cost(scale, _known(query[1]) * _known(value[1]) * _known(value[-1]))


def _dot(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401
    axes = layer.axes if isinstance(layer.axes, int) else layer.axes[0]
    made = math.prod(_known(size) for size in outputs[0][1:])
    return Cost("", made * _known(inputs[0][axes]))


def _mel_spectrogram(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    """Return the cost of the projection on mel bands; the Fourier transform is no product."""
    frames = _known(outputs[0][-1])
    return Cost("", frames * (layer.fft_length // 2 + 1) * layer.num_mel_bins)


def _matmul(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    made = math.prod(_known(size) for size in outputs[0])
    return Cost("", made * _known(inputs[0][-1]))


def _einsum_operation(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    return Cost("", einsum(layer.subscripts, inputs))


Rule = "Callable[[Any, Shapes, Shapes], Cost | None]"
_RULES: dict[str, Callable[[Any, Shapes, Shapes], Cost | None]] = {
    "Dense": _dense,
    "EinsumDense": _einsum_dense,
    "BaseConv": _convolution,
    "BaseConvTranspose": _transposed,
    "BaseDepthwiseConv": _depthwise,
    "BaseSeparableConv": _separable,
    "RNN": _recurrent,
    "ConvLSTM": _recurrent_convolution,
    "Bidirectional": _bidirectional,
    "TimeDistributed": _time_distributed,
    "Embedding": _embedding,
    "BatchNormalization": _batch_normalization,
    "LayerNormalization": _normalization_over_axes,
    "RMSNormalization": _normalization_over_axes,
    "GroupNormalization": _normalization_over_axes,
    "PReLU": _prelu,
    "MultiHeadAttention": _attention_heads,
    "Attention": _attention,
    "AdditiveAttention": _additive_attention,
    "Dot": _dot,
    "MelSpectrogram": _mel_spectrogram,
    "Matmul": _matmul,
    "Einsum": _einsum_operation,
}
