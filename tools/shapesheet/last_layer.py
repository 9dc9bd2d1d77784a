"""Find the layer that makes an output, and its activation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shapesheet import backend

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapesheet.subject import Subject

# Layers and operations that move numbers and change none: the one before them made the output.
_MOVERS = (
    *("Reshape", "Flatten", "Permute", "RepeatVector", "Identity", "Squeeze", "ExpandDims"),
    *("Transpose", "GetItem", "Dropout", "SpatialDropout1D", "SpatialDropout2D"),
    *("Cropping1D", "Cropping2D", "Cropping3D"),
)
_ACTIVATIONS = ("sigmoid", "softmax", "tanh", "relu", "softplus", "log_softmax")
# Classes of Keras that have no activation and any real number as output.
_LINEAR = (
    *(".layers.core.", ".layers.convolutional.", ".layers.normalization.", ".layers.pooling."),
    *(".layers.reshaping.", ".layers.regularization.", ".layers.attention."),
)
UNKNOWN = ""


@dataclass(frozen=True)
class Last:
    """The last layer of an output.

    Attributes:
        layer: Its class, with its units or filters: ``Dense(1)``.
        activation: By Keras's name, ``linear`` for none, empty where it can't be told.
    """

    layer: str
    activation: str


def last_layer(subject: Subject, number: int) -> Last:
    """Return the layer that makes an output, and the activation that the output has gone through.

    A graph tells it; in a subclassed model or a custom layer, the calls that were noted do.
    """
    history = subject.outputs[number]._keras_history  # noqa: SLF001
    if getattr(subject.model, "inputs", None):
        made = list(_back(history))
    else:
        made = [(subject.model, number)]
    chain = [_innermost(subject, *each) for each in made]
    named = next((each for each in chain if not _mere(each)), chain[0])
    return Last(described(named), activation_of(chain[0]))


def _mere(operation: Any) -> bool:  # noqa: ANN401
    """Return whether a layer, operation or function is an activation and nothing else."""
    keras = backend.start()
    name = operation if isinstance(operation, str) else type(operation).__name__.lower()
    return isinstance(operation, keras.layers.Activation) or name in _ACTIVATIONS


def _back(history: Any) -> Iterator[tuple[Any, int]]:  # noqa: ANN401
    """Yield what made a tensor and, while that is a mere activation, what made its input."""
    while True:
        operation = history.operation
        if type(operation).__name__ not in _MOVERS:
            yield operation, history.tensor_index
            if not _mere(operation):
                return
        given = operation._inbound_nodes[history.node_index].input_tensors  # noqa: SLF001
        if not given:
            yield operation, 0
            return
        history = given[0]._keras_history  # noqa: SLF001


def _innermost(subject: Subject, operation: Any, index: int) -> Any:  # noqa: ANN401
    """Return the operation inside a nested model, custom layer or wrapper that makes its output."""
    keras = backend.start()
    while True:
        if isinstance(operation, keras.layers.TimeDistributed):
            operation = operation.layer
        elif isinstance(operation, keras.Model) and getattr(operation, "outputs", None):
            operation, index = next(_back(operation.outputs[index]._keras_history))  # noqa: SLF001
        elif isinstance(operation, keras.Model) or not _of_keras(operation):
            calls = [each for each in subject.observer.calls.of(operation) if each.batch]
            maker = calls[-1].makers[index] if calls and index < len(calls[-1].makers) else None
            if maker is None:
                return operation
            operation, index = maker[0].operation, maker[1]
        else:
            return operation


def _of_keras(operation: Any) -> bool:  # noqa: ANN401
    return isinstance(operation, str) or type(operation).__module__.startswith("keras.")


def activation_of(operation: Any) -> str:  # noqa: ANN401
    """Return the name of the activation that an operation ends with."""
    keras = backend.start()
    if isinstance(operation, keras.layers.RNN | keras.layers.Bidirectional):
        # Their activation is inside the recurrence; what they return is gated, or a state.
        return UNKNOWN
    function = getattr(operation, "activation", None)
    if callable(function):
        return str(getattr(function, "__name__", type(function).__name__))
    name = operation if isinstance(operation, str) else type(operation).__name__.lower()
    if name in _ACTIVATIONS:
        return str(name)
    linear = any(part in type(operation).__module__ for part in _LINEAR)
    return "linear" if linear and name != "lambda" else UNKNOWN


def described(operation: Any) -> str:  # noqa: ANN401
    """Return an operation's class with its units or filters: ``Dense(1)``."""
    if isinstance(operation, str):
        return operation
    width = getattr(operation, "units", None) or getattr(operation, "filters", None)
    kind = type(operation).__name__
    return f"{kind}({width})" if isinstance(width, int) else kind
