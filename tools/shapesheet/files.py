"""Write a file whole or not at all, and tell whether there is one."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from shapesheet.errors import SnippetError


def is_file(path: Path) -> bool:
    """Return whether a file is there; none is where the system refuses the name itself."""
    try:
        return path.is_file()
    except OSError:
        return False


def write_atomically(path: Path, content: bytes) -> None:
    """Put ``content`` in ``path``: a reader sees the old file or the new one, never a part.

    Raises:
        SnippetError: The folder or the file can't be written; the old file is untouched.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            temporary = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        temporary.replace(path)
    except OSError as error:
        message = f"this file can't be written: {error.strerror or error}"
        raise SnippetError(path, 0, message, "make its folder writable and run again") from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()
