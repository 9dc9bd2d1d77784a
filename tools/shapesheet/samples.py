"""Random arrays of a declared domain, and whether an array lies in one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from shapesheet.matching import lookup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shapesheet.contract import TensorContract
    from shapesheet.domains import Domain

ANY_LENGTH = 12
_TOLERANCE = 1e-4
_WIDE = 1_000
_SPREAD = 3


def concrete(tensor: TensorContract, parameters: Mapping[str, Any], batch: int) -> tuple[int, ...]:
    """Return the tensor's shape with ``batch`` samples; ``None`` becomes ``ANY_LENGTH``."""
    find = lookup(parameters, batch=batch)
    return tuple(
        ANY_LENGTH if dimension.any_length else int(dimension.evaluate(find))
        for dimension in tensor.shape.dimensions
    )


def draw(
    tensor: TensorContract,
    parameters: Mapping[str, Any],
    batch: int,
    generator: np.random.Generator,
) -> NDArray[Any]:
    """Return ``batch`` random samples of the tensor, of its type and in its domain.

    Real numbers are drawn from the standard normal distribution, intervals uniformly.
    """
    shape = concrete(tensor, parameters, batch)
    drawn = _drawn(tensor, parameters, shape, generator)
    dtype = np.int32 if tensor.dtype == "int" else np.float32
    return drawn.astype(dtype)  # type: ignore[no-any-return]


def _drawn(
    tensor: TensorContract,
    parameters: Mapping[str, Any],
    shape: tuple[int, ...],
    generator: np.random.Generator,
) -> Any:  # noqa: ANN401
    domain, whole = tensor.domain, tensor.dtype == "int"
    match domain.kind:
        case "real":
            return generator.standard_normal(shape) * (_SPREAD if whole else 1)
        case "set":
            members = [bound.evaluate(lookup(parameters)) for bound in domain.bounds]
            return generator.choice(members, size=shape)
        case "one-hot":
            return np.eye(shape[-1])[generator.integers(0, shape[-1], size=shape[:-1])]
        case "probabilities":
            raw = generator.random(shape) + _TOLERANCE
            return raw / raw.sum(axis=-1, keepdims=True)
        case _:
            low, high = ends(domain, parameters)
            low = low if math.isfinite(low) else min(high, 0) - _WIDE
            high = high if math.isfinite(high) else max(low, 0) + _WIDE
            if whole:
                first, end = _whole(low, high, domain)
                values = generator.integers(first, end, size=shape)
                # The ends are where a table or a vocabulary is one too short.
                values.flat[:1], values.flat[-1:] = first, end - 1
                return values
            # Strictly inside, so that open ends need no care.
            return low + (high - low) * (generator.random(shape) * 0.998 + 0.001)


def ends(domain: Domain, parameters: Mapping[str, Any]) -> tuple[float, float]:
    """Return the two ends of an interval."""
    low, high = (bound.evaluate(lookup(parameters)) for bound in domain.bounds)
    return low, high


def _whole(low: float, high: float, domain: Domain) -> tuple[int, int]:
    """Return the first whole number of an interval, and the first behind it."""
    open_low, open_high = domain.open_ends
    first = math.floor(low) + 1 if open_low else math.ceil(low)
    end = math.ceil(high) if open_high else math.floor(high) + 1
    return first, max(end, first + 1)


def outside(values: NDArray[Any], domain: Domain, parameters: Mapping[str, Any]) -> str:
    """Return what lies outside the domain, in words; empty when nothing does."""
    if not np.all(np.isfinite(values)):
        return "values that are not finite"
    match domain.kind:
        case "set":
            members = [bound.evaluate(lookup(parameters)) for bound in domain.bounds]
            strays = values[~np.isin(values, members)]
            return f"the value {strays[0]:.6g}" if strays.size else ""
        case "one-hot":
            fits = np.isin(values, [0, 1]).all() and np.all(values.sum(axis=-1) == 1)
            return "" if fits else "rows that are not one-hot"
        case "probabilities":
            return _outside_probabilities(values)
        case "interval":
            return _outside_interval(values, domain, parameters)
        case _:
            return ""


def _outside_probabilities(values: NDArray[Any]) -> str:
    if values.min() < 0:
        return f"the value {values.min():.6g}"
    sums = values.sum(axis=-1)
    worst = sums.flat[np.abs(sums - 1).argmax()]
    return "" if abs(worst - 1) <= _TOLERANCE else f"a last axis that sums to {worst:.6g}"


def _outside_interval(values: NDArray[Any], domain: Domain, parameters: Mapping[str, Any]) -> str:
    low, high = ends(domain, parameters)
    open_low, open_high = domain.open_ends
    least, most = values.min(), values.max()
    if least < low or (open_low and least == low):
        return f"the value {least:.6g}"
    if most > high or (open_high and most == high):
        return f"the value {most:.6g}"
    return ""
