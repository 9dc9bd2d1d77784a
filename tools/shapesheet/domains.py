"""The values that a tensor may hold: ``in [0, 1]``, ``in {0, 1}``, ``one-hot`` and others."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from shapesheet.expressions import Expression
from shapesheet.grammar import GrammarError, parse_node, require_known

ENDS = 2


@dataclass(frozen=True)
class Domain:
    """The values that a tensor may hold.

    Attributes:
        text: As written, empty for real numbers.
        kind: ``real``, ``interval``, ``set``, ``one-hot`` or ``probabilities``.
        bounds: The two ends of an interval, or the members of a set.
        open_ends: Whether the interval leaves out its lower and its upper end.
    """

    text: str = ""
    kind: str = "real"
    bounds: tuple[Expression, ...] = ()
    open_ends: tuple[bool, bool] = (False, False)


def parse_domain(text: str) -> Domain:
    """Return the domain in ``text``; real numbers for none.

    Raises:
        GrammarError: It is not in the grammar.
    """
    stripped = text.strip()
    if not stripped:
        return Domain()
    if stripped in ("one-hot", "probabilities"):
        return Domain(stripped, stripped)
    start = len(text) - len(text.lstrip())
    match = re.fullmatch(r"in\s+([\[({])(.*)([\])}])", stripped)
    if not match:
        cure = "write float or int, then: in [0, 1], in {0, 1}, one-hot or probabilities"
        message = f"{stripped!r} is no type and no domain"
        raise GrammarError(message, start, cure)
    opening, inside, closing = match.groups()
    try:
        bounds = _bounds(inside)
    except GrammarError as error:
        raise error.shifted(start + match.start(2)) from None
    if (opening, closing) == ("{", "}"):
        return Domain(stripped, "set", bounds)
    if "{" in (opening, closing) or "}" in (opening, closing) or len(bounds) != ENDS:
        cure = "write an interval with two ends, [0, 1) or (-1, 1), or a set, {0, 1}"
        message = f"{stripped!r} is no domain"
        raise GrammarError(message, start, cure)
    return Domain(stripped, "interval", bounds, (opening == "(", closing == ")"))


def _bounds(text: str) -> tuple[Expression, ...]:
    try:
        node, _ = parse_node(f"({text},)")
        elements = node.elts if isinstance(node, ast.Tuple) else [node]
        for element in elements:
            require_known(element, 0)
    except GrammarError as error:
        # The text begins after the parenthesis.
        raise error.shifted(-1) from None
    return tuple(Expression(ast.unparse(element), element) for element in elements)
