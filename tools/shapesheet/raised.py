"""Say in one line what an exception of Keras says in many."""

from __future__ import annotations

import re

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_WRAPPED = "Exception encountered when calling"


def reason(error: BaseException) -> str:
    """Return the class of an exception and what it says, ``ValueError: …``, on one line.

    Keras wraps what a layer raises: the layer's name comes first, then the reason, in bold, then
    the layer's arguments. The first two are kept.
    """
    paragraphs = _COLOURS.sub("", str(error)).strip().split("\n\n")
    kept = paragraphs[: 2 if paragraphs[0].startswith(_WRAPPED) else 1]
    text = " ".join(" ".join(kept).split())
    return f"{type(error).__name__}: {text or 'no message'}"
