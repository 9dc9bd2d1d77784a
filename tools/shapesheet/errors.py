"""The one error that a person who writes snippets and pages is shown."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


# How the sentences begin that a new snippet leaves for a person to write.
PLACEHOLDER = "Replace this"


def printable(text: str) -> str:
    """Return ``text`` with halves of characters spelt out: files may be named by any bytes."""
    return text.encode("utf-8", "backslashreplace").decode()


def shown(path: Path | str, root: Path) -> str:
    """Return ``path`` as errors show it: relative to the project in ``root`` if it lies there."""
    inside = str(path).removeprefix(f"{root}{os.sep}")
    return printable(inside.replace(os.sep, "/"))


class SnippetError(Exception):
    """Something in a snippet, a page or a record that a person has to mend.

    Args:
        path: The file that is wrong, as it should be shown.
        line: Its line, counted from one; zero when the whole file is meant.
        message: What is wrong and what was found.
        cure: The command or the edit that mends it.
        column: The column, counted from one, when the place is that exact.
    """

    def __init__(
        self, path: Path | str, line: int, message: str, cure: str, *, column: int = 0
    ) -> None:
        """Keep the parts apart, so that they can be recorded as well as printed."""
        super().__init__(path, line, message, cure)
        self.path = printable(str(path))
        self.line = line
        self.message = printable(message)
        self.cure = printable(cure)
        self.column = column

    @classmethod
    def placeholder(cls, path: Path | str, line: int, text: str) -> SnippetError:
        """Return the error of a sentence that nobody has written yet."""
        return cls(path, line, f"a placeholder is left: {text!r}", "say it in your own words")

    def within(self, root: Path) -> SnippetError:
        """Return the same error with its path relative to ``root``, if it lies there."""
        path = shown(self.path, root)
        return SnippetError(path, self.line, self.message, self.cure, column=self.column)

    @property
    def place(self) -> str:
        """Return ``path``, ``path:line`` or ``path:line:column``, as exact as is known."""
        parts = [self.path]
        if self.line:
            parts.append(str(self.line))
            if self.column:
                parts.append(str(self.column))
        return ":".join(parts)

    def __str__(self) -> str:
        """Return place and message on one line, and the cure on the next."""
        return f"{self.place}: {self.message}\n    {self.cure}"
