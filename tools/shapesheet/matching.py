"""Compare a shape as written with a shape as Keras made it: pure, for any backend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shapesheet.shapes import BATCH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shapesheet.expressions import Expression, Lookup
    from shapesheet.shapes import Shape

Actual = tuple[int | None, ...]


class UnknownNameError(LookupError):
    """A shape reads a name that stands for no whole number where it is evaluated."""

    def __init__(self, name: str, found: str) -> None:
        """Keep the name and what was found under it."""
        super().__init__(name)
        self.name = name
        self.found = found


def lookup(*scopes: Mapping[str, Any], batch: int | None = None) -> Lookup:
    """Return a lookup of whole numbers in ``scopes``, the first that has the name wins."""

    def find(name: str) -> int:
        if name == BATCH and batch is not None:
            return batch
        for scope in scopes:
            if name in scope:
                value = scope[name]
                if isinstance(value, bool) or not hasattr(value, "__index__"):
                    raise UnknownNameError(name, f"a {type(value).__name__}")
                return int(value.__index__())
        raise UnknownNameError(name, "nothing")

    return find


def value(dimension: Expression, find: Lookup, batch: int | None) -> int | str | None:
    """Return a dimension's number; ``None`` for any length; its text while batch is unknown."""
    if dimension.any_length:
        return None
    if BATCH in dimension.names and batch is None:
        return dimension.text
    return int(dimension.evaluate(find))


def differs(shape: Shape, actual: Actual, find: Lookup, batch: int | None) -> bool:
    """Return whether Keras's shape is not the one that is written.

    Args:
        shape: What is written.
        actual: What Keras made, ``None`` where it knows no number.
        find: The values of the names.
        batch: The number of samples, ``None`` when the batch is symbolic.

    Raises:
        UnknownNameError: A name stands for nothing.
        ArithmeticError: A dimension can't be computed.
    """
    if len(shape.dimensions) != len(actual):
        return True
    pairs = zip(shape.dimensions, actual, strict=True)
    return any(_differs(value(dimension, find, batch), found) for dimension, found in pairs)


def _differs(expected: int | str | None, found: int | None) -> bool:
    if expected is None:
        return False
    if isinstance(expected, str):
        return found is not None
    return expected != found


def expected_text(shape: Shape, find: Lookup, batch: int | None) -> str:
    """Return the written shape with its numbers: ``(batch, 15, 64)``."""
    parts: list[str] = []
    for dimension in shape.dimensions:
        try:
            found = value(dimension, find, batch)
        except ArithmeticError as error:
            found = f"{dimension.text} ({error})"
        parts.append(BATCH if dimension.text == BATCH else str(found))
    return tuple_text(parts)


def actual_text(actual: Sequence[int | None]) -> str:
    """Return Keras's shape with the word ``batch`` in place of a symbolic first dimension."""
    parts = [str(size) for size in actual]
    if parts and actual[0] is None:
        parts[0] = BATCH
    return tuple_text(parts)


def tuple_text(parts: Sequence[str]) -> str:
    """Return ``parts`` as Python writes a tuple."""
    return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"
