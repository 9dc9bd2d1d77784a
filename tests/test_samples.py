import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shapesheet.contract import TensorContract, parse_tensor
from shapesheet.samples import ANY_LENGTH, draw, outside

SIZES = {"size": 5, "classes": 4}


def tensor(text: str) -> TensorContract:
    return parse_tensor("input", "", text, 1)


@given(
    st.sampled_from(
        [
            "(batch, size)",
            "(batch, size) int",
            "(batch, size) in [0, 1]",
            "(batch, size) in (-1, 1)",
            "(batch, size) in [0, inf)",
            "(batch, size) in (-inf, 0]",
            "(batch, size) int in [0, classes)",
            "(batch, size) int in [0, 1]",
            "(batch, size) int in (0, 2)",
            "(batch, size) int in (0, classes]",
            "(batch, size) in {0, 1, classes}",
            "(batch, size, classes) one-hot",
            "(batch, size, classes) int one-hot",
            "(batch, size, classes) probabilities",
        ]
    ),
    st.integers(1, 4),
    st.integers(0, 9),
)
def test_a_sample_lies_in_its_domain_and_has_its_type(text: str, batch: int, seed: int) -> None:
    found = tensor(text)
    values = draw(found, SIZES, batch, np.random.default_rng(seed))
    assert values.shape[:2] == (batch, 5)
    assert values.dtype == ("int32" if found.dtype == "int" else "float32")
    assert not outside(values, found.domain, SIZES)


@pytest.mark.parametrize(
    ("domain", "ends"),
    [("[0, 1]", {0, 1}), ("[0, 10000)", {0, 9999}), ("(-5000, 5000]", {-4999, 5000})],
)
def test_whole_numbers_reach_both_ends_of_their_interval(domain: str, ends: set[int]) -> None:
    found = tensor(f"(batch, 3) int in {domain}")
    assert ends <= set(draw(found, {}, 1, np.random.default_rng(0)).flat)


def test_one_whole_number_alone_is_in_its_interval() -> None:
    values = draw(tensor("(batch, 1) int in [3, inf)"), {}, 1, np.random.default_rng(0))
    assert values.tolist() == [[3]]


@pytest.mark.parametrize("text", ["(batch, size) int in [3, 9_000)", "(batch,) int in (2, 9_000)"])
def test_the_first_and_the_last_whole_number_are_always_drawn(text: str) -> None:
    for seed in range(3):
        values = draw(tensor(text), SIZES, 2, np.random.default_rng(seed))
        assert (values.min(), values.max()) == (3, 8_999)


def test_any_length_is_a_length() -> None:
    values = draw(tensor("(batch, None, size)"), SIZES, 2, np.random.default_rng(0))
    assert values.shape == (2, ANY_LENGTH, 5)


@pytest.mark.parametrize(
    ("domain", "values", "stray"),
    [
        ("", [1.0, np.nan], "values that are not finite"),
        ("in [0, 1]", [0.0, 1.5], "the value 1.5"),
        ("in [0, 1]", [-0.5, 1.0], "the value -0.5"),
        ("in [0, 1)", [0.0, 1.0], "the value 1"),
        ("in (0, 1]", [0.0, 1.0], "the value 0"),
        ("in [0, classes)", [3.9, 0], ""),
        ("in {0, 1}", [0.0, 2.0], "the value 2"),
        ("in {0, 1}", [0.0, 1.0], ""),
        ("one-hot", [1.0, 1.0], "rows that are not one-hot"),
        ("one-hot", [0.0, 1.0], ""),
        ("probabilities", [0.5, 0.6], "a last axis that sums to 1.1"),
        ("probabilities", [1.5, -0.5], "the value -0.5"),
        ("probabilities", [0.5, 0.5], ""),
        ("", [1e9, -3], ""),
    ],
)
def test_what_lies_outside_a_domain_is_told(domain: str, values: list[float], stray: str) -> None:
    found = tensor(f"(batch, 2) {domain}").domain
    assert outside(np.array([values]), found, SIZES) == stray
