"""Find the comments of a Python source."""

from __future__ import annotations

import io
import tokenize
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def comments(source: str) -> Iterator[tuple[int, int, str]]:
    """Yield line, column of the text (from zero) and text of each comment, without its hash."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            text = token.string.lstrip("#")
            shift = len(token.string) - len(text)
            yield token.start[0], token.start[1] + shift, text.rstrip()
