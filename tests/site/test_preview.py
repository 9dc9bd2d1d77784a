"""The preview in a real browser: a save is seen without anybody reloading the page."""

from __future__ import annotations

import socket
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests import workshop
from tests.examples import put
from tests.test_serve import MKDOCS, SECONDS, until_shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

# Without fonts and scripts of other hosts, which mkdocs's own theme asks for.
THEME = "theme:\n  name: material\n  font: false\n"


@pytest.fixture
def preview(tmp_path: Path) -> Iterator[str]:
    """Serve a small project while the test runs and return the address."""
    workshop.snippet(tmp_path, workshop.source())
    put(tmp_path / "mkdocs.yml", MKDOCS + THEME)
    put(tmp_path / "docs/en/toy.md", workshop.PAGE)
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [str(workshop.TOOL), "--root", str(tmp_path), "serve", "--address", address]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        until_shown(address, "All 29 parameters")
        yield address
        process.send_signal(2)
        assert process.wait(SECONDS) == 0


def test_a_save_is_seen_in_an_open_page(browser: Browser, preview: str, tmp_path: Path) -> None:
    page = browser.new_page()
    page.goto(f"http://{preview}/toy/")
    page.get_by_text("All 29 parameters").wait_for()
    put(tmp_path / workshop.SHOWN, workshop.source(body=workshop.BODY.replace("4", "6")))
    page.get_by_text("All 43 parameters").wait_for(timeout=SECONDS * 1000)
    page.close()
