"""See, while a snippet runs, what its commented lines make and which layers are called."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shapesheet import backend
from shapesheet.errors import SnippetError
from shapesheet.matching import (
    Actual,
    UnknownNameError,
    actual_text,
    differs,
    expected_text,
    lookup,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from shapesheet.expressions import Lookup
    from shapesheet.reader import ShapeComment

# What multiplies matrices in keras.ops; a layer's own code may call them directly.
PRODUCTS = ("matmul", "einsum", "dot", "tensordot", "inner", "outer", "conv", "depthwise_conv")


@dataclass(frozen=True)
class Call:
    """One call of a layer or operation, and the calls that it made in turn.

    Attributes:
        operation: The layer or operation; the name of a function of ``keras.ops``.
        inputs: The shapes of all tensors among its arguments.
        batch: The number of samples, ``None`` for a symbolic batch.
        equation: Of ``einsum``.
        outputs: The shapes of what it returned.
        inner: The calls inside.
    """

    operation: Any
    inputs: tuple[Actual, ...]
    batch: int | None
    equation: str = ""
    outputs: list[Actual] = field(default_factory=list)
    inner: list[Call] = field(default_factory=list)


@dataclass(frozen=True)
class Sighting:
    """What a commented line made, once.

    Attributes:
        comment: The comment.
        made: The shapes, or the layer whose calls will tell them.
        scopes: The values of the names that the comment reads, the nearest scope first.
        batch: The number of samples, ``None`` for a symbolic batch.
    """

    comment: ShapeComment
    made: tuple[Actual, ...] | Any
    scopes: tuple[Mapping[str, Any], ...]
    batch: int | None


@dataclass
class Observer:
    """What was seen of one build and its runs.

    Attributes:
        shown: The snippet's path as errors show it.
        comments: The shape comments that the probes number.
        parameters: The builder's parameters of the build under way.
        batch: The number of samples that runs, ``None`` while the batch is symbolic.
        sightings: What commented lines made.
        reached: The numbers of the comments whose lines have run, shared by all builds.
        origins: The comment of the line that made a layer or the operation of a tensor, by id.
        roots: The outermost calls of layers and operations.
    """

    shown: str
    comments: tuple[ShapeComment, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    batch: int | None = None
    sightings: list[Sighting] = field(default_factory=list)
    reached: set[int] = field(default_factory=set)
    origins: dict[int, str] = field(default_factory=dict)
    roots: list[Call] = field(default_factory=list)
    _open: list[Call] = field(default_factory=list)
    _called: dict[int, list[Call]] = field(default_factory=dict)

    def probe(self, number: int, made: Any, names: dict[str, Callable[[], Any]]) -> Any:  # noqa: ANN401
        """Note what a commented line made, and hand it on unchanged."""
        comment = self.comments[number]
        scope: dict[str, Any] = {}
        receiver = None
        for name, read in names.items():
            with contextlib.suppress(NameError):
                value = read()
                if name == "self":
                    receiver = value
                else:
                    scope[name] = value
        attributes = {
            name: getattr(receiver, name)
            for name in names
            if name != "self" and hasattr(receiver, name)
        }
        scopes = (scope, attributes, self.parameters)
        shapes = shapes_of(made)
        self.reached.add(number)
        self.sightings.append(
            Sighting(comment, made if shapes is None else shapes, scopes, self.batch)
        )
        self._remember_origin(made, comment)
        return made

    def _remember_origin(self, made: Any, comment: ShapeComment) -> None:  # noqa: ANN401
        keras = backend.start()
        if isinstance(made, keras.layers.Layer):
            self.origins[id(made)] = comment.text
        for tensor in keras.tree.flatten(made) if isinstance(made, list | tuple) else [made]:
            history = getattr(tensor, "_keras_history", None)
            if history is not None:
                self.origins.setdefault(id(history.operation), comment.text)

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Note every call of a layer or operation while the body runs."""
        keras = backend.start()
        original = keras.Operation.__call__
        functions = {name: getattr(keras.ops, name) for name in PRODUCTS}
        note = self._note

        def call(operation: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            return note(operation, original, (operation, *args), kwargs)

        def noting(name: str) -> Any:  # noqa: ANN401
            return lambda *args, **kwargs: note(name, functions[name], args, kwargs)

        keras.Operation.__call__ = call
        for name in PRODUCTS:
            setattr(keras.ops, name, noting(name))
        try:
            yield
        finally:
            keras.Operation.__call__ = original
            for name, function in functions.items():
                setattr(keras.ops, name, function)
            self._open.clear()

    def _note(
        self,
        operation: Any,  # noqa: ANN401
        function: Any,  # noqa: ANN401
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:  # noqa: ANN401
        given = args if isinstance(operation, str) else args[1:]
        equation = next((each for each in given if isinstance(each, str)), "")
        noted = Call(operation, shapes_of([given, kwargs]) or (), self.batch, equation)
        (self._open[-1].inner if self._open else self.roots).append(noted)
        self._open.append(noted)
        try:
            made = function(*args, **kwargs)
        finally:
            self._open.pop()
        noted.outputs.extend(shapes_of(made) or ())
        self._called.setdefault(id(operation), []).append(noted)
        return made

    def calls_of(self, operation: Any) -> list[Call]:  # noqa: ANN401
        """Return the finished calls of a layer in their order."""
        return self._called.get(id(operation), [])

    def require_shapes(self) -> None:
        """Compare everything that was seen with its comments.

        Raises:
            SnippetError: A comment does not say what Keras made.
        """
        for sighting in self.sightings:
            made = sighting.made
            if isinstance(made, tuple):
                self._require(sighting, made, sighting.batch)
                continue
            calls = [(tuple(call.outputs), call.batch) for call in self.calls_of(made)]
            if not calls and (outputs := shapes_of(getattr(made, "outputs", None))):
                calls = [(outputs, None)]
            if not calls:
                self._raise_nothing(sighting)
            for outputs, batch in calls:
                self._require(sighting, outputs, batch)

    def _raise_nothing(self, sighting: Sighting) -> None:
        kind = type(sighting.made).__name__
        layer = isinstance(sighting.made, backend.start().layers.Layer)
        found = f"a {kind} that is never called" if layer else f"a {kind}"
        message = f"the comment says {sighting.comment.text.strip()}, the line makes {found}"
        cure = "put the comment on the line whose last call makes that tensor or layer"
        raise SnippetError(self.shown, sighting.comment.line, message, cure)

    def _require(
        self, sighting: Sighting, made: tuple[Actual, ...], batch: int | None
    ) -> None:
        try:
            if not self._wrong(sighting, made, batch):
                return
            raise self._mismatch(sighting, made, batch)
        except UnknownNameError as error:
            message = f"the comment reads {error.name}, which is {error.found} on this line"
            cure = "use local variables, attributes of self or the builder's parameters"
            raise SnippetError(self.shown, sighting.comment.line, message, cure) from None
        except ArithmeticError as error:
            message = f"the comment {sighting.comment.text.strip()} can't be computed: {error}"
            raise SnippetError(
                self.shown, sighting.comment.line, message, "mend the expression"
            ) from None

    def _wrong(self, sighting: Sighting, made: tuple[Actual, ...], batch: int | None) -> bool:
        shapes = sighting.comment.shapes
        return len(shapes) != len(made) or any(
            differs(shape, actual, *_known(sighting, actual, batch))
            for shape, actual in zip(shapes, made, strict=True)
        )

    def _mismatch(
        self, sighting: Sighting, made: tuple[Actual, ...], batch: int | None
    ) -> SnippetError:
        find = lookup(*sighting.scopes)
        written = ", ".join(expected_text(shape, find, None) for shape in sighting.comment.shapes)
        found = ", ".join(
            actual_text((None, *shape[1:]) if shape and shape[0] == batch else shape)
            for shape in made
        )
        text = sighting.comment.text.strip()
        says = text if text == written else f"{text}, which is {written}"
        message = f"the comment says {says}, Keras says {found}{at(self.parameters)}"
        cure = f"write # {found}, with the parameters' names where a size depends on them"
        return SnippetError(self.shown, sighting.comment.line, message, cure)


def _known(sighting: Sighting, actual: Actual, batch: int | None) -> tuple[Lookup, int | None]:
    """Return the values to compare ``actual`` with: without a batch where it is symbolic."""
    known = None if actual and actual[0] is None else batch
    return lookup(*sighting.scopes, batch=known), known


def at(parameters: Mapping[str, Any]) -> str:
    """Return `` at units=7, length=5`` for the parameters of a build, empty for none."""
    sizes = ", ".join(f"{name}={value!r}" for name, value in parameters.items())
    return f" at {sizes}" if sizes else ""


def shapes_of(made: Any) -> tuple[Actual, ...] | None:  # noqa: ANN401
    """Return the shapes of a tensor or of a structure of tensors, ``None`` for anything else."""
    keras = backend.start()
    if isinstance(made, keras.layers.Layer):
        return None
    found = [
        tuple(None if size is None else int(size) for size in leaf.shape)
        for leaf in keras.tree.flatten(made)
        if hasattr(leaf, "shape") and not isinstance(leaf, keras.layers.Layer)
    ]
    return tuple(found) or None
