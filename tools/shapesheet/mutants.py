"""Break snippets in the ways that people do, and see which check or claim catches each."""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from shapesheet import batches, excuses, survivors
from shapesheet import snippet as snippets
from shapesheet.errors import SnippetError
from shapesheet.raised import reason
from shapesheet.survivors import MEASURED, Report, Survivor, Trials

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shapesheet.config import Config
    from shapesheet.edits import Mutant
    from shapesheet.limits import Limits
    from shapesheet.snippet import Snippet
    from shapesheet.trial import Verdict

MUTATING_CODE = (
    "batches.py",
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
        SnippetError: libcst is not installed, or the snippet does not parse.
    """
    try:
        from shapesheet import edits  # noqa: PLC0415 - an optional library
    except ModuleNotFoundError as error:
        message = f"making mutants needs {error.name}"
        raise SnippetError(snippet.shown, 0, message, "pip install 'shapesheet[mutants]'") from None
    try:
        return edits.mutants(snippet.source)
    except Exception as error:
        # libcst has an error of its own for what does not parse, and raises Python's too.
        message = f"no mutants can be made of it: {reason(error)}"
        cure = f"mend what this tells: shapesheet check {snippet.key}"
        raise SnippetError(snippet.shown, 0, message, cure) from error


def refresh(
    config: Config, chosen: Sequence[Snippet], limits: Limits, *, everything: bool
) -> Iterator[tuple[str, Trials]]:
    """Try the mutants of each snippet that is stale; yield what became of them once it is written.

    Args:
        config: The project.
        chosen: The snippets to look at.
        limits: What the workers may use.
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

        with isolation.Pool(limits) as pool:
            made = {each: of(each) for each in waiting}
            # Of the files as they are now, since what is saved meanwhile was not tried.
            digests = {each: digest(each, config) for each in waiting}
            for snippet, verdicts in batches.run(made, config, pool):
                trials = _trials(digests[snippet], snippets.digest(snippet, config), verdicts)
                report.snippets[snippet.key] = trials
                survivors.write(config, excuses.applied(report, given))
                yield snippet.key, trials
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


def _trials(own: str, record: str, verdicts: Sequence[tuple[Mutant, Verdict]]) -> Trials:
    made = Counter(mutant.operator for mutant, _ in verdicts)
    caught = Counter(verdict.caught_by for _, verdict in verdicts if verdict.caught_by)
    let_by = [
        Survivor(mutant.id, mutant.operator, mutant.line, MEASURED if verdict.equivalent else "")
        for mutant, verdict in verdicts
        if not verdict.caught_by
    ]
    return Trials(
        own,
        record,
        dict(sorted(made.items())),
        dict(sorted(caught.items())),
        tuple(sorted(let_by, key=lambda each: (each.line, each.mutant))),
    )
