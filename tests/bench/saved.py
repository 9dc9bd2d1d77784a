"""Measure a save while ``shapesheet check --watch`` runs: the seconds until the page shows it.

    python -m tests.bench.saved --runs 5

In a copy of the project, a default of one snippet is changed and put back, again and again. That
snippet is in the middle of the order of the times that checks take. How long each save took is
printed as JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from shapesheet import config as configuration
from shapesheet import limits, project
from shapesheet import record as records
from shapesheet import snippet as snippets
from shapesheet.benchmark import SAVED
from shapesheet.errors import SnippetError
from tests.bench import copies, ours, sampling
from tests.bench.growth import TOOL
from tests.bench.sampling import INTERVAL, Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO

    from shapesheet.benchmark import Line
    from shapesheet.config import Config

COMMAND = (*TOOL, "check", "--watch")
NAME = "shapesheet check --watch"
DOES = "checks the snippet and writes its page, claims later"
# What it says when it waits for a save.
READY = "watching "
# Two looks at the page are so many seconds apart: far less than a save takes.
STEP = 0.01
# When a snippet's record is written, its last look at all pages is to come, and new workers start.
CALM = 2.0
# Importing Keras takes a minute at most, even where the machine is busy.
PATIENCE = 120.0
# It ends at once when it is told to.
MOMENT = 10.0
CURE = "mend CHANGE in tests/bench/saved.py"

_PARAMETERS = re.compile(r"^\| Parameters \| ([\d,]+) \|$", re.MULTILINE)


class Change(NamedTuple):
    """A change of a snippet after which all it claims still holds.

    Attributes:
        key: The snippet.
        old: A part of its text, which is there once.
        new: What takes that part's place.
        before: The parameters that its page shows.
        after: The same, when the change is checked.
    """

    key: str
    old: str
    new: str
    before: int
    after: int

    def made(self, source: str) -> str:
        """Return the snippet's text with the change.

        Raises:
            SnippetError: What is changed is not in it, or more than once.
        """
        if source.count(self.old) != 1:
            message = f"{self.old!r} is not there once, and can't be changed"
            raise SnippetError(self.key, 0, message, CURE)
        return source.replace(self.old, self.new)


CHANGE = Change(
    "sound/waveform_conv1d", "num_classes: int = 10", "num_classes: int = 11", 14_074, 14_139
)


@dataclass(frozen=True)
class Watch:
    """A command that watches a project, and the file that has what it prints."""

    process: subprocess.Popen[bytes]
    log: Path
    patience: float = PATIENCE

    @property
    def told(self) -> str:
        """Return what it has printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def until(self, done: Callable[[], bool], step: float = STEP) -> None:
        """Wait until something is done.

        Raises:
            SnippetError: The command has ended, or that takes too long.
        """
        end = time.monotonic() + self.patience
        while not done():
            ended, late = self.process.poll() is not None, time.monotonic() > end
            if ended or late:
                what = f"ended with {self.process.returncode}" if ended else "takes too long"
                message = f"{NAME} {what}: {self.told[-2000:]}"
                raise SnippetError(self.log.parent, 0, message, "mend what it says; measure again")
            time.sleep(step)


class Saved:
    """The snippet that is saved, in a project that may be changed."""

    def __init__(self, config: Config, change: Change = CHANGE) -> None:
        """Find the snippet, its page and its text.

        Raises:
            SnippetError: There is no such snippet, or it has not what is changed.
        """
        (self.snippet,) = snippets.select(config, [change.key])
        self.page = project.gather(config).pages_of(change.key)[0].path
        self.config, self.change = config, change
        self.before = self.snippet.source
        self.after = change.made(self.before)

    def sample(self, watch: Watch) -> Sample:
        """Save the change, put it back, and return what the change took until the page had it."""
        change = self.change
        start = time.perf_counter()
        self._save(watch, self.after, change.after)
        seconds = time.perf_counter() - start
        memory = self._settle(watch, change.after)
        self._save(watch, self.before, change.before)
        self._settle(watch, change.before)
        return Sample(seconds, *memory)

    def _save(self, watch: Watch, text: str, figure: int) -> None:
        self.snippet.path.write_text(text, encoding="utf-8")
        watch.until(lambda: parameters(self.page.read_text(encoding="utf-8")) == figure)

    def _settle(self, watch: Watch, figure: int) -> tuple[int, int]:
        """Wait until the claims have run, too; return what memory its processes held meanwhile.

        Looking at that takes time, which no save is to pay for.
        """
        found = [sampling.held(watch.process.pid)]

        def settled() -> bool:
            found.append(sampling.held(watch.process.pid))
            return self._recorded() == figure

        watch.until(settled, INTERVAL)
        time.sleep(CALM)
        trees, largest = zip(*found, strict=True)
        return max(trees), max(largest)

    def _recorded(self) -> int | None:
        """Return the parameters in the record, which is written when the claims have run.

        Raises:
            SnippetError: A check has failed, so that its time says nothing.
        """
        record = records.read(self.config.records, self.snippet.key)
        if record and record.failures:
            message = f"it fails a check when it is saved: {record.failures[0].message}"
            raise SnippetError(self.snippet.shown, 0, message, CURE)
        return record.parameters if record else None


def parameters(page: str) -> int | None:
    """Return the parameters that a page shows among the facts; none where it shows none."""
    found = _PARAMETERS.search(page)
    return int(found[1].replace(",", "")) if found else None


def measure(config: Config, runs: int) -> list[Sample]:
    """Return what saves take in a project that may be changed.

    The first one, which waits until Keras is imported, is none of them.
    """
    complete(config)
    vouch(config)
    saved = Saved(config)
    with watching(config.root) as watch:
        watch.until(lambda: READY in watch.told)
        saved.sample(watch)
        return [saved.sample(watch) for _ in range(runs)]


def line(config: Config, runs: int) -> Line:
    """Return the same as a line of the report."""
    return ours.line(NAME, SAVED, DOES, measure(config, runs), ours=True)


def complete(config: Config) -> None:
    """Add what pages tell of beside the records: after each save the watcher looks at all pages."""
    real = configuration.load(copies.ROOT)
    shutil.copytree(real.reports, config.reports, dirs_exist_ok=True)
    shutil.copy(real.coverage, config.coverage)


def vouch(config: Config) -> None:
    """Have all records hold, or the watcher would check what is stale before the first save."""
    for each in snippets.find(config):
        known = records.read(config.records, each.key)
        if known is not None:
            fresh = replace(known, digest=snippets.digest(each, config))
            records.write(config.records, fresh)


@contextlib.contextmanager
def watching(folder: Path, command: tuple[str, ...] = COMMAND) -> Iterator[Watch]:
    """Run a command that watches a folder for as long as the body runs."""
    log = folder / "watch.log"
    with log.open("wb") as output, _started(command, folder, output) as process:
        try:
            yield Watch(process, log)
        finally:
            _end(process)


def _started(command: tuple[str, ...], folder: Path, output: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        cwd=folder,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=sampling.environment(),
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it as Ctrl-C does, so that its workers end with it."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(MOMENT)
    except subprocess.TimeoutExpired:
        process.kill()


def main() -> None:
    """Measure as often as the arguments say and print the seconds as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=sampling.positive, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as temporary:
        config = configuration.load(copies.ROOT)
        copied, _ = ours.copied(config, Path(temporary), [], limits.cores())
        print(json.dumps([round(each.seconds, 4) for each in measure(copied, runs)]))


if __name__ == "__main__":
    main()
