"""Say in one line what an exception of Keras says in many."""

from __future__ import annotations

import re

from shapesheet.errors import printable

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# Texts in braces without a colon: a set, which Python prints in another order in each process.
_SET = re.compile(r"\{('[^':]*'(?:, '[^':]*')+)\}")
_WRAPPED = "Exception encountered when calling"


def reason(error: BaseException) -> str:
    """Return the class of an exception and what it says, ``ValueError: …``, on one line.

    Keras wraps what a layer raises: the layer's name comes first, then the reason, in bold, then
    the layer's arguments. The first two are kept. Sets are told in the order of the alphabet.
    """
    paragraphs = _COLOURS.sub("", str(error)).strip().split("\n\n")
    kept = paragraphs[: 2 if paragraphs[0].startswith(_WRAPPED) else 1]
    text = _SET.sub(_ordered, " ".join(" ".join(kept).split()))
    return printable(f"{type(error).__name__}: {text or 'no message'}")


def _ordered(found: re.Match[str]) -> str:
    return "{" + ", ".join(sorted(found[1].split(", "))) + "}"
