"""The tool's own lines: everything, nothing and one snippet to check, and what it can't avoid."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from shapesheet import config as configuration
from shapesheet import record as records
from shapesheet import snippet as snippets
from shapesheet import states
from shapesheet.benchmark import CHANGED, CHECKS, FILE, IMPORT, Line
from shapesheet.errors import SnippetError
from tests.bench import peers, sampling
from tests.bench.growth import TOOL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shapesheet.config import Config
    from shapesheet.snippet import Snippet
    from tests.bench.sampling import Sample

NAME = "shapesheet check"
EVERY = 5
_WITHOUT_CLAIMS = """
import sys
from shapesheet.check import examine
from shapesheet.isolation import Pool
from shapesheet.limits import Limits

root, jobs, *keys = sys.argv[1:]
with Pool(Limits(int(jobs))) as pool:
    for outcome in pool.run(examine, [(root, key, False) for key in keys]):
        if outcome.ended or outcome.value.failures:
            sys.exit(f"{outcome.arguments[1]} fails a check")
"""


def choose(config: Config, every: int = EVERY) -> list[Snippet]:
    """Return every so many of the snippets, in the order of the times in their records.

    Heavy ones are left out: only one of several dozens takes that long, and no choice of a few
    can hold a part of it. Those that take longest come first, as in ``shapesheet check``: no
    program is to end with a long one alone.

    Raises:
        SnippetError: There are fewer: a check of none would be one of all.
    """
    found: dict[Snippet, float] = {}
    for each in snippets.find(config):
        known = records.read(config.records, each.key)
        if known is not None and not known.heavy:
            found[each] = known.seconds
    order = sorted(found, key=lambda each: (found[each], each.key))
    chosen = order[every // 2 :: every][::-1]
    if not chosen:
        message = f"one of {every} can't be chosen from {len(order)} snippets"
        raise SnippetError(config.records, 0, message, "give --every a smaller number")
    return chosen


def require_fresh(config: Config) -> None:
    """Refuse records that don't hold: nothing would be unchanged.

    Raises:
        SnippetError: There is one.
    """
    stale = states.not_fresh(snippets.find(config), config)
    if stale:
        message = f"{len(stale)} snippets have no fresh record"
        raise SnippetError(config.records, 0, message, "run: make check")


def copied(
    config: Config, folder: Path, chosen: list[Snippet], jobs: int
) -> tuple[Config, list[Snippet]]:
    """Return a copy of the project with its records, and the chosen snippets in it."""
    peers.project(folder, chosen, jobs)
    shutil.copytree(config.records, folder / config.settings.records)
    copy = configuration.load(folder)
    return copy, [snippets.select(copy, [each.key])[0] for each in chosen]


def everything(config: Config, chosen: list[Snippet], runs: int, jobs: int) -> Line:
    """Measure the check of the chosen snippets, of which nothing is known."""
    command = [*TOOL, "check", "--all", "--jobs", str(jobs), *(each.key for each in chosen)]
    samples, own = [], []
    for number in range(runs):
        for each in chosen:
            records.record_path(config.records, each.key).unlink(missing_ok=True)
        samples.append(sampling.run(command, config.root, memory=number == 0))
        own.append(sum(_seconds(config, each) for each in chosen))
    does = "the eight checks and the claims; records"
    return line(NAME + " --all", CHECKS, does, samples, own=tuple(own), ours=True)


def checks_only(config: Config, chosen: list[Snippet], runs: int, jobs: int) -> Line:
    """Measure the checks of the chosen snippets without their claims, as a watcher runs them."""
    keys = [each.key for each in chosen]
    command = [sys.executable, "-c", _WITHOUT_CLAIMS, str(config.root), str(jobs), *keys]
    samples = [sampling.run(command, config.root, memory=n == 0) for n in range(runs)]
    does = "the eight checks; claims are read, and not run"
    return line("shapesheet, without the claims", FILE, does, samples, ours=True)


def checking(named: list[Snippet]) -> list[str]:
    """Return the command that checks what is stale: of those named, or of all for none."""
    return [*TOOL, "check", *(each.key for each in named)]


def changed(config: Config, chosen: list[Snippet], runs: int) -> Line:
    """Measure the check of the chosen snippets after one of them was saved with a change."""
    samples, own = [], []
    snippet = chosen[len(chosen) // 2]
    command = checking(chosen)
    for number in range(runs):
        snippet.path.write_text(snippet.path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        records.write(config.records, records.Record(snippet.key, "", {}))
        samples.append(sampling.run(command, config.root, memory=number == 0))
        own.append(_seconds(config, snippet))
    does = "the eight checks and the claims of that one"
    return line(NAME, CHANGED, does, samples, own=tuple(own), ours=True)


def imported(root: Path, runs: int) -> Line:
    """Measure one import of Keras."""
    command = [sys.executable, "-c", "import keras"]
    samples = [sampling.run(command, root, memory=n == 0) for n in range(runs)]
    return line("python -c 'import keras'", IMPORT, "imports Keras", samples, ours=True)


def line(
    name: str,
    work: str,
    does: str,
    samples: Sequence[Sample],
    *,
    own: tuple[float, ...] = (),
    ours: bool = False,
    isolates: bool = True,
) -> Line:
    """Return the line of some runs."""
    return Line(
        name,
        work,
        does,
        ours,
        isolates,
        tuple(round(each.seconds, 4) for each in samples),
        tuple(round(each, 2) for each in own),
        max(each.tree_bytes for each in samples),
        max(each.largest_bytes for each in samples),
    )


def _seconds(config: Config, snippet: Snippet) -> float:
    """Return how long the checks of a snippet took.

    Raises:
        SnippetError: They failed, so that their time says nothing.
    """
    found = records.read(config.records, snippet.key)
    if found is None or found.failures:
        raise SnippetError(snippet.shown, 0, "it fails a check", f"run: {NAME} {snippet.key}")
    return found.seconds
