"""The costs of layers and operations that multiply matrices or convolve."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from shapesheet.costs import Cost, Count, Shapes, known, plus, priced, product, times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapesheet.matching import Actual


def dense(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    """Return the cost of ``Dense``: a product for each feature, unit and position."""
    features = inputs[0][-1]
    bias = times(layer.units) if layer.use_bias else ""
    return priced(plus(times(features, layer.units), bias), product(inputs[0]) * layer.units)


def einsum_dense(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    """Return the cost of ``EinsumDense``, whose equation tells the kernel's shape."""
    kernel = tuple(layer.kernel.shape)
    bias = times(*layer.bias.shape) if layer.bias is not None else ""
    return priced(plus(times(*kernel), bias), einsum(layer.equation, (inputs[0], kernel)))


def einsum(equation: str, shapes: Sequence[Actual]) -> Count:
    """Return the multiply-adds of ``einsum``: the product of the sizes of all its letters.

    A single array is only summed or transposed.
    """
    if len(shapes) == 1:
        return 0
    sizes: dict[str, Count] = {}
    operands = equation.replace(" ", "").split("->")[0].split(",")
    for letters, shape in zip(operands, shapes, strict=True):
        named = letters.replace("...", "")
        rest = len(shape) - len(named)
        start = letters.find("...") if "..." in letters else len(letters)
        aligned = (*shape[:start], *shape[start + rest :]) if "..." in letters else shape
        sizes.update((letter, known(size)) for letter, size in zip(named, aligned, strict=True))
        if "..." in letters:
            sizes["..."] = max(sizes.get("...", 1), product(shape[start : start + rest]))
    return math.prod(sizes.values())


def convolution(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401
    """Return the cost of ``Conv1D`` to ``Conv3D``: the kernel, at each position of the output."""
    channels = _channels(layer, inputs[0]) // layer.groups
    kernel = (*layer.kernel_size, channels, layer.filters)
    bias = times(layer.filters) if layer.use_bias else ""
    return priced(plus(times(*kernel), bias), _positions(layer, outputs[0]) * math.prod(kernel))


def transposed(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    """Return the cost of ``Conv2DTranspose``: the kernel, at each position of the input."""
    kernel = (*layer.kernel_size, layer.filters, _channels(layer, inputs[0]))
    bias = times(layer.filters) if layer.use_bias else ""
    return priced(plus(times(*kernel), bias), _positions(layer, inputs[0]) * math.prod(kernel))


def depthwise(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401
    """Return the cost of ``DepthwiseConv2D``: a small kernel for each channel by itself."""
    each = _each_channel(layer, inputs[0])
    kernel = (*layer.kernel_size, *each)
    bias = times(*each) if layer.use_bias else ""
    return priced(plus(times(*kernel), bias), _positions(layer, outputs[0]) * math.prod(kernel))


def separable(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401
    """Return the cost of ``SeparableConv2D``: a depthwise convolution, then one of size 1."""
    each = _each_channel(layer, inputs[0])
    spatial, pointwise = (*layer.kernel_size, *each), (math.prod(each), layer.filters)
    bias = times(layer.filters) if layer.use_bias else ""
    products = _positions(layer, outputs[0]) * (math.prod(spatial) + math.prod(pointwise))
    return priced(plus(times(*spatial), times(*pointwise), bias), products)


def _each_channel(layer: Any, shape: Actual) -> tuple[int, ...]:  # noqa: ANN401
    multiplier = layer.depth_multiplier
    return (_channels(layer, shape), *([multiplier] if multiplier != 1 else []))


def _channels(layer: Any, shape: Actual) -> int:  # noqa: ANN401
    first = layer.data_format == "channels_first"
    return int(known(shape[1 if first else -1]))


def _positions(layer: Any, shape: Actual) -> Count:  # noqa: ANN401
    first = layer.data_format == "channels_first"
    return product((shape[0], *shape[2:]) if first else shape[:-1])


def dot(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401
    """Return the cost of the layer ``Dot``."""
    axis = layer.axes if isinstance(layer.axes, int) else layer.axes[0]
    return priced("", product(outputs[0]) * known(inputs[0][axis]))


def matmul(operation: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    """Return the cost of ``ops.matmul`` and ``ops.dot``."""
    return priced("", product(outputs[0]) * known(inputs[0][-1]))


def contraction(operation: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    """Return the cost of a product over axes that only its configuration knows.

    With ``m·k`` and ``k·n`` numbers given and ``m·n`` made, the root of all three is ``m·k·n``.
    """
    found = product(inputs[0]) * product(inputs[1]) * product(outputs[0])
    return priced("", found if math.isnan(found) else math.isqrt(int(found)))


def outer(operation: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    """Return the cost of ``ops.outer``."""
    return priced("", product(outputs[0]))


def einsum_operation(operation: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    """Return the cost of ``ops.einsum`` in a graph."""
    return priced("", einsum(operation.subscripts, inputs))


def mel_spectrogram(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    """Return the cost of the projection on mel bands; the Fourier transform is no product."""
    return priced("", product(outputs[0]) * (layer.fft_length // 2 + 1))
