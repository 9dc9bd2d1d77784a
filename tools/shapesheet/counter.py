"""Count a model's multiply-adds once more, by what PyTorch sees of them when the model runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shapesheet import backend, recurrences
from shapesheet.calls import Calls
from shapesheet.formulas import cost
from shapesheet.running import ONE, forward, inputs_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapesheet.calls import Call
    from shapesheet.subject import Built, Subject

# PyTorch counts a product and a sum as two operations.
OPERATIONS = 2
_PAIR = 2


@dataclass(frozen=True)
class Counted:
    """What PyTorch has counted of one sample.

    Attributes:
        operations: Its figure.
        trials: Multiply-adds of steps that Keras's recurrent loop tries and throws away.
        single: Products that are not summed, which are no matrix products to PyTorch.
        unclear: Why its figure can't be compared with ours, empty when it can.
    """

    operations: int
    trials: int = 0
    single: int = 0
    unclear: str = ""

    def expected(self, multiply_adds: int) -> int:
        """Return the figure that belongs to a model's multiply-adds."""
        return OPERATIONS * (multiply_adds + self.trials - self.single)


def count(built: Built, subject: Subject) -> Counted:
    """Run a model on one sample under PyTorch's counter."""
    # PyTorch alone has a counter, and is imported only where it is the backend.
    from torch.nn.attention import SDPBackend, sdpa_kernel  # noqa: PLC0415
    from torch.utils.flop_counter import FlopCounterMode  # noqa: PLC0415

    given = inputs_for(built, subject, ONE)
    calls = Calls(batch=ONE)
    counter = FlopCounterMode(display=False)
    # The fused kernel of attention is not among what the counter knows; its parts are.
    with calls.watching(), sdpa_kernel(SDPBackend.MATH), counter:
        forward(subject, given)
    noted = list(calls.everything())
    return Counted(
        int(counter.get_total_flops()),
        sum(_trials(calls, noted)),
        sum(_multiply_adds(call) for call in noted if _is_single(call)),
        next(filter(None, map(_unclear, noted)), ""),
    )


def _trials(calls: Calls, noted: list[Call]) -> Iterator[int]:
    """Yield the multiply-adds of each recurrent cell's steps beyond those of its sequence.

    Keras's loop runs the first step twice, once to learn the shape of its output; only an LSTM
    or GRU without masks or dropout is run by PyTorch's own.
    """
    keras = backend.start()
    layers = {id(each.operation): each.operation for each in noted}
    for layer in layers.values():
        if isinstance(layer, keras.layers.RNN):
            runs = calls.of(layer)
            steps = sum(int(call.inputs[0][1] or 0) for call in runs)
            for cell in getattr(layer.cell, "cells", [layer.cell]):
                beyond = len(calls.of(cell)) - steps
                if beyond > 0:
                    yield beyond * _step(cell, calls, sum(map(_multiply_adds, runs)) // steps)


def _step(cell: Any, calls: Calls, whole: int) -> int:  # noqa: ANN401
    """Return the multiply-adds of one step of a cell; those of the ``whole`` layer by default."""
    features = calls.of(cell)[0].inputs[0][-1]
    return recurrences.step(cell, int(features or 0))[1] or whole


def _multiply_adds(call: Call) -> int:
    found = cost(call.operation, call.inputs, tuple(call.outputs), call.equation)
    return found.multiply_adds or 0 if found else 0


def _is_single(call: Call) -> bool:
    """Return whether a call multiplies without a sum."""
    if _name(call) == "outer":
        return True
    letters, _, kept = _equation(call).partition("->")
    return bool(letters) and set(letters) - set(",.") <= set(kept)


def _unclear(call: Call) -> str:
    if _equation(call).partition("->")[0].count(",") >= _PAIR:
        return "PyTorch multiplies an einsum of three arrays in pairs"
    return ""


def _name(call: Call) -> str:
    operation: Any = call.operation
    return operation if isinstance(operation, str) else type(operation).__name__.lower()


def _equation(call: Call) -> str:
    if _name(call) != "einsum":
        return ""
    return (call.equation or getattr(call.operation, "subscripts", "")).replace(" ", "")
