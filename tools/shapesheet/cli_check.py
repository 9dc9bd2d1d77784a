"""The options of the commands that check, and what they print while they do."""

from __future__ import annotations

import contextlib
import functools
import sys
from typing import TYPE_CHECKING, Any, TypeVar

import click

from shapesheet import files, report
from shapesheet.limits import GIBIBYTE, MEMORY, SECONDS, Limits, cores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shapesheet.config import Config
    from shapesheet.record import Record
    from shapesheet.snippet import Snippet

_Found = TypeVar("_Found")
_LINE_START = "\r\x1b[K"
_OPTIONS = (
    click.option("--jobs", type=click.IntRange(0), default=0, help="Side by side; 0: one a core."),
    click.option(
        "--timeout",
        type=click.FloatRange(1),
        default=SECONDS,
        show_default=True,
        help="Seconds that one snippet may take.",
    ),
    click.option(
        "--memory",
        type=click.FloatRange(0.1),
        default=MEMORY / GIBIBYTE,
        show_default=True,
        help="GiB that one snippet may allocate.",
    ),
)


def limited(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of what its workers may use, as one argument ``limits``."""

    @functools.wraps(command)
    def wrapped(*args: Any, jobs: int, timeout: float, memory: float, **options: Any) -> None:  # noqa: ANN401
        limits = Limits(jobs or cores(), timeout, int(memory * GIBIBYTE))
        command(*args, limits=limits, **options)

    return functools.reduce(lambda inner, option: option(inner), reversed(_OPTIONS), wrapped)


def check(
    chosen: list[Snippet], config: Config, limits: Limits, *, quiet: bool, scheduler: str = ""
) -> list[Record]:
    """Check snippets, show each record as it comes and return all of them.

    Args:
        chosen: The snippets.
        config: Their project.
        limits: What a check may use.
        quiet: Whether nothing is shown.
        scheduler: The address of the cluster to check on; empty for this machine.
    """
    files.sweep(config.records)
    if not chosen:
        return []
    if scheduler:
        from shapesheet import cluster  # noqa: PLC0415 - as below

        running = cluster.check(chosen, config, limits, scheduler)
        return list(running) if quiet else show(running, len(chosen), show_record)
    # Starting processes takes a moment that no other command should pay.
    from shapesheet import engine, isolation  # noqa: PLC0415

    with isolation.Pool(limits) as pool:
        if notice := report.shared(forks=pool.forks):
            click.echo(notice, err=True)
        running = engine.check(chosen, config, pool)
        return list(running) if quiet else show(running, len(chosen), show_record)


def watch(config: Config, limits: Limits) -> None:
    """Check what is stale, then whatever is saved, and write the pages, until Ctrl-C."""
    from shapesheet import watch as watching  # noqa: PLC0415 - as above

    with contextlib.suppress(KeyboardInterrupt):
        for event in watching.watch(config, limits):
            if event == watching.Event():
                click.echo(f"watching {config.settings.snippets} and {config.settings.pages}")
            if event.record and event.complete:
                show_record(event.record)
            for shown in event.written:
                click.echo(f"wrote {shown}")
            for problem in event.problems:
                show_problem(str(problem))


def show(running: Iterable[_Found], count: int, tell: Callable[[_Found], None]) -> list[_Found]:
    """Return the records or ports, each told as it comes, above a bar on a terminal."""
    found: list[_Found] = []
    bar = click.progressbar(
        length=count, label="Checking", file=sys.stderr, hidden=not sys.stderr.isatty()
    )
    with bar:
        for each in running:
            found.append(each)
            if sys.stderr.isatty():
                click.echo(_LINE_START, nl=False, err=True)
            tell(each)
            bar.update(1)
    return found


def show_record(record: Record) -> None:
    """Print that a snippet passed, or its failures."""
    if not record.failures:
        click.echo(report.passed(record))
    for failure in record.failures:
        show_problem(report.failed(failure))


def show_problem(text: str) -> None:
    """Print what is wrong, and the cure, to the standard error."""
    click.secho(text, fg="red", err=True)
