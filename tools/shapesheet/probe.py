"""Rewrite a snippet's syntax tree so that lines with a shape comment report what they make.

Each commented line has one expression that is meant: of those that end on the line, the
outermost that makes something. It is wrapped in a call of ``PROBE`` with the comment's number
and, for every name that the comment reads, a function that looks the name up where the line
runs. That way loop variables, locals and the variables of a comprehension are all in reach.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from shapesheet.shapes import BATCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapesheet.reader import ShapeComment

PROBE = "__shapesheet_probe__"

# These make nothing by themselves: what is meant stands inside.
_TRANSPARENT = ast.List | ast.Tuple | ast.Set | ast.Dict | ast.Starred | ast.DictComp
_SILENT = _TRANSPARENT | ast.Constant | ast.Slice | ast.Lambda
_VALUED = ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Return | ast.Expr


class UnreachableCommentError(LookupError):
    """A shape comment stands on a line on which no expression ends."""

    def __init__(self, comment: ShapeComment) -> None:
        """Keep the comment for the one who knows the file."""
        super().__init__(comment.text)
        self.comment = comment


def instrument(tree: ast.Module, shape_comments: Sequence[ShapeComment]) -> ast.Module:
    """Return ``tree`` with the expressions that the comments mean wrapped in ``PROBE``.

    Line numbers stay those of the source. ``tree`` itself is changed; parse the source anew
    to get the plain one.

    Raises:
        UnreachableCommentError: No expression ends on a comment's line.
    """
    ending: dict[int, list[ast.AST]] = defaultdict(list)
    for node in ast.walk(tree):
        ending[getattr(node, "end_lineno", None) or 0].append(node)
    targets: dict[int, int] = {}
    for number, comment in enumerate(shape_comments):
        expression = _meant(ending[comment.line], comment)
        if expression is None:
            raise UnreachableCommentError(comment)
        targets[id(expression)] = number
    _Wrapper(targets, shape_comments).visit(tree)
    return ast.fix_missing_locations(tree)


def _meant(ending: list[ast.AST], comment: ShapeComment) -> ast.expr | None:
    """Return the expression that the comment means of the nodes that end on its line."""
    for node in ending:
        if isinstance(node, _VALUED) and node.value is not None:
            return _added(node) or _maker(node.value, comment)
    makers = [
        node for node in ending if isinstance(node, ast.expr) and not isinstance(node, _SILENT)
    ]
    # Of several side by side the comment follows the last; the outermost begins first.
    last = max(makers, key=lambda node: (node.end_col_offset or 0, *_backwards(node)), default=None)
    return None if last is None else _maker(last, comment)


def _backwards(node: ast.expr) -> tuple[int, int]:
    return -node.lineno, -node.col_offset


def _added(statement: ast.stmt) -> ast.expr | None:
    """Return ``layer`` of a statement ``model.add(layer)``, whose own value is ``None``."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="add"), args=[layer], keywords=[])):
            return layer
        case _:
            return None


def _maker(node: ast.expr, comment: ShapeComment) -> ast.expr:
    """Return the expression in ``node`` that makes what the comment describes.

    A comprehension makes what its element makes, once for each turn; a list whose comment has
    one shape means its last element.
    """
    match node:
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
            return _maker(node.elt, comment)
        case ast.DictComp() | ast.Starred():
            return _maker(node.value, comment)
        case ast.List(elts=[*_, last]) if len(comment.shapes) == 1:
            return _maker(last, comment)
        case _:
            return node


class _Wrapper(ast.NodeTransformer):
    """Wrap the meant expressions, and keep count of the methods around them."""

    def __init__(self, targets: dict[int, int], shape_comments: Sequence[ShapeComment]) -> None:
        self._targets = targets
        self._comments = shape_comments
        self._receivers: list[str] = []

    def visit(self, node: ast.AST) -> ast.AST:
        number = self._targets.get(id(node))
        receiver = _receiver(node)
        self._receivers += [receiver] if receiver else []
        self.generic_visit(node)
        if receiver:
            self._receivers.pop()
        if number is None or not isinstance(node, ast.expr):
            return node
        return ast.copy_location(self._wrapped(node, number), node)

    def _wrapped(self, node: ast.expr, number: int) -> ast.expr:
        shapes = self._comments[number].shapes
        dimensions = [dimension for shape in shapes for dimension in shape.dimensions]
        names = {name for dimension in dimensions for name in dimension.names} - {BATCH}
        readers = {name: name for name in sorted(names)}
        if self._receivers:
            readers["self"] = self._receivers[-1]
        arguments = [ast.Constant(number), node, _lookups(readers)]
        return ast.Call(func=ast.Name(PROBE, ast.Load()), args=arguments, keywords=[])


def _receiver(node: ast.AST) -> str:
    """Return ``self`` for a method, empty for what is none."""
    if not isinstance(node, ast.FunctionDef) or not node.args.args:
        return ""
    first = node.args.args[0].arg
    return first if first == "self" else ""


def _lookups(names: dict[str, str]) -> ast.Dict:
    """Return ``{"units": lambda: units}``: a name's value where the line runs, when it has one."""
    nothing = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    return ast.Dict(
        keys=[ast.Constant(key) for key in names],
        values=[ast.Lambda(nothing, ast.Name(name, ast.Load())) for name in names.values()],
    )
