"""What the command ``mutants`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from shapesheet import files, markup, mutants, report, survivors
from shapesheet.cli_check import show_problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapesheet.config import Config
    from shapesheet.errors import SnippetError
    from shapesheet.limits import Limits
    from shapesheet.snippet import Snippet
    from shapesheet.survivors import Report, Trials


def show(chosen: Sequence[Snippet]) -> None:
    """Print the mutants of snippets, a line each."""
    count = 0
    for snippet in chosen:
        for each in mutants.of(snippet):
            click.echo(f"{snippet.shown}:{each.line}: {each.id}")
            count += 1
    click.secho(markup.count(count, "mutant"), bold=True)


def refresh(
    config: Config, chosen: Sequence[Snippet], limits: Limits, *, everything: bool, as_json: bool
) -> bool:
    """Try the mutants of what is stale, print what became of them; return whether all is fine."""
    files.sweep(config.reports)
    for key, trials in mutants.refresh(config, chosen, limits, everything=everything):
        # A machine reads the standard output, a person may watch the other meanwhile.
        click.echo(_tried(key, trials), err=as_json)
    problems, found = mutants.problems(config), survivors.read(config)
    if as_json:
        click.echo(_as_json(found, problems))
    else:
        for error in problems:
            show_problem(str(error))
        click.secho(_sum(found), bold=True)
    return not problems


def _tried(key: str, trials: Trials) -> str:
    made = markup.count(sum(trials.made.values()), "mutant")
    return f"{key}  {made}, {sum(trials.caught.values())} caught"


def _sum(found: Report) -> str:
    count = found.count
    snippets = markup.count(len(found.snippets), "snippet")
    ends = f"{count.caught} caught, {count.equivalent} equivalent, {count.survived} survive"
    return f"{markup.count(count.made, 'mutant')} of {snippets}: {ends} ({count.share:.1%} caught)"


def _as_json(found: Report, problems: Sequence[SnippetError]) -> str:
    return report.as_json(
        {
            "count": found.count,
            "share": found.count.share,
            "problems": [report.problem_json(error) for error in problems],
        }
    )
