import pytest
from hypothesis import given
from hypothesis import strategies as st

from shapesheet.domains import parse_domain
from shapesheet.grammar import GrammarError
from tests.strategies import EXPRESSIONS, LETTERS
from tests.test_expressions import complaint


@given(EXPRESSIONS, EXPRESSIONS, st.sampled_from(["[]", "[)", "(]", "()", "{}"]))
def test_a_domain_printed_is_parsed_again(low: str, high: str, brackets: str) -> None:
    domain = parse_domain(f" in {brackets[0]}{low}, {high}{brackets[1]} ")
    assert parse_domain(domain.text) == domain
    assert domain.kind == ("set" if brackets == "{}" else "interval")
    assert domain.open_ends == (brackets[0] == "(", brackets[1] == ")")


@given(st.one_of(LETTERS, st.text(max_size=20), LETTERS.map(lambda text: f"in [{text}]")))
def test_no_text_makes_the_parser_raise_anything_but_its_error(text: str) -> None:
    error = complaint(parse_domain, text)
    assert error is None or -1 <= error.column <= len(text.encode()) + 1


@pytest.mark.parametrize("text", ["one-hot", "probabilities"])
def test_a_domain_may_be_a_word(text: str) -> None:
    assert parse_domain(f" {text}").kind == text


def test_nothing_is_real_numbers() -> None:
    assert parse_domain("  ").kind == "real"


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        (" in [0, 1, 2]", 1, "'in [0, 1, 2]' is no domain"),
        ("in {0, 1]", 0, "'in {0, 1]' is no domain"),
        ("in [0, n / 2]", 7, "'n / 2' is not part of a shape"),
        ("in [0, +]", 8, "this is no expression: invalid syntax"),
        ("whole", 0, "'whole' is no type and no domain"),
        ("in 0, 1", 0, "'in 0, 1' is no type and no domain"),
        ("in [0, 1), (2)", 3, "'(0, 1)' is not part of a shape"),
    ],
)
def test_an_error_points_at_its_column(text: str, column: int, message: str) -> None:
    with pytest.raises(GrammarError) as caught:
        parse_domain(text)
    assert (caught.value.message, caught.value.column) == (message, column)
