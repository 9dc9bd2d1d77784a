import pytest

from shapesheet.contract import ContractLineError, parse_contract
from shapesheet.grammar import GrammarError
from shapesheet.portability import Portability, parse_portability


def test_a_contract_that_says_nothing_is_for_all_backends() -> None:
    found = parse_contract({1: "input: (batch, 3)"}, 0)
    assert found.portability == Portability(("tensorflow", "jax", "torch"), "", 0)


def test_a_contract_names_the_only_backends_and_the_reason() -> None:
    text = "backends: tensorflow, jax (PyTorch's has no complex numbers (yet))"
    found = parse_contract({7: text}, 0).portability
    assert found == Portability(("tensorflow", "jax"), "PyTorch's has no complex numbers (yet)", 7)


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("tensorflow", 10, "the backends have no reason"),
        ("tensorflow ( )", 14, "the backends have no reason"),
        ("", 0, "the backends have no reason"),
        ("(it is so)", 0, "Keras has no backend ''"),
        ("tensorflow, theano (it is so)", 12, "Keras has no backend 'theano'"),
        ("jax, torch (it is so)", 0, "the backends lack tensorflow, on which the record is made"),
        ("torch, jax, tensorflow (it is so)", 0, "these are all backends"),
    ],
)
def test_a_wrong_line_is_refused_with_place_and_cure(text: str, column: int, message: str) -> None:
    with pytest.raises(GrammarError) as caught:
        parse_portability(text, 3)
    assert (caught.value.message, caught.value.column) == (message, column)
    assert caught.value.cure


def test_the_place_is_that_in_the_file() -> None:
    with pytest.raises(ContractLineError) as caught:
        parse_contract({12: "    backends: tensorflow, cntk (old)"}, 0)
    assert (caught.value.line, caught.value.error.column) == (12, 26)
