"""Whether a mutant is none: with the same weights, nothing that can be seen of it differs."""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from shapesheet import backend, build, loading, reader, saving
from shapesheet.running import packed
from shapesheet.samples import draw, ends
from shapesheet.training import targets_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from shapesheet.check import Examination
    from shapesheet.snippet import Snippet
    from shapesheet.subject import Built, Subject

BATCH = 8
SEED = 11
# Weights as they start hide what multiplies by one or adds zero, so each is moved a little.
_SHIFT = 0.1
_CLOSE = 1e-5


def is_equivalent(original: Snippet, mutant: Examination) -> bool:
    """Return whether a mutant that passed every check and claim is the original in other words.

    Both are built at the defaults and at another size and given the same weights. They are
    equivalent when weights, trainable or not, are of the same shapes, and outputs, training
    outputs, losses, metrics and the weights after a training step are the same, on random
    input with and without a tail of padding, and with them what the models are compiled with.

    A mutant that differs in what it states, not in what it does, is never equivalent; nor is
    one that differs outside of what the builder uses.
    """
    if not may_be_equivalent(original.source, mutant.snippet.source, original.name):
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            built = loading.load(original, reader.read(original, mutant.config))
            sizes = [built.defaults, *built.others[:1]]
            return all(_same(built, mutant.built, parameters) for parameters in sizes)
    except Exception:  # noqa: BLE001 - whatever can't be compared is not the same
        return False


def may_be_equivalent(original: str, mutant: str, builder: str) -> bool:
    """Return whether two texts differ in code that the builder runs, and there only."""
    one, two = _definitions(original), _definitions(mutant)
    if one.keys() != two.keys():
        return False
    changed = {name for name in one if ast.dump(one[name]) != ast.dump(two[name])}
    return bool(changed) and changed <= _reached(one, builder)


def _definitions(source: str) -> dict[str, ast.stmt]:
    """Return a module's functions, classes and other statements without their docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(
            node
        ):
            node.body[0] = ast.Pass()
    return {getattr(node, "name", f"#{number}"): node for number, node in enumerate(tree.body)}


def _reached(definitions: dict[str, ast.stmt], builder: str) -> set[str]:
    reached, waiting = set(), [builder]
    while waiting:
        name = waiting.pop()
        if name in reached or name not in definitions:
            continue
        reached.add(name)
        read = ast.walk(definitions[name])
        waiting += [node.id for node in read if isinstance(node, ast.Name)]
    return reached


def _same(original: Built, mutant: Built, parameters: dict[str, Any]) -> bool:
    one, two = build.build(original, parameters), build.build(mutant, parameters)
    if _outside(one) != _outside(two):
        return False
    _share_weights(one.model, two.model)
    return all(
        _agree(first, second)
        for given, targets in _batches(original, one)
        for first, second in zip(
            _seen(one, given, targets), _seen(two, given, targets), strict=True
        )
    )


def _outside(subject: Subject) -> list[Any]:
    """Return what a model is from outside: weights, names, what it is compiled with."""
    model = subject.model
    weights = [(tuple(each.shape), str(each.dtype), each.trainable) for each in model.weights]
    inputs = [(_name(each.name), tuple(each.shape), str(each.dtype)) for each in subject.inputs]
    outputs = [tuple(each.shape) for each in subject.outputs]
    compiled = model.get_compile_config() if getattr(model, "compiled", False) else None
    names = [_name(each) for each in subject.output_names]
    return [weights, inputs, outputs, names, repr(compiled)]


def _name(given: str) -> str:
    """Return a name without the number that Keras adds to names of its own, as they come."""
    return re.sub(r"_\d+$", "", given)


def _share_weights(one: Any, two: Any) -> None:  # noqa: ANN401
    generator = np.random.default_rng(SEED)
    values = [_moved(weight, generator) for weight in one.weights]
    one.set_weights(values)
    two.set_weights(values)
    saving.align_seeds(one, two)


def _moved(weight: Any, generator: np.random.Generator) -> NDArray[Any]:  # noqa: ANN401
    value = np.array(backend.start().ops.convert_to_numpy(weight))
    if not np.issubdtype(value.dtype, np.floating):
        return value
    moved = value + _SHIFT * generator.standard_normal(value.shape)
    # A variance has a root drawn from it.
    kept = np.abs(moved) if "variance" in weight.path else moved
    return kept.astype(value.dtype)


def _batches(built: Built, subject: Subject) -> Iterator[tuple[list[NDArray[Any]], Any]]:
    """Yield inputs and targets of the contract's domains, once with a tail of padding."""
    for padded in (False, True):
        generator = np.random.default_rng(SEED)
        contract = built.reading.contract
        given = [draw(each, subject.parameters, BATCH, generator) for each in contract.of("input")]
        wanted = [
            draw(each, subject.parameters, BATCH, generator) for each in contract.of("target")
        ]
        if padded:
            for tensor, values in zip(contract.of("input"), given, strict=True):
                domain = tensor.domain
                low = ends(domain, subject.parameters)[0] if domain.kind == "interval" else 0
                if values.ndim > 1:
                    values[:, values.shape[1] * 2 // 3 :] = max(low, 0)
        yield given, targets_of(subject, wanted) if wanted else None


def _seen(subject: Subject, given: list[NDArray[Any]], targets: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield what is seen of a model: outputs in use and in training, losses, what it learns."""
    keras, model = backend.start(), subject.model
    x = packed(subject, given)
    for training in (False, True):
        keras.utils.set_random_seed(SEED)
        yield from keras.tree.flatten(model(x, training=training))
    if targets is None:
        return
    model.run_eagerly = True
    keras.utils.set_random_seed(SEED)
    yield from np.atleast_1d(model.test_on_batch(x, targets))
    model.train_on_batch(x, targets)
    yield from model.weights


def _agree(one: Any, two: Any) -> bool:  # noqa: ANN401
    first, second = (np.asarray(backend.start().ops.convert_to_numpy(each)) for each in (one, two))
    return first.shape == second.shape and np.allclose(first, second, rtol=_CLOSE, atol=1e-7)
