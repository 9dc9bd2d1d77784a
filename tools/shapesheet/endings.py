"""How a worker ended before it had an answer, in words."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_FRAME = re.compile(r'^ +File "(.+)", line (\d+)', re.MULTILINE)
# By their names, since no system has all of them.
_SIGNALS = {
    "SIGABRT": "a library stopped it (SIGABRT), often for want of memory",
    "SIGBUS": "it reads memory that is not there (SIGBUS)",
    "SIGFPE": "it divides by zero in native code (SIGFPE)",
    "SIGILL": "it runs an instruction that this processor lacks (SIGILL)",
    "SIGKILL": "it was killed (SIGKILL), perhaps because the machine ran out of memory",
    "SIGSEGV": "it crashes with a segmentation fault (SIGSEGV)",
}


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


def timeout(seconds: float) -> Ended:
    """Return how a worker ended that was stopped after ``seconds``."""
    message = f"it does not end; it was stopped after {seconds:g} s"
    return Ended(message, "mend the endless loop, or allow more: shapesheet check --timeout 300")


def expired(code: int) -> Ended:
    """Return how a worker ended with an exit code, which is below zero for a signal."""
    if code < 0:
        name = _name(-code)
        message = _SIGNALS.get(name, f"it was stopped by a signal ({name})")
        return Ended(message, "mend what its line calls; if it needs the memory: --memory 8")
    message = f"it ends the process that checks it, with exit code {code}"
    return Ended(message, "raise an error instead; os._exit is never needed here")


def closed() -> Ended:
    """Return how a worker ended that goes on, but can't give an answer any more."""
    return Ended("it closes the connection to the tool", "close only what it has opened")


def places(trace: Path) -> tuple[tuple[str, int], ...]:
    """Return the files and lines that Python's fault handler wrote down, the innermost first."""
    try:
        text = trace.read_text(errors="replace")
    except OSError:
        return ()
    # A call that still computes when its time is over is looked at again later.
    last = text.rpartition("Timeout (")[2]
    return tuple((path, int(line)) for path, line in _FRAME.findall(last))


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # those of real time have no names
        return f"signal {number}"
