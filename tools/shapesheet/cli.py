"""The commands: their arguments, what they print, and their exit codes."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from shapesheet import config as configuration
from shapesheet import report, snippet, states
from shapesheet.errors import SnippetError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shapesheet.config import Config
    from shapesheet.record import Record
    from shapesheet.snippet import Snippet
    from shapesheet.write import Change

INTERRUPTED = 130
_Read = TypeVar("_Read")
_LINE_START = "\r\x1b[K"


class _Commands(click.Group):
    """Commands whose errors are shown in one way, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        try:
            return super().invoke(ctx)
        except SnippetError as error:
            _show_problem(str(error))
            ctx.exit(1)
        except KeyboardInterrupt:
            _show_problem("interrupted; every snippet that was checked has its record")
            ctx.exit(INTERRUPTED)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=None,
    help="A folder of the project; the one you are in by default.",
)
@click.version_option(package_name="shapesheet")
@click.pass_context
def main(context: click.Context, root: Path | None) -> None:
    """Check neural-network snippets and write what was measured into the pages.

    Exit codes: 0 fine, 1 something to mend, 2 wrong usage, 130 interrupted.
    """
    if os.environ.get("NO_COLOR"):
        context.color = False
    context.obj = configuration.load(root or Path.cwd())


_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for a machine.")


def _command(
    example: str,
) -> Callable[[Callable[..., None]], click.Command]:
    return main.command(epilog=f"Example: {example}")


@_command("shapesheet check dense/binary_classifier")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--stale", is_flag=True, help="Only those whose record does not hold any more.")
@_JSON
@click.pass_obj
def check(config: Config, paths: tuple[str, ...], *, stale: bool, as_json: bool) -> None:
    """Check snippets against Keras and write their records.

    PATH is a family, FAMILY/NAME or a file; all snippets without one.
    """
    chosen = _usage(lambda: snippet.select(config, paths))
    if stale:
        chosen = states.not_fresh(chosen, config)
    records = _check(chosen, config, quiet=as_json)
    click.echo(report.checked_json(records) if as_json else report.checked(records))
    _exit(fine=not any(record.failures for record in records))


def _check(chosen: list[Snippet], config: Config, *, quiet: bool) -> list[Record]:
    if not chosen:
        return []
    # This imports Keras, which takes seconds that no other command should pay.
    from shapesheet import check as checking  # noqa: PLC0415

    running: Iterable[Record] = checking.run(chosen, config)
    if quiet:
        return list(running)
    records: list[Record] = []
    with click.progressbar(
        length=len(chosen), label="Checking", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        for record in running:
            records.append(record)
            if sys.stderr.isatty():
                click.echo(_LINE_START, nl=False, err=True)
            _show_record(record)
            bar.update(1)
    return records


def _show_record(record: Record) -> None:
    if not record.failures:
        click.echo(report.passed(record))
    for failure in record.failures:
        _show_problem(report.failed(failure))


@_command("shapesheet write --check --diff")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; say what is out of date.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@_JSON
@click.pass_obj
def write(config: Config, *, only_check: bool, diff: bool, as_json: bool) -> None:
    """Write the records into the generated blocks of the pages."""
    _exit(fine=_write(config, dry=only_check or diff, diff=diff, as_json=as_json))


def _write(config: Config, *, dry: bool = False, diff: bool = False, as_json: bool = False) -> bool:
    from shapesheet import write as writing  # noqa: PLC0415

    plan = writing.plan(config)
    written, failed = ((), ()) if dry else writing.apply(plan)
    problems = (*plan.problems, *failed)
    if as_json:
        click.echo(report.plan_json(plan, problems))
    else:
        for error in problems:
            _show_problem(str(error))
        _show_changes(plan.changes if dry else written, dry=dry, diff=diff)
        click.secho(report.planned(plan, problems, dry=dry), bold=True)
    return not problems and not (dry and plan.changes)


def _show_changes(changes: tuple[Change, ...], *, dry: bool, diff: bool) -> None:
    for change in changes:
        click.echo(f"{change.shown} is out of date" if dry else f"wrote {change.shown}")
        if diff:
            click.echo(change.diff, nl=False)
    if dry and changes:
        click.echo("    run: shapesheet write")


@_command("shapesheet status --json")
@_JSON
@click.pass_obj
def status(config: Config, *, as_json: bool) -> None:
    """Show each snippet: fresh, stale, failing or never checked, and its page."""
    from shapesheet import status as counting  # noqa: PLC0415

    found = counting.status(config)
    if as_json:
        click.echo(report.status_json(found))
    else:
        for line, fine in report.status_lines(found):
            click.secho(line, fg=None if fine else "red")
        click.secho(report.status_sum(found), bold=True)
    _exit(fine=found.fine)


@_command("shapesheet new dense/ordinal_classifier")
@click.argument("name", metavar="FAMILY/NAME")
@click.pass_obj
def new(config: Config, name: str) -> None:
    """Start a snippet: its file, its claims, its page and its entry in the navigation."""
    from shapesheet import new as starting  # noqa: PLC0415

    wanted = _usage(lambda: starting.parse(name))
    for path in starting.create(config, wanted):
        click.echo(f"wrote {path}")
    click.echo(f"Fill them in, then run: shapesheet check {name} && shapesheet write")


@_command("shapesheet build")
@click.pass_obj
def build(config: Config) -> None:
    """Check what is stale, write the pages and build the site."""
    from shapesheet import site  # noqa: PLC0415

    languages = site.languages(config)
    records = _check(states.not_fresh(snippet.find(config), config), config, quiet=False)
    # Pages without problems are written even when a snippet fails, but no site is built.
    fine = _write(config) and not any(record.failures for record in records)
    _exit(fine=fine)
    for line in site.build(config, languages):
        click.echo(line)


def _usage(read: Callable[[], _Read]) -> _Read:
    try:
        return read()
    except SnippetError as error:
        raise click.UsageError(str(error)) from error


def _show_problem(text: str) -> None:
    click.secho(text, fg="red", err=True)


def _exit(*, fine: bool) -> None:
    if not fine:
        click.get_current_context().exit(1)
