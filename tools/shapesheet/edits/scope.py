"""Who is called in a snippet, and under which names its arguments arrive."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from shapesheet.edits.edit import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

_RANKED = re.compile(r"(?:Conv|Pooling|UpSampling)(\d)D")
_CONVOLUTION = ("filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate")
_POOLING = ("pool_size", "strides", "padding")
# Keras's names of positional arguments, in their order.
POSITIONS = {
    "Dense": ("units", "activation"),
    "LSTM": ("units", "activation", "recurrent_activation"),
    "GRU": ("units", "activation", "recurrent_activation"),
    "SimpleRNN": ("units", "activation"),
    "LSTMCell": ("units",),
    "GRUCell": ("units",),
    "SimpleRNNCell": ("units",),
    "Embedding": ("input_dim", "output_dim"),
    "MultiHeadAttention": ("num_heads", "key_dim", "value_dim"),
    "UpSampling1D": ("size",),
    "UpSampling2D": ("size",),
    "UpSampling3D": ("size",),
    "Bidirectional": ("layer", "merge_mode"),
    "Activation": ("activation",),
    **{
        f"{kind}Conv{rank}D{transposed}": _CONVOLUTION
        for kind in ("", "Separable")
        for rank in (1, 2, 3)
        for transposed in ("", "Transpose")
    },
    **{f"DepthwiseConv{rank}D": _CONVOLUTION[1:] for rank in (1, 2)},
    **{f"ConvLSTM{rank}D": _CONVOLUTION for rank in (1, 2, 3)},
    **{f"{kind}Pooling{rank}D": _POOLING for kind in ("Max", "Average") for rank in (1, 2, 3)},
}


@dataclass(frozen=True)
class Callee:
    """What a call makes, by its class's name, and the names of its positional arguments."""

    name: str
    positions: tuple[str, ...] = ()


@dataclass
class Scope:
    """The names that a snippet gives to layers with some arguments set, and to its functions.

    Attributes:
        callees: What each such name stands for.
        tensors: The names that may be those of tensors: not sizes, strings and flags.
        rank: Over how many axes its layers slide: 2 for images, 0 when none does.
    """

    callees: dict[str, Callee] = field(default_factory=dict)
    tensors: set[str] = field(default_factory=set)
    rank: int = 0

    @classmethod
    def of(cls, module: cst.Module) -> Scope:
        """Return the names of a snippet."""
        ranks = _RANKED.findall(module.code)
        scope = cls(rank=int(ranks[0]) if ranks else 0)
        module.visit(_Reader(scope))
        return scope

    def callee(self, call: cst.Call) -> Callee:
        """Return what a call makes."""
        name = last_name(call.func)
        if name == "partial" and call.args:
            made = last_name(call.args[0].value)
            return Callee(made, ("", *POSITIONS.get(made, ())))
        if isinstance(call.func, cst.Name) and name in self.callees:
            return self.callees[name]
        return Callee(name, POSITIONS.get(name, ()))

    def arguments(self, call: cst.Call) -> Iterator[tuple[str, cst.Arg]]:
        """Yield a call's arguments with the names under which they arrive."""
        positions = self.callee(call).positions
        for number, argument in enumerate(call.args):
            if argument.keyword is not None:
                yield argument.keyword.value, argument
            elif not argument.star and number < len(positions):
                yield positions[number], argument


class _Reader(cst.CSTVisitor):
    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self._scope = scope

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:  # noqa: N802 - libcst's name
        names = [each.name.value for each in node.params.params]
        names += [each.name.value for each in node.params.kwonly_params]
        own = tuple(name for name in names if name != "self")
        self._scope.callees[node.name.value] = Callee("", own)
        # A size has a default or a plain type; a tensor that is handed on has neither.
        tensors = [each for each in node.params.params if not _is_plain(each)]
        self._scope.tensors.update(each.name.value for each in tensors)

    def visit_Assign(self, node: cst.Assign) -> None:  # noqa: N802 - libcst's name
        target = node.targets[0].target
        value = node.value
        if not isinstance(target, cst.Name):
            return
        if isinstance(value, cst.Call | cst.BinaryOperation) and not is_size(value):
            self._scope.tensors.add(target.value)
        if not isinstance(value, cst.Call):
            return
        if last_name(value.func) == "partial" and value.args:
            made = last_name(value.args[0].value)
            taken = {each.keyword.value for each in value.args if each.keyword}
            given = sum(each.keyword is None for each in value.args[1:])
            left = [name for name in POSITIONS.get(made, ())[given:] if name not in taken]
            self._scope.callees[target.value] = Callee(made, tuple(left))


def is_size(value: cst.BaseExpression) -> bool:
    """Return whether an expression reckons with numbers."""
    if isinstance(value, cst.BinaryOperation):
        return is_size(value.left) or is_size(value.right)
    if isinstance(value, cst.Call):
        return last_name(value.func) in ("len", "int", "max", "min", "sqrt", "prod", "range")
    return isinstance(value, cst.Integer | cst.Float)


def _is_plain(parameter: cst.Param) -> bool:
    kind = parameter.annotation.annotation if parameter.annotation else None
    return parameter.default is not None or last_name(kind or cst.Ellipsis()) in _PLAIN


_PLAIN = ("int", "float", "str", "bool", "tuple")
