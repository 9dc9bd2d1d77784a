"""What ``check --backend`` does and prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from shapesheet import markup, report
from shapesheet.backends import NAMES
from shapesheet.cli_check import show, show_problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shapesheet.config import Config
    from shapesheet.limits import Limits
    from shapesheet.ports import Port
    from shapesheet.snippet import Snippet


def check(
    chosen: list[Snippet], config: Config, on: str, limits: Limits, *, quiet: bool
) -> list[Port]:
    """Check snippets on a backend, show each port as it comes and return all of them."""
    if not chosen:
        return []
    # Starting processes takes a moment that no other command should pay.
    from shapesheet import porter  # noqa: PLC0415

    running = porter.run(chosen, config, on, limits)
    return list(running) if quiet else show(running, len(chosen), show_port)


def show_port(port: Port) -> None:
    """Print that a snippet passed or can't run there, or its failures."""
    if not port.failures:
        click.echo(line(port))
    for failure in port.failures:
        show_problem(report.failed(failure))


def line(port: Port) -> str:
    """Return the line of a snippet whose checks passed, or that can't run there."""
    name = NAMES[port.backend]
    if port.impossible:
        return f"{port.snippet}  not on {name}: {port.impossible}"
    if port.difference is None:
        left_out = {check.name: check.left_out for check in port.checks}
        return f"{port.snippet}  ok  outputs not compared: {left_out.get('outputs', '')}"
    return f"{port.snippet}  ok  outputs within {port.difference:g} of TensorFlow's"


def total(found: Sequence[Port], on: str, *, fresh: int) -> str:
    """Return the sum of a check on a backend."""
    wrong = sum(bool(port.failures) for port in found)
    words = [f"{markup.count(len(found), 'snippet')} checked on {NAMES[on]}"]
    words += [f"{wrong} with failures"] if wrong else []
    words += [f"{fresh} fresh already"] if fresh else []
    return ", ".join(words)


def as_json(found: Iterable[Port]) -> str:
    """Return what was found, for a machine."""
    snippets = [
        {
            "snippet": port.snippet,
            "backend": port.backend,
            "ok": not port.failures,
            "impossible": port.impossible,
            "difference": port.difference,
            "failures": port.failures,
        }
        for port in found
    ]
    return report.as_json({"snippets": snippets})
