"""Read a page as lines and know which of them are code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BYTE_ORDER_MARK = "\ufeff"

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
# A fence may stand in a quotation or open a list's item.
_OPENING = re.compile(r"((?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*)(`{3,}(?!.*`)|~{3,})")
_CLOSING = re.compile(r"([ \t>]*)(`{3,}|~{3,})[ \t]*")
_DEEPEST_CLOSING = 3
# What a fence, a block's marker or an include has; six lines in seven have nothing of it.
_MARK = re.compile("```|~~~|<!--|8<")


class Line(msgspec.Struct, frozen=True):
    """One line of a page.

    Attributes:
        number: Counted from one.
        start: Where it starts in the page's text.
        text: The line without its newline, and without the page's byte order mark.
        newline: As the page has it, empty on a last line without one.
        fence: The number of the line that opens the fenced code it belongs to; zero outside.
        closing: Whether that fenced code ends with it.
    """

    number: int
    start: int
    text: str
    newline: str
    fence: int
    closing: bool

    @property
    def stop(self) -> int:
        """Return where the next line starts."""
        return self.start + len(self.text) + len(self.newline)


@dataclass(frozen=True)
class Document:
    """A page's lines that hold a mark: of a fence, of a comment or of an include.

    Attributes:
        lines: Those lines.
        open_fence: The number of the line of a fence that is never closed; zero for none.
    """

    lines: tuple[Line, ...]
    open_fence: int


@dataclass(frozen=True)
class _Fence:
    line: int
    indent: int
    mark: str


@lru_cache(maxsize=1)  # a page is read for its blocks, then for its includes
def read(text: str) -> Document:
    """Return the lines of ``text`` that hold a mark."""
    found = tuple(_lines(_marked(text)))
    return Document(found, 0 if not found or found[-1].closing else found[-1].fence)


def lines(text: str) -> Iterator[Line]:
    """Yield the lines of ``text`` one by one, for those who look for the first of a kind."""
    return _lines(_all(text))


def _lines(found: Iterable[tuple[int, re.Match[str]]]) -> Iterator[Line]:
    """Yield the lines that were found, with their numbers; every fence has to be among them."""
    fence: _Fence | None = None
    for number, match in found:
        content, newline = match.groups()
        closing = fence is not None and _closes(fence, content)
        fence = fence or _opened(content, number)
        yield Line(number, match.start(), content, newline, fence.line if fence else 0, closing)
        fence = None if closing else fence


def _all(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Return every line of ``text`` with its number."""
    found = _LINE.finditer(text, _first(text))
    # What stands behind the last newline is a line only if there is something.
    return enumerate((match for match in found if match.start() < len(text)), start=1)


def _marked(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield each line of ``text`` that holds a mark, with its number."""
    start, number = _first(text), 1
    while mark := _MARK.search(text, start):
        ends = (text.rfind("\n", start, mark.start()), text.rfind("\r", start, mark.start()))
        place = max(*ends) + 1 or start
        number += _newlines(text, start, place)
        line = _LINE.match(text, place)
        assert line, "the pattern takes any line, an empty one too"  # noqa: S101
        yield number, line
        start, number = line.end(), number + 1


def _first(text: str) -> int:
    return 1 if text.startswith(BYTE_ORDER_MARK) else 0


def _newlines(text: str, start: int, stop: int) -> int:
    found = text.count("\n", start, stop)
    returns = text.count("\r", start, stop)
    return found + returns - text.count("\r\n", start, stop) if returns else found


def unified(text: str) -> str:
    """Return ``text`` with every newline as a line feed."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _opened(line: str, number: int) -> _Fence | None:
    match = _OPENING.match(line)
    return _Fence(number, _width(match[1]), match[2]) if match else None


def _closes(fence: _Fence, line: str) -> bool:
    match = _CLOSING.fullmatch(line)
    return (
        match is not None
        and match[2].startswith(fence.mark)
        and _width(match[1]) <= fence.indent + _DEEPEST_CLOSING
    )


def _width(indent: str) -> int:
    return len(indent.expandtabs(4))
