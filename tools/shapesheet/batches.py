"""Try the mutants of many snippets, several in one process."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shapesheet import trial, usage
from shapesheet.errors import SnippetError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from shapesheet.config import Config
    from shapesheet.edits import Mutant
    from shapesheet.isolation import Outcome, Pool
    from shapesheet.snippet import Snippet
    from shapesheet.trial import Verdict

    Tried = tuple[Mutant, Verdict]

# How a mutant is caught that ends its process: by a crash, without an end, for want of memory.
ISOLATION = "isolation"
# How many mutants one process tries, and for what part of its time it begins another.
SIZE = 16
_PART = 0.5


@dataclass(frozen=True)
class Batch:
    """Some mutants of one snippet, and the claims to run on them."""

    snippet: Snippet
    mutants: list[Mutant]
    claims: list[str]

    def split(self, size: int) -> list[Batch]:
        """Return them in batches of at most ``size``."""
        starts = range(0, len(self.mutants), size)
        return [replace(self, mutants=self.mutants[start : start + size]) for start in starts]

    def after(self, count: int) -> list[Batch]:
        """Return what is left after the first ``count`` of them, nothing when none is."""
        left = self.mutants[count:]
        return [replace(self, mutants=left)] if left else []


def run(
    made: Mapping[Snippet, list[Mutant]], config: Config, pool: Pool
) -> Iterator[tuple[Snippet, list[Tried]]]:
    """Try every mutant; yield what became of a snippet's when the last of them was tried.

    Raises:
        SnippetError: A snippet fails its checks before anything is changed in it.
    """
    claims = _claims(list(made), config, pool)
    found: dict[Snippet, list[Tried]] = {each: [] for each in made}
    yield from ((each, []) for each in made if not made[each])
    whole = [Batch(each, made[each], claims[each.key]) for each in made]
    for snippet, tried in _tried(
        [batch for each in whole for batch in each.split(SIZE)], config, pool
    ):
        found[snippet] += tried
        if len(found[snippet]) == len(made[snippet]):
            yield snippet, found.pop(snippet)


def _tried(
    waiting: list[Batch], config: Config, pool: Pool
) -> Iterator[tuple[Snippet, list[Tried]]]:
    """Yield the verdicts of batches; mutants that end their process are tried again alone."""
    root, seconds = str(config.root), pool.limits.seconds * _PART
    while waiting:
        batches = {(each.snippet.key, each.mutants[0].source): each for each in waiting}
        waiting = []
        calls = [
            (root, each.snippet.key, [one.source for one in each.mutants], each.claims, seconds)
            for each in batches.values()
        ]
        for outcome in pool.run(trial.trials, calls):
            batch = batches[outcome.arguments[1], outcome.arguments[2][0]]
            if outcome.ended and len(batch.mutants) > 1:
                waiting += batch.split(1)
                continue
            verdicts = _verdicts(outcome)
            yield batch.snippet, list(zip(batch.mutants, verdicts, strict=False))
            waiting += batch.after(len(verdicts))


def _claims(chosen: Sequence[Snippet], config: Config, pool: Pool) -> dict[str, list[str]]:
    """Return the claims that use each snippet, fast ones first, after all of them have passed."""
    using = {each.key: _using(each, config) for each in chosen}
    shown = {each.key: each.shown for each in chosen}
    root = str(config.root)
    calls = [(root, each.key, [each.source], using[each.key], 0.0) for each in chosen]
    claims = {}
    for outcome in pool.run(trial.trials, calls):
        key, (verdict,) = outcome.arguments[1], _verdicts(outcome)
        if verdict.caught_by:
            message = f"{key} fails its checks as it is: {verdict.message}"
            cure = f"mend it first: shapesheet check {key}"
            raise SnippetError(shown[key], 0, message, cure)
        claims[key] = sorted(using[key], key=_seconds(verdict))
    return claims


def _seconds(verdict: Verdict) -> Callable[[str], float]:
    return lambda name: verdict.seconds.get(name, 0.0)


def _using(snippet: Snippet, config: Config) -> list[str]:
    package = config.settings.snippets.partition("/")[0]
    try:
        return usage.using(snippet.test_path.read_text(encoding="utf-8"), package)
    except (OSError, ValueError, SyntaxError):
        # The check of the claims says what is wrong with them.
        return []


def _verdicts(outcome: Outcome) -> list[Verdict]:
    if outcome.ended:
        return [trial.Verdict(ISOLATION, outcome.ended.message)]
    found: list[Verdict] = outcome.value
    return found
