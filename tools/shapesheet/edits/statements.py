"""Wrong statements: a dimension of a shape comment or of the contract, the bound of a domain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shapesheet.edits.edit import Edit
from shapesheet.shapes import BATCH, is_shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

_TENSOR = re.compile(r"(?P<head>\s*(?:input|output|target)[^:]*:\s*)(?P<shape>\(.*)")
_BOUNDS = re.compile(r"(?P<before>\bin\s+[\[({])(?P<bounds>.*)(?P<after>[\])}]\s*)$")


def wrong_comment(comment: cst.Comment, number: int) -> Iterator[Edit]:
    """Yield the edit of one dimension of a shape comment, in turn with the comment's number."""
    text = comment.value
    if not is_shape(text.removeprefix("#")):
        return
    start = text.index("(")
    dimensions = [span for span in _dimensions(text, start) if _is_size(text, span)]
    if dimensions:
        wrong = _off_by_one(text, dimensions[number % len(dimensions)])
        yield Edit("shape comment", comment, comment.with_changes(value=wrong), text, wrong)


def wrong_contract(docstring: cst.SimpleString) -> Iterator[tuple[int, Edit]]:
    """Yield the edits of a contract, each with its line counted from the docstring's first."""
    lines = docstring.value.split("\n")
    for number, line in _section(lines):
        for operator, wrong in _wrong_lines(line):
            text = "\n".join([*lines[:number], wrong, *lines[number + 1 :]])
            new = docstring.with_changes(value=text)
            yield number, Edit(operator, docstring, new, line.strip(), wrong.strip())


def _section(lines: list[str]) -> Iterator[tuple[int, str]]:
    heading = next((n for n, line in enumerate(lines) if line.strip() == "Shapes:"), len(lines))
    for number, line in enumerate(lines[heading + 1 :], heading + 1):
        if not line.strip():
            return
        yield number, line


def _wrong_lines(line: str) -> Iterator[tuple[str, str]]:
    tensor = _TENSOR.match(line)
    if not tensor:
        return
    spans = _dimensions(line, tensor.start("shape"))
    for span in spans:
        if _is_size(line, span):
            yield "contract dimension", _off_by_one(line, span)
    end = spans[-1][1] if spans else len(line)
    bounds = _BOUNDS.search(line, end)
    if bounds:
        spans = _parts(line, bounds.start("bounds"), bounds.end("bounds"))
        finite = [span for span in spans if line[slice(*span)].strip(" -") != "inf"]
        # Counting from one is a mistake of whole numbers; of others the upper end is mistaken.
        counted = re.search(r"\bint\s*$", line[end : bounds.start()])
        for span in finite if counted else finite[-1:]:
            yield "domain", _off_by_one(line, span)


def _is_size(text: str, span: tuple[int, int]) -> bool:
    return text[slice(*span)] not in (BATCH, "None", "")


def _off_by_one(text: str, span: tuple[int, int]) -> str:
    old = text[slice(*span)]
    new = str(int(old) + 1) if re.fullmatch(r"-?\d+", old) else f"{old} + 1"
    return text[: span[0]] + new + text[span[1] :]


def _dimensions(text: str, start: int) -> list[tuple[int, int]]:
    """Return where the dimensions of the shape stand that begins at ``start``."""
    depth = 0
    for index in range(start, len(text)):
        depth += (text[index] == "(") - (text[index] == ")")
        if depth == 0:
            return _parts(text, start + 1, index)
    return []


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return where the parts between commas stand, without the blanks around them."""
    found, depth, first = [], 0, start
    for index in range(start, end + 1):
        if index == end or (text[index] == "," and depth == 0):
            part = text[first:index]
            left = first + len(part) - len(part.lstrip())
            if part.strip():
                found.append((left, left + len(part.strip())))
            first = index + 1
        else:
            depth += (text[index] in "([{") - (text[index] in ")]}")
    return found
