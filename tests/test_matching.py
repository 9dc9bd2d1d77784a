import numpy as np
import pytest

from shapesheet.matching import (
    UnknownNameError,
    actual_text,
    differs,
    expected_text,
    lookup,
    tuple_text,
)
from shapesheet.shapes import parse_shape


@pytest.mark.parametrize(
    ("written", "actual", "batch", "wrong"),
    [
        ("(batch, size)", (None, 5), None, False),
        ("(batch, size)", (3, 5), 3, False),
        ("(batch, size)", (3, 6), 3, True),
        ("(batch, size)", (None, 5, 1), None, True),
        ("(batch, size)", (7, 5), 3, True),
        ("(batch, size)", (7, 5), None, True),
        ("(batch, None)", (None, 9), None, False),
        ("(batch, None)", (None, None), None, False),
        ("(batch, size)", (None, None), None, True),
        ("(batch * size, 2)", (15, 2), 3, False),
        ("(batch * size, 2)", (None, 2), None, False),
        ("(size, size)", (5, 5), None, False),
    ],
)
def test_a_shape_is_compared_dimension_by_dimension(
    written: str, actual: tuple[int | None, ...], batch: int | None, *, wrong: bool
) -> None:
    find = lookup({"size": 5}, batch=batch)
    assert differs(parse_shape(written), actual, find, batch) is wrong


def test_the_nearest_scope_wins() -> None:
    assert lookup({"units": 2}, {"units": 3, "steps": np.int64(4)})("units") == 2
    assert lookup({}, {"steps": np.int64(4)})("steps") == 4


@pytest.mark.parametrize(
    ("scope", "found"),
    [({}, "nothing"), ({"n": "a"}, "a str"), ({"n": True}, "a bool"), ({"n": (1,)}, "a tuple")],
)
def test_a_name_that_is_no_whole_number_is_told_by_its_kind(
    scope: dict[str, object], found: str
) -> None:
    with pytest.raises(UnknownNameError) as caught:
        lookup(scope)("n")
    assert (caught.value.name, caught.value.found) == ("n", found)


def test_shapes_are_written_as_python_writes_tuples() -> None:
    shape = parse_shape("(batch, size * 2, None, size // 0)")
    text = expected_text(shape, lookup({"size": 5}), None)
    assert text == "(batch, 10, None, size // 0 (integer division or modulo by zero))"
    assert actual_text((None, 3, None)) == "(batch, 3, None)"
    assert actual_text((3,)) == "(3,)"
    assert tuple_text([]) == "()"
