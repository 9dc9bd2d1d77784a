"""Write a file whole or not at all, and clear up what a killed run has left half written."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from shapesheet.errors import SnippetError

if TYPE_CHECKING:
    import tempfile

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# The start of a file's name while it is written; the writing process's number follows.
_MARK = ".shapesheet-"
# The same of a folder for temporary files.
_SCRATCH = "shapesheet-"
_HOUR = 3600


def is_file(path: Path | str) -> bool:
    """Return whether a file is there; none is where the system refuses the name itself."""
    return os.path.isfile(path)  # noqa: PTH113 - a path's own question raises then, and is slower


def write_atomically(path: Path, content: bytes) -> None:
    """Put ``content`` in ``path``: a reader sees the old file or the new one, never a part.

    Raises:
        SnippetError: The folder or the file can't be written; the old file is untouched.
    """
    import tempfile  # noqa: PLC0415 - a command that finds nothing to write does without

    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f"{_MARK}{os.getpid()}-", delete=False
        ) as file:
            temporary = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        temporary.replace(path)
    except OSError as error:
        message = f"this file can't be written: {error.strerror or error}"
        cure = "free some space" if error.errno in _FULL else "make its folder writable"
        raise SnippetError(path, 0, message, f"{cure} and run again") from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()


def sweep(folder: Path) -> None:
    """Delete what processes that were killed while they wrote have left below ``folder``."""
    for path in folder.rglob(f"{_MARK}*"):
        if _is_left(path, _MARK):
            with contextlib.suppress(OSError):
                path.unlink()


def scratch() -> tempfile.TemporaryDirectory[str]:
    """Return a folder for temporary files, which goes with it or with this process.

    Those that killed processes have left are deleted, once nobody has touched them for an hour:
    in a folder that several machines share, a process of another one can't be asked for.
    """
    import shutil  # noqa: PLC0415 - as in write_atomically
    import tempfile  # noqa: PLC0415

    long_ago = time.time() - _HOUR
    for path in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*"):
        with contextlib.suppress(OSError):
            if _is_left(path, _SCRATCH) and path.stat().st_mtime < long_ago:
                shutil.rmtree(path, ignore_errors=True)
    return tempfile.TemporaryDirectory(prefix=f"{_SCRATCH}{os.getpid()}-")


def _is_left(path: Path, mark: str) -> bool:
    """Return whether the process whose number follows the mark in a path's name is gone."""
    number = path.name.removeprefix(mark).partition("-")[0]
    return number.isdecimal() and not _runs(int(number))


def _runs(process: int) -> bool:
    if sys.platform == "win32":  # pragma: no cover - it can't be asked there without harm
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
