"""What an expression may be made of: names, whole numbers and a few operators."""

from __future__ import annotations

import ast
import operator
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

OPERATORS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
COMPARISONS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {"min": min, "max": max}
LONGEST = 300


class GrammarError(ValueError):
    """A text that the grammar does not have.

    Args:
        message: What is wrong.
        column: Where in the text, counted from zero.
        cure: The edit that mends it.
    """

    def __init__(self, message: str, column: int, cure: str) -> None:
        """Keep the parts apart for the one who knows the file and the line."""
        super().__init__(message)
        self.message = message
        self.column = column
        self.cure = cure

    def shifted(self, columns: int) -> GrammarError:
        """Return the same error of a longer text, in which this one's begins at ``columns``."""
        return GrammarError(self.message, self.column + columns, self.cure)


def parse_node(text: str, longest: int = LONGEST) -> tuple[ast.expr, int]:
    """Return the syntax tree of ``text`` without the blanks around it, and how many lead it.

    Raises:
        GrammarError: It is no Python expression on one line, or far too long.
    """
    stripped = text.strip()
    start = len(text) - len(text.lstrip()) if stripped else 0
    cure = "write dimensions as integer expressions: (batch, height // 2, 64)"
    if len(stripped) > longest or not stripped.isprintable():
        message = f"this is no expression: it is no line of at most {longest} letters"
        raise GrammarError(message, start, cure)
    try:
        # Python warns of texts such as (1)(2), which are refused below.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(stripped, mode="eval").body, start
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        column = max((getattr(error, "offset", None) or 1) - 1, 0)
        reason = getattr(error, "msg", None) or str(error)
        message = f"this is no expression: {reason}"
        raise GrammarError(message, start + min(column, len(stripped)), cure) from None


def require_known(node: ast.expr, start: int, *, condition: bool = False) -> None:
    """Refuse what is not in the grammar.

    Args:
        node: The tree to look through.
        start: The column that the tree's columns count from.
        condition: Whether comparisons, ``and``, ``or`` and ``not`` are meant.

    Raises:
        GrammarError: At the first part that is unknown.
    """
    for part in _parts(node):
        if not _is_known(part, condition=condition):
            cure = "use names, whole numbers, None, + - * // % **, min, max and parentheses"
            kind = "condition" if condition else "shape"
            message = f"{ast.unparse(part)!r} is not part of a {kind}"
            raise GrammarError(message, start + part.col_offset, cure)


def _parts(node: ast.expr) -> list[ast.expr]:
    """Return an expression and those below it, but for the function's name of a call."""
    children = ast.iter_child_nodes(node) if not isinstance(node, ast.Call) else node.args
    inner = [part for child in children if isinstance(child, ast.expr) for part in _parts(child)]
    return [node, *inner]


def _is_known(node: ast.expr, *, condition: bool) -> bool:
    known = False
    match node:
        case ast.Constant(value=value):
            known = value is None or type(value) in (int, float)
        case ast.Name() | ast.UnaryOp(op=ast.USub()):
            known = True
        case ast.BinOp(op=op):
            known = type(op) in OPERATORS
        case ast.Call(func=ast.Name(id=name), args=[_, _, *_], keywords=[]):
            known = name in FUNCTIONS
        case ast.UnaryOp(op=ast.Not()) | ast.BoolOp():
            known = condition
        case ast.Compare(ops=ops):
            known = condition and all(type(op) in COMPARISONS for op in ops)
    return known
