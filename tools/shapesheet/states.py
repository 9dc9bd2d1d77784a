"""Say of each snippet whether its record still holds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from shapesheet import record as records
from shapesheet import snippet as snippets
from shapesheet.backends import DEFAULT, NAMES
from shapesheet.errors import SnippetError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from shapesheet.config import Config
    from shapesheet.record import Record
    from shapesheet.snippet import Snippet

FRESH = "fresh"
STALE = "stale"
FAILING = "failing"
NEVER_CHECKED = "never checked"
UNREADABLE = "unreadable"
# A record, and those of other backends that lie beside it.
_ENDINGS = ("json", *(f"{name}.json" for name in NAMES if name != DEFAULT))
STATES = (FRESH, STALE, FAILING, NEVER_CHECKED, UNREADABLE)


class Standing(msgspec.Struct, frozen=True):
    """A snippet, its record and whether that still holds.

    Attributes:
        snippet: The snippet.
        state: One of ``STATES``.
        record: What was measured, if it was and can be read.
        problem: Why the snippet or its record can't be read.
    """

    snippet: Snippet
    state: str
    record: Record | None = None
    problem: SnippetError | None = None


def standing(snippet: Snippet, config: Config) -> Standing:
    """Return how a snippet stands, without importing Keras."""
    try:
        record = records.read(config.records, snippet.key)
        if record is None:
            return Standing(snippet, NEVER_CHECKED)
        if record.digest != snippets.digest(snippet, config):
            return Standing(snippet, STALE, record)
    except SnippetError as error:
        return Standing(snippet, UNREADABLE, problem=error.within(config.root))
    return Standing(snippet, FAILING if record.failures else FRESH, record)


def not_fresh(chosen: list[Snippet], config: Config) -> list[Snippet]:
    """Return the snippets that have to be checked: all whose record is not fresh."""
    return [snippet for snippet in chosen if standing(snippet, config).state != FRESH]


def orphans(config: Config, keys: Collection[str]) -> list[SnippetError]:
    """Return an error for each record of none of the snippets ``keys``: theirs are gone."""
    found: list[SnippetError] = []
    for key, path in sorted(_strays(config, keys)):
        shown = config.shown(path)
        message = f"this record is of the snippet {key}, which is gone"
        if key in keys:
            message = f"this is neither a record of {key} nor of one of its ports"
        found.append(SnippetError(shown, 0, message, f"delete it: rm {shown}"))
    return found


def _strays(config: Config, keys: Collection[str]) -> Iterator[tuple[str, Path]]:
    """Yield the files among the records that are of none of the snippets, each with its name."""
    for folder, _, names in os.walk(config.records):
        family = Path(folder).relative_to(config.records).as_posix()
        for name in names:
            first, _, on = name.partition(".")
            key = f"{family}/{first}".removeprefix("./")
            if name.endswith(".json") and (key not in keys or on not in _ENDINGS):
                yield key, Path(folder) / name
