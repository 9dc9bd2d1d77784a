"""One worker process as the tool sees it: started, given a call, and ended."""

from __future__ import annotations

import contextlib
import os
import pickle
import shutil
import signal
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shapesheet import backend, endings
from shapesheet.errors import SnippetError

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from shapesheet.endings import Ended
    from shapesheet.limits import Limits
    from shapesheet.worker import Answer

TRACE = "trace"
HOME = "home"
READY = "ready"
ROOM = "make room there, or let TMPDIR name another folder, with a short path"
# How long a worker that has answered may take to end by itself, in seconds.
_MOMENT = 1.0
# A call hangs when it computes for less than this part of its time.
_HANGS = 0.1
# A busy machine may make a call take this many times as long as it computes, and no longer.
_LONGEST = 4


@dataclass
class Worker:
    """A process, the connection to it, and the call that it is busy with.

    Attributes:
        seconds: How long one call may take.
        forked: Whether it serves one call only.
        ready: Whether it has the libraries and has settled; a call's time begins anew then.
    """

    process: Any
    connection: Connection
    folder: Path
    seconds: float
    forked: bool
    ready: bool = False
    arguments: tuple[Any, ...] = ()
    end: float = float("inf")
    latest: float = float("inf")
    before: float = 0.0

    def give(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        """Send a call; a worker that is gone already is found by the next look at it."""
        self.arguments = arguments
        # One that imports Keras first may take longer than a call; a fork is there at once.
        if self.ready or self.forked:
            self._begin()
        with contextlib.suppress(OSError):
            self.connection.send((function, arguments))

    def greet(self) -> bool:
        """Return whether it has the libraries now; if it is gone, it has not."""
        with contextlib.suppress(EOFError, OSError):
            if self.connection.poll():
                self.ready = self.connection.recv() == READY
                self._begin()
        return self.ready

    def _begin(self) -> None:
        self.end = time.monotonic() + self.seconds
        self.latest = time.monotonic() + self.seconds * _LONGEST
        self.before = _computed(self.process.pid)

    def is_late(self) -> bool:
        """Return whether a call is over its time; one that still computes may use it all up.

        On a machine that is busy with other work a call gets a part of a processor only; one
        that hangs gets nothing done, and is over its time at once.
        """
        now = time.monotonic()
        if self.end > now:
            return False
        spent = _computed(self.process.pid) - self.before
        if spent < self.seconds * _HANGS or spent >= self.seconds or now >= self.latest:
            return True
        self.end = min(now + self.seconds - spent, self.latest)
        return False

    def answer(self) -> Answer | None:
        """Return what it has sent, ``None`` when it has not, or could not end doing so."""
        try:
            if self.connection.poll():
                answer: Answer = self.connection.recv()
                return answer
        except (EOFError, OSError, pickle.UnpicklingError):
            pass  # It is gone; what it was saying is lost.
        return None

    def ended(self) -> Ended:
        """Return how it has ended, or why it has to be, with the lines that were running."""
        return replace(self._ended(), places=endings.places(self.folder / TRACE))

    def _ended(self) -> Ended:
        if self.end > time.monotonic():
            # It is gone, or about to go.
            self.process.join(_MOMENT)
        if not self.process.is_alive():
            return endings.expired(self.process.exitcode)
        if self.end <= time.monotonic():
            return endings.timeout(self.seconds)
        return endings.closed()

    def dismiss(self, moment: float = _MOMENT) -> None:
        """End it, if it does not by itself within a moment, with what it has left."""
        self.connection.close()
        self.process.join(moment)
        self.process.kill()
        self.process.join()
        if self.forked:
            # It leads a group of its own, unless it ended before it could.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)


def start(
    context: Any,  # noqa: ANN401 - the kinds of contexts share no type
    folder: Path,
    limits: Limits,
    *,
    forked: bool,
    runs_on: str,
) -> Worker:
    """Start a worker.

    Args:
        context: Of multiprocessing.
        folder: Where its files are to lie; it is made.
        limits: What a call may use.
        forked: Whether it serves one call only.
        runs_on: Keras's backend in it.

    Raises:
        SnippetError: The system starts no process, or keeps no files for one.
    """
    from shapesheet import worker  # noqa: PLC0415 - it needs what this module defines

    try:
        (folder / HOME).mkdir(parents=True)
        ours, theirs = context.Pipe()
        process = context.Process(
            target=worker.serve, args=(theirs, folder, limits, forked), daemon=True
        )
        with backend.handed_on(runs_on):
            process.start()
    except OSError as error:
        message = f"no process can be started to check in: {error.strerror or error}"
        raise SnippetError(folder.parent, 0, message, ROOM) from error
    theirs.close()
    return Worker(process, ours, folder, limits.seconds, forked)


def _computed(process: int) -> float:
    """Return how many seconds a process has computed, zero where that can't be told."""
    try:
        told = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return 0.0
    # Its name, in brackets, may have spaces; user and system time are the fields 14 and 15.
    fields = told.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
