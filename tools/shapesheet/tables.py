"""Write many records as one Markdown table."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from shapesheet import cells, markup
from shapesheet.errors import SnippetError
from shapesheet.frontmatter import CHOICES

if TYPE_CHECKING:
    from shapesheet.sheet import Place, Sheet, Spot

_NONE = "—"


def linked(place: Place, spot: Spot, title: str = "") -> str:
    """Return a link to a snippet's page from the page that the block stands on."""
    target = posixpath.relpath(place.page, posixpath.dirname(spot.page) or ".")
    return markup.link(title or place.title, target)


def family(sheet: Sheet, spot: Spot, arguments: tuple[str, ...]) -> str:
    """Return the table of all snippets of a family."""
    name = arguments[0]
    keys = [key for key in sheet.snippets if key.partition("/")[0] == name]
    if not keys:
        known = sorted({key.partition("/")[0] for key in sheet.snippets})
        cure = f"use one of: {', '.join(known)}" if known else "write its first snippet"
        message = f"there is no family {name!r}"
        raise spot.error(message, cure)
    header = (
        "Snippet",
        "What it does",
        "Input → output",
        "Parameters",
        "Multiply-adds",
        "Last layer",
        "Loss",
    )
    rows = [_family_row(sheet, spot, key) for key in keys]
    return markup.table(header, rows, numbers=("Parameters", "Multiply-adds"))


def _family_row(sheet: Sheet, spot: Spot, key: str) -> list[str]:
    record = sheet.record(key, spot)
    counted = bool(record.layers)
    return [
        linked(sheet.place(key, spot), spot),
        markup.text(record.summary),
        cells.flow(record),
        markup.number(record.parameters) if counted else _NONE,
        cells.multiply_adds(record) if counted else _NONE,
        cells.last_layer(record) or _NONE,
        cells.loss(record) or _NONE,
    ]


def tasks(sheet: Sheet, spot: Spot, arguments: tuple[str, ...]) -> str:
    """Return the table from task to last layer, activation, loss, target and metric."""
    header = ("Task", "Last layer", "Activation", "Loss", "Target", "Metric")
    return markup.table(header, [_task_row(sheet, spot, key) for key in arguments])


def _task_row(sheet: Sheet, spot: Spot, key: str) -> list[str]:
    record, place = sheet.record(key, spot), sheet.place(key, spot)
    if not place.task:
        message = f"this page names no task, and {spot.shown}:{spot.line} tells of it"
        cure = "add to the front matter for example: task: binary classification"
        raise SnippetError(place.shown, 0, message, cure)
    layers = dict.fromkeys(cells.in_general(record))
    row = (
        ", ".join(layers),
        cells.activation(record),
        cells.loss(record),
        cells.target(record),
        cells.metrics(record),
    )
    return [linked(place, spot, place.task), *(cell or _NONE for cell in row)]


def modalities(sheet: Sheet, spot: Spot, _arguments: tuple[str, ...]) -> str:
    """Return the table of what to reach for first and second, for each kind of input."""
    if not sheet.modalities:
        message = "the project has no modalities to tell of"
        cure = 'add to [tool.shapesheet] for example: modalities = ["vectors", "images"]'
        raise spot.error(message, cure)
    rows = [
        (markup.text(modality), *(_choices(sheet, spot, modality, choice) for choice in CHOICES))
        for modality in sheet.modalities
    ]
    return markup.table(("Input", "First choice", "Second choice"), rows)


def _choices(sheet: Sheet, spot: Spot, modality: str, choice: str) -> str:
    links: list[str] = []
    for key, place in sorted(sheet.places.items(), key=lambda item: item[1].page):
        if place.fits.get(modality) == choice:
            record = sheet.record(key, spot)
            cost = f" ({markup.number(record.parameters)} parameters)" if record.layers else ""
            layer = f"{markup.code(place.layer)} " if place.layer else ""
            links.append(layer + linked(sheet.place(key, spot), spot) + cost)
    return "<br>".join(links) or _NONE
