"""What runs inside a worker process: surroundings in which a call can do no harm."""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from multiprocessing import forkserver
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shapesheet import backend, guard
from shapesheet.process import HOME, READY, TRACE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

    from shapesheet.limits import Limits

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)
# The fault handler writes down where a call hangs a moment before it is stopped.
_MOMENT = 0.9
# What a call may write into one file: more than a saved model has, and than output has that ends.
_FILE_BYTES = 256 * 1024**2
_PAGE = 1024


@dataclass(frozen=True)
class Answer:
    """What a call returned or raised, how many seconds it took and the most bytes that it held."""

    value: Any = None
    seconds: float = 0.0
    memory: int = 0
    error: Exception | None = None


def serve(connection: Connection, folder: Path, limits: Limits, forked: bool) -> None:  # noqa: FBT001 - a process is started with values
    """Answer the calls that come: the first one only when this process was forked for it.

    Args:
        connection: To the pool.
        folder: For the calls' files, with an empty home, and for what is known of a call that
            ends this process.
        limits: What a call may use.
        forked: Whether this process serves one call only, so that nothing has to be undone.
    """
    # The person at the terminal interrupts the tool, which ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if forked:
        _leave()
    _settle(folder)
    backend.start()
    if forked:
        _bound(limits.memory)
    with contextlib.suppress(EOFError, BrokenPipeError):
        connection.send(READY)
        while True:
            function, arguments = connection.recv()
            with _traced(folder / TRACE, limits.seconds), guard.alone():
                answer = _call(function, arguments)
            connection.send(answer)
            if forked:
                return


def _call(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Answer:
    start = time.perf_counter()
    try:
        value = function(*arguments)
    except Exception as error:  # noqa: BLE001 - the pool raises it
        return Answer(error=error)
    return Answer(value, time.perf_counter() - start, _peak())


def _leave() -> None:
    """Leave the tool's group of processes, and end when the tool does."""
    os.setsid()
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    # The fork server ends when nobody holds its lifeline, which the tool hands to each worker:
    # a worker that held it would keep itself alive.
    lifeline = vars(forkserver._forkserver).get("_forkserver_alive_fd")  # noqa: SLF001 - it has no public name
    if lifeline is not None:
        os.close(lifeline)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def _bound(memory: int) -> None:
    import resource  # noqa: PLC0415 - Windows has none, and does not fork

    held = next(
        int(line.split()[1]) * _PAGE
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmData")
    )
    resource.setrlimit(resource.RLIMIT_DATA, (held + memory, held + memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_BYTES, _FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _settle(folder: Path) -> None:
    """Make ``folder`` the home, the working directory and the place of temporary files."""
    home = folder / HOME
    names = {"HOME": home, "KERAS_HOME": home / ".keras", "TMPDIR": home}
    os.environ.update({name: str(path) for name, path in names.items()})
    tempfile.tempdir = None
    os.chdir(home)


@contextlib.contextmanager
def _traced(path: Path, seconds: float) -> Iterator[None]:
    """Have the lines that run written to ``path`` when they crash, or shortly before the end."""
    with path.open("wb") as file:
        faulthandler.enable(file, all_threads=False)
        faulthandler.dump_traceback_later(seconds * _MOMENT, repeat=True, file=file)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
            faulthandler.disable()


def _peak() -> int:
    if sys.platform == "win32":  # pragma: no cover - the tests run on Linux
        return 0
    import resource  # noqa: PLC0415 - Windows has none

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _PAGE
