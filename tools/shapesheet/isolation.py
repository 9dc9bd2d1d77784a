"""Run functions in worker processes that cannot hurt the tool: one for each call, by forking.

A fork server imports Keras once; each call is then the price of a fork. A worker is bounded in
time and memory, has a folder of its own for its files, no network and no processes of its own,
and ends when the tool does.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import re
import signal
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass, replace
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from shapesheet import backend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.connection import Connection

    from shapesheet.limits import Limits
    from shapesheet.worker import Answer

PRELOADED = "shapesheet.preload"
TRACE = "trace"
PROCESS = "process"
# How long a worker that has answered may take to end by itself, in seconds.
_MOMENT = 1.0
# A call hangs when it computes for less than this part of its time.
_HANGS = 0.1
_FRAME = re.compile(r'^ +File "(.+)", line (\d+)', re.MULTILINE)
_SIGNALS = {
    signal.SIGABRT: "a library stopped it (SIGABRT), often for want of memory",
    signal.SIGBUS: "it reads memory that is not there (SIGBUS)",
    signal.SIGFPE: "it divides by zero in native code (SIGFPE)",
    signal.SIGILL: "it runs an instruction that this processor lacks (SIGILL)",
    signal.SIGKILL: "it was killed (SIGKILL), perhaps because the machine ran out of memory",
    signal.SIGSEGV: "it crashes with a segmentation fault (SIGSEGV)",
}
# The backend that this process's fork server has imported.
_server: dict[str, str] = {}


def can_fork() -> bool:
    """Return whether a process that has imported Keras can be forked here."""
    return sys.platform == "linux"


@dataclass(frozen=True)
class Ended:
    """How a worker ended before it had an answer.

    Attributes:
        message: What happened, as an error says it.
        cure: What to do about it.
        places: The files and lines that were running, the innermost first; empty when they
            can't be told.
    """

    message: str
    cure: str
    places: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What became of one call.

    Attributes:
        arguments: The call's arguments.
        value: What it returned.
        seconds: How long it took.
        memory: The most memory that its worker held, in bytes.
        ended: How the worker ended instead.
    """

    arguments: tuple[Any, ...]
    value: Any = None
    seconds: float = 0.0
    memory: int = 0
    ended: Ended | None = None


@dataclass
class _Worker:
    """A process, the connection to it, and the call that it is busy with."""

    process: Any
    connection: Connection
    folder: Path
    arguments: tuple[Any, ...] = ()
    end: float = float("inf")
    before: float = 0.0


class Pool:
    """Workers for many calls; the fork server lives as long as the tool."""

    def __init__(
        self, limits: Limits, *, forks: bool | None = None, runs_on: str = backend.DEFAULT
    ) -> None:
        """Start nothing yet.

        Args:
            limits: What the workers may use.
            forks: Whether each call gets a process of its own, where the system can fork;
                without, workers are reused.
            runs_on: Keras's backend in the workers. A process has one fork server, which has
                imported one backend; workers on another one are reused.
        """
        self.limits = limits
        self.runs_on = runs_on
        self.forks = _serves(runs_on) if forks is None else forks
        backend.prepare()
        self._context = _context(forks=self.forks)
        self._folders = tempfile.TemporaryDirectory(prefix="shapesheet-")
        self._idle: list[_Worker] = []
        self._busy: list[_Worker] = []
        self._count = 0

    def __enter__(self) -> Self:
        """Return the pool, whose workers and files are gone when the body ends."""
        return self

    def __exit__(self, *_: object) -> None:
        """End what is left running."""
        self._end_all(self._idle)
        self._folders.cleanup()

    def warm(self) -> None:
        """Start the workers of the next calls, which import Keras meanwhile if none has."""
        while len(self._idle) < self.limits.jobs:
            self._idle.append(self._new())

    def run(
        self,
        function: Callable[..., Any],
        calls: Iterable[tuple[Any, ...]],
        stop: Connection | None = None,
    ) -> Iterator[Outcome]:
        """Call ``function``, which can be pickled, with each of ``calls``, side by side.

        When ``stop`` has something to read, the calls that are left are given up.

        Yields:
            What became of each call, in the order in which they end.

        Raises:
            Exception: What ``function`` raises.
        """
        waiting = deque(calls)
        try:
            while waiting or self._busy:
                while waiting and len(self._busy) < self.limits.jobs:
                    self._hand(function, waiting.popleft())
                done = self._done(stop)
                if stop is not None and stop.poll():
                    return
                for worker in done:
                    self._busy.remove(worker)
                    yield self._outcome(worker)
        finally:
            self._end_all(self._busy)

    def _hand(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        worker = self._idle.pop() if self._idle else self._new()
        worker.arguments = arguments
        worker.end = time.monotonic() + self.limits.seconds
        worker.before = _computed(worker.process.pid)
        self._busy.append(worker)
        # A worker that is gone already is found by the next look at it.
        with contextlib.suppress(OSError):
            worker.connection.send((function, arguments))

    def _new(self) -> _Worker:
        from shapesheet import worker  # noqa: PLC0415 - it needs what this module defines

        self._count += 1
        folder = Path(self._folders.name) / str(self._count)
        folder.mkdir()
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=worker.serve, args=(theirs, folder, self.limits, self.forks), daemon=True
        )
        with backend.handed_on(self.runs_on):
            process.start()
        theirs.close()
        return _Worker(process, ours, folder)

    def _done(self, stop: Connection | None) -> list[_Worker]:
        """Wait until a worker has an answer, is gone or is over its time; return those."""
        signs: dict[Any, _Worker | None] = {} if stop is None else {stop: None}
        signs |= {worker.connection: worker for worker in self._busy}
        signs |= {worker.process.sentinel: worker for worker in self._busy}
        left = min(worker.end for worker in self._busy) - time.monotonic()
        ready = {id(signs[sign]) for sign in wait(list(signs), timeout=max(left, 0))}
        return [each for each in self._busy if id(each) in ready or self._is_late(each)]

    def _is_late(self, worker: _Worker) -> bool:
        """Return whether a call is over its time; one that still computes may use it all up.

        On a machine that is busy with other work a call gets a part of a processor only; one
        that hangs gets nothing done, and is over its time at once.
        """
        if worker.end > time.monotonic():
            return False
        spent = _computed(worker.process.pid) - worker.before
        if spent < self.limits.seconds * _HANGS or spent >= self.limits.seconds:
            return True
        worker.end = time.monotonic() + self.limits.seconds - spent
        return False

    def _outcome(self, worker: _Worker) -> Outcome:
        answer = _answer(worker)
        if answer is None:
            late = worker.process.is_alive() and worker.end <= time.monotonic()
            self._end(worker, moment=0)
            ended = _timeout(self.limits.seconds) if late else _expired(worker.process.exitcode)
            ended = replace(ended, places=_places(worker.folder))
            return Outcome(worker.arguments, ended=ended)
        if self.forks:
            self._end(worker)
        else:
            self._idle.append(worker)
        if answer.error:
            raise answer.error
        return Outcome(worker.arguments, answer.value, answer.seconds, answer.memory)

    def _end_all(self, workers: list[_Worker]) -> None:
        while workers:
            self._end(workers.pop(), moment=0)

    def _end(self, worker: _Worker, moment: float = _MOMENT) -> None:
        """End a worker, if it does not by itself within a moment, and what it has left running."""
        worker.connection.close()
        worker.process.join(moment)
        worker.process.kill()
        worker.process.join()
        _end_group(worker.folder)


def _serves(wanted: str) -> bool:
    """Return whether this process's fork server has a backend, or none yet and gets it."""
    return can_fork() and _server.setdefault(PRELOADED, wanted) == wanted


def _context(*, forks: bool) -> Any:  # noqa: ANN401 - the kinds of contexts share no type
    context: Any = multiprocessing.get_context("forkserver" if forks else "spawn")
    if forks:
        context.set_forkserver_preload([PRELOADED])
    return context


def _computed(process: int) -> float:
    """Return how many seconds a process has computed, zero where that can't be told."""
    try:
        told = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return 0.0
    # Its name, in brackets, may have spaces; user and system time are the fields 14 and 15.
    fields = told.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _answer(worker: _Worker) -> Answer | None:
    """Return what a worker has sent, ``None`` when it has not, or could not end doing so."""
    try:
        if worker.connection.poll():
            answer: Answer = worker.connection.recv()
            return answer
    except (EOFError, OSError, pickle.UnpicklingError):
        # It is gone; what it was saying is lost.
        worker.process.join(_MOMENT)
    return None


def _timeout(seconds: float) -> Ended:
    message = f"it does not end; it was stopped after {seconds:g} s"
    return Ended(message, "mend the endless loop, or allow more: shapesheet check --timeout 300")


def _expired(code: int) -> Ended:
    if code < 0:
        name = signal.Signals(-code).name
        message = _SIGNALS.get(signal.Signals(-code), f"it was stopped by a signal ({name})")
        return Ended(message, "mend what its line calls; if it needs the memory: --memory 8")
    message = f"it ends the process that checks it, with exit code {code}"
    return Ended(message, "raise an error instead; os._exit is never needed here")


def _end_group(folder: Path) -> None:
    """End what a worker has left running; its own process is gone already."""
    try:
        group = int((folder / PROCESS).read_text())
    except (OSError, ValueError):
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _places(folder: Path) -> tuple[tuple[str, int], ...]:
    """Return the frames that Python's fault handler wrote down."""
    try:
        text = (folder / TRACE).read_text(errors="replace")
    except OSError:
        return ()
    last = text.rpartition("Timeout (")[2]
    return tuple((path, int(line)) for path, line in _FRAME.findall(last))
