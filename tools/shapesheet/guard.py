"""Notice what a snippet must not do while it is imported and built: print, read, reach out."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import sys
import sysconfig
import warnings
from typing import TYPE_CHECKING, Any, cast

from shapesheet.errors import SnippetError
from shapesheet.raised import reason

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from shapesheet.snippet import Snippet

_EVENTS = {
    "open": "opens a file",
    "os.listdir": "lists a folder",
    "os.scandir": "lists a folder",
    "os.mkdir": "makes a folder",
    "os.remove": "deletes a file",
    "os.rename": "renames a file",
}
# Nothing that a check runs may do these, whoever asks for them.
_BANNED = {
    **dict.fromkeys(("os.exec", "os.posix_spawn", "os.spawn", "os.startfile"), "starts a program"),
    **dict.fromkeys(("os.system", "subprocess.Popen", "pty.spawn"), "starts a program"),
    **dict.fromkeys(("os.fork", "os.forkpty"), "starts a process"),
    **dict.fromkeys(("socket.__new__", "socket.connect", "socket.bind"), "opens a connection"),
    **dict.fromkeys(("socket.getaddrinfo", "socket.gethostbyname"), "opens a connection"),
}
_SIGNALLING = ("os.kill", "os.killpg")
_WARNINGS = (UserWarning, FutureWarning)
# A pattern that no text matches.
_NOTHING = "(?!)"
# Python reads source and byte code by itself: for imports, tracebacks and inspection.
_OWN_READERS = ("<frozen importlib", "linecache.py", "tokenize.py", "inspect.py", "zipimport")
# The libraries read their own files; the system's tell of the machine.
_OWN_PLACES = (
    *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")),
    *("/dev/", "/proc/", "/sys/"),
)
_watched: list[_Watch] = []
# One entry for each call under way in a process that does nothing else.
_alone: list[None] = []


class _Watch:
    """What the file under watch has done that it must not."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.offences: list[tuple[int, str]] = []
        self.warned: list[tuple[int, str]] = []

    def line(self) -> int:
        """Return the line of the watched file that is running, zero when none is."""
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the only way to see who calls
        while frame is not None:
            name = frame.f_code.co_filename
            if name == self.path:
                return frame.f_lineno
            if name.endswith(_OWN_READERS) or name.startswith(_OWN_READERS):
                return 0
            frame = frame.f_back
        return 0

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Refuse what an audit event tells of, when the watched file is behind it."""
        if event not in _BANNED and (event not in _EVENTS or _is_own(arguments[0])):
            return
        line = self.line()
        if line:
            self.offences.append((line, f"the snippet {_deed(event, arguments)}"))
            raise PermissionError(self.offences[-1][1])

    def warn(self, message: Warning | str, category: type[Warning], *_: object) -> None:
        """Take the place of ``warnings.showwarning``, which names another's line."""
        if issubclass(category, _WARNINGS):
            first = str(message).strip().partition("\n")[0]
            self.warned.append((self.line(), f"the snippet warns {category.__name__}: {first}"))


def _deed(event: str, arguments: tuple[Any, ...]) -> str:
    """Return what an audit event tells of, in words."""
    deed = {**_EVENTS, **_BANNED}[event]
    what = arguments[0] if arguments else None
    return f"{deed}: {what!r}" if isinstance(what, str | bytes | int) else deed


def _is_own(opened: object) -> bool:
    """Return whether a file is none of the snippet's: a library's, or open already."""
    return isinstance(opened, int) or str(opened).startswith(_OWN_PLACES)


class _Printed(io.StringIO):
    """A standard output that remembers who prints, and prints nothing."""

    def __init__(self, watch: _Watch) -> None:
        super().__init__()
        self._watch = watch

    def write(self, text: str) -> int:
        line = self._watch.line()
        if line and text.strip():
            self._watch.offences.append((line, f"the snippet prints {text.strip()[:40]!r}"))
            # Or it prints without end.
            raise PermissionError(self._watch.offences[-1][1])
        return len(text)


@functools.cache
def _listen() -> None:
    """Install the audit hook, which Python never removes, at the first use only."""

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if _watched:
            _watched[-1].hear(event, arguments)
        if _alone and event in _BANNED:
            message = f"the code {_BANNED[event]}, which nothing in a check may"
            raise PermissionError(message)
        if _alone and event in _SIGNALLING and arguments[0] != os.getpid() and arguments[1]:
            message = "the code signals another process, which nothing in a check may"
            raise PermissionError(message)

    # Python traces no audit hook that does not ask for it; a debugger could not step in.
    hear.__cantrace__ = True  # type: ignore[attr-defined]
    sys.addaudithook(hear)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Refuse connections and processes in the body to all code of this process."""
    _listen()
    _alone.append(None)
    try:
        yield
    finally:
        _alone.pop()


@contextlib.contextmanager
def guarded(
    snippet: Snippet, line: int = 0, doing: str = "the snippet", expected: str = _NOTHING
) -> Iterator[None]:
    """Run snippet code; what it must not do, and what it raises, become ``SnippetError``.

    Args:
        snippet: Whose code it is.
        line: The line to name when what it raises comes from none of its own.
        doing: Who raises, in the words of the error.
        expected: A pattern of how a warning begins that is none of its own.

    Raises:
        SnippetError: The code raises, warns, prints, reads a file or reaches out; at the
            snippet's line.
    """
    _listen()
    watch = _Watch(str(snippet.path))
    _watched.append(watch)
    try:
        with contextlib.redirect_stdout(_Printed(watch)), warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.filterwarnings("ignore", expected)
            warnings.showwarning = cast("Any", watch.warn)
            yield
    except SnippetError:
        raise
    except (Exception, SystemExit) as error:
        _require_clean(snippet, watch)
        place = _raising_line(watch, error) or line
        message = f"{doing} raises {reason(error)}"
        raise SnippetError(snippet.shown, place, message, "mend that line") from error
    finally:
        _watched.remove(watch)
    _require_clean(snippet, watch)
    for place, message in watch.warned:
        cure = "do what the warning asks for"
        raise SnippetError(snippet.shown, place or line, message, cure)


def _raising_line(watch: _Watch, error: BaseException) -> int:
    """Return the innermost line of the watched file in a traceback, zero when there is none."""
    found, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == watch.path:
            found = trace.tb_lineno
        trace = trace.tb_next
    return found


def _require_clean(snippet: Snippet, watch: _Watch) -> None:
    for line, message in watch.offences:
        cure = "a snippet only builds a model: move this under if __name__ == '__main__', or away"
        raise SnippetError(snippet.shown, line, message, cure)
