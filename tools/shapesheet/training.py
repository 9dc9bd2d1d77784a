"""Train a model for a few steps: a finite loss, and every trainable weight moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from shapesheet import backend
from shapesheet.guard import guarded
from shapesheet.running import SEED, SEVERAL, arrays, packed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shapesheet.subject import Built, Subject

STEPS = 3
# Keras warns of what is looked at below, weight by weight; and on JAX of its own metrics' types.
_OF_KERAS = "Gradients do not exist|Explicitly requested dtype int64"


def require_training(built: Built, subject: Subject) -> None:
    """Train until every trainable weight has moved, for a few steps at most.

    Every optimizer of Keras moves a weight whose gradient is not zero, and makes a weight
    that is not finite of a gradient that is not; so weights tell of gradients on any backend.

    Raises:
        SnippetError: A step raises, the loss is not finite, or a weight does not move.
    """
    model = subject.model
    still = {weight.path: np.array(_numbers(weight)) for weight in model.trainable_weights}
    generator = np.random.default_rng(SEED)
    # JAX compiles a whole step in a fifth of the time that its single operations take; on the
    # other backends compiling takes longer than the few steps.
    model.run_eagerly = backend.name() != "jax"
    model.jit_compile = not model.run_eagerly
    for _ in range(STEPS):
        given = packed(subject, arrays(built, subject, "input", SEVERAL, generator))
        targets = targets_of(subject, arrays(built, subject, "target", SEVERAL, generator))
        with guarded(built.snippet, built.line, "a training step", _OF_KERAS):
            loss = model.train_on_batch(given, targets)
        if not np.all(np.isfinite(loss)):
            message = f"a training step gives the loss {loss}"
            raise built.error(message, "mend the last layer, the loss or the target's domain")
        _forget_moved(built, model, still)
        if not still:
            return
    weight = next(iter(still))
    message = f"no gradient reaches the weight {weight}: {STEPS} training steps left it"
    raise built.error(message, "connect its layer to the loss, delete it, or set trainable=False")


def targets_of(subject: Subject, targets: list[NDArray[Any]]) -> Any:  # noqa: ANN401
    """Return targets in the structure in which the model takes them: one, a list or a dict."""
    if isinstance(subject.model.loss, dict):
        names = [name for name in subject.output_names if name in subject.model.loss]
        return dict(zip(names, targets, strict=True))
    return targets[0] if len(targets) == 1 else targets


def _forget_moved(built: Built, model: Any, still: dict[str, NDArray[Any]]) -> None:  # noqa: ANN401
    for weight in model.trainable_weights:
        numbers = _numbers(weight)
        if not np.all(np.isfinite(numbers)):
            message = f"the weight {weight.path} is not finite after a training step"
            raise built.error(message, "lower the learning rate or mend the loss")
        if weight.path in still and not np.array_equal(numbers, still[weight.path]):
            del still[weight.path]


def _numbers(weight: Any) -> NDArray[Any]:  # noqa: ANN401
    return np.asarray(backend.start().ops.convert_to_numpy(weight))
