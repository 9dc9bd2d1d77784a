"""Lines of functional code: layers dropped, doubled and swapped, skips cut, sums for products.

A line is ``x = layer(x)``. The shape comment of a line whose call goes, goes with it: a comment
on a line that makes nothing would be found out without a look at the shapes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from shapesheet.edits.edit import NOTHING, Edit, code, last_name
from shapesheet.edits.scope import is_size
from shapesheet.edits.swaps import MERGED
from shapesheet.shapes import is_shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapesheet.edits.scope import Scope

Line = cst.SimpleStatementLine
_ARITHMETIC = (cst.Add, cst.Multiply)


def wrong_lines(line: Line, _scope: Scope) -> Iterator[Edit]:
    """Yield the edits of one line of functional code."""
    call = _call(line)
    if call is None:
        return
    branches = _branches(call)
    if branches:
        yield from _cut(line, call, branches)
    elif _is_layer(line, call):
        given = call.args[0].value
        function = code(call.func)
        yield Edit(_dropped(call), line, _bare(line, given), function, NOTHING)
        twice = call.with_changes(args=[call.args[0].with_changes(value=call), *call.args[1:]])
        new = line.with_deep_changes(call, args=twice.args)
        yield Edit("layer doubled", line, new, function, f"{function} twice")


def wrong_orders(block: cst.IndentedBlock, _scope: Scope) -> Iterator[Edit]:
    """Yield the edits that swap two layers on neighbouring lines."""
    for first, second in zip(block.body, block.body[1:], strict=False):
        if not isinstance(first, Line) or not isinstance(second, Line):
            continue
        one, two = _call(first), _call(second)
        if one is None or two is None or not _follows(first, one, second, two):
            continue
        crossed: dict[cst.BaseStatement, Line] = {
            first: _with_layer(first, one, two, second.trailing_whitespace),
            second: _with_layer(second, two, one, first.trailing_whitespace),
        }
        new = block.with_changes(body=[crossed.get(each, each) for each in block.body])
        shown = code(one.func), code(two.func)
        if shown[0] != shown[1]:
            yield Edit("layers swapped", block, new, *shown, first)


def wrong_sums(operation: cst.BinaryOperation, scope: Scope, line: Line | None) -> Iterator[Edit]:
    """Yield the edits of a sum or product of two tensors: a branch cut, a sum for a product.

    Args:
        operation: The sum or product.
        scope: The snippet's names.
        line: The line that names or returns just this.
    """
    operands = (operation.left, operation.right)
    if not isinstance(operation.operator, _ARITHMETIC):
        return
    if not all(_is_tensor(each, scope) for each in operands):
        return
    shown = code(operation)
    for kept in operands:
        if isinstance(operation.operator, cst.Add) and line:
            yield Edit("skip cut", line, _bare(line, kept), shown, code(kept))
        elif isinstance(operation.operator, cst.Add):
            yield Edit("skip cut", operation, kept, shown, code(kept))
    other = cst.Multiply() if isinstance(operation.operator, cst.Add) else cst.Add()
    new = operation.with_changes(operator=other, lpar=_LEFT, rpar=_RIGHT)
    yield Edit("merge mode", operation, new, shown, code(new))


def _call(line: Line) -> cst.Call | None:
    """Return the call whose result a line names or returns."""
    statement = line.body[0]
    if isinstance(statement, cst.Assign | cst.Return) and isinstance(statement.value, cst.Call):
        return statement.value
    return None


def _branches(call: cst.Call) -> list[cst.BaseExpression]:
    """Return the tensors that a merge is given in a list, none where the call is no merge."""
    name = last_name(call.func.func if isinstance(call.func, cst.Call) else call.func)
    first = call.args[0].value if call.args else None
    if name in MERGED and isinstance(first, cst.List | cst.Tuple) and len(first.elements) > 1:
        return [each.value for each in first.elements]
    return []


def _cut(line: Line, call: cst.Call, branches: list[cst.BaseExpression]) -> Iterator[Edit]:
    for number in range(len(branches)):
        left = [*branches[:number], *branches[number + 1 :]]
        if len(left) == 1:
            yield Edit("skip cut", line, _bare(line, left[0]), code(call), code(left[0]))
            continue
        shorter = call.args[0].with_changes(value=cst.List([cst.Element(each) for each in left]))
        new = call.with_changes(args=[shorter, *call.args[1:]])
        changed = line.with_deep_changes(call, args=new.args)
        yield Edit("skip cut", line, changed, code(call), code(new))


def _is_layer(line: Line, call: cst.Call) -> bool:
    """Return whether a line calls a layer or a function on one tensor."""
    if not call.args or any(not each.keyword for each in call.args[1:]):
        return False
    if call.args[0].keyword or not isinstance(call.args[0].value, cst.Name):
        return False
    if last_name(call.func) in ("Model", "Input"):
        return False
    comment = line.trailing_whitespace.comment
    return isinstance(call.func, cst.Call) or (
        comment is not None and is_shape(comment.value.removeprefix("#"))
    )


def _dropped(call: cst.Call) -> str:
    masks = isinstance(call.func, cst.Call) and last_name(call.func.func) == "Masking"
    return "masking" if masks else "layer dropped"


def _bare(line: Line, value: cst.BaseExpression) -> Line:
    """Return a line that names ``value`` itself, without the comment of what it made."""
    statement = line.body[0].with_changes(value=value)
    return line.with_changes(body=[statement], trailing_whitespace=cst.TrailingWhitespace())


def _follows(first: Line, one: cst.Call, second: Line, two: cst.Call) -> bool:
    """Return whether the second line's layer is given just what the first line's made."""
    if not _is_layer(first, one) or not _is_layer(second, two):
        return False
    statement = first.body[0]
    made = statement.targets[0].target if isinstance(statement, cst.Assign) else None
    return isinstance(made, cst.Name) and made.value == code(two.args[0].value)


def _with_layer(line: Line, call: cst.Call, other: cst.Call, rest: cst.TrailingWhitespace) -> Line:
    """Return a line that calls the other's layer on its own tensor."""
    arguments = [call.args[0], *other.args[1:]]
    if len(arguments) > 1:
        arguments[0] = arguments[0].with_changes(comma=other.args[0].comma)
    else:
        arguments[0] = arguments[0].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    new = call.with_changes(func=other.func, args=arguments)
    statement = line.body[0].with_changes(value=new)
    return line.with_changes(body=[statement], trailing_whitespace=rest)


def _is_tensor(value: cst.BaseExpression, scope: Scope) -> bool:
    """Return whether an operand may be a tensor: no number, no size, no arithmetic of sizes."""
    if isinstance(value, cst.Name):
        return value.value in scope.tensors
    if isinstance(value, cst.BinaryOperation):
        return all(_is_tensor(each, scope) for each in (value.left, value.right))
    return isinstance(value, cst.Call) and not is_size(value)


_LEFT = (cst.LeftParen(),)
_RIGHT = (cst.RightParen(),)
