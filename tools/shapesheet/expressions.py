"""Integer expressions and conditions over names: parse and evaluate, without running code."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from shapesheet.grammar import (
    COMPARISONS,
    FUNCTIONS,
    LONGEST,
    OPERATORS,
    GrammarError,
    parse_node,
    require_known,
)

Number = int | float
Lookup = Callable[[str], Number]

_HIGHEST_POWER = 64


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
            if isinstance(node, ast.Name) and node.id not in FUNCTIONS and node.id != "inf"
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
            return FUNCTIONS[name](*(_evaluate(argument, lookup) for argument in arguments))
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
            return all(COMPARISONS[type(op)](first, second) for op, first, second in pairs)
        case _:  # pragma: no cover - require_known has refused every other node
            raise AssertionError(ast.dump(node))


def _binary(op: ast.operator, left: Number, right: Number) -> Number:
    if isinstance(op, ast.Pow) and not _is_power(left, right):
        message = f"{left} to the power {right} is beyond any shape"
        raise ArithmeticError(message)
    value: Number = OPERATORS[type(op)](left, right)
    return value


def _is_power(left: Number, right: Number) -> bool:
    """Return whether a power is a number that a shape may have; some of a half are complex."""
    small = 0 <= right <= _HIGHEST_POWER and abs(left) < 2**31
    return small and (left >= 0 or right % 1 == 0)
