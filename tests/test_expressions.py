from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shapesheet.expressions import parse_condition, parse_expression
from shapesheet.grammar import GrammarError
from tests.strategies import EXPRESSIONS, LETTERS

VALUES = {"a": 3, "b": 5, "length": 12}


def complaint(parse: Callable[[str], object], text: str) -> GrammarError | None:
    """Return what the parser says of a text; any other error than its own is raised."""
    try:
        parse(text)
    except GrammarError as error:
        return error
    return None


@given(EXPRESSIONS)
def test_an_expression_has_the_value_that_python_gives_it(text: str) -> None:
    try:
        found = parse_expression(text).evaluate(VALUES.__getitem__)
    except ArithmeticError:
        return
    assert found == eval(text, {"min": min, "max": max}, VALUES)  # noqa: S307


@given(EXPRESSIONS)
def test_an_expression_printed_is_parsed_again(text: str) -> None:
    expression = parse_expression(text)
    assert parse_expression(expression.text) == expression


@given(st.one_of(LETTERS, st.text(max_size=30), EXPRESSIONS))
def test_no_text_makes_the_parser_raise_anything_but_its_error(text: str) -> None:
    for parse in (parse_expression, parse_condition):
        error = complaint(parse, text)
        assert error is None or 0 <= error.column <= len(text.encode())
        assert error is None or error.cure


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("length % 4 == 0", True),
        ("1 <= a < b and not b == a", True),
        ("a > b or a != 3", False),
        ("min(a, b) >= 3", True),
        ("a <= 2", False),
        ("a < inf", True),
    ],
)
def test_a_condition_is_true_or_false(text: str, value: bool) -> None:  # noqa: FBT001
    assert parse_condition(text).evaluate(VALUES.__getitem__) is value


def test_names_are_those_that_are_read() -> None:
    assert parse_expression("max(height // 2, width) + inf").names == {"height", "width"}


@pytest.mark.parametrize(
    ("text", "column", "found"),
    [
        ("units / 2", 0, "units / 2"),
        ("a + f(b, c)", 4, "f(b, c)"),
        ("min(a)", 0, "min(a)"),
        ("min(*a, b)", 4, "*a"),
        ("a.b", 0, "a.b"),
        ("a[0]", 0, "a[0]"),
        ("a if b else c", 0, "a if b else c"),
        ("'a'", 0, "'a'"),
        ("True", 0, "True"),
        ("1 < a", 0, "1 < a"),
        ("+a", 0, "+a"),
        ("3 + a.b", 4, "a.b"),
    ],
)
def test_what_is_not_in_the_grammar_is_named_at_its_column(
    text: str, column: int, found: str
) -> None:
    with pytest.raises(GrammarError) as caught:
        parse_expression(text)
    assert caught.value.message == f"{found!r} is not part of a shape"
    assert caught.value.column == column


def test_blanks_before_a_text_move_the_column() -> None:
    with pytest.raises(GrammarError) as caught:
        parse_expression("  a / 2")
    assert caught.value.column == 2


@pytest.mark.parametrize(("text", "column"), [("(a", 0), ("", 0), ("a b", 2)])
def test_what_is_no_expression_is_said_with_pythons_words(text: str, column: int) -> None:
    with pytest.raises(GrammarError, match="this is no expression: ") as caught:
        parse_expression(text)
    assert caught.value.column == column


@pytest.mark.parametrize("text", ["a\n+ b", "a" * 301, "\x00", "+".join("a" * 400)])
def test_a_text_is_one_line_of_no_more_than_300_letters(text: str) -> None:
    with pytest.raises(GrammarError, match="no line of at most 300 letters"):
        parse_expression(text)


@pytest.mark.parametrize("text", ["a", "a + 1", "-a"])
def test_a_number_is_no_condition(text: str) -> None:
    with pytest.raises(GrammarError, match="this is no condition"):
        parse_condition(text)


@pytest.mark.parametrize("text", ["a // 0", "a % 0", "2 ** 65", "2 ** -1", "None + 1"])
def test_what_cannot_be_computed_is_an_arithmetic_error(text: str) -> None:
    with pytest.raises(ArithmeticError):
        parse_expression(text).evaluate(VALUES.__getitem__)


def test_none_is_any_length() -> None:
    assert parse_expression("None").any_length
    assert not parse_expression("a").any_length
