"""How outputs are compared; TensorFlow stands for both sides here."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from shapesheet import agreement, backend, loading
from shapesheet.errors import SnippetError
from tests import workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from shapesheet.subject import Built

    Arrays = dict[str, NDArray[np.float32]]

NORMALIZED = """\
inputs = keras.Input((size,))
x = layers.Dense(4)(inputs)
x = layers.BatchNormalization()(x)
outputs = layers.Dense(1, activation="sigmoid")(x)
return keras.Model(inputs, outputs)
"""


@pytest.fixture
def built(tmp_path: Path) -> Iterator[Built]:
    examination = workshop.examination(tmp_path, workshop.source(NORMALIZED))
    examination.require("shapes")
    yield examination.built
    loading.unload(examination.snippet)
    examination.release()


@pytest.fixture
def change(built: Built, tmp_path: Path) -> Callable[[Callable[[Arrays], None]], str]:
    """Return a function that saves, changes what was saved, and returns what is then said."""

    def changed(edit: Callable[[Arrays], None]) -> str:
        path = tmp_path / "saved.npz"
        agreement.save(built, path)
        with np.load(path) as saved:
            arrays = dict(saved)
        edit(arrays)
        np.savez(path, **arrays)
        with pytest.raises(SnippetError) as caught:
            agreement.difference(built, path)
        return f"{caught.value.place}: {caught.value.message}"

    return changed


def test_the_same_backend_agrees_with_itself_at_every_size(built: Built, tmp_path: Path) -> None:
    path = tmp_path / "saved.npz"
    agreement.save(built, path)
    with np.load(path) as saved:
        sizes = {name.partition("/")[0] for name in saved.files}
        assert len(sizes) == 1 + len(built.others) > 2
        assert len(agreement._names(saved, 0, "weight")) == 8  # noqa: SLF001 - the file's layout
    assert agreement.difference(built, path) == 1e-5


def test_another_output_is_refused_with_both_values(
    change: Callable[[Callable[[Arrays], None]], str],
) -> None:
    def edit(arrays: Arrays) -> None:
        arrays["1/output/0"][2] = 0.9

    said = change(edit)
    assert said.startswith("snippets/dense/toy.py:12: with the same weights TensorFlow gives 0.")
    assert "TensorFlow 0.9: " in said
    assert "of the largest output, more than 0.0001 at size=" in said


def test_an_output_of_another_shape_is_refused(
    change: Callable[[Callable[[Arrays], None]], str],
) -> None:
    def edit(arrays: Arrays) -> None:
        arrays["0/output/0"] = arrays["0/output/0"][:2]

    assert "gives (3, 1), TensorFlow (2, 1)" in change(edit)


def test_a_weight_of_another_shape_is_refused(
    change: Callable[[Callable[[Arrays], None]], str],
) -> None:
    def edit(arrays: Arrays) -> None:
        arrays["0/weight/0"] = arrays["0/weight/0"].T

    said = change(edit)
    assert "the weight dense/kernel is (5, 4), TensorFlow's is (4, 5) at size=5" in said


def test_a_weight_more_or_less_is_refused(
    change: Callable[[Callable[[Arrays], None]], str],
) -> None:
    said = change(lambda arrays: arrays.pop("0/weight/7") and None)
    assert "there are 8 weights, TensorFlow has 7 at size=5" in said


def test_weights_that_begin_as_zeros_or_ones_are_shaken_and_the_others_left() -> None:
    keras = backend.start()
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.add(keras.layers.BatchNormalization())
    kernel = np.array(model.layers[0].kernel)
    agreement.shake(model)
    np.testing.assert_array_equal(model.layers[0].kernel, kernel)
    bias, variance = np.array(model.layers[0].bias), np.array(model.layers[1].moving_variance)
    assert len({*bias, *variance}) == 4
    assert ((bias > 0) & (bias < 0.1)).all()
    assert ((variance > 1) & (variance < 1.1)).all()


@pytest.mark.parametrize(
    ("one", "two", "share"),
    [
        ([1.0, -4.0], [1.0, -4.0], 0),
        ([1.0, -4.0], [1.5, -4.0], 0.125),
        ([0.0], [0.25], 0.25),
        ([], [], 0),
        ([1.0], [math.nan], math.inf),
        ([1.0], [1.0, 1.0], math.inf),
    ],
)
def test_a_difference_is_a_share_of_the_largest(
    one: list[float], two: list[float], share: float
) -> None:
    assert agreement.apart(np.array(one), np.array(two)) == share


@pytest.mark.parametrize(
    ("share", "bound"),
    [(0.0, 1e-5), (3e-7, 1e-5), (1e-5, 1e-5), (1.1e-5, 1e-4), (1e-4, 1e-4), (9.9e-5, 1e-4)],
)
def test_a_difference_is_rounded_up_so_that_it_is_the_same_on_every_machine(
    share: float, bound: float
) -> None:
    assert agreement.rounded(share) == bound
