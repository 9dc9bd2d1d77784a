"""The costs of recurrent layers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from shapesheet.costs import Cost, Count, Shapes, known, plus, priced, product, times

if TYPE_CHECKING:
    from shapesheet.matching import Actual

_GATES = {"SimpleRNNCell": 1, "GRUCell": 3, "LSTMCell": 4}


def recurrent(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost | None:  # noqa: ANN401, ARG001
    """Return the cost of ``LSTM``, ``GRU``, ``SimpleRNN`` or ``RNN`` of such cells.

    It is ``None`` for a cell of one's own.
    """
    samples, steps, features = inputs[0]
    terms: list[str] = []
    products: Count = 0
    for cell in getattr(layer.cell, "cells", [layer.cell]):
        arithmetic, each = step(cell, int(known(features)))
        if not arithmetic:
            return None
        terms.append(arithmetic)
        products += each
        features = cell.units
    return priced(plus(*terms), product((samples, steps)) * products)


def step(cell: Any, features: int) -> tuple[str, int]:  # noqa: ANN401
    """Return the arithmetic of a cell and its multiply-adds for one step, empty for unknown."""
    kind = next((each.__name__ for each in type(cell).__mro__ if each.__name__ in _GATES), "")
    if not kind:
        return "", 0
    gates, units = _GATES[kind], cell.units
    biases = 2 if kind == "GRUCell" and cell.reset_after else 1
    bias = (times(biases, units) if biases > 1 else times(units)) if cell.use_bias else ""
    each = plus(times(features, units), times(units, units), bias)
    arithmetic = each if gates == 1 else f"{gates}·({each})"
    return arithmetic, gates * (features * units + units * units)


def convolutional(layer: Any, inputs: Shapes, outputs: Shapes) -> Cost:  # noqa: ANN401
    """Return the cost of ``ConvLSTM1D`` to ``ConvLSTM3D``: convolutions of input and state."""
    cell = layer.cell
    first = cell.data_format == "channels_first"
    channels, filters = int(known(inputs[0][2 if first else -1])), cell.filters
    bias = f" + {filters}" if cell.use_bias else ""
    kernel = times(*cell.kernel_size)
    arithmetic = f"4·({kernel}·({channels} + {filters})·{filters}{bias})"
    image = outputs[0][2:] if layer.return_sequences else outputs[0][1:]
    each = 4 * math.prod(cell.kernel_size) * (channels + filters) * filters
    return priced(arithmetic, product((*inputs[0][:2], *_plane(image, first=first))) * each)


def _plane(image: Actual, *, first: bool) -> Actual:
    return image[1:] if first else image[:-1]
