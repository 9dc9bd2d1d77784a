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
import shutil
import signal
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass, replace
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from shapesheet import backend, endings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.connection import Connection

    from shapesheet.endings import Ended
    from shapesheet.limits import Limits
    from shapesheet.worker import Answer

PRELOADED = "shapesheet.preload"
TRACE = "trace"
READY = "ready"
# How long a worker that has answered may take to end by itself, in seconds.
_MOMENT = 1.0
# A call hangs when it computes for less than this part of its time.
_HANGS = 0.1
# The backend that this process's fork server has imported.
_server: dict[str, str] = {}


def can_fork() -> bool:
    """Return whether a process that has imported Keras can be forked here."""
    return sys.platform == "linux"


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
    """A process, the connection to it, and the call that it is busy with.

    Attributes:
        ready: Whether it has the libraries; a call's time begins only then.
    """

    process: Any
    connection: Connection
    folder: Path
    ready: bool
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
        worker = self._free()
        worker.arguments = arguments
        self._busy.append(worker)
        if worker.ready:
            self._begin(worker)
        # A worker that is gone already is found by the next look at it.
        with contextlib.suppress(OSError):
            worker.connection.send((function, arguments))

    def _free(self) -> _Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.process.is_alive():
                return worker
            self._end(worker)
        return self._new()

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
        return _Worker(process, ours, folder, ready=self.forks)

    def _done(self, stop: Connection | None) -> list[_Worker]:
        """Wait until a worker has an answer, is gone or is over its time; return those."""
        signs: dict[Any, _Worker | None] = {} if stop is None else {stop: None}
        signs |= {worker.connection: worker for worker in self._busy}
        signs |= {worker.process.sentinel: worker for worker in self._busy}
        ends = [worker.end for worker in self._busy if worker.ready]
        left = max(min(ends) - time.monotonic(), 0) if ends else None
        ready = {id(signs[sign]) for sign in wait(list(signs), timeout=left)}
        told = [each for each in self._busy if id(each) in ready or self._is_late(each)]
        return [worker for worker in told if worker.ready or not self._greet(worker)]

    def _greet(self, worker: _Worker) -> bool:
        """Return whether a worker has the libraries now; if it is gone, it has not."""
        with contextlib.suppress(EOFError, OSError):
            if worker.connection.poll():
                worker.ready = worker.connection.recv() == READY
                self._begin(worker)
        return worker.ready

    def _begin(self, worker: _Worker) -> None:
        worker.end = time.monotonic() + self.limits.seconds
        worker.before = _computed(worker.process.pid)

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
            ended = replace(self._ended(worker), places=endings.places(worker.folder / TRACE))
            self._end(worker, moment=0)
            return Outcome(worker.arguments, ended=ended)
        if self.forks:
            self._end(worker)
        else:
            self._idle.append(worker)
        if answer.error:
            raise answer.error
        return Outcome(worker.arguments, answer.value, answer.seconds, answer.memory)

    def _ended(self, worker: _Worker) -> Ended:
        if worker.end > time.monotonic():
            # It is gone, or about to go.
            worker.process.join(_MOMENT)
        if not worker.process.is_alive():
            return endings.expired(worker.process.exitcode)
        if worker.end <= time.monotonic():
            return endings.timeout(self.limits.seconds)
        return endings.closed()

    def _end_all(self, workers: list[_Worker]) -> None:
        while workers:
            self._end(workers.pop(), moment=0)

    def _end(self, worker: _Worker, moment: float = _MOMENT) -> None:
        """End a worker, if it does not by itself within a moment, with what it has left."""
        worker.connection.close()
        worker.process.join(moment)
        worker.process.kill()
        worker.process.join()
        if self.forks:
            # It leads a group of its own, unless it ended before it could.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(worker.process.pid, signal.SIGKILL)
        shutil.rmtree(worker.folder, ignore_errors=True)


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
        pass  # It is gone; what it was saying is lost.
    return None
