"""See what a snippet's commented lines make, and compare it with the comments."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shapesheet import backend
from shapesheet.calls import Calls, shapes_of
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

    from shapesheet.reader import ShapeComment


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
        sightings: What commented lines made and was not compared yet; layers stay, since they
            may be called again.
        reached: The numbers of the comments whose lines have run, shared by all builds.
        origins: The comment of the line that made a layer or the operation of a tensor, by id.
        calls: The calls of layers and operations.
    """

    shown: str
    comments: tuple[ShapeComment, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    sightings: list[Sighting] = field(default_factory=list)
    reached: set[int] = field(default_factory=set)
    origins: dict[int, str] = field(default_factory=dict)
    calls: Calls = field(default_factory=Calls)
    _awake: bool = False

    @contextlib.contextmanager
    def watching(self, batch: int | None = None) -> Iterator[None]:
        """See what runs in the body, with so many samples or a symbolic batch."""
        self.calls.batch, self._awake = batch, True
        try:
            with self.calls.watching():
                yield
        finally:
            self.calls.batch, self._awake = None, False

    def probe(self, number: int, made: Any, names: dict[str, Callable[[], Any]]) -> Any:  # noqa: ANN401
        """Note what a commented line made, and hand it on unchanged."""
        if not self._awake:
            return made
        comment = self.comments[number]
        shapes = shapes_of(made)
        scopes = (*_scopes(names), self.parameters)
        seen = made if shapes is None else shapes
        self.reached.add(number)
        self.sightings.append(Sighting(comment, seen, scopes, self.calls.batch))
        self._remember_origin(made, comment)
        return made

    def _remember_origin(self, made: Any, comment: ShapeComment) -> None:  # noqa: ANN401
        keras = backend.start()
        if isinstance(made, keras.layers.Layer):
            self.origins[id(made)] = comment.text.strip()
            return
        for tensor in keras.tree.flatten(made):
            history = getattr(tensor, "_keras_history", None)
            if history is not None:
                self.origins.setdefault(id(history.operation), comment.text.strip())

    def require_shapes(self) -> None:
        """Compare everything that was seen since the last time with its comments.

        Raises:
            SnippetError: A comment does not say what Keras made.
        """
        for sighting in self.sightings:
            made = sighting.made
            if isinstance(made, tuple):
                self._require(sighting, made, sighting.batch)
                continue
            calls = [(tuple(call.outputs), call.batch) for call in self.calls.of(made)]
            if not calls and (outputs := shapes_of(getattr(made, "outputs", None))):
                calls = [(outputs, None)]
            if not calls:
                self._raise_nothing(sighting)
            for shapes, batch in calls:
                self._require(sighting, shapes, batch)
        self.sightings = [each for each in self.sightings if not isinstance(each.made, tuple)]

    def _raise_nothing(self, sighting: Sighting) -> None:
        kind = type(sighting.made).__name__
        layer = isinstance(sighting.made, backend.start().layers.Layer)
        found = f"a {kind} that is never called" if layer else f"no tensor: {kind}"
        message = f"the comment says {sighting.comment.text.strip()}, the line makes {found}"
        cure = "put the comment on the line whose last call makes that tensor or layer"
        raise SnippetError(self.shown, sighting.comment.line, message, cure)

    def _require(self, sighting: Sighting, made: tuple[Actual, ...], batch: int | None) -> None:
        text, line = sighting.comment.text.strip(), sighting.comment.line
        try:
            if _wrong(sighting, made, batch):
                raise self._mismatch(sighting, made, batch)
        except UnknownNameError as error:
            message = f"the comment reads {error.name}, which is {error.found} on this line"
            cure = "use local variables, attributes of self or the builder's parameters"
            raise SnippetError(self.shown, line, message, cure) from None
        except ArithmeticError as error:
            message = f"the comment {text} can't be computed: {error}"
            raise SnippetError(self.shown, line, message, "mend the expression") from None

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


def _scopes(names: dict[str, Callable[[], Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the values of names on their line, and those that ``self`` has as attributes."""
    found: dict[str, Any] = {}
    for name, read in names.items():
        with contextlib.suppress(NameError):
            found[name] = read()
    receiver = found.pop("self", None)
    owned = {name: getattr(receiver, name) for name in names if hasattr(receiver, name)}
    return found, owned


def _wrong(sighting: Sighting, made: tuple[Actual, ...], batch: int | None) -> bool:
    shapes = sighting.comment.shapes
    if len(shapes) != len(made):
        return True
    for shape, actual in zip(shapes, made, strict=True):
        # Where Keras knows no batch, none is compared.
        known = None if actual and actual[0] is None else batch
        if differs(shape, actual, lookup(*sighting.scopes, batch=known), known):
            return True
    return False


def at(parameters: Mapping[str, Any]) -> str:
    """Return `` at units=7, length=5`` for the parameters of a build, empty for none."""
    sizes = ", ".join(f"{name}={value!r}" for name, value in parameters.items())
    return f" at {sizes}" if sizes else ""
