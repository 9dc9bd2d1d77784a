"""Whether last layer, loss and target agree: sigmoid with binary cross-entropy, and so on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shapesheet import backend
from shapesheet.last_layer import UNKNOWN, last_layer
from shapesheet.matching import lookup, value
from shapesheet.record import Head
from shapesheet.samples import ends

if TYPE_CHECKING:
    from shapesheet.contract import TensorContract
    from shapesheet.errors import SnippetError
    from shapesheet.subject import Built, Subject

BINARY = ("binary_crossentropy", "binary_focal_crossentropy")
CATEGORICAL = ("categorical_crossentropy", "categorical_focal_crossentropy")
SPARSE = ("sparse_categorical_crossentropy",)
REGRESSION = (
    "mean_squared_error",
    "mean_absolute_error",
    "huber",
    "log_cosh",
)
_RANGES = {
    "sigmoid": (0, 1),
    "tanh": (-1, 1),
    "hard_sigmoid": (0, 1),
    "relu": (0, math.inf),
    "softplus": (0, math.inf),
    "exponential": (0, math.inf),
}
_NAMES = {"huber_loss": "huber", "logcosh": "log_cosh"}


@dataclass(frozen=True)
class Loss:
    """A loss by Keras's name, and whether it takes scores instead of probabilities."""

    name: str
    from_logits: bool


def heads(built: Built, subject: Subject) -> tuple[Head, ...]:
    """Return last layer, activation, loss and metrics of each output, found to agree.

    Raises:
        SnippetError: They do not agree, or the target does not fit the loss.
    """
    contract = built.reading.contract
    outputs, targets = contract.of("output"), contract.of("target")
    losses = _losses(subject)
    trained = [loss for loss in losses if loss]
    if len(trained) != len(targets):
        message = f"the model has {len(trained)} losses, the contract {len(targets)} targets"
        cure = "write one target: line for each loss, none for a model without a loss"
        raise built.error(message, cure, contract.line)
    remaining = list(targets)
    found = []
    for number, (output, loss) in enumerate(zip(outputs, losses, strict=True)):
        last = last_layer(subject, number)
        _require_range(built, subject, output, last.activation)
        if loss:
            _Agreement(built, subject, output, remaining.pop(0)).require(last.activation, loss)
        metrics = _metrics(subject.model)
        name = output.name or (subject.output_names[number] if len(outputs) > 1 else "")
        found.append(Head(name, last.layer, last.activation, loss.name if loss else "", metrics))
    return tuple(found)


def _require_range(built: Built, subject: Subject, output: TensorContract, activation: str) -> None:
    """Refuse an interval that is wider than what the last layer can give; runs see narrower ones.

    Raises:
        SnippetError: It is not the activation's range.
    """
    reach = _RANGES.get(activation)
    if reach is None or output.domain.kind != "interval":
        return
    if ends(output.domain, subject.parameters) != reach:
        low, high = reach
        written = f"in [{low}, inf)" if high == math.inf else f"in [{low}, {high}]"
        message = f"the contract says output {output.domain.text}, {activation} gives {written[3:]}"
        raise built.error(message, f"write {written} after the shape", output.line)


@dataclass(frozen=True)
class _Agreement:
    built: Built
    subject: Subject
    output: TensorContract
    target: TensorContract

    def require(self, activation: str, loss: Loss) -> None:
        wanted = self._wanted(loss)
        if activation == UNKNOWN:
            self._require_domain(wanted, loss)
        elif wanted and activation not in wanted:
            kind = " from logits" if loss.from_logits else ""
            message = f"the last layer's activation is {activation}, the loss {loss.name}{kind}"
            cure = f"end with {' or '.join(wanted)}, or take the loss that {activation} needs"
            raise self.built.error(message, cure)
        self._require_target(loss)

    def _require_domain(self, wanted: tuple[str, ...], loss: Loss) -> None:
        """Judge an output whose activation can't be told by its domain, which the runs check."""
        if wanted == ("softmax",) and self.output.domain.kind != "probabilities":
            cure = "write probabilities after the output's shape, and make them so"
            raise self._error(self.output.line, f"{loss.name} takes probabilities", cure)
        if wanted == ("sigmoid",) and not self._in_unit_interval(self.output):
            cure = "write in [0, 1] after the output's shape, and make it so"
            raise self._error(self.output.line, f"{loss.name} takes outputs from 0 to 1", cure)

    def _wanted(self, loss: Loss) -> tuple[str, ...]:
        if loss.from_logits:
            return ("linear",)
        if loss.name in BINARY:
            return ("sigmoid",)
        if loss.name in (*CATEGORICAL, *SPARSE):
            return ("softmax",)
        if loss.name in REGRESSION:
            return ("linear", *self._bounded())
        return ()

    def _bounded(self) -> tuple[str, ...]:
        """Return the activations whose range is just the target's: right for a regression too."""
        if self.target.domain.kind != "interval":
            return ()
        span = ends(self.target.domain, self.subject.parameters)
        return tuple(name for name, reach in _RANGES.items() if reach == span)

    def _require_target(self, loss: Loss) -> None:
        output, target = self._shape(self.output), self._shape(self.target)
        if loss.name in SPARSE:
            self._require_classes(output, target)
            return
        if output != target:
            message = f"the target is {self.target.shape.text}, the output {self.output.shape.text}"
            cure = f"{loss.name} needs a target of the output's shape"
            raise self._error(self.target.line, message, cure)
        kind = self.target.domain.kind
        if loss.name in CATEGORICAL and kind not in ("one-hot", "probabilities"):
            cure = "write one-hot after the target's shape, or use sparse_categorical_crossentropy"
            raise self._error(self.target.line, f"{loss.name} takes one-hot targets", cure)
        if loss.name in BINARY and not self._in_unit_interval(self.target):
            cure = "write in {0, 1} after the target's shape"
            raise self._error(self.target.line, f"{loss.name} takes targets of 0 and 1", cure)

    def _require_classes(self, output: list[Any], target: list[Any]) -> None:
        if target not in (output[:-1], [*output[:-1], 1]):
            message = f"the target is {self.target.shape.text}, the output {self.output.shape.text}"
            cure = "integer targets have the output's shape without its last axis"
            raise self._error(self.target.line, message, cure)
        domain = self.target.domain
        span = ends(domain, self.subject.parameters) if domain.kind == "interval" else ()
        if self.target.dtype != "int" or span != (0, output[-1]) or not domain.open_ends[1]:
            classes = self.output.shape.dimensions[-1].text
            found = f"{self.target.dtype} {domain.text}".strip()
            message = f"the target is {found}, there are {classes} classes"
            raise self._error(self.target.line, message, f"write int in [0, {classes})")

    def _in_unit_interval(self, tensor: TensorContract) -> bool:
        domain, parameters = tensor.domain, self.subject.parameters
        match domain.kind:
            case "set":
                return all(0 <= each.evaluate(lookup(parameters)) <= 1 for each in domain.bounds)
            case "interval":
                low, high = ends(domain, parameters)
                return low >= 0 and high <= 1
            case kind:
                return kind in ("one-hot", "probabilities")

    def _shape(self, tensor: TensorContract) -> list[Any]:
        find = lookup(self.subject.parameters)
        return [value(dimension, find, None) for dimension in tensor.shape.dimensions]

    def _error(self, line: int, message: str, cure: str) -> SnippetError:
        return self.built.error(message, cure, line)


def _losses(subject: Subject) -> list[Loss | None]:
    """Return the loss of each output, in their order."""
    given = getattr(subject.model, "loss", None)
    count = len(subject.outputs)
    if given is None:
        return [None] * count
    if isinstance(given, dict):
        return [_loss(given.get(name)) for name in subject.output_names]
    each = list(given) if isinstance(given, list | tuple) else [given] * count
    return [_loss(one) for one in each]


def _loss(given: Any) -> Loss | None:  # noqa: ANN401
    if given is None:
        return None
    found = backend.start().losses.get(given) if isinstance(given, str) else given
    name = str(getattr(found, "name", None) or getattr(found, "__name__", type(found).__name__))
    config = found.get_config() if hasattr(found, "get_config") else {}
    return Loss(_NAMES.get(name, name), bool(config.get("from_logits", False)))


def _metrics(model: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Return the metrics as they were given to ``compile``: names, or classes of objects."""
    if not getattr(model, "compiled", False):
        return ()
    given = (model.get_compile_config() or {}).get("metrics")
    return tuple(_metric_names(given))


def _metric_names(given: Any) -> list[str]:  # noqa: ANN401
    match given:
        case None:
            return []
        case str():
            return [given]
        case {"class_name": str(name)}:
            return [name]
        case dict():
            return [name for each in given.values() for name in _metric_names(each)]
        case _:
            return [name for each in given for name in _metric_names(each)]
