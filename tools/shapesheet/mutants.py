"""Break snippets in the ways that people do, and see which check or claim catches each."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from shapesheet import excuses, survivors, trial, usage
from shapesheet import snippet as snippets
from shapesheet.errors import SnippetError
from shapesheet.survivors import MEASURED, Report, Survivor, Trials

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shapesheet.config import Config
    from shapesheet.edits import Mutant
    from shapesheet.isolation import Outcome, Pool
    from shapesheet.snippet import Snippet
    from shapesheet.trial import Verdict

# How a mutant is caught that ends its process: by a crash, without an end, for want of memory.
ISOLATION = "isolation"
# A snippet with all its claims takes a few seconds, the heaviest half a minute.
SECONDS = 180.0
MUTATING_CODE = (
    "edits/__init__.py",
    "edits/edit.py",
    "edits/lines.py",
    "edits/names.py",
    "edits/scope.py",
    "edits/stacks.py",
    "edits/statements.py",
    "edits/swaps.py",
    "edits/values.py",
    "equivalence.py",
    "mutants.py",
    "trial.py",
    "usage.py",
)


def stale(chosen: Sequence[Snippet], config: Config, report: Report) -> list[Snippet]:
    """Return the snippets whose mutants were never tried, or were before something changed."""
    known = {key: trials.digest for key, trials in report.snippets.items()}
    return [each for each in chosen if known.get(each.key) != digest(each, config)]


def digest(snippet: Snippet, config: Config) -> str:
    """Return the digest of all that the verdicts depend on."""
    total = hashlib.sha256(snippets.digest(snippet, config).encode())
    total.update(_code())
    return total.hexdigest()[:16]


@cache
def _code() -> bytes:
    total = hashlib.sha256()
    for name in MUTATING_CODE:
        total.update((Path(__file__).parent / name).read_bytes())
    return total.digest()


def of(snippet: Snippet) -> list[Mutant]:
    """Return the mutants of a snippet.

    Raises:
        SnippetError: libcst is not installed.
    """
    try:
        from shapesheet import edits  # noqa: PLC0415 - an optional library
    except ModuleNotFoundError as error:
        message = f"making mutants needs {error.name}"
        raise SnippetError(snippet.shown, 0, message, "pip install 'shapesheet[mutants]'") from None
    return edits.mutants(snippet.source)


def refresh(
    config: Config, chosen: Sequence[Snippet], *, everything: bool
) -> Iterator[tuple[str, Trials]]:
    """Try the mutants of each snippet that is stale; yield what became of them once it is written.

    Args:
        config: The project.
        chosen: The snippets to look at.
        everything: Whether to try those anew that are not stale, too.

    Raises:
        SnippetError: A snippet fails its checks as it is, or a file can't be read or written.
    """
    report = survivors.read(config)
    given = excuses.read(config.mutants, config.shown(config.mutants))
    waiting = list(chosen) if everything else stale(chosen, config, report)
    if waiting:
        # This starts processes that import Keras.
        from shapesheet import isolation  # noqa: PLC0415

        limits = isolation.Limits(jobs=isolation.cores(), seconds=SECONDS)
        with isolation.Pool(limits) as pool:
            for key, trials in run(waiting, config, pool):
                report.snippets[key] = trials
                survivors.write(config, excuses.applied(report, given))
                yield key, trials
    if report.snippets:
        survivors.write(config, excuses.applied(report, given))


def problems(config: Config) -> list[SnippetError]:
    """Return what is to be mended: survivors, excuses without one, a share below the goal."""
    report, goal = survivors.read(config), config.settings.mutants_goal
    shown, file = config.shown(config.mutants), config.shown(survivors.path(config))
    found = []
    for key, trials in report.snippets.items():
        for each in trials.survivors:
            if not each.reason:
                message = f"no check and no claim catches the mutant {each.mutant}"
                cure = f"write a claim that does, or say in {shown} why it is equivalent"
                place = f"{config.settings.snippets}/{key}.py"
                found.append(SnippetError(place, each.line, message, cure))
    found += excuses.idle(report, excuses.read(config.mutants, shown), config)
    if report.count.share < goal:
        message = f"{report.count.share:.1%} of the mutants are caught, the goal is {goal:.0%}"
        found.append(SnippetError(file, 0, message, "write claims that catch the survivors"))
    return found


def run(chosen: Sequence[Snippet], config: Config, pool: Pool) -> Iterator[tuple[str, Trials]]:
    """Try every mutant of each snippet; yield what became of them as each snippet ends.

    Raises:
        SnippetError: A snippet fails its checks before anything is changed in it.
    """
    root = str(config.root)
    orders = _orders(chosen, config, pool)
    made = {each.key: of(each) for each in chosen}
    named = {(key, each.source): each for key, found in made.items() for each in found}
    yield from ((each.key, _trials(each, config, ())) for each in chosen if not made[each.key])
    calls = [(root, key, each.source, orders[key]) for key in made for each in made[key]]
    verdicts: defaultdict[str, list[tuple[Mutant, Verdict]]] = defaultdict(list)
    for outcome in pool.run(trial.trial, calls):
        _, key, source, _ = outcome.arguments
        verdicts[key].append((named[key, source], _verdict(outcome)))
        if len(verdicts[key]) == len(made[key]):
            yield key, _trials(snippets.select(config, [key])[0], config, verdicts.pop(key))


def _orders(chosen: Sequence[Snippet], config: Config, pool: Pool) -> dict[str, list[str]]:
    """Return the claims to run of each snippet, fast ones first, having run all that use it."""
    using = {each.key: _using(each, config) for each in chosen}
    shown = {each.key: each.shown for each in chosen}
    calls = [(str(config.root), each.key, each.source, using[each.key]) for each in chosen]
    orders = {}
    for outcome in pool.run(trial.trial, calls):
        key, verdict = outcome.arguments[1], _verdict(outcome)
        if verdict.caught_by:
            message = f"{key} fails its checks as it is: {verdict.message}"
            cure = f"mend it first: shapesheet check {key}"
            raise SnippetError(shown[key], verdict.line, message, cure)
        orders[key] = sorted(using[key], key=lambda name: verdict.seconds.get(name, 0.0))
    return orders


def _using(snippet: Snippet, config: Config) -> list[str]:
    package = config.settings.snippets.partition("/")[0]
    try:
        return usage.using(snippet.test_path.read_text(encoding="utf-8"), package)
    except (OSError, ValueError, SyntaxError):
        # The check of the claims says what is wrong with them.
        return []


def _verdict(outcome: Outcome) -> Verdict:
    if outcome.ended:
        return trial.Verdict(ISOLATION, outcome.ended.message)
    found: Verdict = outcome.value
    return found


def _trials(snippet: Snippet, config: Config, verdicts: Sequence[tuple[Mutant, Verdict]]) -> Trials:
    made = Counter(mutant.operator for mutant, _ in verdicts)
    caught = Counter(verdict.caught_by for _, verdict in verdicts if verdict.caught_by)
    let_by = [
        Survivor(mutant.id, mutant.operator, mutant.line, MEASURED if verdict.equivalent else "")
        for mutant, verdict in verdicts
        if not verdict.caught_by
    ]
    return Trials(
        digest(snippet, config),
        snippets.digest(snippet, config),
        dict(sorted(made.items())),
        dict(sorted(caught.items())),
        tuple(sorted(let_by, key=lambda each: (each.line, each.mutant))),
    )
