"""Run a model forward: finite outputs of the right shape, in their domain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from shapesheet import backend
from shapesheet.errors import SnippetError
from shapesheet.guard import guarded
from shapesheet.matching import actual_text, differs, lookup
from shapesheet.samples import draw, outside

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shapesheet.subject import Built, Subject

# How many samples a model runs with.
ONE, SEVERAL = 1, 3
SEED = 7


def inputs_for(built: Built, subject: Subject, batch: int) -> list[NDArray[Any]]:
    """Return random inputs of the declared domains, the same for every call."""
    return arrays(built, subject, "input", batch, np.random.default_rng(SEED))


def arrays(
    built: Built, subject: Subject, role: str, batch: int, generator: np.random.Generator
) -> list[NDArray[Any]]:
    """Return random arrays for the contract's tensors of a role."""
    tensors = built.reading.contract.of(role)
    return [draw(tensor, subject.parameters, batch, generator) for tensor in tensors]


def packed(subject: Subject, given: Sequence[NDArray[Any]]) -> Any:  # noqa: ANN401
    """Return inputs in the structure in which the model takes them: one, a list or a dict."""
    model = subject.model
    structure = getattr(model, "input", None) if getattr(model, "inputs", None) else None
    if isinstance(structure, dict):
        return backend.start().tree.pack_sequence_as(structure, list(given))
    return given[0] if len(given) == 1 else list(given)


def forward(subject: Subject, given: Sequence[NDArray[Any]], model: Any = None) -> list[Any]:  # noqa: ANN401
    """Return the outputs of ``model``, or of the subject's, as arrays."""
    keras = backend.start()
    called = subject.model if model is None else model
    made = called(packed(subject, given), training=False)
    return [keras.ops.convert_to_numpy(tensor) for tensor in keras.tree.flatten(made)]


def require_outputs(built: Built, subject: Subject, batch: int) -> list[NDArray[Any]]:
    """Run the model with so many samples; return its outputs.

    Raises:
        SnippetError: It raises, or an output has another shape or leaves its domain.
    """
    built.observer = observer = subject.observer
    given = inputs_for(built, subject, batch)
    try:
        with observer.watching(batch), guarded(built.snippet, built.line, "a run of the model"):
            outputs = forward(subject, given)
        _require_contract(built, subject, outputs, batch)
    except SnippetError as error:
        raise built.at_sizes(error, subject.parameters) from error
    observer.require_shapes()
    return outputs


def _require_contract(
    built: Built, subject: Subject, outputs: list[NDArray[Any]], batch: int
) -> None:
    stated = built.reading.contract.of("output")
    for tensor, values in zip(stated, outputs, strict=True):
        find = lookup(subject.parameters, batch=batch)
        if differs(tensor.shape, values.shape, find, batch):
            found = actual_text(values.shape)
            message = (
                f"the contract says output {tensor.shape.text}, "
                f"a run with {batch} samples gives {found}"
            )
            cure = "keep the samples apart: an operation has changed the first axis"
            raise built.error(message, cure, tensor.line)
        stray = outside(values, tensor.domain, subject.parameters)
        if stray:
            domain = tensor.domain.text or "finite numbers"
            message = f"the contract says output {domain}, a run gives {stray}"
            cure = "mend the last layer's activation, or the domain"
            raise built.error(message, cure, tensor.line)
