"""Read a page as lines and know which of them are code."""

from __future__ import annotations

import re
from dataclasses import dataclass

BYTE_ORDER_MARK = "\ufeff"

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
# A fence may stand in a quotation or open a list's item.
_OPENING = re.compile(r"((?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*)(`{3,}(?!.*`)|~{3,})")
_CLOSING = re.compile(r"([ \t>]*)(`{3,}|~{3,})[ \t]*")
_DEEPEST_CLOSING = 3


@dataclass(frozen=True)
class Line:
    """One line of a page.

    Attributes:
        number: Counted from one.
        start: Where it starts in the page's text.
        text: The line without its newline, and without the page's byte order mark.
        newline: As the page has it, empty on a last line without one.
        fence: The number of the line that opens the fenced code it belongs to; zero outside.
    """

    number: int
    start: int
    text: str
    newline: str
    fence: int

    @property
    def stop(self) -> int:
        """Return where the next line starts."""
        return self.start + len(self.text) + len(self.newline)


@dataclass(frozen=True)
class Document:
    """A page's lines, and the line of a fence that is never closed; zero for none."""

    lines: tuple[Line, ...]
    open_fence: int


@dataclass(frozen=True)
class _Fence:
    line: int
    indent: int
    mark: str


def read(text: str) -> Document:
    """Return the lines of ``text``; joined again they are ``text``."""
    position = 1 if text.startswith(BYTE_ORDER_MARK) else 0
    lines: list[Line] = []
    fence: _Fence | None = None
    while position < len(text):
        match = _LINE.match(text, position)
        assert match, "every position starts a line"  # noqa: S101
        content, number = match[1], len(lines) + 1
        opened = fence or _opened(content, number)
        lines.append(Line(number, position, content, match[2], opened.line if opened else 0))
        fence = None if fence and _closes(fence, content) else opened
        position = match.end()
    return Document(tuple(lines), fence.line if fence else 0)


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
