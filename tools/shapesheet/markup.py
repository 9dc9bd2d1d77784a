"""Write text so that it means itself in Markdown, as raw text and on a site alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_KIBI = 1024
# Whatever is changed below has one of these; most prose has none, and one look for all is quick.
_SPECIAL = re.compile(r"[\\`*\[\]_&<|{~]")
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
# Python-Markdown knows no backslash before these, and takes {…} at a cell's end for attributes.
_ENTITIES = str.maketrans({"<": "&lt;", "|": "&#124;", "{": "&#123;", "~": "&#126;"})
_ENTITY = re.compile(r"&(?=[#\w])")
_MARKS = re.compile(r"[\\`*\[\]]|(?<![^\W_])_|_(?![^\W_])")
_FIRST = re.compile(r"([#+>-]|\d+(?=[.)]))")
_INCLUDE = re.compile(r"^([ \t]*)(;*-+8<-+)", re.MULTILINE)
_MARKED_LINK = re.compile(r"[^\w./#-]")


def number(value: int) -> str:
    """Return ``value`` with separators of thousands."""
    return f"{value:,}"


def count(value: int, noun: str) -> str:
    """Return ``value`` and ``noun``, in the plural where there are several."""
    return f"{number(value)} {noun}" if value == 1 else f"{number(value)} {noun}s"


def memory(size: int) -> str:
    """Return a size in bytes in the unit that reads best."""
    if size < _KIBI:
        return count(size, "byte")
    units = ["KiB", "MiB", "GiB"]
    value = size / _KIBI
    while round(value, 1) >= _KIBI and len(units) > 1:
        value /= _KIBI
        units.pop(0)
    return f"{value:,.1f} {units[0]}"


def text(value: str) -> str:
    """Return prose that means itself; what stands between backticks stays code."""
    value = " ".join(value.split())
    written = _escaped(value) if _SPECIAL.search(value) else value
    return _FIRST.sub(_escaped_first, written, count=1) if _FIRST.match(written) else written


def _escaped(value: str) -> str:
    parts: list[str] = []
    position = 0
    for match in _SPAN.finditer(value):
        parts += [_prose(value[position : match.start()]), code(match[2])]
        position = match.end()
    return "".join((*parts, _prose(value[position:])))


def _prose(value: str) -> str:
    return _MARKS.sub(r"\\\g<0>", _ENTITY.sub("&amp;", value)).translate(_ENTITIES)


def _escaped_first(match: re.Match[str]) -> str:
    first = match[1]
    return f"{first[:-1]}&#{ord(first[-1])};" if first.isdigit() else f"\\{first}"


def code(value: str) -> str:
    """Return ``value`` as code within a line or a table's cell; nothing for nothing."""
    value = " ".join(value.split())
    if not value:
        return ""
    if "|" not in value and "`" not in value and "\\" not in value:
        return f"`{value}`"
    # Renderers disagree on these marks in a table's code span, but not on an element's entities.
    spelled = re.sub(r"[^\w\s]", lambda match: f"&#{ord(match[0])};", value).replace("_", "&#95;")
    return f"<code>{spelled}</code>"


def link(title: str, target: str) -> str:
    """Return a link with an escaped title."""
    escaped = _MARKED_LINK.sub(lambda match: _percent(match[0]), target)
    return f"[{text(title)}]({escaped})"


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode())


def fence(language: str, content: str) -> str:
    """Return fenced code, its fence longer than any inside."""
    content = _INCLUDE.sub(r"\1;\2", "\n".join(content.splitlines())).strip("\n")
    longest = max((len(run) for run in re.findall(r"`+", content)), default=0)
    mark = "`" * max(3, longest + 1)
    return f"{mark}{language}\n{content}\n{mark}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[str] = ()) -> str:
    """Return a table; the columns of ``header`` that ``numbers`` names stand to the right."""
    rule = ["---:" if name in numbers else "---" for name in header]
    lines = (header, rule, *rows)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
