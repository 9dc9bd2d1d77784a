"""Compare what a model gives on two backends, with the same weights and inputs."""

from __future__ import annotations

import math
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from shapesheet import backend, build
from shapesheet.backends import NAMES
from shapesheet.matching import actual_text
from shapesheet.observe import at
from shapesheet.running import ONE, SEED, SEVERAL, forward, inputs_for, packed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from shapesheet.subject import Built, Subject

# Of the largest output. Single precision keeps seven digits; sums in another order cost one or
# two of them, while another padding or gate order changes the first.
TOLERANCE = 1e-4
_SMALLEST = 1e-5
_SHAKEN = 0.1


def save(built: Built, path: Path) -> None:
    """Build a snippet at all its sizes; save weights, inputs and outputs of each build.

    The file is NumPy's ``.npz``, written array by array: a model's weights are not held twice.
    """
    with zipfile.ZipFile(path, "w") as archive:
        for number, subject in _subjects(built):
            shake(subject.model)
            given = inputs_for(built, subject, _batch(built))
            parts = {
                "weight": (_numbers(weight) for weight in subject.model.weights),
                "input": iter(given),
                "output": iter(forward(subject, given)),
            }
            for role, arrays in parts.items():
                for index, array in enumerate(arrays):
                    with archive.open(
                        f"{number}/{role}/{index}.npy", "w", force_zip64=True
                    ) as file:
                        np.lib.format.write_array(file, np.asarray(array))


def difference(built: Built, path: Path) -> float:
    """Return how far the outputs are from those in ``path``, as a share of the largest of them.

    It is rounded up to a power of ten, so that it is the same on every machine.

    Raises:
        SnippetError: The weights have other shapes, or the outputs differ by more than
            ``TOLERANCE``.
    """
    largest = 0.0
    with np.load(path) as saved:
        for number, subject in _subjects(built):
            _carry(built, subject, saved, number)
            given = _arrays(saved, number, "input")
            theirs = list(_arrays(saved, number, "output"))
            ours = _outputs(subject, list(given))
            for index, (one, two) in enumerate(zip(theirs, ours, strict=True)):
                found = apart(one, two)
                largest = max(largest, found)
                if not found <= TOLERANCE:
                    raise _error(built, subject, index, one, two)
    return rounded(largest)


def apart(one: NDArray[Any], two: NDArray[Any]) -> float:
    """Return the largest difference of two arrays as a share of the largest number of the first."""
    if one.shape != two.shape:
        return math.inf
    scale = float(np.abs(one).max(initial=0)) or 1.0
    found = float(np.abs(one.astype("float64") - two).max(initial=0)) / scale
    return math.inf if math.isnan(found) else found


def rounded(share: float) -> float:
    """Return the next power of ten that is no smaller, from ``1e-05`` on."""
    return float(f"1e{math.ceil(math.log10(max(share, _SMALLEST)) - 1e-9)}")


def shake(model: Any) -> None:  # noqa: ANN401
    """Change the weights that begin as nothing but zeros or ones, each by up to a tenth.

    Biases and normalizations do; left so, they would hide that a backend leaves them out.
    """
    generator = np.random.default_rng(SEED)
    for weight in model.weights:
        numbers = _numbers(weight)
        if numbers.dtype.kind == "f" and numbers.size and numbers.min() == numbers.max():
            weight.assign(numbers + _SHAKEN * generator.random(numbers.shape, dtype="float32"))


def _subjects(built: Built) -> Iterator[tuple[int, Subject]]:
    """Yield the model of each size; a heavy one has one, and only one is held at a time."""
    for number, parameters in enumerate((built.defaults, *built.others)):
        yield number, build.build(built, parameters)


def _outputs(subject: Subject, given: list[NDArray[Any]]) -> list[NDArray[Any]]:
    if backend.name() != "jax":
        return forward(subject, given)
    # JAX compiles the whole model in less time than its operations, one by one, at each size.
    made = subject.model.predict_on_batch(packed(subject, given))
    return list(backend.start().tree.flatten(made))


def _batch(built: Built) -> int:
    return ONE if built.reading.contract.heavy else SEVERAL


def _carry(built: Built, subject: Subject, saved: Any, number: int) -> None:  # noqa: ANN401
    weights = subject.model.weights
    count = len(_names(saved, number, "weight"))
    if count != len(weights):
        message = f"there are {len(weights)} weights, TensorFlow has {count}"
        raise built.error(message + at(subject.parameters), _CURE)
    for weight, numbers in zip(weights, _arrays(saved, number, "weight"), strict=True):
        if tuple(weight.shape) != numbers.shape:
            message = (
                f"the weight {weight.path} is {actual_text(tuple(weight.shape))}, "
                f"TensorFlow's is {actual_text(numbers.shape)}"
            )
            raise built.error(message + at(subject.parameters), _CURE)
        weight.assign(numbers)


_CURE = "use layers whose weights do not depend on keras.backend.backend()"


def _names(saved: Any, number: int, role: str) -> list[str]:  # noqa: ANN401
    found = [name for name in saved.files if name.startswith(f"{number}/{role}/")]
    return sorted(found, key=lambda name: int(name.rpartition("/")[2]))


def _arrays(saved: Any, number: int, role: str) -> Iterator[NDArray[Any]]:  # noqa: ANN401
    for name in _names(saved, number, role):
        yield saved[name]


def _error(
    built: Built, subject: Subject, index: int, one: NDArray[Any], two: NDArray[Any]
) -> Exception:
    name = NAMES[backend.name()]
    tensor = built.reading.contract.of("output")[index]
    if one.shape != two.shape:
        found = f"{actual_text(two.shape)}, TensorFlow {actual_text(one.shape)}"
        message = f"with the same weights {name} gives {found}"
    else:
        place = np.unravel_index(np.argmax(np.abs(one - two)), one.shape)
        message = (
            f"with the same weights {name} gives {two[place]:.6g}, TensorFlow {one[place]:.6g}: "
            f"{apart(one, two):.1e} of the largest output, more than {TOLERANCE:g}"
        )
    cure = "an operation differs between the backends (padding, rounding): replace it"
    return built.error(message + at(subject.parameters), cure, tensor.line)


def _numbers(weight: Any) -> NDArray[Any]:  # noqa: ANN401
    return np.asarray(backend.start().ops.convert_to_numpy(weight))
