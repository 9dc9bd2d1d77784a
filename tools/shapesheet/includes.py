"""Find the lines by which a page shows a snippet's file, and those that would fail silently."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import msgspec

from shapesheet.errors import SnippetError
from shapesheet.files import is_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from shapesheet.markdown import Line

_CANDIDATE = re.compile(r"[ \t]*-+8<-+(.*)")
_SECTION = re.compile(
    r"(?<![;-])-+8<-+[ \t]+\[[ \t]*(start|end)[ \t]*:[ \t]*([a-z][-\w]*)[ \t]*\]", re.IGNORECASE
)
_TARGET = re.compile(r"""[ \t]+(?:"([^"]+)"|'([^']+)')([ \t]*)""")
_SELECTION = re.compile(r"(.*?)(:[-\d:,]+)?(?::([a-z][-\w]*))?", re.IGNORECASE)
_FORM = 'write alone on its line: --8<-- "family/name.py"'


class Include(msgspec.Struct, frozen=True):
    """An include line: its number, the file it names and whether it shows the whole of it."""

    line: int
    target: str
    whole: bool


def find(
    lines: Iterable[Line], shown: str, folder: Path
) -> tuple[tuple[Include, ...], tuple[SnippetError, ...]]:
    """Return the include lines of a page, and an error for each that would fail silently.

    ``folder`` is that of the snippets, without a link on the way to it.
    """
    found: list[Include] = []
    problems: list[SnippetError] = []
    for line in lines:
        match = _CANDIDATE.fullmatch(line.text)
        if not match or _SECTION.search(line.text):
            continue
        try:
            found.append(_include(line.number, match[1], shown, folder))
        except SnippetError as error:
            problems.append(error)
    return tuple(found), tuple(problems)


def _include(number: int, rest: str, shown: str, folder: Path) -> Include:
    match = _TARGET.fullmatch(rest)
    if not match:
        message = f"this include would not be read, found {rest.strip()!r} after its mark"
        raise SnippetError(shown, number, message, _FORM)
    if match[3]:
        message = "white space after an include makes it plain text"
        raise SnippetError(shown, number, message, "delete the white space at the line's end")
    selection = _SELECTION.fullmatch((match[1] or match[2]).strip())
    assert selection, "the first group takes whatever the others leave"  # noqa: S101
    target, lines, section = selection.groups()
    _judge_file(folder / target, target, folder, (shown, number))
    if section:
        _judge_section(section, target, folder, (shown, number))
    return Include(number, target, whole=not (lines or section))


def _judge_file(path: Path, target: str, folder: Path, place: tuple[str, int]) -> None:
    if not is_file(path):
        message = f"this include names no file, found {target!r}"
        raise SnippetError(*place, message, f"name a file under {folder.name}/")
    real = os.path.realpath(path)
    # A path object for every include would take longer than the rest of this.
    if real != str(path) or os.path.isabs(target):  # noqa: PTH117
        message = f"the include {target!r} leads elsewhere, to {real}"
        cure = f"name the file from {folder.name}/ on, without a link or .."
        raise SnippetError(*place, message, cure)


def _judge_section(section: str, target: str, folder: Path, place: tuple[str, int]) -> None:
    try:
        known = sections(folder / target, f"{folder.name}/{target}")
    except OSError as error:
        message = f"{target} can't be read: {error.strerror or error}"
        raise SnippetError(*place, message, "make the file readable") from error
    if section not in known:
        message = f"{target} has no section {section!r}"
        raise SnippetError(*place, message, "name a section of that file")


def sections(path: Path, shown: str) -> frozenset[str]:
    """Return the names of the sections that a file's comments mark.

    Raises:
        SnippetError: A section starts twice, is never ended, or ends without a start.
        OSError: The file can't be read.
    """
    started: dict[str, int] = {}
    ended: set[str] = set()
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    for number, line in enumerate(lines, start=1):
        for match in _SECTION.finditer(line):
            kind, name = match[1].lower(), match[2]
            if kind == "start" and name in started:
                message = f"section {name!r} starts on line {started[name]} already"
                raise SnippetError(shown, number, message, "give the section a name of its own")
            if kind == "end" and (name not in started or name in ended):
                message = f"section {name!r} ends here, but found no start of it above"
                cure = f"delete the line, or add: # --8<-- [start:{name}]"
                raise SnippetError(shown, number, message, cure)
            if kind == "start":
                started[name] = number
            else:
                ended.add(name)
    for name in (name for name in started if name not in ended):
        message = f"section {name!r} is never ended"
        raise SnippetError(shown, started[name], message, f"add: # --8<-- [end:{name}]")
    return frozenset(started)
