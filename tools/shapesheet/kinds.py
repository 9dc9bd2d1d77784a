"""The kinds of blocks: what writes each and how many arguments it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shapesheet import listings, mutant_tables, render, tables
from shapesheet.errors import SnippetError
from shapesheet.pages import Arity

if TYPE_CHECKING:
    from collections.abc import Callable

    from shapesheet.record import Record
    from shapesheet.sheet import Renderer, Sheet, Spot


@dataclass(frozen=True)
class Kind:
    """One kind of block."""

    renderer: Renderer
    arity: Arity


def _of_one(renderer: Callable[[Record], str]) -> Kind:
    def of_one(sheet: Sheet, spot: Spot, arguments: tuple[str, ...]) -> str:
        record = sheet.record(arguments[0], spot)
        try:
            return renderer(record)
        except SnippetError as error:
            raise spot.error(error.message, error.cure) from error

    return Kind(of_one, Arity(1, 1))


KINDS = {
    "facts": _of_one(render.facts),
    "layers": _of_one(render.layers),
    "claims": _of_one(render.claims),
    "mistakes": _of_one(render.mistakes),
    "family": Kind(tables.family, Arity(1, 1)),
    "tasks": Kind(tables.tasks, Arity(1, None)),
    "modalities": Kind(tables.modalities, Arity(0, 0)),
    "coverage": Kind(listings.coverage, Arity(0, 0)),
    "mutants": Kind(mutant_tables.mutants, Arity(0, 0)),
}
ARITIES = {name: kind.arity for name, kind in KINDS.items()}
