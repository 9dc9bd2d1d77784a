"""Notice what a snippet must not do while it is imported and built: print, read, reach out."""

from __future__ import annotations

import contextlib
import functools
import io
import sys
import warnings
from typing import TYPE_CHECKING, Any

from shapesheet.errors import SnippetError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapesheet.snippet import Snippet

_EVENTS = {
    "open": "opens a file",
    "os.listdir": "lists a folder",
    "os.mkdir": "makes a folder",
    "os.remove": "deletes a file",
    "os.system": "starts a program",
    "subprocess.Popen": "starts a program",
    "socket.connect": "opens a connection",
    "socket.getaddrinfo": "opens a connection",
}
# Python reads source and byte code by itself: for imports, tracebacks and inspection.
_OWN_READERS = ("<frozen importlib", "linecache", "tokenize", "inspect", "zipimport")
_watched: list[_Watch] = []


class _Watch:
    def __init__(self, path: str) -> None:
        self.path = path
        self.offences: list[tuple[int, str]] = []

    def line(self) -> int:
        """Return the line of the watched file that is running, zero when none is."""
        frame: Any = sys._getframe(1)  # noqa: SLF001 - the only way to see who calls
        while frame is not None:
            name = frame.f_code.co_filename
            if name == self.path:
                return int(frame.f_lineno)
            if any(reader in name for reader in _OWN_READERS):
                return 0
            frame = frame.f_back
        return 0

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        line = self.line() if event in _EVENTS else 0
        if line:
            self.offences.append((line, f"the snippet {_EVENTS[event]}: {arguments[0]!r}"))
            raise PermissionError(self.offences[-1][1])


class _Printed(io.StringIO):
    def __init__(self, watch: _Watch) -> None:
        super().__init__()
        self._watch = watch

    def write(self, text: str) -> int:
        line = self._watch.line()
        if line and text.strip():
            self._watch.offences.append((line, f"the snippet prints {text.strip()[:40]!r}"))
        return len(text)


@functools.cache
def _listen() -> None:
    """Install the audit hook, which Python never removes, at the first use only."""

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if _watched:
            _watched[-1].hear(event, arguments)

    sys.addaudithook(hear)


@contextlib.contextmanager
def guarded(snippet: Snippet) -> Iterator[None]:
    """Run snippet code; what it must not do, and what it raises, become ``SnippetError``.

    Raises:
        SnippetError: The code raises, warns, prints, reads a file or reaches out; at the
            snippet's line.
    """
    _listen()
    watch = _Watch(str(snippet.path))
    _watched.append(watch)
    try:
        with (
            contextlib.redirect_stdout(_Printed(watch)),
            warnings.catch_warnings(record=True) as heard,
        ):
            warnings.simplefilter("always")
            yield
    except SnippetError:
        raise
    except (Exception, SystemExit) as error:
        raise _failure(snippet, watch, error) from error
    finally:
        _watched.pop()
    _require_clean(snippet, watch, heard)


def _failure(snippet: Snippet, watch: _Watch, error: BaseException) -> SnippetError:
    if watch.offences:
        return _offence(snippet, watch)
    lines = [
        number
        for frame, number in _frames(error)
        if frame.f_code.co_filename == watch.path
    ]
    first = (str(error).strip().splitlines() or ["no message"])[0]
    message = f"the snippet raises {type(error).__name__}: {first}"
    return SnippetError(snippet.shown, lines[-1] if lines else 0, message, "mend that line")


def _frames(error: BaseException) -> Iterator[tuple[Any, int]]:
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next


def _offence(snippet: Snippet, watch: _Watch) -> SnippetError:
    line, message = watch.offences[0]
    cure = "a snippet only builds a model: move this under if __name__ == '__main__', or away"
    return SnippetError(snippet.shown, line, message, cure)


def _require_clean(
    snippet: Snippet, watch: _Watch, heard: list[warnings.WarningMessage]
) -> None:
    if watch.offences:
        raise _offence(snippet, watch)
    for warning in heard:
        if issubclass(warning.category, UserWarning | FutureWarning):
            line = warning.lineno if warning.filename == watch.path else 0
            first = str(warning.message).strip().splitlines()[0]
            message = f"the snippet warns {warning.category.__name__}: {first}"
            raise SnippetError(snippet.shown, line, message, "do what the warning asks for")
