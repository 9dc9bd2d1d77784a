"""The generated blocks of a page: find them, fill them, and write the page whole."""

from __future__ import annotations

import difflib
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from shapesheet import markdown
from shapesheet.errors import SnippetError
from shapesheet.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

CHECKSUM_LENGTH = 12

_CANDIDATE = re.compile(r"\s*<!--\s*/?\s*shapesheet\b", re.IGNORECASE)
_START = re.compile(r"<!-- shapesheet: (.+?) -->[ \t]*")
_END = re.compile(r"<!-- /shapesheet(?: ([0-9a-f]{12}))? -->[ \t]*")
_FORMS = "<!-- shapesheet: KIND ARGUMENT --> and <!-- /shapesheet -->"
_MEND_EDIT = (
    "move the edit outside the block, delete the lines between the markers and the checksum, "
    "and run: shapesheet write"
)


@dataclass(frozen=True)
class Arity:
    """How many arguments a kind of block takes; any number upwards where ``most`` is none."""

    least: int
    most: int | None

    def __str__(self) -> str:
        """Return the number in words for an error."""
        if self.most is None:
            return f"at least {self.least}"
        return str(self.least) if self.least == self.most else f"{self.least} to {self.most}"

    def takes(self, count: int) -> bool:
        """Return whether ``count`` arguments are right."""
        return self.least <= count and (self.most is None or count <= self.most)


class Block(msgspec.Struct, frozen=True):
    """A generated block as a page has it.

    Attributes:
        kind: What is written in it: ``facts``, ``layers`` …
        arguments: Of which snippets or family.
        line: The line of its start marker.
        newline: The newline of its start marker.
        body: The text between the markers, with line feeds only.
        checksum: As the end marker has it, empty when the block was never written.
        start: Where the body starts in the page's text.
        stop: Where the end marker stops in the page's text.
    """

    kind: str
    arguments: tuple[str, ...]
    line: int
    newline: str
    body: str
    checksum: str
    start: int
    stop: int

    @property
    def name(self) -> str:
        """Return kind and arguments as the start marker has them."""
        return " ".join((self.kind, *self.arguments))


def checksum(body: str) -> str:
    """Return the checksum of a block's body, the same for every kind of newline."""
    unified = markdown.unified(body).encode("utf-8", "surrogatepass")
    return hashlib.sha256(unified).hexdigest()[:CHECKSUM_LENGTH]


def parse(text: str, path: str, kinds: Mapping[str, Arity]) -> tuple[Block, ...]:
    """Return the blocks of a page in their order.

    Raises:
        SnippetError: A marker is malformed or without its other one, stands inside a block
            or in a fence that is never closed; a block is there twice, is of an unknown
            kind or has a wrong number of arguments.
    """
    document = markdown.read(text)
    blocks: list[Block] = []
    start: markdown.Line | None = None
    for line in document.lines:
        if not _CANDIDATE.match(line.text) or (line.fence and line.fence != document.open_fence):
            continue
        if line.fence:
            message = f"this fenced code is never closed and hides the marker of line {line.number}"
            raise SnippetError(path, line.fence, message, "close the fence")
        if _START.fullmatch(line.text):
            _refuse_nesting(start, line, path)
            start = line
        elif end := _END.fullmatch(line.text):
            blocks.append(_block(text, start, line, end[1] or "", path))
            start = None
        else:
            message = f"this marker is malformed, found {line.text.strip()!r}"
            cure = f"start the line with the marker and end the line after it: {_FORMS}"
            raise SnippetError(path, line.number, message, cure)
    if start is not None:
        raise _without_end(start, path)
    _judge(blocks, path, kinds)
    return tuple(blocks)


def _refuse_nesting(start: markdown.Line | None, line: markdown.Line, path: str) -> None:
    if start is not None:
        message = f"this block starts inside the block of line {start.number}"
        cure = f"end that block before line {line.number}: <!-- /shapesheet -->"
        raise SnippetError(path, line.number, message, cure)


def _without_end(start: markdown.Line, path: str) -> SnippetError:
    message = f"this block has no end marker, found {start.text.strip()!r} alone"
    return SnippetError(path, start.number, message, "add below it: <!-- /shapesheet -->")


def _block(
    text: str, start: markdown.Line | None, end: markdown.Line, found: str, path: str
) -> Block:
    if start is None:
        message = f"this end marker has no start, found {end.text.strip()!r} alone"
        cure = "add its start above it, or delete it: <!-- shapesheet: KIND ARGUMENT -->"
        raise SnippetError(path, end.number, message, cure)
    match = _START.fullmatch(start.text)
    kind, *arguments = match[1].split() if match and match[1].strip() else [""]
    body = markdown.unified(text[start.stop : end.start])
    stop = end.start + len(end.text.rstrip())
    return Block(kind, tuple(arguments), start.number, start.newline, body, found, start.stop, stop)


def _judge(blocks: Iterable[Block], path: str, kinds: Mapping[str, Arity]) -> None:
    seen: dict[str, int] = {}
    for block in blocks:
        if block.kind not in kinds:
            message = f"there is no kind of block {block.kind!r}"
            raise SnippetError(path, block.line, message, f"use one of: {', '.join(kinds)}")
        arity = kinds[block.kind]
        if not arity.takes(len(block.arguments)):
            message = f"a {block.kind} block takes {arity} arguments, found {len(block.arguments)}"
            example = " ".join((block.kind, *["FAMILY/NAME"] * arity.least))
            cure = f"write for example: <!-- shapesheet: {example} -->"
            raise SnippetError(path, block.line, message, cure)
        if block.name in seen:
            message = f"the block {block.name!r} is on line {seen[block.name]} already"
            raise SnippetError(path, block.line, message, "delete one of the two")
        seen[block.name] = block.line


def edit(block: Block, path: str) -> SnippetError | None:
    """Return the error of a block whose body is not what was written, or none."""
    if not block.checksum:
        if not block.body.strip():
            return None
        message = f"the block {block.name!r} was never written, but found text in it"
        cure = "move the text outside the block and run: shapesheet write"
        return SnippetError(path, block.line, message, cure)
    found = checksum(block.body)
    if found == block.checksum:
        return None
    message = (
        f"the block {block.name!r} was edited by hand, "
        f"found checksum {found} where {block.checksum} was written"
    )
    return SnippetError(path, block.line, message, _MEND_EDIT)


def fill(text: str, bodies: Mapping[Block, str]) -> str:
    """Return the page with new bodies; all other text stays as it is, byte for byte."""
    parts: list[str] = []
    position = 0
    for block in sorted(bodies, key=lambda block: block.start):
        body = "\n" + markdown.unified(bodies[block]).strip("\n") + "\n\n"
        # Whether the checksum is that of the body is for edit to tell.
        if body == block.body and block.checksum:
            continue
        printed = f"{body}<!-- /shapesheet {checksum(body)} -->".replace("\n", block.newline)
        parts += [text[position : block.start], printed]
        position = block.stop
    return "".join((*parts, text[position:]))


def diff(old: str, new: str, path: str) -> str:
    """Return the change as a unified diff, empty when there is none."""
    lines = difflib.unified_diff(
        old.splitlines(), new.splitlines(), f"a/{path}", f"b/{path}", lineterm=""
    )
    return "".join(f"{line}\n" for line in lines)


def read(path: Path, shown: str) -> str:
    """Return a page's text, newlines and byte order mark included.

    Raises:
        SnippetError: The file can't be read as UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"this page can't be read: {error}"
        raise SnippetError(shown, 0, message, "save the file as UTF-8") from error


def save(path: Path, text: str) -> None:
    """Write a page whole or not at all; a link stays a link.

    Raises:
        SnippetError: The page can't be written.
    """
    write_atomically(path.resolve(), text.encode("utf-8"))
