"""The contract's line ``backends:``: the only backends that a snippet runs on, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shapesheet.backends import DEFAULT, NAMES
from shapesheet.grammar import GrammarError

_LINE = re.compile(r"([^()]*?)[ \t]*\((.*)\)[ \t]*", re.DOTALL)
_EXAMPLE = "write: backends: tensorflow (TensorFlow alone has ...)"


@dataclass(frozen=True)
class Portability:
    """Where a snippet runs.

    Attributes:
        backends: The backends that the contract names; all of them where it names none.
        reason: Why it does not run on the others.
        line: The line in the file, counted from one; zero where the contract says nothing.
    """

    backends: tuple[str, ...] = tuple(NAMES)
    reason: str = ""
    line: int = 0


def parse_portability(text: str, line: int) -> Portability:
    """Return what ``tensorflow, jax (reason)`` says.

    Raises:
        GrammarError: It has no reason, or names no backend, an unknown one or all of them, or
            leaves out TensorFlow, on which the records are made.
    """
    match = _LINE.fullmatch(text)
    if not match or not match[2].strip():
        message = "the backends have no reason"
        raise GrammarError(message, len(text), _EXAMPLE)
    names = tuple(name.strip() for name in match[1].split(","))
    for name in names:
        if name not in NAMES:
            message = f"Keras has no backend {name!r}"
            raise GrammarError(message, text.find(name), f"use one of: {', '.join(NAMES)}")
    if DEFAULT not in names:
        message = f"the backends lack {DEFAULT}, on which the record is made"
        raise GrammarError(message, 0, _EXAMPLE)
    if set(names) == set(NAMES):
        message = "these are all backends"
        raise GrammarError(message, 0, "delete the line: a snippet runs on all of them")
    return Portability(names, match[2].strip(), line)
