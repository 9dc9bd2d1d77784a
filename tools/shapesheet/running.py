"""Run a model: forward passes, training steps, a save and a load."""

from __future__ import annotations

import tempfile
from pathlib import Path
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

    from shapesheet.build import Built, Subject

BATCHES = (1, 3)
STEPS = 3
_SAME = 1e-5
_SEED = 7


def inputs_for(built: Built, subject: Subject, batch: int) -> list[NDArray[Any]]:
    """Return random inputs of the declared domains, the same for every call."""
    generator = np.random.default_rng(_SEED)
    contract = built.reading.contract
    return [draw(tensor, subject.parameters, batch, generator) for tensor in contract.of("input")]


def forward(subject: Subject, arrays: Sequence[NDArray[Any]], model: Any = None) -> list[NDArray[Any]]:  # noqa: ANN401
    """Return the outputs of ``model``, or of the subject's, for ``arrays``."""
    keras = backend.start()
    called = subject.model if model is None else model
    structure = getattr(called, "input", None) if getattr(called, "inputs", None) else None
    if isinstance(structure, dict):
        given: Any = keras.tree.pack_sequence_as(structure, list(arrays))
    else:
        given = arrays[0] if len(arrays) == 1 else list(arrays)
    made = called(given, training=False)
    return [keras.ops.convert_to_numpy(tensor) for tensor in keras.tree.flatten(made)]


def require_outputs(built: Built, subject: Subject) -> bool:
    """Run the model at two batch sizes; return whether it is random.

    Raises:
        SnippetError: It raises, or an output has another shape or leaves its domain.
    """
    built.observer = observer = subject.observer
    outputs: list[NDArray[Any]] = []
    for batch in reversed(BATCHES):
        observer.roots.clear()
        observer.batch = batch
        arrays = inputs_for(built, subject, batch)
        with observer.watching(), guarded(built.snippet):
            outputs = forward(subject, arrays)
        observer.require_shapes()
        _require_contract(built, subject, outputs, batch)
    observer.batch = None
    again = forward(subject, arrays)
    return not all(np.array_equal(one, two) for one, two in zip(outputs, again, strict=True))


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
            raise SnippetError(built.snippet.shown, tensor.line, message, cure)
        stray = outside(values, tensor.domain, subject.parameters)
        if stray:
            domain = tensor.domain.text or "finite numbers"
            message = f"the contract says output {domain}, a run gives {stray}"
            cure = "mend the last layer's activation, or the domain"
            raise SnippetError(built.snippet.shown, tensor.line, message, cure)


def require_training(built: Built, subject: Subject) -> None:
    """Train for a few steps: the loss is finite and every trainable weight moves.

    Every optimizer of Keras moves a weight whose gradient is not zero, and makes a weight
    that is not finite of a gradient that is not; so weights tell of gradients on any backend.

    Raises:
        SnippetError: A step raises, the loss is not finite, or a weight does not move.
    """
    model = subject.model
    before = [_numbers(weight) for weight in model.trainable_weights]
    generator = np.random.default_rng(_SEED)
    contract = built.reading.contract
    model.run_eagerly = True
    for _ in range(STEPS):
        arrays = [draw(each, subject.parameters, BATCHES[1], generator) for each in contract.of("input")]
        targets = [draw(each, subject.parameters, BATCHES[1], generator) for each in contract.of("target")]
        with guarded(built.snippet):
            loss = model.train_on_batch(_packed(subject, arrays), _targets(subject, targets))
        if not np.all(np.isfinite(loss)):
            message = f"a training step gives the loss {loss}"
            cure = "mend the last layer, the loss or the target's domain"
            raise SnippetError(built.snippet.shown, _builder_line(built), message, cure)
    for weight, old in zip(model.trainable_weights, before, strict=True):
        _require_moved(built, weight, old)


def _packed(subject: Subject, arrays: list[NDArray[Any]]) -> Any:  # noqa: ANN401
    structure = getattr(subject.model, "input", None) if subject.output_names[0] else None
    if isinstance(structure, dict):
        return backend.start().tree.pack_sequence_as(structure, arrays)
    return arrays[0] if len(arrays) == 1 else arrays


def _targets(subject: Subject, targets: list[NDArray[Any]]) -> Any:  # noqa: ANN401
    if isinstance(subject.model.loss, dict):
        names = [name for name in subject.output_names if name in subject.model.loss]
        return dict(zip(names, targets, strict=True))
    return targets[0] if len(targets) == 1 else targets


def _require_moved(built: Built, weight: Any, old: NDArray[Any]) -> None:  # noqa: ANN401
    new = _numbers(weight)
    place = (built.snippet.shown, _builder_line(built))
    if not np.all(np.isfinite(new)):
        message = f"the weight {weight.path} is not finite after {STEPS} training steps"
        raise SnippetError(*place, message, "lower the learning rate or mend the loss")
    if np.array_equal(new, old):
        message = f"no gradient reaches the weight {weight.path}: {STEPS} training steps left it"
        cure = "connect its layer to the loss, delete it, or set trainable=False"
        raise SnippetError(*place, message, cure)


def _builder_line(built: Built) -> int:
    return built.reading.builder.lineno


def require_saving(built: Built, subject: Subject) -> None:
    """Save the model, load it, and compare weights and outputs.

    Raises:
        SnippetError: It can't be saved or loaded, or gives other outputs afterwards.
    """
    keras = backend.start()
    cure = "register custom classes with keras.saving.register_keras_serializable and get_config"
    place = (built.snippet.shown, _builder_line(built))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        try:
            subject.model.save(path)
            loaded = keras.saving.load_model(path)
        except Exception as error:
            first = (str(error).strip().splitlines() or ["no message"])[0]
            message = f"the model does not survive saving: {type(error).__name__}: {first}"
            raise SnippetError(*place, message, cure) from error
    _align_seeds(subject.model, loaded)
    arrays = inputs_for(built, subject, BATCHES[1])
    pairs = zip(forward(subject, arrays), forward(subject, arrays, loaded), strict=True)
    if not all(np.allclose(one, two, rtol=_SAME, atol=_SAME) for one, two in pairs):
        message = "the model gives other outputs after saving and loading"
        raise SnippetError(*place, message, cure)


def _align_seeds(model: Any, loaded: Any) -> None:  # noqa: ANN401
    """Give the loaded model's random layers the state of the saved one's.

    Keras does not save the state of seed generators, so that a model that is random by design
    would give other outputs for that reason alone.
    """
    pairs = zip(_random_layers(model), _random_layers(loaded), strict=False)
    for one, two in pairs:
        two.seed_generator.state.assign(one.seed_generator.state)


def _random_layers(layer: Any) -> list[Any]:  # noqa: ANN401
    own = [layer] if getattr(layer, "seed_generator", None) is not None else []
    return own + [each for inner in children(layer) for each in _random_layers(inner)]


def children(layer: Any) -> list[Any]:  # noqa: ANN401
    """Return the layers that a layer or model holds, in the order in which it made them."""
    inner = getattr(layer, "layers", None)
    return list(inner if inner is not None else getattr(layer, "_layers", []))


def _numbers(weight: Any) -> NDArray[Any]:  # noqa: ANN401
    return np.array(backend.start().ops.convert_to_numpy(weight))
