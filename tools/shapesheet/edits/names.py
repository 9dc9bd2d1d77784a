"""Wrong layers and functions: Flatten for pooling, other merges, other activations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from shapesheet.edits.edit import Edit, code, last_name, renamed
from shapesheet.edits.swaps import ACTIVATIONS, MERGED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapesheet.edits.scope import Scope

# A call that merges a list of tensors takes these by their names, and no other merge does.
_AXIS = ("axis",)
_LAYERS = {"ReLU": 'Activation("tanh")', "PReLU": "ReLU()", "LeakyReLU": "ReLU()", "ELU": "ReLU()"}
_GLOBAL = re.compile(r"Global(Average|Max)Pooling(\d)D")


def wrong_names(call: cst.Call, scope: Scope) -> Iterator[Edit]:
    """Yield the edits of what is called."""
    name = last_name(call.func)
    if _GLOBAL.fullmatch(name):
        yield _instead("Flatten for pooling", call, "Flatten()")
    elif name == "Flatten" and scope.rank:
        yield _instead("Flatten for pooling", call, f"GlobalAveragePooling{scope.rank}D()")
    elif name in MERGED and _is_merge(call):
        kept = [each for each in call.args if not each.keyword or each.keyword.value not in _AXIS]
        new = call.with_changes(func=renamed(call.func, MERGED[name]), args=kept)
        yield Edit("merge mode", call, new, code(call), code(new))
    elif name in _LAYERS and isinstance(call.func, cst.Attribute):
        yield _instead("activation swapped", call, _LAYERS[name])
    elif name in ACTIVATIONS and isinstance(call.func, cst.Attribute):
        arguments = call.args[:1]
        new = call.with_changes(func=renamed(call.func, ACTIVATIONS[name]), args=arguments)
        yield Edit("activation swapped", call, new, code(call), code(new))


def _instead(operator: str, call: cst.Call, other: str) -> Edit:
    """Return the edit that calls another layer of the same module."""
    new = cst.parse_expression(f"{code(call.func).rpartition('.')[0]}.{other}".lstrip("."))
    return Edit(operator, call, new, code(call), code(new))


def _is_merge(call: cst.Call) -> bool:
    """Return whether a call is Keras's, not that of a set's ``add`` or of NumPy's."""
    name, owner = last_name(call.func), call.func
    if name[0].isupper():
        return not [each for each in call.args if each.keyword is None]
    if not isinstance(owner, cst.Attribute):
        return False
    return last_name(owner.value) in ("layers", "ops")
