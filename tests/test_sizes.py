from typing import Any

import pytest

from shapesheet.contract import Contract, parse_contract
from shapesheet.expressions import Expression, parse_expression
from shapesheet.sizes import TRIALS, choose, holds


def contract(*lines: str) -> Contract:
    return parse_contract(dict(enumerate(lines)), 0)


def expressions(*texts: str) -> list[Expression]:
    return [parse_expression(text) for text in texts]


def test_no_two_dimensions_coincide() -> None:
    read = expressions("batch", "height", "width", "channels", "height // 2", "32", "None")
    draws = choose(contract(), {"height": 64, "width": 64, "channels": 3}, read)
    assert len(draws) == TRIALS
    for draw in draws:
        values = [draw["height"], draw["width"], draw["channels"], draw["height"] // 2, 32]
        assert len(set(values)) == len(values)


def test_conditions_are_kept() -> None:
    found = contract("where: length % 8 == 0 and length >= 32", "where: length < size")
    draws = choose(found, {"length": 64, "size": 100}, expressions("length", "size"))
    assert len(draws) == TRIALS
    assert all(holds(found.where, draw) for draw in draws)


def test_the_same_sizes_are_chosen_every_time() -> None:
    arguments = (contract(), {"a": 10, "b": 20}, expressions("a", "b"))
    assert choose(*arguments) == choose(*arguments)


def test_sizes_differ_from_the_defaults_and_are_small() -> None:
    for draw in choose(contract(), {"units": 1000}, expressions("units")):
        assert draw["units"] != 1000
        assert draw["units"] < 13


def test_every_value_is_tried_even_when_there_are_more_than_builds() -> None:
    found = contract('mode: "a", "b", "c", "d", "e"')
    draws = choose(found, {"mode": "a", "size": 9}, [])
    assert {draw["mode"] for draw in draws} >= {"b", "c", "d", "e"}


def test_values_take_turns() -> None:
    draws = choose(contract('mode: "a", "b"'), {"mode": "a", "size": 9}, [])
    assert {draw["mode"] for draw in draws} == {"a", "b"}
    assert len(draws) == TRIALS


@pytest.mark.parametrize("defaults", [{}, {"name": "a", "flag": True, "rate": 0.5}])
def test_what_is_no_size_keeps_its_default(defaults: dict[str, Any]) -> None:
    assert choose(contract(), defaults, []) == []


def test_few_sizes_are_tried_where_few_are_possible() -> None:
    draws = choose(contract("where: size < 3"), {"size": 2, "flag": False}, expressions("size"))
    assert draws == []
    draws = choose(contract("where: size <= 3"), {"size": 2}, expressions("size"))
    assert draws == [{"size": 3}]


def test_heavy_snippets_are_built_once() -> None:
    assert choose(contract("heavy: half a gigabyte"), {"size": 3}, []) == []


def test_an_expression_that_cannot_be_computed_counts_as_a_coincidence() -> None:
    draws = choose(contract(), {"size": 8}, expressions("8 // (size - 4)", "0"))
    assert all(draw["size"] != 4 for draw in draws)


@pytest.mark.parametrize("text", ["name > 3", "size // 0 == 1", "size > 9"])
def test_a_condition_that_cannot_be_computed_does_not_hold(text: str) -> None:
    assert not holds(contract(f"where: {text}").where, {"name": "a", "size": 3})
