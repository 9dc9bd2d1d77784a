"""Show the site while it is written: mkdocs serves it, and reloads a page that has changed."""

from __future__ import annotations

import contextlib
import os
import runpy
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from shapesheet import files
from shapesheet.errors import SnippetError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapesheet.config import Config
    from shapesheet.site import Language

_LAST_PORT = 65535


def require_free(address: str) -> None:
    """Refuse an address at which nothing can listen.

    Raises:
        SnippetError: It is no HOST:PORT, or another program listens there.
    """
    host, _, port = address.rpartition(":")
    other = "name another one: shapesheet serve --address 127.0.0.1:8001"
    # Python reads no number of thousands of digits, and not every other letter in a host's name.
    short = port.isdecimal() and len(port) <= len(str(_LAST_PORT))
    if not (host and host.isascii() and short and int(port) <= _LAST_PORT):
        raise SnippetError(address, 0, "this is no HOST:PORT", other)
    try:
        socket.create_server((host, int(port))).close()
    except OSError as error:
        # Python adds the address in brackets, with which the message begins anyway.
        said = str(error.strerror or error).partition(" (while ")[0]
        raise SnippetError(address, 0, f"nothing can listen here: {said}", other) from error


@contextlib.contextmanager
def preview(config: Config, language: Language, address: str) -> Iterator[None]:
    """Serve one edition of the site at ``address`` while the body runs.

    Only a page that has changed is built again, so that it is shown at once; the search and the
    navigation of the preview stay as they were when it began.

    Raises:
        SnippetError: mkdocs could not build the site; told when the body ends.
    """
    command = [sys.executable, "-m", __name__, "serve", "--dirty", "--no-strict"]
    with files.scratch() as folder:
        process = subprocess.Popen(  # noqa: S603 - the mkdocs that is installed
            [*command, "--quiet", "-f", str(language.file), "-a", address],
            cwd=config.root,
            # It builds into a temporary folder, and leaves that when it is ended.
            env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "TMPDIR": folder},
            stdin=subprocess.PIPE,
            # Ctrl-C is for the tool; an mkdocs that hears it as well seems to have failed.
            start_new_session=True,
        )
        try:
            yield
        finally:
            ended = process.poll()
            process.terminate()
            process.communicate()
    if ended:
        message = f"mkdocs could not serve this edition at {address}"
        raise SnippetError(language.shown, 0, message, "mend what mkdocs says above")


def _run_mkdocs() -> None:
    """Run mkdocs with this process's arguments, and no longer than the tool runs."""
    threading.Thread(target=_end_with_tool, daemon=True).start()
    runpy.run_module("mkdocs", run_name="__main__", alter_sys=True)


def _end_with_tool() -> None:
    # The tool writes nothing there: reading ends when it is gone, even if it was killed.
    os.read(0, 1)
    os._exit(1)


if __name__ == "__main__":
    _run_mkdocs()
