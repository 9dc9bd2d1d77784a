"""What the tests of the site share: its pages, its build, and what a page says."""

from __future__ import annotations

import contextlib
import functools
import html
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs" / "en"
INCLUDE = re.compile(r'^--8<-- "(?P<file>[^"]+\.py)"$', re.MULTILINE)
MARKUP = re.compile(r"<[^>]*>")
SPACE = re.compile(r"\s+")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def address(source: Path) -> str:
    """Return the address of the page that ``source`` becomes, from the site's root."""
    path = source.relative_to(DOCS).with_suffix("")
    parts = path.parts[:-1] if path.name == "index" else path.parts
    return "".join(f"{part}/" for part in parts)


def pages() -> dict[str, Path]:
    """Return the Markdown source of every page by its address."""
    return {address(source): source for source in sorted(DOCS.rglob("*.md"))}


def shown_files(source: Path) -> list[Path]:
    """Return the snippet files that the page shows whole."""
    names = INCLUDE.findall(source.read_text(encoding="utf-8"))
    return [ROOT / "snippets" / name for name in names]


def snippet_pages() -> dict[str, Path]:
    """Return the snippet file that each snippet page shows, by the page's address."""
    shown = {name: shown_files(source) for name, source in pages().items()}
    return {name: files[0] for name, files in shown.items() if files}


def run(command: list[str], cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a Python command of the environment that runs the tests."""
    quiet = {"NO_MKDOCS_2_WARNING": "1", "NO_COLOR": "1"}
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE_")}
    return subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env=inherited | quiet,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


class _Reader(HTMLParser):
    """Collect the tables and the code of a page's article."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.code: list[str] = []
        self._article = False
        self._pre = False
        self._taking: list[str] | None = None

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        self._article = self._article or tag == "article"
        if not self._article:
            return
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag == "pre":
            self._pre = True
        if tag in {"td", "th"} or (tag == "code" and self._pre):
            self._taking = []

    def handle_endtag(self, tag: str) -> None:
        self._article = self._article and tag != "article"
        if self._taking is None:
            self._pre = self._pre and tag != "pre"
        elif tag in {"td", "th"}:
            self.tables[-1][-1].append(SPACE.sub(" ", "".join(self._taking)).strip())
            self._taking = None
        elif tag == "code" and self._pre:
            self.code.append("".join(self._taking))
            self._taking = None

    def handle_data(self, data: str) -> None:
        if self._taking is not None:
            self._taking.append(data)


def read(page: Path) -> _Reader:
    """Return the tables and the code of a built page."""
    reader = _Reader()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader


def text_of(page: Path) -> str:
    """Return the text of a built page's article, code and tables included."""
    article = page.read_text(encoding="utf-8").partition("<article")[2].partition("</article>")[0]
    return html.unescape(MARKUP.sub("", article))


def chromium() -> str | None:
    """Return where the browser is, if there is one."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Serve files and say nothing."""

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve ``folder`` on the loopback address and return its address."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.server_port}/"
        finally:
            listening.shutdown()
            thread.join()
