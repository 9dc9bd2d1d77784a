"""Measure how time and memory grow with the number of snippets, on copies of the real ones.

    python -m tests.bench.growth --counts 10 100 1000 --runs 5 status write

Each figure is the median of fresh processes; the result is plain data, printed as JSON.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from shapesheet.benchmark import Fit
from shapesheet.errors import SnippetError
from tests.bench import copies, sampling

if TYPE_CHECKING:
    from collections.abc import Callable

TOOL = (str(Path(sys.executable).with_name("shapesheet")),)
MKDOCS = (sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet")
COUNTS = (10, 100, 1000)
UNWRITTEN = "unwritten"
# A process counts the memory of the one that started it as its own, up to its exec: a small one
# stands between, which tells seconds, those of the processor, peak memory and exit code.
_LAUNCHER = """
import os, sys, time
start = time.perf_counter()
quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, usage = os.wait4(child, 0)
seconds = time.perf_counter() - start
busy = usage.ru_utime + usage.ru_stime
print(seconds, busy, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
"""


class Measured(msgspec.Struct, frozen=True):
    """What one command took with one number of snippets.

    Attributes:
        count: The snippets.
        seconds: The median of the runs.
        processor_seconds: The median of what the processor worked, on all its cores; a busy
            machine changes it little.
        peak_bytes: The most memory of the command's own process, in any run. Its workers are not
            counted: the kernel adds only what a process has waited for, and a check's workers
            are those of a fork server.
        runs: How many fresh processes were measured.
    """

    count: int
    seconds: float
    processor_seconds: float
    peak_bytes: int
    runs: int


class Growth(msgspec.Struct, frozen=True):
    """How one command grows: its name, what was measured, and the lines through that."""

    command: str
    measured: tuple[Measured, ...]
    seconds: Fit
    processor_seconds: Fit
    peak_bytes: Fit


@dataclass(frozen=True)
class Command:
    """A command, and what is put in place before each of its runs."""

    arguments: tuple[str, ...]
    prepare: Callable[[Path], None]


def nothing(_folder: Path) -> None:
    """Leave the project as it is: its pages are written."""


def unwrite(folder: Path) -> None:
    """Put the pages back as they were before any was written."""
    shutil.copytree(folder / UNWRITTEN, folder / "docs/en", dirs_exist_ok=True)


def unbuild(folder: Path) -> None:
    """Take the built site away."""
    shutil.rmtree(folder / "site", ignore_errors=True)


COMMANDS = {
    "status": Command((*TOOL, "status"), nothing),
    "write": Command((*TOOL, "write"), nothing),
    "write, every page": Command((*TOOL, "write"), unwrite),
    "build": Command(MKDOCS, unbuild),
    "check": Command((*TOOL, "check", "--all"), nothing),
}


def once(command: Command, folder: Path) -> tuple[float, float, int]:
    """Return the seconds, the processor's seconds and the peak bytes of one fresh process.

    Raises:
        SnippetError: The command failed, so that its time says nothing.
    """
    command.prepare(folder)
    launched = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _LAUNCHER, *command.arguments],
        cwd=folder,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        stdout=subprocess.PIPE,
        check=True,
    )
    seconds, busy, peak, code = launched.stdout.split()
    if int(code):
        message = f"{' '.join(command.arguments)} ended with {int(code)}"
        raise SnippetError(folder, 0, message, "mend what it says and measure again")
    # Linux counts kibibytes, macOS bytes.
    return float(seconds), float(busy), int(peak) * (1 if sys.platform == "darwin" else 1024)


def measure(command: Command, folder: Path, count: int, runs: int) -> Measured:
    """Return the median time and the peak memory of a command in a project."""
    found = [once(command, folder) for _ in range(runs)]
    seconds, busy, peak = zip(*found, strict=True)
    return Measured(count, statistics.median(seconds), statistics.median(busy), max(peak), runs)


def fit(counts: list[int], values: list[float]) -> Fit:
    """Return the line through three points or more, in the order of their counts."""
    line = statistics.linear_regression(counts, values)
    level = len(set(values)) == 1
    r_squared = 1.0 if level else statistics.correlation(counts, values) ** 2
    first, last = ((values[i + 1] - values[i]) / (counts[i + 1] - counts[i]) for i in (0, -2))
    bend = last / first if first else float(last == first) or float("inf")
    return Fit(line.slope, line.intercept, r_squared, bend)


def growth(name: str, found: list[Measured]) -> Growth:
    """Return what was measured of one command with the lines through it."""
    counts = [each.count for each in found]
    return Growth(
        name,
        tuple(found),
        fit(counts, [each.seconds for each in found]),
        fit(counts, [each.processor_seconds for each in found]),
        fit(counts, [float(each.peak_bytes) for each in found]),
    )


def project(folder: Path, count: int) -> Path:
    """Make a project of copies with every page written, and keep the unwritten pages beside it."""
    config = copies.make(folder, count)
    shutil.copytree(config.pages, folder / UNWRITTEN)
    once(COMMANDS["write"], folder)
    return folder


def grow(
    names: list[str],
    counts: tuple[int, ...] = COUNTS,
    runs: int = 5,
    make: Callable[[Path, int], Path] = project,
) -> tuple[Growth, ...]:
    """Measure commands of ``COMMANDS`` in projects of each size."""
    found: dict[str, list[Measured]] = {name: [] for name in names}
    for count in counts:
        with tempfile.TemporaryDirectory() as temporary:
            folder = make(Path(temporary), count)
            for name in names:
                found[name].append(measure(COMMANDS[name], folder, count, runs))
    return tuple(growth(name, each) for name, each in found.items())


def main() -> None:
    """Measure what the arguments name and print it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commands", nargs="+", choices=COMMANDS, metavar="COMMAND")
    parser.add_argument(
        "--counts", type=sampling.positive, nargs="+", default=COUNTS, metavar="COUNT"
    )
    parser.add_argument("--runs", type=sampling.positive, default=5)
    arguments = parser.parse_args()
    found = grow(arguments.commands, tuple(sorted(arguments.counts)), arguments.runs)
    print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())


if __name__ == "__main__":
    main()
