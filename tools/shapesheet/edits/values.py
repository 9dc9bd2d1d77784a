"""Wrong arguments: sizes, padding, activations, losses, axes, masks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from shapesheet.edits.edit import (
    Edit,
    last_name,
    one_more,
    parsed,
    renamed,
    string,
    with_argument,
    with_value,
    without,
)
from shapesheet.edits.swaps import ACTIVATIONS, LOSSES, MERGES, PADDINGS, SIZES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shapesheet.edits.scope import Scope

_DROPPED = {
    "from_logits": "loss swapped",
    "return_sequences": "return_sequences",
    "mask_zero": "masking",
    "attention_mask": "masking",
    "mask": "masking",
    "use_causal_mask": "masking",
    "training": "training dropped",
}
_RECURRENT = re.compile(r"LSTM|GRU|SimpleRNN|RNN|ConvLSTM\dD")
_CONVOLUTION = re.compile(r"(Separable|Depthwise)?Conv\dD(Transpose)?")
_POOLING = re.compile(r"(Max|Average)Pooling\dD")


def wrong_arguments(call: cst.Call, scope: Scope) -> Iterator[Edit]:
    """Yield the edits of a call's arguments, and of those that it leaves out."""
    given = dict(scope.arguments(call))
    for name, argument in given.items():
        yield from _edits(name, call, argument)
    made = scope.callee(call).name
    # A name that stands for a layer with arguments is edited where it is given them.
    if last_name(call.func) in scope.callees and isinstance(call.func, cst.Name):
        return
    yield from _left_out(made, call, set(given))


def _edits(name: str, call: cst.Call, argument: cst.Arg) -> Iterator[Edit]:
    if name in SIZES:
        yield from _sizes(SIZES[name], call, argument)
    elif name in _DROPPED:
        yield without(_DROPPED[name], call, argument)
    elif name in _KINDS:
        yield from _KINDS[name](call, argument)


def _vocabularies(call: cst.Call, argument: cst.Arg) -> Iterator[Edit]:
    # One number more than there are would be a row that nothing reads.
    yield with_value("units", call, argument, one_more(argument.value, -1))


def _paddings(call: cst.Call, argument: cst.Arg) -> Iterator[Edit]:
    text = string(argument.value)
    if text in PADDINGS:
        yield _swapped("padding", call, argument, PADDINGS[text])


def _modes(call: cst.Call, argument: cst.Arg) -> Iterator[Edit]:
    text = string(argument.value)
    if text in MERGES:
        yield _swapped("merge mode", call, argument, MERGES[text])


def _swapped(operator: str, call: cst.Call, argument: cst.Arg, value: str) -> Edit:
    return with_value(operator, call, argument, cst.SimpleString(f'"{value}"'))


def _sizes(operator: str, call: cst.Call, argument: cst.Arg) -> Iterator[Edit]:
    value = argument.value
    if isinstance(value, cst.Tuple | cst.List):
        for element in value.elements:
            new = element.with_changes(value=one_more(element.value))
            elements = [new if each is element else each for each in value.elements]
            yield with_value(operator, call, argument, value.with_changes(elements=elements))
    else:
        yield with_value(operator, call, argument, one_more(value))
    if operator in ("strides", "dilation") and argument.keyword:
        yield without(operator, call, argument)


def _activations(call: cst.Call, argument: cst.Arg) -> Iterator[Edit]:
    text = string(argument.value)
    name = last_name(argument.value) if text is None else text
    if name not in ACTIVATIONS:
        return
    other: cst.BaseExpression = renamed(argument.value, ACTIVATIONS[name])
    if text is not None:
        other = cst.SimpleString(f'"{ACTIVATIONS[name]}"')
    yield with_value("activation swapped", call, argument, other)
    # Without its one argument, Activation is no layer.
    if last_name(call.func) != "Activation":
        yield without("activation dropped", call, argument)


def _losses(call: cst.Call, argument: cst.Arg) -> Iterator[Edit]:
    value = argument.value
    text = string(value)
    if text in LOSSES:
        yield _swapped("loss swapped", call, argument, LOSSES[text])
    elif isinstance(value, cst.Call) and last_name(value.func) in LOSSES:
        other = renamed(value.func, LOSSES[last_name(value.func)])
        yield with_value("loss swapped", call, argument, value.with_changes(func=other))
    elif isinstance(value, cst.Dict):
        yield from _named_losses(call, argument, value)
    yield without("loss dropped", call, argument)


def _named_losses(call: cst.Call, argument: cst.Arg, losses: cst.Dict) -> Iterator[Edit]:
    for element in losses.elements:
        name = string(element.value)
        if name in LOSSES:
            new = element.with_changes(value=cst.SimpleString(f'"{LOSSES[name]}"'))
            elements = [new if each is element else each for each in losses.elements]
            changed = losses.with_changes(elements=elements)
            yield with_value("loss swapped", call, argument, changed)


def _axes(call: cst.Call, argument: cst.Arg) -> Iterator[Edit]:
    value = argument.value
    if isinstance(value, cst.Integer):
        yield with_value("axis", call, argument, one_more(value))
    elif isinstance(value, cst.UnaryOperation) and isinstance(value.expression, cst.Integer):
        further = parsed(f"-{int(value.expression.value) + 1}")
        yield with_value("axis", call, argument, further)
    elif isinstance(value, cst.Tuple | cst.List) and len(value.elements) > 1:
        *first, last = value.elements[:-1]
        last = last.with_changes(comma=cst.MaybeSentinel.DEFAULT)
        fewer = value.with_changes(elements=[*first, last])
        yield with_value("axis", call, argument, fewer)


def _left_out(made: str, call: cst.Call, given: set[str]) -> Iterator[Edit]:
    if _RECURRENT.fullmatch(made) and "return_sequences" not in given:
        yield with_argument("return_sequences", call, "return_sequences", "True")
    if _CONVOLUTION.fullmatch(made) and not given & {"strides", "dilation_rate"}:
        yield with_argument("strides", call, "strides", "2")
    if _POOLING.fullmatch(made) and "strides" not in given:
        yield with_argument("strides", call, "strides", "1")
    if (_CONVOLUTION.fullmatch(made) or _POOLING.fullmatch(made)) and "padding" not in given:
        yield with_argument("padding", call, "padding", '"same"')
    if made == "Bidirectional" and "merge_mode" not in given:
        yield with_argument("merge mode", call, "merge_mode", '"sum"')
    if made in ("Concatenate", "concatenate") and "axis" not in given and not _axis(call):
        yield with_argument("axis", call, "axis", "1")


def _axis(call: cst.Call) -> bool:
    """Return whether a function such as ``ops.concatenate`` is given its axis by position."""
    return len([each for each in call.args if each.keyword is None]) > 1


_KINDS: dict[str, Callable[[cst.Call, cst.Arg], Iterator[Edit]]] = {
    "input_dim": _vocabularies,
    "padding": _paddings,
    "activation": _activations,
    "recurrent_activation": _activations,
    "loss": _losses,
    "merge_mode": _modes,
    "axis": _axes,
    "axes": _axes,
    "shared_axes": _axes,
}
