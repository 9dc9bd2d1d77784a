"""Hold what the benchmark measured against its goals."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shapesheet.benchmark import CHANGED, CHECKS, FILE, IMPORT, SAVED, UNCHANGED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shapesheet.benchmark import Line, Report

_MANY = 1000
_MEGABYTE = 10**6


@dataclass(frozen=True)
class Unit:
    """How a figure of a goal is written."""

    write: Callable[[float], str]


TIMES = Unit(lambda value: f"{value:.2f} ×")
SECONDS = Unit(lambda value: f"{value:.2f} s")
MEGABYTES = Unit(lambda value: f"{value / _MEGABYTE:,.0f} MB")


@dataclass(frozen=True)
class Goal:
    """One goal: what it is about, what was measured, and the limit.

    Attributes:
        text: What is compared with what.
        measured: The figure.
        limit: What it has to reach.
        unit: Of both.
        at_least: Whether more is better.
    """

    text: str
    measured: float
    limit: float
    unit: Unit
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Return whether the goal is met."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


def goals(report: Report) -> tuple[Goal, ...]:
    """Return all goals that the report has figures for."""
    return (*_cold(report), *_again(report), *_large(report), *_memory(report))


def floor(work: Line, imported: float, cores: int) -> float:
    """Return the least that checking could take, in seconds: what it must do, perfectly shared.

    One import of Keras, and each check's own work spread over the cores.
    """
    return statistics.median(imported + own / cores for own in work.own)


def _cold(report: Report) -> Iterator[Goal]:
    ours, without = report.ours(CHECKS), report.ours(FILE)
    equal, runner = (report.fastest(work, isolates=True) for work in (CHECKS, FILE))
    least = floor(ours, report.ours(IMPORT).median, report.cores)
    everything = "Everything, claims included: times faster than"
    allowed = f"(the floor allows {equal.median / least:.2f} ×)"
    yield _faster(f"{everything} {equal.name}, which does the same {allowed}", ours, equal, 3)
    allowed = f"(the floor allows {runner.median / least:.2f} ×)"
    yield _faster(f"{everything} {runner.name}, which checks nothing {allowed}", ours, runner, 3)
    text = f"The checks, claims left out: times faster than {runner.name}, which checks nothing"
    yield _faster(text, without, runner, 3)
    text = "Everything, claims included: beside one import of Keras and the checks' own work"
    yield Goal(text, ours.median / least, 1.5, TIMES)


def _faster(text: str, ours: Line, peer: Line, limit: float) -> Goal:
    return Goal(text, peer.median / ours.median, limit, TIMES, at_least=True)


def _again(report: Report) -> Iterator[Goal]:
    ours = report.ours(UNCHANGED)
    yield Goal("Nothing changed", ours.median, 0.3, SECONDS)
    # Those without a memory do all of it again.
    peer = report.fastest(UNCHANGED, FILE, CHECKS)
    yield _faster(f"Nothing changed: times faster than {peer.name}", ours, peer, 20)
    changed = report.ours(CHANGED)
    least = floor(changed, report.ours(IMPORT).median, 1)
    text = "One snippet changed: beside one import of Keras and that check"
    yield Goal(text, changed.median / least, 1.3, TIMES)
    text = "A snippet saved while `check --watch` runs: until its page is written"
    yield Goal(text, report.ours(SAVED).median, 2, SECONDS)


def _large(report: Report) -> Iterator[Goal]:
    for command in ("status", "write"):
        point = report.at(command, _MANY)
        if point:
            yield Goal(f"`{command}` with {_MANY:,} snippets", point.seconds, 2, SECONDS)
            text = f"Memory of `{command}`, which needs no Keras, with {_MANY:,} snippets"
            yield Goal(text, point.peak_bytes, 100 * _MEGABYTE, MEGABYTES)


def _memory(report: Report) -> Iterator[Goal]:
    largest = report.ours(CHECKS).largest_bytes
    yield Goal("The largest process that checks", largest, 1200 * _MEGABYTE, MEGABYTES)
