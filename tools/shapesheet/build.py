"""Run a snippet's file and builder, and compare what they make with what is written."""

from __future__ import annotations

import inspect
import sys
import types
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shapesheet import backend, sizes
from shapesheet.errors import SnippetError
from shapesheet.guard import guarded
from shapesheet.matching import (
    Actual,
    UnknownNameError,
    actual_text,
    differs,
    expected_text,
    lookup,
)
from shapesheet.observe import Observer, at
from shapesheet.probe import PROBE, UnreachableCommentError, instrument

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shapesheet.contract import TensorContract
    from shapesheet.expressions import Expression
    from shapesheet.reader import Reading
    from shapesheet.snippet import Snippet

SEED = 0


@dataclass(frozen=True)
class Subject:
    """A model under the checks.

    Attributes:
        model: The Keras model.
        inputs: Its symbolic inputs.
        outputs: Its symbolic outputs.
        output_names: Keras's names of the outputs, empty for a subclassed model's.
        parameters: What the builder was called with.
        observer: What was seen while it was built, and is seen while it runs.
    """

    model: Any
    inputs: tuple[Any, ...]
    outputs: tuple[Any, ...]
    output_names: tuple[str, ...]
    parameters: Mapping[str, Any]
    observer: Observer


@dataclass
class Built:
    """A snippet's file after it has run.

    Attributes:
        snippet: Which one.
        reading: What it says.
        builder: The function that returns the model.
        observer: Whose turn it is to see what commented lines make.
        defaults: The builder's parameters at their defaults.
        others: The parameters of the other builds.
    """

    snippet: Snippet
    reading: Reading
    observer: Observer
    builder: Any = None
    defaults: dict[str, Any] = field(default_factory=dict)
    others: tuple[dict[str, Any], ...] = ()

    def probe(self, number: int, made: Any, names: dict[str, Callable[[], Any]]) -> Any:  # noqa: ANN401
        """Let the observer whose turn it is note what a commented line made."""
        return self.observer.probe(number, made, names)


def load(snippet: Snippet, reading: Reading) -> Built:
    """Run the snippet's file with its commented lines probed.

    Raises:
        SnippetError: A shape comment stands where nothing is made, the file raises, or no
            sizes satisfy its conditions.
    """
    built = Built(snippet, reading, Observer(snippet.shown, reading.comments))
    module = types.ModuleType(f"shapesheet_snippet_{snippet.family}_{snippet.name}")
    module.__dict__[PROBE] = built.probe
    module.__file__ = str(snippet.path)
    # Keras looks custom classes' modules up when it saves them.
    sys.modules[module.__name__] = module
    code = compile(_instrumented(snippet, reading), str(snippet.path), "exec", dont_inherit=True)
    backend.start().backend.clear_session()
    with guarded(snippet):
        exec(code, module.__dict__)  # noqa: S102 - running the snippet is the purpose
    built.builder = getattr(module, snippet.name)
    parameters = inspect.signature(built.builder).parameters
    built.defaults = {name: parameter.default for name, parameter in parameters.items()}
    built.others = tuple(sizes.choose(reading.contract, built.defaults, _expressions(reading)))
    _require_sizes(built)
    return built


def _instrumented(snippet: Snippet, reading: Reading) -> Any:  # noqa: ANN401
    try:
        return instrument(reading.tree, reading.comments)
    except UnreachableCommentError as error:
        comment = error.comment
        message = f"the comment says {comment.text.strip()}, but nothing is made on its line"
        cure = "put it at the end of the line on which the call ends"
        raise SnippetError(snippet.shown, comment.line, message, cure) from None


def _expressions(reading: Reading) -> list[Expression]:
    shapes = [tensor.shape for tensor in reading.contract.tensors]
    shapes += [shape for comment in reading.comments for shape in comment.shapes]
    return [dimension for shape in shapes for dimension in shape.dimensions]


def _require_sizes(built: Built) -> None:
    snippet, contract, defaults = built.snippet, built.reading.contract, built.defaults
    try:
        kept = sizes.holds(contract, defaults)
    except UnknownNameError as error:
        message = f"a condition reads {error.name}, which is {error.found} at the defaults"
        cure = "use whole numbers in conditions"
        raise SnippetError(snippet.shown, contract.line, message, cure) from None
    if not kept:
        message = f"the defaults do not keep the contract's conditions{at(defaults)}"
        cure = "mend the conditions after where:, or the defaults"
        raise SnippetError(snippet.shown, contract.line, message, cure)
    varies = any(sizes.is_size(value) for value in defaults.values()) or contract.values
    if not built.others and varies and not contract.heavy:
        message = "no other sizes keep the contract's conditions"
        cure = "loosen where:, or list values to try: height: 32, 48, 96"
        raise SnippetError(snippet.shown, contract.line, message, cure)


def build(built: Built, parameters: Mapping[str, Any]) -> Subject:
    """Return the model that the builder makes of ``parameters``, with its shapes compared.

    Raises:
        SnippetError: The builder raises or returns no model, or a shape is not as written.
    """
    keras = backend.start()
    keras.backend.clear_session()
    keras.utils.set_random_seed(SEED)
    seen = built.observer
    built.observer = Observer(seen.shown, seen.comments, parameters, reached=seen.reached)
    try:
        subject = _subject(built, parameters)
    except SnippetError as error:
        if parameters == built.defaults:
            raise
        message = f"{error.message}{at(parameters)}"
        cure = f"{error.cure}; or bound the sizes in the contract: where: ..."
        raise SnippetError(error.path, error.line, message, cure) from error
    built.observer.require_shapes()
    _require_contract(built, subject)
    return subject


def _subject(built: Built, parameters: Mapping[str, Any]) -> Subject:
    keras, snippet = backend.start(), built.snippet
    with built.observer.watching(), guarded(snippet):
        model = built.builder(**parameters)
        if not isinstance(model, keras.Model):
            line = built.reading.builder.lineno
            message = f"{snippet.name} returns a {type(model).__name__}, no keras.Model"
            raise SnippetError(snippet.shown, line, message, "return the model")
        if getattr(model, "inputs", None):
            names = tuple(
                getattr(model, "output_names", None)
                or (tensor._keras_history.operation.name for tensor in model.outputs)  # noqa: SLF001
            )
            return Subject(model, tuple(model.inputs), tuple(model.outputs), names, parameters, built.observer)
        inputs = _symbolic_inputs(built, parameters)
        outputs = tuple(keras.tree.flatten(model(inputs[0] if len(inputs) == 1 else inputs)))
        names = ("",) * len(outputs)
        return Subject(model, tuple(inputs), outputs, names, parameters, built.observer)


def _symbolic_inputs(built: Built, parameters: Mapping[str, Any]) -> list[Any]:
    """Return inputs as the contract states them, to build a subclassed model with."""
    keras = backend.start()
    return [
        keras.Input(
            tuple(_size(dimension, parameters) for dimension in tensor.shape.dimensions[1:]),
            dtype="int32" if tensor.dtype == "int" else "float32",
            name=tensor.name or None,
        )
        for tensor in built.reading.contract.of("input")
    ]


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
            cure = f"write one line for each {role}"
            raise SnippetError(built.snippet.shown, contract.line, message, cure)
        for tensor, actual, name in zip(stated, tensors, names, strict=True):
            _require_name(built, tensor, name)
            _require_shape(built, tensor, tuple(actual.shape), subject.parameters)
            if role == "input":
                _require_dtype(built, tensor, str(actual.dtype))


def _require_name(built: Built, tensor: TensorContract, name: str) -> None:
    if tensor.name and name and tensor.name != name:
        message = f"the contract names this {tensor.role} {tensor.name}, the model {name}"
        cure = f"write {tensor.role} {name}:, in the model's order, or rename it there"
        raise SnippetError(built.snippet.shown, tensor.line, message, cure)


def _require_shape(
    built: Built, tensor: TensorContract, actual: Actual, parameters: Mapping[str, Any]
) -> None:
    find = lookup(parameters)
    try:
        wrong = differs(tensor.shape, actual, find, None)
    except (UnknownNameError, ArithmeticError) as error:
        message = f"the contract says {tensor.shape.text}, which can't be computed: {error}"
        raise SnippetError(
            built.snippet.shown, tensor.line, message + at(parameters), "mend the dimension"
        ) from None
    if wrong:
        written = expected_text(tensor.shape, find, None)
        text = tensor.shape.text
        says = text if text == written else f"{text}, which is {written}"
        found = actual_text(actual)
        message = f"the contract says {tensor.role} {says}, Keras says {found}{at(parameters)}"
        cure = "a hard-coded size in the builder? Use its parameter; else mend the contract"
        raise SnippetError(built.snippet.shown, tensor.line, message, cure)


def _require_dtype(built: Built, tensor: TensorContract, dtype: str) -> None:
    whole = "int" in dtype or "bool" in dtype
    if whole != (tensor.dtype == "int"):
        message = f"the contract says {tensor.dtype}, Keras says {dtype}"
        found = "int" if whole else "float"
        cure = f'write {found} after the shape, or give keras.Input dtype="int32"'
        raise SnippetError(built.snippet.shown, tensor.line, message, cure)


def require_reached(built: Built) -> None:
    """Refuse shape comments whose line has never run.

    Raises:
        SnippetError: A comment in dead code, or behind a value that was not tried.
    """
    for number, comment in enumerate(built.reading.comments):
        if number not in built.observer.reached:
            message = f"the comment says {comment.text.strip()}, but its line has never run"
            cure = "delete dead code, or list the values that lead there: mode: 'a', 'b'"
            raise SnippetError(built.snippet.shown, comment.line, message, cure)
