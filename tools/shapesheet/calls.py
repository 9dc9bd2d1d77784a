"""Note which layers and operations of Keras are called, with which shapes, and what they make."""

from __future__ import annotations

import contextlib
import functools
import inspect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shapesheet import backend

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from shapesheet.matching import Actual

# What multiplies matrices in keras.ops, which a layer's own code may call directly; and what a
# subclassed model may end with.
FUNCTIONS = (
    *("matmul", "einsum", "dot", "tensordot", "inner", "outer", "vdot"),
    *("conv", "conv_transpose", "depthwise_conv", "separable_conv", "dot_product_attention"),
    *("sigmoid", "softmax", "tanh", "relu", "softplus", "log_softmax"),
)


@dataclass(frozen=True)
class Call:
    """One call of a layer or operation, and the calls that it made in turn.

    Attributes:
        operation: The layer or operation; the name of a function of ``keras.ops``.
        inputs: The shapes of all tensors among its arguments, masks left out.
        batch: The number of samples, ``None`` for a symbolic batch.
        equation: Of ``einsum``.
        outputs: The shapes of what it returned.
        inner: The calls inside.
        makers: For each output the call inside that made it, and which of that call's outputs
            it is; ``None`` where no call inside made it.
    """

    operation: Any
    inputs: tuple[Actual, ...]
    batch: int | None
    equation: str = ""
    outputs: list[Actual] = field(default_factory=list)
    inner: list[Call] = field(default_factory=list)
    makers: list[tuple[Call, int] | None] = field(default_factory=list)


@dataclass(frozen=True)
class _Open:
    """A call under way, and what the calls inside have returned so far."""

    call: Call
    made: list[tuple[Call, list[Any]]] | None


@dataclass
class Calls:
    """The calls that were noted, in their order.

    Attributes:
        batch: The number of samples that runs, ``None`` while the batch is symbolic.
    """

    batch: int | None = None
    _open: list[_Open] = field(default_factory=list)
    _of: dict[int, list[Call]] = field(default_factory=dict)

    def of(self, operation: Any) -> list[Call]:  # noqa: ANN401
        """Return the finished calls of a layer or operation in their order."""
        return self._of.get(id(operation), [])

    def everything(self) -> Iterator[Call]:
        """Yield every finished call."""
        for calls in self._of.values():
            yield from calls

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Note every call of a layer or operation while the body runs."""
        keras = backend.start()
        original = keras.Operation.__call__
        functions = {name: getattr(keras.ops, name) for name in FUNCTIONS}
        note = self._note

        def call(operation: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            return note(operation, original, (operation, *args), kwargs)

        def noting(name: str) -> Any:  # noqa: ANN401
            return lambda *args, **kwargs: note(name, functions[name], args, kwargs)

        keras.Operation.__call__ = call
        for name in FUNCTIONS:
            setattr(keras.ops, name, noting(name))
        try:
            yield
        finally:
            keras.Operation.__call__ = original
            for name, function in functions.items():
                setattr(keras.ops, name, function)
            self._open.clear()

    def _note(
        self,
        operation: Any,  # noqa: ANN401
        function: Any,  # noqa: ANN401
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:  # noqa: ANN401
        equation = next((each for each in args if isinstance(each, str)), "")
        given = shapes_of(_given(operation, args, kwargs)) or ()
        call = Call(operation, given, self.batch, equation)
        parent = self._open[-1] if self._open else None
        # A graph knows itself what makes its outputs; keeping a large one's tensors is costly.
        graph = getattr(operation, "inputs", None) is not None
        self._open.append(_Open(call, None if graph else []))
        try:
            made = function(*args, **kwargs)
        finally:
            inside = self._open.pop().made
        leaves = _tensors(made)
        call.outputs.extend(map(_shape, leaves))
        call.makers.extend(_maker(leaf, inside or []) for leaf in leaves)
        if parent is not None:
            parent.call.inner.append(call)
            if parent.made is not None:
                parent.made.append((call, leaves))
        self._of.setdefault(id(operation), []).append(call)
        return made


def _given(operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return a call's arguments in the order of its signature, without masks."""
    if isinstance(operation, str):
        return [args, list(kwargs.values())]
    try:
        kind: Any = type(operation)
        bound = _signature(kind).bind(*args, **kwargs).arguments
    except TypeError:
        return [args[1:], list(kwargs.values())]
    return [value for name, value in list(bound.items())[1:] if "mask" not in name]


@functools.cache
def _signature(kind: Hashable) -> inspect.Signature:
    return inspect.signature(kind.call)  # type: ignore[attr-defined]


def _maker(leaf: Any, inside: list[tuple[Call, list[Any]]]) -> tuple[Call, int] | None:  # noqa: ANN401
    for call, made in reversed(inside):
        for index, each in enumerate(made):
            if each is leaf:
                return call, index
    return None


def shapes_of(made: Any) -> tuple[Actual, ...] | None:  # noqa: ANN401
    """Return the shapes of a tensor or of a structure of tensors, ``None`` for anything else."""
    return tuple(map(_shape, _tensors(made))) or None


def _tensors(made: Any) -> list[Any]:  # noqa: ANN401
    keras = backend.start()
    if isinstance(made, keras.layers.Layer):
        return []
    return [
        leaf
        for leaf in keras.tree.flatten(made)
        if hasattr(leaf, "shape") and not isinstance(leaf, keras.layers.Layer)
    ]


def _shape(tensor: Any) -> Actual:  # noqa: ANN401
    return tuple(None if size is None else int(size) for size in tensor.shape)
