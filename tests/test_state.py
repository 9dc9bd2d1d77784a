"""What code can change in the libraries and the process, and that all of it is undone."""

from __future__ import annotations

import os
import random
import sys
import types
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from shapesheet import backend, state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

keras: Any = backend.start()


@pytest.fixture(autouse=True)
def _afterwards() -> Iterator[None]:
    backend.clear()
    yield
    backend.clear()


def a_class(name: str = "Mine") -> type:
    return type(name, (keras.layers.Layer,), {})


def patch(owner: object, name: str, value: object) -> Callable[[], None]:
    return lambda: setattr(owner, name, value)


def remove(owner: object, name: str) -> Callable[[], None]:
    return lambda: delattr(owner, name)


def seen(owner: object, name: str) -> Callable[[], object]:
    return lambda: getattr(owner, name, "nothing")


def draws() -> tuple[float, ...]:
    """Return the next random numbers of all three, which stay the next ones."""
    state, old = random.getstate(), np.random.get_state()  # noqa: NPY002 - the one that is global
    found = random.random(), np.random.rand()  # noqa: NPY002, S311 - as above
    random.setstate(state)
    np.random.set_state(old)  # noqa: NPY002 - as above
    return found


CHANGES: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
    "float type": (lambda: keras.config.set_floatx("float64"), keras.config.floatx),
    "data format": (
        lambda: keras.config.set_image_data_format("channels_first"),
        keras.config.image_data_format,
    ),
    "epsilon": (lambda: keras.config.set_epsilon(0.5), keras.config.epsilon),
    "mixed precision": (
        lambda: keras.config.set_dtype_policy("mixed_float16"),
        lambda: keras.config.dtype_policy().name,
    ),
    "names of layers": (lambda: keras.layers.Dense(1), lambda: keras.layers.Dense(1).name),
    "random numbers": (lambda: keras.utils.set_random_seed(5), draws),
    "a class of a module": (
        patch(keras.layers, "Dense", keras.layers.Conv1D),
        seen(keras.layers, "Dense"),
    ),
    "a method of a class": (
        patch(keras.layers.Dense, "call", None),
        seen(keras.layers.Dense, "call"),
    ),
    "a method that a class inherits": (
        patch(keras.layers.Dense, "__call__", None),
        seen(keras.layers.Dense, "__call__"),
    ),
    "a name that is new": (patch(keras.layers, "New", 1), seen(keras.layers, "New")),
    "a name that is gone": (remove(keras.layers, "LSTM"), seen(keras.layers, "LSTM")),
    "a whole module": (
        lambda: sys.modules.__setitem__("keras.layers", types.ModuleType("keras.layers")),
        lambda: sys.modules["keras.layers"],
    ),
    "a class for saving": (
        lambda: keras.saving.register_keras_serializable("a")(a_class()),
        lambda: sorted(keras.saving.get_custom_objects()),
    ),
    "the name of a class for saving": (
        lambda: keras.saving.register_keras_serializable("a")(keras.layers.Flatten),
        lambda: keras.saving.get_registered_name(keras.layers.Flatten),
    ),
    "a function of NumPy": (patch(np, "mean", None), seen(np, "mean")),
    "NumPy's errors": (lambda: np.seterr(all="raise"), np.geterr),
    "how NumPy prints": (
        lambda: np.set_printoptions(precision=2),
        lambda: np.get_printoptions()["precision"],
    ),
    "an environment variable": (
        lambda: os.environ.update(SHAPESHEET_NEW="1"),
        lambda: os.environ.get("SHAPESHEET_NEW"),
    ),
    "a lost environment variable": (
        lambda: os.environ.pop("KERAS_BACKEND"),
        lambda: os.environ.get("KERAS_BACKEND"),
    ),
    "the working directory": (lambda: os.chdir("/"), os.getcwd),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_undone(what: str) -> None:
    change, look = CHANGES[what]
    before = look()
    change()
    assert look() != before
    backend.clear()
    assert look() == before


def test_what_is_registered_can_be_kept() -> None:
    keras.saving.register_keras_serializable("a")(a_class())
    keras.config.set_floatx("float64")
    registered = backend.restore()
    assert "a>Mine" not in keras.saving.get_custom_objects()
    backend.clear(registered)
    assert "a>Mine" in keras.saving.get_custom_objects()
    assert keras.config.floatx() == "float32"


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ({"a": np.ones(2)}, lambda table: table.update(a=np.ones(2))),
        ({"a": 1}, lambda table: table.update(b=2)),
        ([np.ones(2)], lambda table: table.append(1)),
        ([1, 2], lambda table: table.reverse()),
        ({1, 2}, lambda table: table.discard(2)),
    ],
)
def test_a_table_holds_the_very_same_things_again(
    table: dict[str, Any] | list[Any] | set[int], change: Callable[[Any], object]
) -> None:
    before = table.copy()
    change(table)
    state.fill([(table, before)])
    assert len(table) == len(before)
    assert {id(one) for one in table} == {id(one) for one in before}
    if isinstance(table, dict):
        assert [id(one) for one in table.values()] == [id(one) for one in before.values()]
    if isinstance(table, list):
        assert [id(one) for one in table] == [id(one) for one in before]


def test_a_state_that_is_the_same_has_no_tables_to_fill(tmp_path: Path) -> None:
    assert tmp_path.exists()
    assert state.filled(state.take()) == []
