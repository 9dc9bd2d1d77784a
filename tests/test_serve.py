"""The preview: mkdocs and the watcher side by side, over HTTP as a browser asks."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import psutil
import pytest
from click.testing import CliRunner

from shapesheet import config as configuration
from shapesheet import serve, site
from shapesheet.cli import main
from shapesheet.errors import SnippetError
from tests import workshop
from tests.examples import put

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECONDS = 120
MKDOCS = "site_name: Toys\ndocs_dir: docs/en\nsite_dir: site/en\n"


@pytest.fixture
def taken() -> Iterator[str]:
    """Return an address at which a program listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def free() -> str:
    """Return an address at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    workshop.snippet(tmp_path, workshop.source())
    put(tmp_path / "mkdocs.yml", MKDOCS)
    put(tmp_path / "docs/en/toy.md", workshop.PAGE)
    return tmp_path


def until_shown(address: str, text: str) -> str:
    """Return the page once it has a text, and the time is not over."""
    until, page = time.monotonic() + SECONDS, "nothing"
    while text not in page:
        assert time.monotonic() < until, page
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            page = urllib.request.urlopen(f"http://{address}/toy/").read().decode()
        time.sleep(0.05)
    return page


def test_a_saved_snippet_changes_its_page_in_the_browser(root: Path, free: str) -> None:
    with subprocess.Popen(
        [str(workshop.TOOL), "--root", str(root), "serve", "--address", free],
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        # The script that reloads the page comes with it.
        assert "livereload" in until_shown(free, "All 29 parameters")
        wider = workshop.BODY.replace("4", "6")
        put(root / workshop.SHOWN, workshop.source(body=wider))
        until_shown(free, "All 43 parameters")
        process.send_signal(2)
        assert process.wait(SECONDS) == 0
    serve.require_free(free)


def test_an_address_that_is_taken_is_told_before_anything_is_checked(
    root: Path, taken: str
) -> None:
    done = CliRunner().invoke(main, ["--root", str(root), "serve", "--address", taken])
    assert done.exit_code == 1
    first, cure = done.stderr.splitlines()
    assert first == f"{taken}: nothing can listen here: Address already in use"
    assert cure == "    name another one: shapesheet serve --address 127.0.0.1:8001"
    assert not (root / "docs/data").exists()


@pytest.mark.parametrize("address", ["", "x", "127.0.0.1", "127.0.0.1:http", "127.0.0.1:99999"])
def test_what_is_no_address_is_told(address: str) -> None:
    with pytest.raises(SnippetError, match="this is no HOST:PORT"):
        serve.require_free(address)


def test_a_site_that_mkdocs_can_not_build_is_told_at_the_end(root: Path, free: str) -> None:
    put(root / "mkdocs.yml", MKDOCS + "theme: no-such-theme\n")
    config = configuration.load(root)
    before = set(psutil.Process().children())
    told = pytest.raises(SnippetError, match="mkdocs could not serve this edition")
    with told, serve.preview(config, site.languages(config)[0], free):
        (mkdocs,) = set(psutil.Process().children()) - before
        until = time.monotonic() + SECONDS
        while mkdocs.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < until
            time.sleep(0.05)
