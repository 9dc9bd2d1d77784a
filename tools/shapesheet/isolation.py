"""Run functions in worker processes that cannot hurt the tool: one for each call, by forking.

A fork server imports Keras once; each call is then the price of a fork. A worker is bounded in
time and memory, has a folder of its own for its files, no network and no processes of its own,
and ends when the tool does.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections import deque
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from shapesheet import backend, files, process
from shapesheet.backends import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.connection import Connection

    from shapesheet.endings import Ended
    from shapesheet.limits import Limits
    from shapesheet.process import Worker

PRELOADED = "shapesheet.preload"
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


class Pool:
    """Workers for many calls; the fork server lives as long as the tool."""

    def __init__(
        self, limits: Limits, *, forks: bool | None = None, runs_on: str = DEFAULT
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
        self._folders = files.scratch()
        self._idle: list[Worker] = []
        self._busy: list[Worker] = []
        self._count = 0

    def __enter__(self) -> Self:
        """Return the pool, whose workers and files are gone when the body ends."""
        return self

    def __exit__(self, *_: object) -> None:
        """End what is left running."""
        _dismiss_all(self._idle)
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
            SnippetError: No worker can be started.
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
            _dismiss_all(self._busy)

    def _hand(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        worker = self._free()
        self._busy.append(worker)
        worker.give(function, arguments)

    def _free(self) -> Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.process.is_alive():
                return worker
            worker.dismiss()
        return self._new()

    def _new(self) -> Worker:
        self._count += 1
        folder = Path(self._folders.name) / str(self._count)
        return process.start(
            self._context, folder, self.limits, forked=self.forks, runs_on=self.runs_on
        )

    def _done(self, stop: Connection | None) -> list[Worker]:
        """Wait until a worker has an answer, is gone or is over its time; return those."""
        signs: dict[Any, Worker | None] = {} if stop is None else {stop: None}
        signs |= {worker.connection: worker for worker in self._busy}
        signs |= {worker.process.sentinel: worker for worker in self._busy}
        end = min(worker.end for worker in self._busy)
        left = None if end == float("inf") else max(end - time.monotonic(), 0)
        ready = {id(signs[sign]) for sign in wait(list(signs), timeout=left)}
        told = [each for each in self._busy if id(each) in ready or each.is_late()]
        return [worker for worker in told if worker.ready or not worker.greet()]

    def _outcome(self, worker: Worker) -> Outcome:
        answer = worker.answer()
        if answer is None:
            ended = worker.ended()
            worker.dismiss(moment=0)
            return Outcome(worker.arguments, ended=ended)
        if self.forks:
            worker.dismiss()
        else:
            self._idle.append(worker)
        if answer.error:
            raise answer.error
        return Outcome(worker.arguments, answer.value, answer.seconds, answer.memory)


def _dismiss_all(workers: list[Worker]) -> None:
    while workers:
        workers.pop().dismiss(moment=0)


def _serves(wanted: str) -> bool:
    """Return whether this process's fork server has a backend, or none yet and gets it."""
    return can_fork() and _server.setdefault(PRELOADED, wanted) == wanted


def _context(*, forks: bool) -> Any:  # noqa: ANN401 - the kinds of contexts share no type
    context: Any = multiprocessing.get_context("forkserver" if forks else "spawn")
    if forks:
        context.set_forkserver_preload([PRELOADED])
    return context
