"""Measure a model: its parameters, memory and multiply-adds for one sample."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shapesheet import backend
from shapesheet.costs import total
from shapesheet.table import Table

if TYPE_CHECKING:
    from shapesheet.record import Layer
    from shapesheet.subject import Built, Subject


@dataclass(frozen=True)
class Measures:
    """What a model weighs and costs.

    Attributes:
        layers: The rows of the layer table.
        parameters: All weights' elements.
        trainable: Those that training changes.
        weight_bytes: Memory of all weights.
        multiply_adds: For one sample, ``None`` where a row's can't be told.
    """

    layers: tuple[Layer, ...]
    parameters: int
    trainable: int
    weight_bytes: int
    multiply_adds: int | None


def measure(built: Built, subject: Subject) -> Measures:
    """Return the measures of a model that has been run with one sample.

    Raises:
        SnippetError: A row's arithmetic or the rows' sum is not what Keras counts.
    """
    table = Table(built, subject)
    table.add(subject.model, "", 1)
    layers = tuple(table.rows)
    model = subject.model
    counted = int(model.count_params())
    summed = sum(layer.parameters for layer in layers)
    if summed != counted:
        message = f"the layers have {summed:,} parameters, count_params() says {counted:,}"
        raise built.error(message, "a weight belongs to no layer: give it to one with add_weight")
    return Measures(
        layers,
        counted,
        sum(math.prod(weight.shape) for weight in model.trainable_weights),
        sum(_bytes(weight) for weight in model.weights),
        total(layer.multiply_adds for layer in layers),
    )


def _bytes(weight: Any) -> int:  # noqa: ANN401
    kind = backend.start().backend.standardize_dtype(weight.dtype)
    digits = "".join(character for character in kind if character.isdigit()) or "8"
    return int(math.prod(weight.shape)) * int(digits) // 8
