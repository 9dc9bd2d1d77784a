"""The built site, a server for it on the loopback address, and a browser."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from tests.site.helpers import ARGUMENTS, chromium, run, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

# Builds as `python -m mkdocs build` does, then tells which modules that took.
BUILD = """
import json, runpy, sys
sys.argv = ["mkdocs", "build", "--strict", "--site-dir", sys.argv[1]]
try:
    runpy.run_module("mkdocs", run_name="__main__", alter_sys=True)
finally:
    print(json.dumps(sorted(sys.modules)))
"""


@dataclass(frozen=True)
class Site:
    """A built site: its folder, and the modules that were imported to build it."""

    folder: Path
    modules: frozenset[str]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Build the English site as strictly as it is published."""
    folder = tmp_path_factory.mktemp("site")
    built = run(["-c", BUILD, str(folder)])
    assert built.returncode == 0, built.stderr
    assert "WARNING" not in built.stderr, built.stderr
    return Site(folder, frozenset(json.loads(built.stdout)))


@pytest.fixture(scope="session")
def server(site: Site) -> Iterator[str]:
    """Serve the site while the tests run and return its address."""
    with serving(site.folder) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium; skip without one, but fail where CI has to have one."""
    path = chromium()
    if path is None:
        word = "no browser: install Debian's package chromium to run these tests"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(word)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield started
        started.close()
