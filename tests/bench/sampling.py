"""Time a command, and watch the memory of all the processes that it starts."""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import tempfile
import time
from typing import TYPE_CHECKING, NamedTuple

import psutil

from shapesheet.errors import SnippetError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# Looking at a process's shared pages takes milliseconds, which the run has to pay for.
INTERVAL = 0.2


class Sample(NamedTuple):
    """One run of a command.

    Attributes:
        seconds: From its start to its end.
        tree_bytes: The peak of all its processes together, each page counted once (PSS).
        largest_bytes: The peak of one of its processes, shared pages included (RSS).
        output: What it printed to the standard output.
    """

    seconds: float
    tree_bytes: int = 0
    largest_bytes: int = 0
    output: str = ""


def run(command: Sequence[str], folder: Path, *, memory: bool = False) -> Sample:
    """Run a command in a folder and return what it took.

    Args:
        command: The program and its arguments.
        folder: Where it runs.
        memory: Whether its memory is watched, which slows it down a little.

    Raises:
        SnippetError: It failed, so that its time says nothing.
    """
    tree, largest = 0, 0
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        with subprocess.Popen(
            command, cwd=folder, stdout=output, stderr=errors, env=environment()
        ) as process:
            while not _ended(process, INTERVAL if memory else None):
                now = held(process.pid)
                tree, largest = max(tree, now[0]), max(largest, now[1])
        seconds = time.perf_counter() - start
        output.seek(0)
        printed = output.read().decode(errors="replace")
        if process.returncode:
            errors.seek(0)
            told = (printed + errors.read().decode(errors="replace"))[-2000:]
            message = f"{' '.join(command)} ended with {process.returncode}: {told}"
            raise SnippetError(folder, 0, message, "mend what it says and measure again")
    return Sample(seconds, tree, largest, printed)


def environment() -> dict[str, str]:
    """Return the environment of what is measured."""
    return {**os.environ, "KERAS_BACKEND": "tensorflow", "NO_MKDOCS_2_WARNING": "1"}


def positive(text: str) -> int:
    """Return the number that an argument is: nothing comes of less than one run.

    Raises:
        ArgumentTypeError: It is less than one, or no number.
    """
    if not text.isdecimal() or not int(text):
        message = f"{text!r} is no number from 1 on"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _ended(process: subprocess.Popen[bytes], seconds: float | None) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def held(root: int) -> tuple[int, int]:
    """Return the bytes that a process and those below it hold: together, and the largest one."""
    tree, largest = 0, 0
    with contextlib.suppress(psutil.NoSuchProcess):
        top = psutil.Process(root)
        for process in (top, *top.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied, OSError):
                memory = process.memory_full_info()
                tree, largest = tree + memory.pss, max(largest, memory.rss)
    return tree, largest
