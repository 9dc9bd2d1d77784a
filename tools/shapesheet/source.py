"""Read a Python source as Python does: its lines, its comments, the text of its docstrings."""

from __future__ import annotations

import io
import tokenize
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def lines(source: str) -> list[str]:
    """Return the lines of a source as Python counts them; a carriage return ends one, too."""
    return io.StringIO(source, newline=None).read().split("\n")


def is_text(docstring: str) -> bool:
    """Return whether a docstring can be printed; escapes may name halves of characters."""
    return not any("\ud800" <= character <= "\udfff" for character in docstring)


def comments(source: str) -> Iterator[tuple[int, int, str]]:
    """Yield line, column of the text (from zero) and text of each comment, without its hash."""
    for token in tokenize.generate_tokens(io.StringIO(source, newline=None).readline):
        if token.type == tokenize.COMMENT:
            text = token.string.lstrip("#")
            shift = len(token.string) - len(text)
            yield token.start[0], token.start[1] + shift, text.rstrip()
