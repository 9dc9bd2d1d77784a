"""Build a model, and compare its inputs and outputs with the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shapesheet import backend
from shapesheet.errors import SnippetError
from shapesheet.guard import guarded
from shapesheet.matching import UnknownNameError, actual_text, differs, expected_text, lookup
from shapesheet.observe import Observer, at
from shapesheet.subject import Built, Subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapesheet.contract import TensorContract
    from shapesheet.expressions import Expression
    from shapesheet.matching import Actual

SEED = 0


def build(built: Built, parameters: Mapping[str, Any]) -> Subject:
    """Return the model that the builder makes of ``parameters``, with its shapes compared.

    Raises:
        SnippetError: The builder raises or returns no model, or a shape is not as written.
    """
    backend.clear(built.registered)
    backend.start().utils.set_random_seed(SEED)
    seen = built.observer
    built.observer = Observer(seen.shown, seen.comments, parameters, reached=seen.reached)
    try:
        subject = _subject(built, parameters)
    except SnippetError as error:
        raise built.at_sizes(error, parameters) from error
    built.observer.require_shapes()
    _require_contract(built, subject)
    return subject


def _subject(built: Built, parameters: Mapping[str, Any]) -> Subject:
    keras, snippet = backend.start(), built.snippet
    with built.observer.watching(), guarded(snippet, built.line):
        model = built.builder(**parameters)
        if not isinstance(model, keras.Model):
            message = f"{snippet.name} returns a {type(model).__name__}, no keras.Model"
            raise built.error(message, "return the model")
        if getattr(model, "inputs", None):
            names = _output_names(model)
            inputs, outputs = tuple(model.inputs), tuple(model.outputs)
            return Subject(model, inputs, outputs, names, parameters, built.observer)
        if isinstance(model, keras.Sequential):
            # Keras would build it at its first call, whatever it is given.
            message = f"{snippet.name} returns a Sequential without an input: it has no weights yet"
            cure = f"begin its list with keras.Input({_first_shape(built)})"
            raise built.error(message, cure)
        inputs = _symbolic_inputs(built, parameters)
        outputs = tuple(keras.tree.flatten(model(inputs[0] if len(inputs) == 1 else list(inputs))))
        names = ("",) * len(outputs)
        return Subject(model, inputs, outputs, names, parameters, built.observer)


def _first_shape(built: Built) -> str:
    """Return the shape of one sample of the first input, as Python writes it."""
    sizes = [dimension.text for dimension in built.reading.contract.of("input")[0].shape.dimensions]
    return f"({', '.join(sizes[1:])}{',' if len(sizes) == 2 else ''})"  # noqa: PLR2004 - a batch and one size


def _output_names(model: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Return the names of a graph's outputs; a Sequential model knows none."""
    return tuple(
        getattr(model, "output_names", None)
        or [tensor._keras_history.operation.name for tensor in model.outputs]  # noqa: SLF001
    )


def _symbolic_inputs(built: Built, parameters: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return inputs as the contract states them, to build a subclassed model with."""
    keras = backend.start()
    return tuple(
        keras.Input(
            tuple(_size(dimension, parameters) for dimension in tensor.shape.dimensions[1:]),
            dtype="int32" if tensor.dtype == "int" else "float32",
            name=tensor.name or None,
        )
        for tensor in built.reading.contract.of("input")
    )


def _size(dimension: Expression, parameters: Mapping[str, Any]) -> int | None:
    return None if dimension.any_length else int(dimension.evaluate(lookup(parameters)))


def _require_contract(built: Built, subject: Subject) -> None:
    contract = built.reading.contract
    input_names = tuple(tensor.name for tensor in subject.inputs)
    sides = (
        ("input", subject.inputs, input_names),
        ("output", subject.outputs, subject.output_names),
    )
    for role, tensors, names in sides:
        stated = contract.of(role)
        if len(stated) != len(tensors):
            message = f"the contract has {len(stated)} {role}s, the model has {len(tensors)}"
            raise built.error(message, f"write one line for each {role}", contract.line)
        for tensor, actual, name in zip(stated, tensors, names, strict=True):
            _require_name(built, tensor, name)
            _require_shape(built, tensor, tuple(actual.shape), subject.parameters)
            if role == "input":
                _require_dtype(built, tensor, str(actual.dtype))


def _require_name(built: Built, tensor: TensorContract, name: str) -> None:
    if tensor.name and name and tensor.name != name:
        message = f"the contract names this {tensor.role} {tensor.name}, the model {name}"
        cure = f"write {tensor.role} {name}:, in the model's order, or rename it there"
        raise built.error(message, cure, tensor.line)


def _require_shape(
    built: Built, tensor: TensorContract, actual: Actual, parameters: Mapping[str, Any]
) -> None:
    find, text = lookup(parameters), tensor.shape.text
    try:
        wrong = differs(tensor.shape, actual, find, None)
    except (UnknownNameError, ArithmeticError) as error:
        message = f"the contract says {text}, which can't be computed: {error}{at(parameters)}"
        raise built.error(message, "mend the dimension", tensor.line) from None
    if wrong:
        written = expected_text(tensor.shape, find, None)
        says = text if text == written else f"{text}, which is {written}"
        found = actual_text(actual)
        message = f"the contract says {tensor.role} {says}, Keras says {found}{at(parameters)}"
        cure = "a hard-coded size in the builder? Use its parameter; else mend the contract"
        raise built.error(message, cure, tensor.line)


def _require_dtype(built: Built, tensor: TensorContract, dtype: str) -> None:
    whole = "int" in dtype or "bool" in dtype
    if whole != (tensor.dtype == "int"):
        message = f"the contract says {tensor.dtype}, Keras says {dtype}"
        found = "int" if whole else "float"
        cure = f'write {found} after the shape, or give keras.Input dtype="int32"'
        raise built.error(message, cure, tensor.line)


def require_reached(built: Built) -> None:
    """Refuse shape comments whose line has never run.

    Raises:
        SnippetError: A comment in dead code, or behind a value that was not tried.
    """
    for number, comment in enumerate(built.reading.comments):
        if number not in built.observer.reached:
            message = f"the comment says {comment.text.strip()}, but its line has never run"
            cure = 'delete dead code, or list the values that lead there: mode: "a", "b"'
            raise built.error(message, cure, comment.line)
