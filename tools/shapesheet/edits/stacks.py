"""Layers of a list that is given to Sequential: dropped, doubled, two swapped.

A layer is moved with its line: the shape comment that stands behind it goes along.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from shapesheet.edits.edit import NOTHING, Edit, code, last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapesheet.edits.scope import Scope


@dataclass(frozen=True)
class _Row:
    """One element and the rest of its line, where the line ends behind it."""

    value: cst.BaseExpression
    rest: cst.TrailingWhitespace | None

    @property
    def text(self) -> str:
        return code(self.value)

    @property
    def is_input(self) -> bool:
        return isinstance(self.value, cst.Call) and last_name(self.value.func) == "Input"


def wrong_stacks(call: cst.Call, _scope: Scope) -> Iterator[Edit]:
    """Yield the edits of the list that ``Sequential`` is given."""
    if last_name(call.func) != "Sequential" or not call.args:
        return
    stack = call.args[0].value
    if not isinstance(stack, cst.List):
        return
    rows = _rows(stack)
    for number, row in enumerate(rows):
        shorter = _with_rows(stack, [*rows[:number], *rows[number + 1 :]])
        yield Edit(_dropped(row), stack, shorter, row.text, NOTHING, row.value)
        if row.is_input:
            continue
        longer = _with_rows(stack, [*rows[: number + 1], *rows[number:]])
        yield Edit("layer doubled", stack, longer, row.text, f"{row.text} twice", row.value)
        for other in rows[number + 1 : number + 2]:
            crossed = [*rows[:number], other, row, *rows[number + 2 :]]
            shown = (row.text, other.text)
            if row.text != other.text:
                new = _with_rows(stack, crossed)
                yield Edit("layers swapped", stack, new, *shown, row.value)


def _dropped(row: _Row) -> str:
    masks = isinstance(row.value, cst.Call) and last_name(row.value.func) == "Masking"
    return "masking" if masks else "layer dropped"


def _rows(stack: cst.List) -> list[_Row]:
    ends = [_end(element, stack) for element in stack.elements]
    return [
        _Row(each.value, end.first_line if isinstance(end, cst.ParenthesizedWhitespace) else None)
        for each, end in zip(stack.elements, ends, strict=True)
    ]


def _end(element: cst.BaseElement, stack: cst.List) -> cst.BaseParenthesizableWhitespace:
    """Return the white space behind an element; behind the last it belongs to the bracket."""
    if element is stack.elements[-1] or not isinstance(element.comma, cst.Comma):
        return stack.rbracket.whitespace_before
    return element.comma.whitespace_after


def _with_rows(stack: cst.List, rows: list[_Row]) -> cst.List:
    """Return the list with other rows, laid out as it was."""
    elements = stack.elements
    inner = [each.comma for each in elements[:-1]] or [_COMMA]
    commas = [_comma(inner[min(number, len(inner) - 1)], row) for number, row in enumerate(rows)]
    new = [cst.Element(row.value, comma) for row, comma in zip(rows, commas, strict=True)]
    bracket = stack.rbracket
    if new:
        new[-1] = new[-1].with_changes(comma=elements[-1].comma)
        bracket = bracket.with_changes(
            whitespace_before=_ended(bracket.whitespace_before, rows[-1])
        )
    return stack.with_changes(elements=new, rbracket=bracket)


def _comma(comma: cst.Comma | cst.MaybeSentinel, row: _Row) -> cst.Comma:
    kept = comma if isinstance(comma, cst.Comma) else _COMMA
    return kept.with_changes(whitespace_after=_ended(kept.whitespace_after, row))


def _ended(
    space: cst.BaseParenthesizableWhitespace, row: _Row
) -> cst.BaseParenthesizableWhitespace:
    if isinstance(space, cst.ParenthesizedWhitespace):
        return space.with_changes(first_line=row.rest or cst.TrailingWhitespace())
    return space


_COMMA = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
