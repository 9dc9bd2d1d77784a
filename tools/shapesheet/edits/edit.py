"""One edit of a snippet's syntax tree, and small edits of calls."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

NOTHING = "nothing"
_LONG = 72


@dataclass(frozen=True)
class Edit:
    """A node and what takes its place.

    Attributes:
        operator: The kind of mistake.
        old: The node.
        new: What takes its place.
        before: What a person sees of it before.
        after: And after.
        anchor: The node whose line is meant, where it is not ``old``.
    """

    operator: str
    old: cst.CSTNode
    new: cst.CSTNode
    before: str
    after: str
    anchor: cst.CSTNode | None = None


def code(node: cst.CSTNode) -> str:
    """Return a node's code on one line, without comments and trailing commas."""
    if isinstance(node, cst.Arg):
        node = node.with_changes(comma=cst.MaybeSentinel.DEFAULT)
    lines = cst.Module([]).code_for_node(node).splitlines()
    text = " ".join(" ".join(line.partition("  #")[0] for line in lines).split())
    return text.replace("( ", "(").replace(", )", ")").replace(" )", ")").replace(",)", ",)")


def parsed(text: str) -> cst.BaseExpression:
    """Return the expression in ``text``."""
    return cst.parse_expression(text)


def changed(
    operator: str, call: cst.Call, new: cst.Call, before: cst.Arg | None, after: cst.Arg | None
) -> Edit:
    """Return the edit of one of a call's arguments, shown with the whole call if that is short."""
    whole = code(call), code(new)
    if max(map(len, whole)) <= _LONG:
        return Edit(operator, call, new, *whole, before)
    old = code(before) if before else NOTHING
    return Edit(operator, call, new, old, code(after) if after else NOTHING, before)


def with_value(operator: str, call: cst.Call, argument: cst.Arg, value: cst.BaseExpression) -> Edit:
    """Return the edit that gives an argument another value."""
    new = argument.with_changes(value=value)
    arguments = [new if each is argument else each for each in call.args]
    return changed(operator, call, call.with_changes(args=arguments), argument, new)


def without(operator: str, call: cst.Call, argument: cst.Arg) -> Edit:
    """Return the edit that takes an argument away."""
    arguments = [each for each in call.args if each is not argument]
    if arguments and argument is call.args[-1]:
        # The comma of the argument that was last stays, with the lines that it ends.
        arguments[-1] = arguments[-1].with_changes(comma=argument.comma)
    return changed(operator, call, call.with_changes(args=arguments), argument, None)


def with_argument(operator: str, call: cst.Call, name: str, value: str) -> Edit:
    """Return the edit that adds a keyword argument."""
    new = cst.Arg(parsed(value), cst.Name(name), equal=_EQUAL)
    arguments = list(call.args)
    if arguments:
        new = new.with_changes(comma=arguments[-1].comma)
        arguments[-1] = arguments[-1].with_changes(comma=_COMMA)
    return changed(operator, call, call.with_changes(args=[*arguments, new]), None, new)


def one_more(value: cst.BaseExpression, step: int = 1) -> cst.BaseExpression:
    """Return a size that is off by one."""
    if isinstance(value, cst.Integer):
        return cst.Integer(str(int(value.value, 0) + step))
    text = code(value)
    if isinstance(value, cst.IfExp | cst.Lambda | cst.BooleanOperation | cst.Comparison):
        text = f"({text})"
    return parsed(f"{text} {'+' if step > 0 else '-'} {abs(step)}")


def string(value: cst.BaseExpression) -> str | None:
    """Return the text of a string, ``None`` for anything else."""
    if isinstance(value, cst.SimpleString) and isinstance(value.evaluated_value, str):
        return value.evaluated_value
    return None


def last_name(node: cst.CSTNode) -> str:
    """Return ``Dense`` of ``layers.Dense``, nothing where no name is the last."""
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def renamed(node: cst.BaseExpression, name: str) -> cst.BaseExpression:
    """Return ``layers.Dense`` under another last name."""
    if isinstance(node, cst.Attribute):
        return node.with_changes(attr=cst.Name(name))
    return cst.Name(name)


_EQUAL = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
_COMMA = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
