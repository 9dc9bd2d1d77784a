"""The commands: their arguments, what they print, and their exit codes."""

from __future__ import annotations

import contextlib
import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from shapesheet import (
    backends,
    cli_check,
    files,
    report,
    selection,
    snippet,
    states,
)
from shapesheet import config as configuration
from shapesheet.cli_check import limited, show_problem
from shapesheet.errors import SnippetError
from shapesheet.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shapesheet.config import Config
    from shapesheet.snippet import Snippet
    from shapesheet.write import Change

INTERRUPTED = 130
_Read = TypeVar("_Read")


class _Commands(click.Group):
    """Commands whose errors are shown in one way, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        try:
            return super().invoke(ctx)
        except SnippetError as error:
            show_problem(str(error))
            ctx.exit(1)
        except KeyboardInterrupt:
            show_problem("interrupted; every snippet that was checked has its record")
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
@click.option("--all", "everything", is_flag=True, help="Also those whose record still holds.")
@click.option(
    "--changed",
    metavar="REVISION",
    help="Only those that differ from a git revision, whether their record holds or not.",
)
@click.option("--shard", metavar="I/N", help="Only the I-th of N equal parts of the work.")
@click.option("--watch", "watching", is_flag=True, help="Go on with whatever is saved.")
@click.option(
    "--backend",
    "on",
    type=click.Choice(tuple(backends.NAMES)),
    default=backends.DEFAULT,
    show_default=True,
    help="Keras's backend; another one than TensorFlow is compared with it.",
)
@click.option("--scheduler", metavar="ADDRESS", help="Check on the Dask cluster at this address.")
@limited
@_JSON
@click.pass_obj
def check(  # noqa: PLR0913 - one argument an option
    config: Config,
    paths: tuple[str, ...],
    *,
    everything: bool,
    changed: str | None,
    shard: str | None,
    watching: bool,
    on: str,
    scheduler: str | None,
    limits: Limits,
    as_json: bool,
) -> None:
    """Check snippets against Keras and write their records.

    PATH is a family, FAMILY/NAME or a file; all snippets without one.
    Those whose record still holds are not checked again.
    """
    if watching:
        others = (paths, everything, changed, shard, on != backends.DEFAULT, scheduler, as_json)
        _alone("--watch", *others)
        cli_check.watch(config, limits)
        return
    chosen = _usage(lambda: selection.select(config, paths, revision=changed, part=shard))
    whole = bool(everything or changed)
    if on != backends.DEFAULT:
        if scheduler:
            message = "a cluster checks on TensorFlow; run --backend without --scheduler"
            raise click.UsageError(message)
        _exit(fine=_check_ports(chosen, config, on, limits, whole=whole, as_json=as_json))
        return
    due = chosen if whole else states.not_fresh(chosen, config)
    records = cli_check.check(due, config, limits, quiet=as_json, scheduler=scheduler or "")
    click.echo(
        report.checked_json(records)
        if as_json
        else report.checked(records, fresh=len(chosen) - len(due))
    )
    _exit(fine=not any(record.failures for record in records))


def _check_ports(  # noqa: PLR0913 - one argument an option
    chosen: list[Snippet], config: Config, on: str, limits: Limits, *, whole: bool, as_json: bool
) -> bool:
    # A check of what has not changed needs none of these, and should take no longer for them.
    from shapesheet import backend, cli_ports, ports  # noqa: PLC0415

    _usage(lambda: backend.require(on))
    due = chosen if whole else ports.not_fresh(chosen, config, on)
    found = cli_ports.check(due, config, on, limits, quiet=as_json)
    fresh = len(chosen) - len(due)
    click.echo(cli_ports.as_json(found) if as_json else cli_ports.total(found, on, fresh=fresh))
    return not any(port.failures for port in found)


@_command("shapesheet write --check --diff")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; say what is out of date.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@_JSON
@click.pass_obj
def write(config: Config, *, only_check: bool, diff: bool, as_json: bool) -> None:
    """Write the records into the generated blocks of the pages."""
    if diff and as_json:
        message = "--diff shows text for a person; for a machine run --check --json"
        raise click.UsageError(message)
    _exit(fine=_write(config, dry=only_check or diff, diff=diff, as_json=as_json))


def _write(config: Config, *, dry: bool = False, diff: bool = False, as_json: bool = False) -> bool:
    from shapesheet import write as writing  # noqa: PLC0415

    if not dry:
        files.sweep(config.pages)
    with _uncollected():
        plan = writing.plan(config)
    written, failed = ((), ()) if dry else writing.apply(plan)
    changes, problems = plan.changes if dry else written, (*plan.problems, *failed)
    if as_json:
        click.echo(report.plan_json(changes, problems))
    else:
        for error in problems:
            show_problem(str(error))
        _show_changes(changes, dry=dry, diff=diff)
        click.secho(report.planned(plan.pages, changes, problems, dry=dry), bold=True)
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

    with _uncollected():
        found = counting.status(config)
    if as_json:
        click.echo(report.status_json(found))
    else:
        for line, fine in report.status_lines(found):
            click.secho(line, fg=None if fine else "red")
        click.secho(report.status_sum(found), bold=True)
    _exit(fine=found.fine)


@_command("shapesheet mutants dense/binary_classifier")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--all", "everything", is_flag=True, help="Try those anew that have not changed.")
@click.option("--list", "only_list", is_flag=True, help="Try nothing; say what would be tried.")
@limited
@_JSON
@click.pass_obj
def mutants(  # noqa: PLR0913 - one argument an option
    config: Config,
    paths: tuple[str, ...],
    *,
    everything: bool,
    only_list: bool,
    limits: Limits,
    as_json: bool,
) -> None:
    """Break snippets in the ways that people do, and see whether a check or a claim notices.

    PATH is a family, FAMILY/NAME or a file; all snippets without one.
    Those that have not changed since they were broken are not broken again.
    """
    from shapesheet import cli_mutants  # noqa: PLC0415 - no other command reads its modules

    if only_list and as_json:
        message = "--list prints lines for a person; run it without --json"
        raise click.UsageError(message)
    chosen = _usage(lambda: snippet.select(config, paths))
    if only_list:
        cli_mutants.show(chosen)
    else:
        fine = cli_mutants.refresh(config, chosen, limits, everything=everything, as_json=as_json)
        _exit(fine=fine)


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
    stale = states.not_fresh(snippet.find(config), config)
    records = cli_check.check(stale, config, Limits(), quiet=False)
    # Pages without problems are written even when a snippet fails, but no site is built.
    fine = _write(config) and not any(record.failures for record in records)
    _exit(fine=fine)
    for line in site.build(config, languages):
        click.echo(line)


@_command("shapesheet serve")
@click.option("--address", default="127.0.0.1:8000", show_default=True, help="HOST:PORT.")
@limited
@click.pass_obj
def serve(config: Config, *, address: str, limits: Limits) -> None:
    """Show the site, and each page anew when its snippet is saved.

    It is a preview of the first edition; shapesheet build makes the whole site.
    """
    from shapesheet import serve as serving  # noqa: PLC0415
    from shapesheet import site  # noqa: PLC0415

    language = site.languages(config)[0]
    serving.require_free(address)
    # mkdocs must not read pages that are being written.
    cli_check.check(states.not_fresh(snippet.find(config), config), config, limits, quiet=False)
    _write(config)
    with serving.preview(config, language, address):
        click.echo(f"serving http://{address}/ in a moment; end with Ctrl-C")
        cli_check.watch(config, limits)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no garbage meanwhile: nearly all that is read of a project is kept to the end."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _alone(option: str, *others: object) -> None:
    if any(others):
        message = f"{option} watches the whole project; it goes with --jobs, --timeout, --memory"
        raise click.UsageError(message)


def _usage(read: Callable[[], _Read]) -> _Read:
    try:
        return read()
    except SnippetError as error:
        raise click.UsageError(str(error)) from error


def _exit(*, fine: bool) -> None:
    if not fine:
        click.get_current_context().exit(1)
