"""Where the command begins: ``shapesheet check`` that finds nothing to do is answered at once.

It is run dozens of times a day, and most of the time nothing has changed; importing the library
that reads the command line would take longer than comparing all digests.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path


def main() -> None:
    """Run the command with this process's arguments."""
    # Importing leaves no garbage, but has Python look for some again and again.
    gc.disable()
    try:
        said = _unchanged() if sys.argv[1:] == ["check"] else ""
        if said:
            sys.stdout.write(f"{said}\n")
            return
        from shapesheet import cli  # noqa: PLC0415 - it imports that library

        gc.enable()
        cli.main()
    finally:
        # A process that ends looks through all that it holds once more.
        gc.freeze()


def _unchanged() -> str:
    """Return what a check of all snippets says when every record holds; else nothing."""
    # They are imported when nobody looks for garbage.
    from shapesheet import config, errors, files, report, snippet, states  # noqa: PLC0415

    try:
        found = config.load(Path.cwd())
        chosen = snippet.find(found)
        if states.not_fresh(chosen, found):
            return ""
    except (errors.SnippetError, OSError):
        return ""  # the command itself tells what is wrong
    files.sweep(found.records)
    return report.checked((), fresh=len(chosen))
