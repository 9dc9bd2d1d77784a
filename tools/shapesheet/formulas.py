"""How a layer's configuration gives its parameters and its multiply-adds.

One rule a layer class. A rule reads the configuration and the shapes of one call, and returns
the arithmetic of the parameters as text, ``30·32 + 32``, with the multiply-adds of its matrix
products and convolutions for that call. The number of parameters is computed from the text, so
that what a reader sees is what was compared with Keras.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from shapesheet import attentions, products, recurrences
from shapesheet.costs import Cost, Shapes, known, plus, priced, times

Rule = Callable[[Any, Shapes, Shapes], Cost | None]


def cost(layer: Any, inputs: Shapes, outputs: Shapes, equation: str = "") -> Cost | None:  # noqa: ANN401
    """Return what a call of ``layer`` costs, ``None`` when no rule knows its class.

    Args:
        layer: A layer, an operation or the name of a function of ``keras.ops``.
        inputs: The shapes that it was given, the batch first.
        outputs: The shapes that it returned.
        equation: Of the function ``einsum``.
    """
    if layer == "einsum":
        return priced("", products.einsum(equation, inputs))
    if isinstance(layer, str):
        return _operation(layer, layer, inputs, outputs)
    rule = _rule(type(layer))
    return None if rule is None else rule(layer, inputs, outputs)


def _rule(kind: type) -> Rule | None:
    """Return the rule of the nearest class that has one."""
    for each in kind.__mro__:
        module, name = each.__module__, each.__name__
        if name == "Layer":
            # What lies above it is of all layers, and tells nothing of this one.
            break
        if ".ops." in module:
            return partial(_operation, name.lower())
        if module.startswith("keras.") and name in _RULES:
            return _RULES[name]
        if any(part in module for part in _FREE):
            return _free
    return None


def _free(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    return Cost()


def _operation(name: str, operation: Any, inputs: Shapes, outputs: Shapes) -> Cost | None:  # noqa: ANN401
    name = name.replace("_", "")
    if name in _UNCOUNTED:
        return Cost(multiply_adds=None)
    return _OPERATIONS[name](operation, inputs, outputs) if name in _OPERATIONS else Cost()


def _bidirectional(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost | None:  # noqa: ANN401
    both = [cost(each, inputs, outputs) for each in (layer.forward_layer, layer.backward_layer)]
    if both[0] is None or both[1] is None:
        return None
    ways = [both[0].arithmetic, both[1].arithmetic]
    arithmetic = f"2·({ways[0]})" if ways[0] == ways[1] else plus(*ways)
    adds = [each.multiply_adds for each in both if each]
    known_adds = [each for each in adds if each is not None]
    return Cost(arithmetic, sum(known_adds) if len(known_adds) == len(adds) else None)


def _time_distributed(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost | None:  # noqa: ANN401
    inside = [tuple((shape[0], *shape[2:]) for shape in side) for side in (inputs, outputs)]
    one = cost(layer.layer, inside[0], inside[1])
    if one is None or one.multiply_adds is None:
        return one
    return priced(one.arithmetic, known(inputs[0][1]) * one.multiply_adds)


def _embedding(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    return Cost(times(layer.input_dim, layer.output_dim))


def _batch_normalization(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    return Cost(times(2 + bool(layer.center) + bool(layer.scale), inputs[0][layer.axis]))


def _normalization(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    """Return the cost of a normalization of each sample: a weight for a scale and a shift."""
    axes = layer.axis if isinstance(layer.axis, list | tuple) else [layer.axis]
    count = sum(getattr(layer, name, None) is not None for name in ("gamma", "beta"))
    sizes = [inputs[0][axis] for axis in axes]
    return Cost(times(*([count] if count > 1 else []), *sizes) if count else "")


def _root_mean_square(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    axes = layer.axis if isinstance(layer.axis, list | tuple) else [layer.axis]
    return Cost(times(*(inputs[0][axis] for axis in axes)))


def _prelu(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    shared = set(layer.shared_axes or ())
    return Cost(times(*(s for axis, s in enumerate(inputs[0]) if axis and axis not in shared)))


_FREE = (
    ".layers.pooling.",
    ".layers.reshaping.",
    ".layers.regularization.dropout",
    ".layers.regularization.spatial_dropout",
    ".layers.regularization.alpha_dropout",
    ".layers.regularization.gaussian_",
    ".layers.regularization.activity_regularization",
    ".layers.merging.",
    ".layers.activations.",
    ".layers.preprocessing.image_preprocessing.",
    ".layers.core.input_layer",
    ".layers.core.identity",
    ".layers.core.masking",
    ".layers.preprocessing.rescaling",
    ".layers.normalization.unit_normalization",
)
_UNCOUNTED = ("conv", "convtranspose", "depthwiseconv", "separableconv")
_OPERATIONS: dict[str, Rule] = {
    "matmul": products.matmul,
    "dot": products.matmul,
    "inner": products.contraction,
    "tensordot": products.contraction,
    "vdot": products.contraction,
    "outer": products.outer,
    "einsum": products.einsum_operation,
    "dotproductattention": attentions.operation,
}
_RULES: dict[str, Rule] = {
    "Dense": products.dense,
    "EinsumDense": products.einsum_dense,
    "BaseConv": products.convolution,
    "BaseConvTranspose": products.transposed,
    "BaseDepthwiseConv": products.depthwise,
    "BaseSeparableConv": products.separable,
    "Dot": products.dot,
    "MelSpectrogram": products.mel_spectrogram,
    "ConvLSTM": recurrences.convolutional,
    "RNN": recurrences.recurrent,
    "Bidirectional": _bidirectional,
    "TimeDistributed": _time_distributed,
    "Embedding": _embedding,
    "BatchNormalization": _batch_normalization,
    "LayerNormalization": _normalization,
    "GroupNormalization": _normalization,
    "RMSNormalization": _root_mean_square,
    "PReLU": _prelu,
    "MultiHeadAttention": attentions.multi_head,
    "Attention": attentions.dot_product,
    "AdditiveAttention": attentions.additive,
}
