"""The preview: mkdocs and the watcher side by side, over HTTP as a browser asks."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
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
from tests import examples, workshop
from tests.examples import put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
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


# A hook of mkdocs: its first build has begun, and does not end.
BUILDS = """
import pathlib
import time


def on_pre_build(**_):
    pathlib.Path({sign!r}).touch()
    time.sleep(600)
"""


@pytest.fixture
def sign(tmp_path: Path) -> Path:
    """Return the file that is there once mkdocs builds a project without stale snippets."""
    sign = tmp_path / "builds"
    examples.project(tmp_path)
    put(tmp_path / "builds.py", BUILDS.format(sign=str(sign)))
    put(tmp_path / "mkdocs.yml", MKDOCS + "hooks: [builds.py]\n")
    return sign


def wait_until(happens: Callable[[], bool]) -> None:
    until = time.monotonic() + SECONDS
    while not happens():
        assert time.monotonic() < until
        time.sleep(0.05)


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


# On Linux, on Linux without a network, and on macOS.
UNKNOWN = (
    "Name or service not known",
    "Temporary failure in name resolution",
    "nodename nor servname provided, or not known",
)


@pytest.mark.parametrize("address", ["no-such-host.invalid:8000", "[::1]:8000"])
def test_a_host_that_nobody_knows_is_told_in_the_words_of_the_system(address: str) -> None:
    with pytest.raises(SnippetError) as told:
        serve.require_free(address)
    assert told.value.message.removeprefix("nothing can listen here: ") in UNKNOWN


@pytest.mark.parametrize(
    "address",
    [
        "",
        "x",
        "127.0.0.1",
        "127.0.0.1:http",
        "127.0.0.1:99999",
        pytest.param("127.0.0.1:" + "1" * 5000, id="thousands of digits"),
        pytest.param(os.fsdecode(b"\xff:8000"), id="no text"),
    ],
)
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
        wait_until(lambda: mkdocs.status() == psutil.STATUS_ZOMBIE)


def start(root: Path, address: str) -> subprocess.Popen[str]:
    """Start the tool as a shell does, in a group of its own; return it once it watches."""
    process = subprocess.Popen(
        [str(workshop.TOOL), "--root", str(root), "serve", "--address", address],
        env={**os.environ, "PYTHONUNBUFFERED": "1", workshop.MARK: str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,
    )
    assert process.stdout is not None
    assert any(line.startswith("watching") for line in process.stdout)
    return process


def test_an_interrupt_of_the_tool_and_mkdocs_while_it_builds_ends_both_well(
    tmp_path: Path, sign: Path, free: str
) -> None:
    with start(tmp_path, free) as process:
        wait_until(sign.exists)
        # A terminal interrupts all the processes of a group.
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=SECONDS)
    assert (process.returncode, said) == (0, "")
    wait_until(lambda: workshop.running(str(tmp_path)) == [])


def test_mkdocs_ends_with_the_tool_that_is_killed(tmp_path: Path, sign: Path, free: str) -> None:
    with start(tmp_path, free) as process:
        wait_until(sign.exists)
        process.kill()
        wait_until(lambda: workshop.running(str(tmp_path)) == [])


def test_mkdocs_leaves_no_temporary_files(
    tmp_path: Path, sign: Path, free: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    config = configuration.load(tmp_path)
    with serve.preview(config, site.languages(config)[0], free):
        wait_until(sign.exists)
        assert list(folder.rglob("mkdocs_*"))
    assert list(folder.iterdir()) == []
