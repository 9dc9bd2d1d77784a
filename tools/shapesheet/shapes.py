"""Shapes as comments and contracts write them: ``(batch, height // 2, 64)``."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from shapesheet.expressions import Expression
from shapesheet.grammar import GrammarError, parse_node, require_known

BATCH = "batch"


@dataclass(frozen=True)
class Shape:
    """A tuple of dimensions, as written and parsed."""

    text: str
    dimensions: tuple[Expression, ...]


def parse_shape(text: str) -> Shape:
    """Return the one shape in ``text``.

    Raises:
        GrammarError: It is no shape, or several.
    """
    shapes = parse_shapes(text)
    if len(shapes) != 1:
        message, cure = f"one shape belongs here, found {len(shapes)}", "write one line a tensor"
        raise GrammarError(message, 0, cure)
    return shapes[0]


def parse_shapes(text: str) -> tuple[Shape, ...]:
    """Return the shapes in ``text``: one, or several with commas between them.

    Raises:
        GrammarError: It is no tuple of dimensions, nor several of them.
    """
    node, start = parse_node(text)
    stripped = text.strip()
    if not isinstance(node, ast.Tuple) or not stripped.startswith("("):
        cure = f"write ({stripped.strip('()')},): a shape of one dimension needs the comma"
        message = "this is no shape"
        raise GrammarError(message, start, cure)
    if node.elts and all(isinstance(element, ast.Tuple) for element in node.elts):
        return tuple(_shape(stripped, element, start) for element in node.elts)
    return (_shape(stripped, node, start),)


def is_shape(text: str) -> bool:
    """Return whether a comment is meant as a shape, well formed or not.

    It is when it begins with ``(batch`` or parses as a tuple of dimensions. A remark in
    parentheses is none, since words with nothing between them do not parse.
    """
    stripped = text.strip()
    if re.match(r"\(\s*batch\b", stripped):
        return True
    try:
        return stripped.startswith("(") and bool(parse_shapes(stripped))
    except GrammarError:
        return False


def _shape(text: str, node: ast.expr, start: int) -> Shape:
    elements = node.elts if isinstance(node, ast.Tuple) else []
    return Shape(_segment(text, node), tuple(_dimension(text, each, start) for each in elements))


def _dimension(text: str, node: ast.expr, start: int) -> Expression:
    require_known(node, start)
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, float):
            message, cure = "a dimension is an integer", "write a whole number; divide with //"
            raise GrammarError(message, start + part.col_offset, cure)
    return Expression(_segment(text, node), node)


def _segment(text: str, node: ast.expr) -> str:
    """Return what ``node`` was parsed from, of a text without blanks around it."""
    return text.encode()[node.col_offset : node.end_col_offset].decode()
