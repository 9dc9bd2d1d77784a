"""What one call of a layer costs: the arithmetic of its parameters and its multiply-adds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shapesheet.expressions import parse_expression

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapesheet.matching import Actual

Shapes = tuple["Actual", ...]
Count = int | float

_LONGEST = 10_000


@dataclass(frozen=True)
class Cost:
    """What one call of a layer costs.

    Attributes:
        arithmetic: Of the parameters, empty for none.
        multiply_adds: For the call, ``None`` where they can't be told.
    """

    arithmetic: str = ""
    multiply_adds: int | None = 0

    @property
    def parameters(self) -> int:
        """Return the value of the arithmetic."""
        if not self.arithmetic:
            return 0
        expression = parse_expression(self.arithmetic.replace("·", "*"), longest=_LONGEST)
        return int(expression.evaluate(_no_names))


def _no_names(name: str) -> int:
    raise LookupError(name)


def priced(arithmetic: str, multiply_adds: Count) -> Cost:
    """Return the cost; multiply-adds that a size of unknown length went into can't be told."""
    return Cost(arithmetic, None if math.isnan(multiply_adds) else int(multiply_adds))


def total(multiply_adds: Iterable[int | None], repeats: Count = 1) -> int | None:
    """Return the sum of multiply-adds, ``None`` when one of them can't be told."""
    known = [math.nan if each is None else each for each in multiply_adds]
    found = sum(known) * repeats if known else 0
    return None if math.isnan(found) else int(found)


def known(size: int | None) -> Count:
    """Return a size as a number that makes everything computed from it unknown too."""
    return math.nan if size is None else size


def product(sizes: Iterable[int | None]) -> Count:
    """Return the product of sizes."""
    return math.prod(map(known, sizes))


def times(*factors: int | None) -> str:
    """Return the factors joined as a product: ``3·3·16``."""
    return "·".join(str(factor) for factor in factors)


def plus(*terms: str) -> str:
    """Return the terms that are not empty joined as a sum."""
    return " + ".join(term for term in terms if term)
