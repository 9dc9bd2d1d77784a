"""Measure a model: its layer table, parameters, memory and multiply-adds for one sample."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shapesheet import backend, record
from shapesheet.errors import SnippetError
from shapesheet.formulas import Cost, cost, einsum, plus, times
from shapesheet.matching import actual_text
from shapesheet.observe import Call, shapes_of
from shapesheet.running import BATCHES, children

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapesheet.build import Built, Subject
    from shapesheet.matching import Actual

ONE = BATCHES[0]


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

    layers: tuple[record.Layer, ...]
    parameters: int
    trainable: int
    weight_bytes: int
    multiply_adds: int | None


def measure(built: Built, subject: Subject) -> Measures:
    """Return the measures of a model that has been run with one sample.

    Raises:
        SnippetError: A row's arithmetic or the rows' sum is not what Keras counts.
    """
    table = _Table(built, subject)
    table.add(subject.model, "", 1)
    layers = tuple(table.rows)
    model = subject.model
    counted = int(model.count_params())
    total = sum(layer.parameters for layer in layers)
    if total != counted:
        message = f"the layers have {total:,} parameters, count_params() says {counted:,}"
        cure = "a weight belongs to no layer: give it to one with add_weight"
        line = built.reading.builder.lineno
        raise SnippetError(built.snippet.shown, line, message, cure)
    products = [layer.multiply_adds for layer in layers]
    known = [product for product in products if product is not None]
    return Measures(
        layers,
        counted,
        sum(_elements(weight) for weight in model.trainable_weights),
        sum(_bytes(weight) for weight in model.weights),
        sum(known) if len(known) == len(products) else None,
    )


def _elements(weight: Any) -> int:  # noqa: ANN401
    return math.prod(weight.shape)


def _bytes(weight: Any) -> int:  # noqa: ANN401
    bits = backend.start().backend.standardize_dtype(weight.dtype)
    digits = "".join(character for character in bits if character.isdigit()) or "8"
    return _elements(weight) * int(digits) // 8


@dataclass
class _Table:
    """The rows so far, and the weights and layers that they have counted."""

    built: Built
    subject: Subject
    rows: list[record.Layer] = field(default_factory=list)
    counted: set[int] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)

    def add(self, model: Any, prefix: str, repeats: int) -> None:  # noqa: ANN401
        """Add the rows of a model; its calls are made ``repeats`` times for one sample."""
        keras = backend.start()
        for operation in _operations(model):
            name = f"{prefix}{operation.name}"
            wrapped = getattr(operation, "layer", None)
            if isinstance(operation, keras.layers.InputLayer):
                continue
            if isinstance(operation, keras.Model):
                self.add(operation, f"{name}/", repeats)
            elif isinstance(wrapped, keras.Model):
                steps = self._calls(operation)[0].inputs[0][1] or 1
                self.add(wrapped, f"{name}/", repeats * steps)
            else:
                self.rows.append(self._row(operation, name, repeats))

    def _row(self, operation: Any, name: str, repeats: int) -> record.Layer:  # noqa: ANN401
        weights = getattr(operation, "weights", [])
        trainable = {id(weight) for weight in getattr(operation, "trainable_weights", [])}
        fresh = [weight for weight in weights if id(weight) not in self.counted]
        self.counted.update(id(weight) for weight in weights)
        again = id(operation) in self.seen
        self.seen.add(id(operation))
        calls = self._calls(operation) if repeats == 1 else _graph_calls(operation)
        costs = [self._cost(call) for call in calls]
        arithmetic = self._arithmetic(operation, costs, sum(map(_elements, weights)))
        return record.Layer(
            name=name,
            kind=_kind(operation),
            shape=", ".join(dict.fromkeys(_shown(call) for call in calls)),
            symbolic=self.subject.observer.origins.get(id(operation), "").strip(),
            parameters=sum(_elements(weight) for weight in fresh),
            trainable=sum(_elements(weight) for weight in fresh if id(weight) in trainable),
            arithmetic=arithmetic,
            multiply_adds=0 if again else _total(costs, repeats),
        )

    def _calls(self, operation: Any) -> list[Call]:  # noqa: ANN401
        calls = [each for each in self.subject.observer.calls_of(operation) if each.batch == ONE]
        return calls or _graph_calls(operation)

    def _cost(self, call: Call) -> Cost:
        """Return the cost of a call by its class's rule, or else of the calls inside it."""
        if isinstance(call.operation, str):
            return _function_cost(call)
        found = cost(call.operation, call.inputs, tuple(call.outputs))
        if found is not None:
            return found
        layer = call.operation
        if not isinstance(layer, backend.start().layers.Layer):
            return Cost(multiply_adds=None if type(layer).__name__ in _UNCOUNTED else 0)
        inside = [self._cost(each) for each in call.inner]
        own = [times(*weight.shape) or "1" for weight in _own_weights(layer)]
        nested = [self._inside(each) for each in children(layer)]
        products = _total(inside, 1)
        opaque = bool(own) and not inside
        return Cost(plus(*own, *nested), None if opaque else products)

    def _inside(self, layer: Any) -> str:  # noqa: ANN401
        calls = self.subject.observer.calls_of(layer)
        return self._cost(calls[0]).arithmetic if calls else ""

    def _arithmetic(self, operation: Any, costs: list[Cost], counted: int) -> str:  # noqa: ANN401
        arithmetic = costs[0].arithmetic if costs else ""
        given = costs[0].parameters if costs else 0
        if given != counted:
            message = (
                f"the configuration of {operation.name} gives {arithmetic or 'no parameters'} "
                f"= {given:,}, Keras counts {counted:,}"
            )
            cure = f"add a rule for {type(operation).__name__} to formulas.py"
            line = self.built.reading.builder.lineno
            raise SnippetError(self.built.snippet.shown, line, message, cure)
        return arithmetic


_UNCOUNTED = ("Conv", "DepthwiseConv", "SeparableConv", "ConvTranspose", "Tensordot", "Inner")


def _function_cost(call: Call) -> Cost:
    """Return the cost of a product that a layer's own code makes with ``keras.ops``."""
    made = math.prod(size or 0 for size in call.outputs[0])
    match call.operation:
        case "matmul" | "dot":
            return Cost(multiply_adds=made * (call.inputs[0][-1] or 0))
        case "outer":
            return Cost(multiply_adds=made)
        case "einsum":
            return Cost(multiply_adds=einsum(call.equation, call.inputs))
        case _:
            return Cost(multiply_adds=None)


def _total(costs: list[Cost], repeats: int) -> int | None:
    products = [each.multiply_adds for each in costs]
    if any(product is None or product < 0 for product in products):
        return None
    return repeats * sum(product or 0 for product in products)


def _operations(model: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield a model's layers and, in a graph, its other operations, in their order."""
    graph = getattr(model, "_functional", None) or model
    yield from getattr(graph, "operations", None) or model.layers


def _graph_calls(operation: Any) -> list[Call]:  # noqa: ANN401
    """Return the calls that the graph of a nested model shows."""
    inputs, outputs = shapes_of(operation.input) or (), shapes_of(operation.output) or ()
    return [Call(operation, inputs, None, outputs=list(outputs))]


def _own_weights(layer: Any) -> list[Any]:  # noqa: ANN401
    inner = {id(weight) for each in children(layer) for weight in each.weights}
    return [weight for weight in layer.weights if id(weight) not in inner]


def _kind(operation: Any) -> str:  # noqa: ANN401
    kind = type(operation).__name__
    wrapped = getattr(operation, "forward_layer", None) or getattr(operation, "layer", None)
    if wrapped is None and kind == "RNN":
        wrapped = operation.cell
    return kind if wrapped is None else f"{kind}({type(wrapped).__name__})"


def _shown(call: Call) -> str:
    def symbolic(shape: Actual) -> str:
        first = None if shape and shape[0] == call.batch else shape[0] if shape else None
        return actual_text((first, *shape[1:]))

    return ", ".join(symbolic(shape) for shape in call.outputs)
