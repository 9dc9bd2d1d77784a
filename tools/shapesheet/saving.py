"""Save a model, load it, and compare what the two give."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shapesheet import backend
from shapesheet.raised import reason
from shapesheet.running import ONE, SEED, forward, inputs_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shapesheet.subject import Built, Subject

_SAME = 1e-5


def require_saving(built: Built, subject: Subject, before: Sequence[NDArray[Any]]) -> bool:
    """Save the model to ``.keras``, load it, and compare the outputs.

    Args:
        built: The snippet.
        subject: The model, whose weights are those that it had when it gave ``before``.
        before: Its outputs for one sample.

    Returns:
        Whether it is random: two passes over the same input differ.

    Raises:
        SnippetError: It can't be saved or loaded, or gives other outputs afterwards.
    """
    cure = "register custom classes with keras.saving.register_keras_serializable and get_config"
    try:
        same, random = _compare(subject, inputs_for(built, subject, ONE), before)
    except Exception as error:
        message = f"the model does not survive saving: {reason(error)}"
        raise built.error(message, cure) from error
    if not same:
        message = "the model gives other outputs after saving and loading"
        raise built.error(message, cure)
    return random


def _compare(
    subject: Subject, given: Sequence[NDArray[Any]], before: Sequence[NDArray[Any]]
) -> tuple[bool, bool]:
    """Return whether the loaded model gives the same, and whether the model is random."""
    loaded = _loaded(subject.model)
    if equal(forward(subject, given, loaded), before):
        return True, False
    align_seeds(subject.model, loaded)
    ours, theirs = (_seeded(subject, given, model) for model in (subject.model, loaded))
    pairs = zip(ours, theirs, strict=True)
    same = all(np.allclose(one, two, rtol=_SAME, atol=_SAME) for one, two in pairs)
    return same, not equal(ours, before)


def equal(ours: Sequence[NDArray[Any]], theirs: Sequence[NDArray[Any]]) -> bool:
    """Return whether two passes have given the very same."""
    return all(np.array_equal(one, two) for one, two in zip(ours, theirs, strict=True))


def _loaded(model: Any) -> Any:  # noqa: ANN401
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        return backend.start().saving.load_model(path)


def _seeded(subject: Subject, given: Sequence[NDArray[Any]], model: Any) -> list[NDArray[Any]]:  # noqa: ANN401
    # PyTorch has one state for all random layers that were given no seed.
    backend.start().utils.set_random_seed(SEED)
    return forward(subject, given, model)


def align_seeds(model: Any, loaded: Any) -> None:  # noqa: ANN401
    """Give the loaded model's random layers the state of the saved one's.

    Keras does not save the state of seed generators, so that a model that is random by design
    would give other outputs for that reason alone.
    """
    for one, two in zip(_random_layers(model), _random_layers(loaded), strict=False):
        two.seed_generator.state.assign(one.seed_generator.state)


def _random_layers(layer: Any) -> list[Any]:  # noqa: ANN401
    own = [layer] if getattr(layer, "seed_generator", None) is not None else []
    return own + [each for inner in children(layer) for each in _random_layers(inner)]


def children(layer: Any) -> list[Any]:  # noqa: ANN401
    """Return the layers that a layer or model holds, in the order in which it made them."""
    inner = getattr(layer, "layers", None)
    return list(inner if inner is not None else getattr(layer, "_layers", []))
