"""Integer expressions and conditions over names: parse and evaluate, without running code."""

from __future__ import annotations

import ast
import math
import operator
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Number = int | float
Lookup = Callable[[str], Number]

_OPERATORS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_COMPARISONS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {"min": min, "max": max}
_HIGHEST_POWER = 64
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


@dataclass(frozen=True)
class Expression:
    """An integer expression, a bound or a condition: its text and what it reads."""

    text: str
    node: ast.expr = field(repr=False, compare=False)

    @property
    def names(self) -> frozenset[str]:
        """Return the names that the expression reads."""
        return frozenset(
            node.id
            for node in ast.walk(self.node)
            if isinstance(node, ast.Name) and node.id not in _FUNCTIONS and node.id != "inf"
        )

    @property
    def any_length(self) -> bool:
        """Return whether this is ``None``: a dimension that may have any length."""
        return isinstance(self.node, ast.Constant) and self.node.value is None

    def evaluate(self, lookup: Lookup) -> Number:
        """Return the value with names resolved by ``lookup``.

        Raises:
            LookupError: From ``lookup``, for a name that stands for nothing.
            ArithmeticError: A division by zero, or a power beyond any shape.
        """
        value: Number = _evaluate(self.node, lookup)
        return value


def parse_condition(text: str) -> Expression:
    """Return the condition in ``text``: comparisons, ``and``, ``or`` and ``not``.

    Raises:
        GrammarError: It is not in the grammar, or no condition.
    """
    node, start = parse_node(text)
    require_known(node, start, condition=True)
    negated = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    if not negated and not isinstance(node, ast.Compare | ast.BoolOp):
        message, cure = "this is no condition", "write a comparison, such as length % 4 == 0"
        raise GrammarError(message, start, cure)
    return Expression(text.strip(), node)


def parse_expression(text: str, *, longest: int = LONGEST) -> Expression:
    """Return the expression in ``text``.

    Raises:
        GrammarError: It is not in the grammar, or longer than ``longest`` letters.
    """
    node, start = parse_node(text, longest)
    require_known(node, start)
    return Expression(text.strip(), node)


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


def segment(text: str, node: ast.expr) -> str:
    """Return the part of ``text``, which has no blanks around it, that ``node`` was parsed from."""
    return text.encode()[node.col_offset : node.end_col_offset].decode()


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
    match node:
        case ast.Constant(value=value):
            return value is None or type(value) in (int, float)
        case ast.Name() | ast.UnaryOp(op=ast.USub()):
            return True
        case ast.BinOp(op=op):
            return type(op) in _OPERATORS
        case ast.Call(func=ast.Name(id=name), args=[_, _, *_], keywords=[]):
            return name in _FUNCTIONS
        case ast.UnaryOp(op=ast.Not()) | ast.BoolOp():
            return condition
        case ast.Compare(ops=ops):
            return condition and all(type(op) in _COMPARISONS for op in ops)
        case _:
            return False


def _evaluate(node: ast.expr, lookup: Lookup) -> Any:  # noqa: ANN401
    match node:
        case ast.Constant(value=None):
            message = "None is a dimension by itself, never part of one"
            raise ArithmeticError(message)
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return math.inf if name == "inf" else lookup(name)
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(op, _evaluate(left, lookup), _evaluate(right, lookup))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _FUNCTIONS[name](*(_evaluate(argument, lookup) for argument in arguments))
        case _:
            return _evaluate_condition(node, lookup)


def _evaluate_condition(node: ast.expr, lookup: Lookup) -> Any:  # noqa: ANN401
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _evaluate(operand, lookup)
        case ast.UnaryOp(operand=operand):
            return -_evaluate(operand, lookup)
        case ast.BoolOp(op=op, values=values):
            verdicts = (_evaluate(value, lookup) for value in values)
            return all(verdicts) if isinstance(op, ast.And) else any(verdicts)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            terms = [_evaluate(term, lookup) for term in (left, *comparators)]
            pairs = zip(ops, terms[:-1], terms[1:], strict=True)
            return all(_COMPARISONS[type(op)](first, second) for op, first, second in pairs)
        case _:  # pragma: no cover - require_known has refused every other node
            raise AssertionError(ast.dump(node))


def _binary(op: ast.operator, left: Number, right: Number) -> Number:
    if isinstance(op, ast.Pow) and not (0 <= right <= _HIGHEST_POWER and abs(left) < 2**31):
        message = f"{left} to the power {right} is beyond any shape"
        raise ArithmeticError(message)
    value: Number = _OPERATORS[type(op)](left, right)
    return value
