"""The costs of attention layers."""

from __future__ import annotations

from typing import Any

from shapesheet.costs import Cost, Count, Shapes, known, plus, priced, product, times


def multi_head(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401
    """Return the cost of ``MultiHeadAttention``: four projections and two products."""
    query, value = inputs[0], inputs[1]
    key = inputs[2] if len(inputs) > 2 else value  # noqa: PLR2004 - query, value, key
    heads, size, width = layer.num_heads, layer.key_dim, layer.value_dim or layer.key_dim
    outer = outputs[0][-1]
    terms: list[str] = []
    products: Count = 0
    for shape, each in ((query, size), (key, size), (value, width)):
        bias = times(heads, each) if layer.use_bias else ""
        terms.append(plus(times(shape[-1], heads, each), bias))
        products += product(shape) * heads * each
    terms.append(plus(times(heads, width, outer), times(outer) if layer.use_bias else ""))
    products += product(query[:-1]) * heads * width * known(outer)
    products += product(query[:-1]) * product(key[1:-1]) * heads * (size + width)
    return priced(plus(*terms), products)


def dot_product(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    """Return the cost of ``Attention``; without a key, the value is the key.

    Scores are products only when they are dots; concatenating, it adds.
    """
    query, value = inputs[0], inputs[1]
    concatenated = layer.score_mode == "concat"
    each = known(value[-1]) + (0 if concatenated else known(query[-1]))
    weights = times(bool(layer.use_scale) + concatenated) if layer.use_scale or concatenated else ""
    return priced(weights, product(query[:-1]) * known(value[1]) * each)


def additive(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    """Return the cost of ``AdditiveAttention``, whose scores are sums."""
    query, value = inputs[0], inputs[1]
    scale = times(query[-1]) if layer.use_scale else ""
    return priced(scale, product(query[:-1]) * product(value[1:]))


def operation(function: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401, ARG001
    """Return the cost of ``ops.dot_product_attention``: samples, length, heads, size."""
    query, key, value = inputs[:3]
    each = known(query[-1]) + known(value[-1])
    return priced("", product(query[:-1]) * known(key[1]) * each)
