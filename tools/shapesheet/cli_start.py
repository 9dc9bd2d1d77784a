"""Where the command begins: ``shapesheet check`` that finds nothing to do is answered at once.

It is run dozens of times a day, and most of the time nothing has changed; importing the library
that reads the command line would take longer than comparing all digests.
"""

from __future__ import annotations

import sys
from pathlib import Path

from shapesheet import config as configuration
from shapesheet import files, report, snippet, states
from shapesheet.errors import SnippetError


def main() -> None:
    """Run the command with this process's arguments."""
    said = _unchanged() if sys.argv[1:] == ["check"] else ""
    if said:
        sys.stdout.write(f"{said}\n")
        return
    from shapesheet import cli  # noqa: PLC0415 - it imports that library

    cli.main()


def _unchanged() -> str:
    """Return what a check of all snippets says when every record holds; else nothing."""
    try:
        config = configuration.load(Path.cwd())
        chosen = snippet.find(config)
        if states.not_fresh(chosen, config):
            return ""
    except (SnippetError, OSError):
        return ""  # the command itself tells what is wrong
    files.sweep(config.records)
    return report.checked((), fresh=len(chosen))
