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
        yield _renamed("merge mode", call, MERGED[name])
    elif name in _LAYERS and isinstance(call.func, cst.Attribute):
        yield _instead("activation swapped", call, _LAYERS[name])
    elif name in ACTIVATIONS and isinstance(call.func, cst.Attribute):
        yield _renamed("activation swapped", call, ACTIVATIONS[name])


def _renamed(operator: str, call: cst.Call, name: str) -> Edit:
    """Return the edit that calls another function on the same tensors; only some take an axis."""
    kept = [each for each in call.args if not each.keyword or each.keyword.value != "axis"]
    if kept:
        kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    new = call.with_changes(func=renamed(call.func, name), args=kept)
    return Edit(operator, call, new, code(call), code(new))


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
