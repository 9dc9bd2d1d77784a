"""Add a page to the navigation of an mkdocs configuration, and change nothing else in it."""

from __future__ import annotations

import re

from shapesheet.errors import SnippetError

_NAV = re.compile(r"nav:[ \t]*(?:#.*)?")
_END = re.compile(r"[^\s#-]")
_ENTRY = re.compile(r"([ \t]*)-[ \t]+(?:.*?:[ \t]+)?(['\"]?)([^'\"#]+\.md)\2[ \t]*(?:#.*)?")
_ITEM = re.compile(r"([ \t]*)-[ \t]")
# YAML takes these for something else than text.
_NO_TEXT = frozenset({"n", "no", "null", "off", "on", "true", "false", "y", "yes"})
_INDENT = "  "


def add(text: str, path: str, page: str, title: str, family: str) -> str:
    """Return the configuration with an entry for ``page``.

    It stands after the last page of its folder, or in a new section that has the folder's
    index too, at the end.

    Args:
        text: The configuration.
        path: Its path as errors show it.
        page: The page, ``folder/name.md``.
        title: The page's title.
        family: The title of a new section.

    Raises:
        SnippetError: There is no navigation to add to.
    """
    lines = text.splitlines(keepends=True)
    first, last = _region(lines, path)
    folder = page.rpartition("/")[0] + "/"
    after = 0
    for index in range(first, last):
        match = _ENTRY.fullmatch(lines[index].rstrip("\r\n"))
        if match and match[3] == page:
            return text
        if match and match[3].startswith(folder):
            after, indent = index + 1, match[1]
    if after:
        return _insert(lines, after, [f"{indent}- {_quoted(title)}: {page}"])
    return _insert(lines, last, _section(lines[first:last], folder, page, title, family))


def _region(lines: list[str], path: str) -> tuple[int, int]:
    found = [index for index, line in enumerate(lines) if _NAV.fullmatch(line.rstrip("\r\n"))]
    if not found:
        message = "this file has no line 'nav:' with a list below it"
        raise SnippetError(path, 0, message, "write the navigation as a list, one entry a line")
    first = last = found[0] + 1
    for index in range(first, len(lines)):
        if _END.match(lines[index]):
            break
        if _ITEM.match(lines[index]):
            last = index + 1
    return first, last


def _section(region: list[str], folder: str, page: str, title: str, family: str) -> list[str]:
    items = [match[1] for line in region if (match := _ITEM.match(line))]
    indent = items[0] if items else _INDENT
    deeper = f"{indent}{_INDENT * 2}- "
    index = f"{folder}index.md"
    return [
        f"{indent}- {_quoted(family)}:",
        f"{deeper}{index}",
        f"{deeper}{_quoted(title)}: {page}",
    ]


def _insert(lines: list[str], at: int, new: list[str]) -> str:
    before = lines[at - 1]
    newline = "\r\n" if lines[0].endswith("\r\n") else "\n"
    complete = before.endswith(("\n", "\r"))
    added = newline.join(new)
    printed = added + newline if complete else newline + added
    return "".join((*lines[:at], printed, *lines[at:]))


def _quoted(title: str) -> str:
    return f'"{title}"' if title.lower() in _NO_TEXT else title
