"""Everything that the blocks of all pages are made from."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from shapesheet.errors import SnippetError

if TYPE_CHECKING:
    from shapesheet.ports import Port
    from shapesheet.record import Record


@dataclass(frozen=True)
class Place:
    """The page that a snippet stands on.

    Attributes:
        page: Its path within the folder of the pages.
        shown: Its path as errors show it.
        title: Its first heading.
        task: What the snippet is for, from the front matter.
        layer: The layer that the architecture is known by.
        fits: The modalities that the snippet fits, each ``first`` or ``second`` choice.
    """

    page: str
    shown: str
    title: str
    task: str = ""
    layer: str = ""
    fits: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Lack:
    """Why a snippet has no record to write from, and the command that makes one."""

    message: str
    cure: str


class Spot(msgspec.Struct, frozen=True):
    """Where a block stands: its page, within the folder and as errors show it, and its line."""

    page: str
    shown: str
    line: int

    def error(self, message: str, cure: str) -> SnippetError:
        """Return an error at this block."""
        return SnippetError(self.shown, self.line, message, cure)


@dataclass(frozen=True)
class Sheet:
    """Everything that the blocks of all pages are made from.

    Attributes:
        records: The fresh records of snippets that pass, by ``family/name``.
        lacks: Every other snippet.
        places: The page of each snippet that stands on one.
        modalities: The rows of the ``modalities`` block.
        listings: The text of the coverage file, empty when there is none.
        listings_shown: Its path as errors show it.
        reports: The text of each report, by its name.
        ports: What was found on other backends of the snippets in ``records``.
    """

    records: Mapping[str, Record]
    lacks: Mapping[str, Lack]
    places: Mapping[str, Place]
    modalities: tuple[str, ...] = ()
    listings: str = ""
    listings_shown: str = ""
    reports: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[str, tuple[Port, ...]] = field(default_factory=dict)

    @property
    def snippets(self) -> tuple[str, ...]:
        """Return the names of all snippets in order."""
        return tuple(sorted({*self.records, *self.lacks}))

    def record(self, key: str, spot: Spot) -> Record:
        """Return the record of a snippet.

        Raises:
            SnippetError: The snippet does not exist, or has no record to write from.
        """
        if key in self.records:
            return self.records[key]
        lack = self.lacks.get(key) or self._unknown(key)
        raise spot.error(lack.message, lack.cure)

    def place(self, key: str, spot: Spot) -> Place:
        """Return the page of a snippet.

        Raises:
            SnippetError: The snippet does not exist or stands on no page, or its page has
                no title to link it by.
        """
        place = self.places.get(key)
        if place is None and key not in self.snippets:
            lack = self._unknown(key)
            raise spot.error(lack.message, lack.cure)
        if place is None:
            cure = f"add a page with the block: <!-- shapesheet: facts {key} -->"
            message = f"{key} stands on no page, so it can't be linked"
            raise spot.error(message, cure)
        if not place.title:
            message = f"this page has no title, and {spot.shown}:{spot.line} links it"
            raise SnippetError(place.shown, 0, message, "add a line to it: # Title")
        return place

    def report(self, name: str, spot: Spot, command: str) -> str:
        """Return the text of a report, which ``command`` makes.

        Raises:
            SnippetError: It was never made.
        """
        if name not in self.reports:
            message = f"there is no report {name!r} yet"
            raise spot.error(message, f"run: {command}")
        return self.reports[name]

    def _unknown(self, key: str) -> Lack:
        near = difflib.get_close_matches(key, self.snippets, n=1)
        cure = f"did you mean {near[0]}?" if near else f"write it: shapesheet new {key}"
        return Lack(f"there is no snippet {key!r}", cure)


Renderer = Callable[[Sheet, Spot, tuple[str, ...]], str]
