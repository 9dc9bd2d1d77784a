"""Choose the sizes at which a snippet is built: no two dimensions coincide."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any

from shapesheet.matching import UnknownNameError, lookup
from shapesheet.shapes import BATCH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shapesheet.contract import Contract
    from shapesheet.expressions import Expression

TRIALS = 3
_CANDIDATES = 200
# How many draws in vain end the search: before the first that keeps the conditions, and after.
_ATTEMPTS = 20_000
_VAIN = 300
_SMALLEST_TOP = 9


def holds(conditions: Iterable[Expression], parameters: Mapping[str, Any]) -> bool:
    """Return whether ``parameters`` keep every condition."""
    try:
        return all(condition.evaluate(lookup(parameters)) for condition in conditions)
    except (ArithmeticError, UnknownNameError):
        return False


def choose(
    contract: Contract, defaults: Mapping[str, Any], expressions: Sequence[Expression]
) -> list[dict[str, Any]]:
    """Return the builder's parameters for three more builds, beside its defaults.

    Sizes are drawn from a fixed seed, since the same snippet must be tried at the same sizes
    everywhere. Of many draws those are kept in which the fewest different expressions have
    the same value, and of those the smallest, which build fastest. Parameters that are no
    sizes keep their defaults or take the contract's values in turn.

    Args:
        contract: Its conditions bound the sizes, its values are tried.
        defaults: The builder's parameters.
        expressions: The dimensions of the contract and of the comments.

    Returns:
        Fewer than three when the parameters allow no more, none when there is nothing to vary.
    """
    if contract.heavy:
        return []
    varied = [name for name, value in defaults.items() if name in contract.values or is_size(value)]
    readable = [
        expression
        for expression in dict.fromkeys(expressions)
        if expression.names <= {*defaults, BATCH} and not expression.any_length
    ]
    draws = list(_draws(contract, defaults, varied))
    draws.sort(key=lambda draw: _cost(draw, defaults, readable))
    return _apart(draws, contract)


def is_size(value: object) -> bool:
    """Return whether a parameter is a size: a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)


def _draws(
    contract: Contract, defaults: Mapping[str, Any], varied: list[str]
) -> Iterable[dict[str, Any]]:
    generator = random.Random(0)  # noqa: S311 - sizes to try, no secret
    seen = {_key(defaults)}
    found = vain = 0
    while varied and found < _CANDIDATES and vain < (_VAIN if found else _ATTEMPTS):
        vain += 1
        draw = dict(defaults)
        for name in varied:
            choices = contract.values.get(name)
            draw[name] = (
                generator.choice(choices) if choices else _draw_size(generator, defaults[name])
            )
        if _key(draw) not in seen and holds(contract.where, draw):
            seen.add(_key(draw))
            found, vain = found + 1, 0
            yield draw


def _draw_size(generator: random.Random, default: int) -> int:
    """Return a size between two (or a smaller default) and a little above the default.

    Half of the draws are small, since small models build fast; the others come from all of the
    range, since conditions such as ``height >= 32`` leave no small ones.
    """
    low = min(2, default)
    top = max(_SMALLEST_TOP, default + default // 2)
    return generator.randint(low, min(top, 12) if generator.random() < 0.5 else top)  # noqa: PLR2004


def _key(draw: Mapping[str, Any]) -> str:
    return repr(sorted(draw.items()))


def _coincidences(draw: Mapping[str, Any], expressions: Sequence[Expression]) -> int:
    find = lookup(draw, batch=0)
    values: Counter[float] = Counter()
    for expression in expressions:
        try:
            values[expression.evaluate(find)] += 1
        except (ArithmeticError, UnknownNameError):
            values[0] += 1
    return sum(count - 1 for count in values.values())


def _cost(
    draw: Mapping[str, Any], defaults: Mapping[str, Any], expressions: Sequence[Expression]
) -> tuple[int, float]:
    kept = sum(is_size(value) and draw[name] == value for name, value in defaults.items())
    return _coincidences(draw, expressions) + kept, _volume(draw, defaults)


def _volume(draw: Mapping[str, Any], defaults: Mapping[str, Any]) -> float:
    sizes = [
        float(draw[name] / max(value, 1)) for name, value in defaults.items() if is_size(value)
    ]
    return sum(sizes)


def _apart(draws: list[dict[str, Any]], contract: Contract) -> list[dict[str, Any]]:
    """Return three draws, best first, that try as many of the contract's values as they can."""
    chosen: list[dict[str, Any]] = []
    untried = {(name, repr(value)) for name, values in contract.values.items() for value in values}
    remaining = draws
    while remaining and (len(chosen) < TRIALS or untried):
        best = max(remaining, key=lambda draw: len(untried & set(_listed(draw, contract))))
        if len(chosen) >= TRIALS and not untried & set(_listed(best, contract)):
            break
        chosen.append(best)
        untried -= set(_listed(best, contract))
        remaining = [draw for draw in remaining if draw is not best]
    return chosen


def _listed(draw: Mapping[str, Any], contract: Contract) -> list[tuple[str, str]]:
    return [(name, repr(draw[name])) for name in contract.values]
