"""Show the site while it is written: mkdocs serves it, and reloads a page that has changed."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

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
    if not (host and port.isdecimal() and int(port) <= _LAST_PORT):
        raise SnippetError(address, 0, "this is no HOST:PORT", other)
    try:
        socket.create_server((host, int(port))).close()
    except OSError as error:
        message = f"nothing can listen here: {os.strerror(error.errno or 0)}"
        raise SnippetError(address, 0, message, other) from error


@contextlib.contextmanager
def preview(config: Config, language: Language, address: str) -> Iterator[None]:
    """Serve one edition of the site at ``address`` while the body runs.

    Only a page that has changed is built again, so that it is shown at once; the search and the
    navigation of the preview stay as they were when it began.

    Raises:
        SnippetError: mkdocs could not build the site; told when the body ends.
    """
    command = [sys.executable, "-m", "mkdocs", "serve", "--dirty", "--no-strict"]
    process = subprocess.Popen(  # noqa: S603 - the mkdocs that is installed
        [*command, "--quiet", "-f", str(language.file), "-a", address],
        cwd=config.root,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    try:
        yield
    finally:
        ended = process.poll()
        process.terminate()
        process.wait()
    if ended:
        message = f"mkdocs could not serve this edition at {address}"
        raise SnippetError(language.shown, 0, message, "mend what mkdocs says above")
