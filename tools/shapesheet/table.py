"""The layer table: a row for each layer and operation, counted once."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shapesheet import backend
from shapesheet.costs import Cost, known, plus, times, total
from shapesheet.formulas import cost
from shapesheet.matching import actual_text
from shapesheet.record import Layer
from shapesheet.running import ONE
from shapesheet.saving import children

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapesheet.calls import Call
    from shapesheet.costs import Count
    from shapesheet.matching import Actual
    from shapesheet.subject import Built, Subject


@dataclass
class Table:
    """The rows so far, and the weights and layers that they have counted."""

    built: Built
    subject: Subject
    rows: list[Layer] = field(default_factory=list)
    counted: set[int] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)

    def add(self, model: Any, prefix: str, repeats: Count) -> None:  # noqa: ANN401
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
                steps = known(self._calls(operation, model, 1)[-1].inputs[0][1])
                self.add(wrapped, f"{name}/", repeats * steps)
            else:
                calls = self._calls(operation, model, repeats)
                self.rows.append(self._row(operation, name, calls, repeats))
        self._add_own(model, prefix, repeats)

    def _add_own(self, model: Any, prefix: str, repeats: Count) -> None:  # noqa: ANN401
        """Add a row for what a subclassed model's own code holds and multiplies, if anything."""
        calls = [] if _graph(model) else self._calls(model, model, repeats)
        weights = _own_weights(model)
        functions = [self._cost(each) for call in calls for each in call.inner if _named(each)]
        adds = total((each.multiply_adds for each in functions), repeats)
        if not weights and adds == 0:
            return
        trainable = {id(weight) for weight in model.trainable_weights}
        self.rows.append(
            Layer(
                name=prefix.rstrip("/") or model.name,
                kind=type(model).__name__,
                shape=_shown(calls),
                symbolic="",
                parameters=sum(map(_elements, weights)),
                trainable=sum(_elements(each) for each in weights if id(each) in trainable),
                arithmetic=plus(*_sizes(weights)),
                multiply_adds=adds,
            )
        )

    def _row(self, operation: Any, name: str, calls: list[Call], repeats: Count) -> Layer:  # noqa: ANN401
        weights = getattr(operation, "weights", [])
        trainable = {id(weight) for weight in getattr(operation, "trainable_weights", [])}
        fresh = [weight for weight in weights if id(weight) not in self.counted]
        self.counted.update(id(weight) for weight in weights)
        again = id(operation) in self.seen
        self.seen.add(id(operation))
        costs = [self._cost(call) for call in calls]
        return Layer(
            name=name,
            kind=_kind(operation),
            shape=_shown(calls),
            symbolic=self.subject.observer.origins.get(id(operation), ""),
            parameters=sum(map(_elements, fresh)),
            trainable=sum(_elements(weight) for weight in fresh if id(weight) in trainable),
            arithmetic=self._arithmetic(operation, costs, sum(map(_elements, weights))),
            multiply_adds=0 if again else total((each.multiply_adds for each in costs), repeats),
        )

    def _calls(self, operation: Any, model: Any, repeats: Count) -> list[Call]:  # noqa: ANN401
        """Return the calls of one pass: those of the run with one sample, where they tell all.

        Where a length is open, or a wrapper calls a model at each step, the last symbolic calls
        do, of which there is one for each node of the graph.
        """
        calls = self.subject.observer.calls.of(operation)
        run = [each for each in calls if each.batch == ONE]
        symbolic = [each for each in calls if each.batch is None]
        if repeats == 1 and not self._open_length():
            return run or symbolic[-1:]
        depths = getattr(_graph(model), "_nodes_by_depth", {}).values()
        count = sum(node.operation is operation for nodes in depths for node in nodes) or 1
        return symbolic[-count:] or run

    def _open_length(self) -> bool:
        inputs = self.built.reading.contract.of("input")
        return any(each.any_length for tensor in inputs for each in tensor.shape.dimensions)

    def _cost(self, call: Call) -> Cost:
        """Return the cost of a call by its class's rule, or else of the calls inside it."""
        layer = call.operation
        inputs, outputs = _single(call.inputs), _single(call.outputs)
        found = cost(layer, inputs, outputs, call.equation)
        if found is not None:
            return found
        inside = [self._cost(each) for each in call.inner]
        own = _sizes(_own_weights(layer))
        nested = [self._inside(each) for each in children(layer)]
        # A layer of Keras without a rule may multiply where nobody sees it.
        opaque = bool(own or inside) and type(layer).__module__.startswith("keras.")
        adds = None if opaque else total(each.multiply_adds for each in inside)
        return Cost(plus(*own, *nested), adds)

    def _inside(self, layer: Any) -> str:  # noqa: ANN401
        calls = self.subject.observer.calls.of(layer)
        return self._cost(calls[-1]).arithmetic if calls else ""

    def _arithmetic(self, operation: Any, costs: list[Cost], counted: int) -> str:  # noqa: ANN401
        arithmetic = costs[0].arithmetic if costs else ""
        given = costs[0].parameters if costs else 0
        if given != counted:
            message = (
                f"the configuration of {operation.name} gives {arithmetic or 'no parameters'}"
                f" = {given:,}, Keras counts {counted:,}"
            )
            kind = type(operation).__name__
            cure = f"call every layer that {kind} holds, once; a layer of Keras needs a rule"
            raise self.built.error(message, cure)
        return arithmetic


def _named(call: Call) -> bool:
    return isinstance(call.operation, str)


def _elements(weight: Any) -> int:  # noqa: ANN401
    return math.prod(weight.shape)


def _graph(model: Any) -> Any:  # noqa: ANN401
    """Return the graph of a functional or Sequential model, ``None`` for a subclassed one."""
    graph = getattr(model, "_functional", None) or model
    return graph if getattr(graph, "operations", None) else None


def _operations(model: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield a model's layers and, in a graph, its other operations, in their order."""
    graph = _graph(model)
    yield from model.layers if graph is None else graph.operations


def _single(shapes: tuple[Actual, ...] | list[Actual]) -> tuple[Actual, ...]:
    """Return shapes with one sample in place of a symbolic batch."""
    return tuple((1, *each[1:]) if each and each[0] is None else each for each in shapes)


def _own_weights(layer: Any) -> list[Any]:  # noqa: ANN401
    inner = {id(weight) for each in children(layer) for weight in each.weights}
    return [weight for weight in getattr(layer, "weights", []) if id(weight) not in inner]


def _sizes(weights: list[Any]) -> list[str]:
    """Return the arithmetic of weights that no rule knows: ``3·32`` for each, 1 for a scalar."""
    return [times(*weight.shape) or "1" for weight in weights]


def _kind(operation: Any) -> str:  # noqa: ANN401
    kind = type(operation).__name__
    wrapped = getattr(operation, "forward_layer", None) or getattr(operation, "layer", None)
    if wrapped is None and kind == "RNN":
        wrapped = operation.cell
    return kind if wrapped is None else f"{kind}({type(wrapped).__name__})"


def _shown(calls: list[Call]) -> str:
    """Return the output shapes of calls, each once, with the word ``batch``."""
    texts = [", ".join(actual_text((None, *shape[1:])) for shape in call.outputs) for call in calls]
    return ", ".join(dict.fromkeys(texts))
