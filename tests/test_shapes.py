import pytest
from hypothesis import given
from hypothesis import strategies as st

from shapesheet.grammar import GrammarError
from shapesheet.shapes import is_shape, parse_shape, parse_shapes
from tests.strategies import DIMENSIONS, LETTERS, printed
from tests.test_expressions import complaint


@given(DIMENSIONS)
def test_a_shape_printed_is_parsed_again(dimensions: list[str]) -> None:
    shape = parse_shape(printed(dimensions))
    again = parse_shape(shape.text)
    assert again == shape
    assert len(shape.dimensions) == len(dimensions) + 1


@given(st.one_of(LETTERS, st.text(max_size=30), LETTERS.map(lambda text: f"(batch, {text})")))
def test_no_text_makes_the_parser_raise_anything_but_its_error(text: str) -> None:
    is_shape(text)
    error = complaint(parse_shapes, text)
    assert error is None or 0 <= error.column <= len(text.encode())


def test_the_parts_of_a_shape_keep_their_text() -> None:
    shape = parse_shape("  (batch, height//2 , max(a,  b)) ")
    assert shape.text == "(batch, height//2 , max(a,  b))"
    assert [each.text for each in shape.dimensions] == ["batch", "height//2", "max(a,  b)"]


def test_several_shapes_stand_side_by_side() -> None:
    shapes = parse_shapes("(batch, units), (batch, length, units)")
    assert [each.text for each in shapes] == ["(batch, units)", "(batch, length, units)"]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("(batch, 32)", True),
        ("(batch,)", True),
        ("(batch)", True),
        ("(batch, 32) one for each", True),
        ("(units, units)", True),
        ("(batch, a), (batch, b)", True),
        ("(see the paper)", False),
        ("(optional)", False),
        ("batch first", False),
        ("32, 64", False),
        ("(e.g., this)", False),
        ("", False),
    ],
)
def test_a_comment_is_a_shape_or_a_remark(text: str, *, verdict: bool) -> None:
    assert is_shape(text) is verdict


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("(batch)", 0, "this is no shape"),
        ("batch, 3", 0, "this is no shape"),
        ("(batch, 3.0)", 8, "a dimension is an integer"),
        ("(batch, n * 0.5)", 12, "a dimension is an integer"),
        ("(batch, n / 2)", 8, "'n / 2' is not part of a shape"),
        (" (batch, n / 2)", 9, "'n / 2' is not part of a shape"),
        ("(batch, 32) words", 12, "this is no expression: invalid syntax"),
    ],
)
def test_an_error_points_at_its_column(text: str, column: int, message: str) -> None:
    with pytest.raises(GrammarError) as caught:
        parse_shapes(text)
    assert (caught.value.message, caught.value.column) == (message, column)


def test_one_shape_is_one_shape() -> None:
    with pytest.raises(GrammarError, match="one shape belongs here, found 2"):
        parse_shape("(batch, 1), (batch, 2)")
