"""Read what a page says of itself: its front matter and its title."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from shapesheet import markdown
from shapesheet.errors import SnippetError
from shapesheet.raised import reason

CHOICES = ("first", "second")
# Brackets nested deeper than this many would end the process inside libyaml.
LONGEST = 20_000

_FRONT_MATTER = re.compile(
    r"-{3}[ \t]*\n(.*?)^(?:-{3}|\.{3})[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
_TITLE = re.compile(r" {0,3}#[ \t]+(.*)")
_AFTER_TITLE = re.compile(r"[ \t]*(?:\{[^}]*\})?[ \t]*$|[ \t]+#+[ \t]*$")


@dataclass(frozen=True)
class Matter:
    """What a page says of itself.

    Attributes:
        title: Its first heading, empty when it has none.
        task: What its snippet is for, as the ``tasks`` block names it.
        layer: The layer that its architecture is known by, ``Conv2D``.
        fits: The modalities that it fits, each ``first`` or ``second`` choice.
    """

    title: str = ""
    task: str = ""
    layer: str = ""
    fits: dict[str, str] = field(default_factory=dict)


def read(text: str, path: str) -> Matter:
    """Return the front matter and the title of a page.

    Raises:
        SnippetError: The front matter is no YAML mapping, or a key of ours is wrong.
    """
    text = markdown.unified(text).removeprefix(markdown.BYTE_ORDER_MARK)
    match = _FRONT_MATTER.match(text)
    values = _values(match[1], path) if match else {}
    title = _title(text[match.end() :] if match else text)
    task = _text(values, "task", "binary classification", path)
    layer = _text(values, "layer", "Conv2D", path)
    return Matter(title, task, layer, _fits(values, path))


def _values(source: str, path: str) -> dict[Any, Any]:
    # Importing PyYAML takes longer than reading a page that has no front matter.
    import yaml  # noqa: PLC0415

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    cure = "mend the lines between --- and ---"
    if len(source) > LONGEST:
        message = f"the front matter is longer than {LONGEST:,} letters, found {len(source):,}"
        raise SnippetError(path, 1, message, cure)
    try:
        values = yaml.load(source, Loader=loader)  # noqa: S506
    except Exception as error:
        # PyYAML raises its own errors, and whatever a value makes its constructors stumble over.
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        problem = getattr(error, "problem", None) or reason(error)
        message = f"the front matter is not YAML: {problem}"
        raise SnippetError(path, line, message, cure) from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        message = f"the front matter is no mapping, found {type(values).__name__}"
        raise SnippetError(path, 1, message, "write each line as key: value")
    return values


def _title(text: str) -> str:
    for line in markdown.lines(text):
        if not line.fence and (match := _TITLE.match(line.text)):
            return _AFTER_TITLE.sub("", match[1]).strip()
    return ""


def _text(values: dict[Any, Any], key: str, example: str, path: str) -> str:
    text = values.get(key, "")
    if not isinstance(text, str):
        message = f"{key} in the front matter is no text, found {text!r}"
        raise SnippetError(path, 1, message, f"write for example {key}: {example}")
    return text


def _fits(values: dict[Any, Any], path: str) -> dict[str, str]:
    fits = values.get("fits", {})
    if not isinstance(fits, dict):
        fits = {"": fits}
    for modality, choice in fits.items():
        if not isinstance(modality, str) or not modality or choice not in CHOICES:
            message = f"fits in the front matter is wrong, found {modality!r}: {choice!r}"
            raise SnippetError(path, 1, message, "write for example fits: {vectors: first}")
    return dict(fits)
