from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shapesheet.contract import Contract, ContractLineError, parse_contract, parse_tensor
from tests.strategies import DIMENSIONS, LETTERS, Section, broken, printed, sections


def contract(text: str) -> Contract:
    return of_lines(text.split("\n"))


def of_lines(lines: list[str]) -> Contract:
    return parse_contract(dict(enumerate(lines, 10)), 9)


@given(
    DIMENSIONS,
    st.sampled_from(["", " int", " float"]),
    st.sampled_from(["", " in [0, n)", " in {0, 1}", " one-hot", " probabilities"]),
)
def test_a_tensor_printed_is_parsed_again(dimensions: list[str], dtype: str, domain: str) -> None:
    tensor = parse_tensor("input", "x", f"{printed(dimensions)}{dtype}{domain}", 3)
    text = f"{tensor.shape.text} {tensor.dtype} {tensor.domain.text}"
    assert parse_tensor("input", "x", text, 3) == tensor


@given(sections())
def test_a_contract_printed_states_what_was_printed(section: Section) -> None:
    found = of_lines(section.lines)
    tensors = [
        (each.role, each.name, each.shape.text, each.dtype, each.domain.text)
        for each in found.tensors
    ]
    assert tensors == section.tensors
    assert [each.text for each in found.where] == section.where
    assert (found.values, found.heavy) == (section.values, section.heavy)
    if section.backends:
        where = found.portability
        assert (where.backends, where.reason) == (section.backends, section.reason)
    stated = {number - 10: section.lines[number - 10] for number in found.lines.values()}
    assert all(text.split(":")[0].strip() in ("where", *found.values) for text in stated.values())


@given(sections())
def test_a_contract_parsed_is_printed_and_parsed_again(section: Section) -> None:
    found = of_lines(section.lines)
    lines = [
        f"{each.role} {each.name}: {each.shape.text} {each.dtype} {each.domain.text}"
        for each in found.tensors
    ]
    lines += [f"where: {each.text}" for each in found.where]
    lines += [f"{key}: {', '.join(map(repr, each))}" for key, each in found.values.items()]
    lines += [f"heavy: {found.heavy}"] if found.heavy else []
    where = found.portability
    lines += [f"backends: {', '.join(where.backends)} ({where.reason})"] if where.reason else []
    assert of_lines(lines) == found


@given(sections().flatmap(lambda section: broken("\n".join(section.lines))))
def test_no_broken_contract_raises_anything_but_its_error(text: str) -> None:
    with suppress(ContractLineError):
        contract(text)


@given(st.lists(st.one_of(LETTERS, LETTERS.map(lambda text: f"input: (batch, {text}")), max_size=3))
def test_no_text_makes_the_parser_raise_anything_but_its_error(lines: list[str]) -> None:
    with suppress(ContractLineError):
        parse_contract(dict(enumerate(lines)), 0)


def test_a_contract_states_tensors_conditions_values_and_weight() -> None:
    found = contract(
        "    input question: (batch, length) int in [0, words)\n"
        "    output: (batch, classes) probabilities\n"
        "    target: (batch, classes) one-hot\n"
        "    where: length % 4 == 0\n"
        '    mode: "concat", "sum"\n'
        "    heavy: it holds half a gigabyte"
    )
    question, output, target = found.tensors
    assert (question.role, question.name, question.dtype, question.line) == (
        "input",
        "question",
        "int",
        10,
    )
    assert question.domain.kind == "interval"
    assert (output.dtype, output.domain.kind) == ("float", "probabilities")
    assert found.of("target") == (target,)
    assert [condition.text for condition in found.where] == ["length % 4 == 0"]
    assert found.values == {"mode": ("concat", "sum")}
    assert found.lines == {"length % 4 == 0": 13, "mode": 14}
    assert found.heavy == "it holds half a gigabyte"


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ("  input (batch, 3)", 2, "this line of the contract states nothing"),
        ("  where x: a > 3", 2, "this line of the contract states nothing"),
        ("  input: batch, 3", 9, "a shape belongs here"),
        ("  input: ", 9, "a shape belongs here"),
        ("  input: (batch, 3", 18, "this shape does not end"),
        ("  input: (size, 3)", 9, "the first dimension is not batch"),
        ("  input: ()", 9, "the first dimension is not batch"),
        ("  input: (batch, size / 2)", 17, "'size / 2' is not part of a shape"),
        ("  input: (batch, 3) whole", 20, "'whole' is no type and no domain"),
        ("  input: (batch, 3) int in [0, 1 / 2]", 31, "'1 / 2' is not part of a shape"),
        ("  where: size", 9, "this is no condition"),
        ("  where: size + 1 > a.b", 20, "'a.b' is not part of a condition"),
        ("  heavy:", 8, "heavy has no reason"),
        ("  outputs: (batch, 3)", 11, "'(batch, 3)' is no list of values for outputs"),
        ("  mode:", 7, "'' is no list of values for mode"),
        ("  mode: {[]: 1}", 8, "'{[]: 1}' is no list of values for mode"),
    ],
)
def test_an_error_has_its_line_and_column(line: str, column: int, message: str) -> None:
    with pytest.raises(ContractLineError) as caught:
        contract(f"  output: (batch, 1)\n{line}")
    assert caught.value.line == 11
    assert (caught.value.error.message, caught.value.error.column) == (message, column)
    assert caught.value.error.cure
