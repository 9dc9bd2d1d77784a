"""Read a TOML file that people write beside the pages, and tell them when it is none."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from shapesheet.errors import SnippetError

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path, shown: str) -> str:
    """Return the file's text, empty when there is no such file.

    Raises:
        SnippetError: It can't be read as UTF-8, is a folder, or nothing can have its name.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        message = f"this file can't be read: {error}"
        raise SnippetError(shown, 0, message, "make it a readable file of UTF-8") from error


def parse(text: str, shown: str) -> dict[str, Any]:
    """Return what the file says.

    Raises:
        SnippetError: It is not TOML.
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # Its own errors are ValueErrors too; numbers of thousands of digits raise a plain one.
        raise SnippetError(shown, 0, f"this is not TOML: {error}", "mend the file") from error
