"""Saving files while the tool watches: what it writes, in which order, with one import of Keras."""

from __future__ import annotations

import os
import queue
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from shapesheet import record as records
from tests import workshop
from tests.examples import put

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECONDS = 120
WATCHING = "watching snippets and docs/en"
# It stands for a slow claim: it ends when the test lets it.
SLOW = '''
import pathlib
import time


def test_slow():
    """It takes long."""
    while not pathlib.Path({gate!r}).exists():
        time.sleep(0.05)
    assert True
'''
# Python runs it at every start; it notes each process that imports Keras.
COUNTING = """
import builtins, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "keras":
            with open({log!r}, "a") as log:
                print("keras", file=log)
sys.meta_path.insert(0, Finder())
"""


class Watcher:
    """The tool, watching a project in a process of its own."""

    def __init__(self, root: Path) -> None:  # noqa: D107 - as for D103
        self.root = root
        put(root / "site/sitecustomize.py", COUNTING.format(log=str(root / "imports")))
        self.process = subprocess.Popen(
            [str(workshop.TOOL), "--root", str(root), "check", "--watch"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONPATH": path(root / "site"), "PYTHONUNBUFFERED": "1"},
        )
        self.lines: queue.Queue[str] = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self.lines.put(line.rstrip())

    def until(self, last: str) -> list[str]:
        """Return the lines up to the one that begins with ``last``."""
        lines: list[str] = []
        while not lines or not lines[-1].startswith(last):
            lines.append(self.lines.get(timeout=SECONDS))
        return lines

    def until_all(self, *starts: str) -> None:
        """Wait for a line that begins with each of them, in any order."""
        missing = set(starts)
        while missing:
            line = self.lines.get(timeout=SECONDS)
            missing -= {start for start in missing if line.startswith(start)}

    def save(self, **arguments: str) -> None:
        """Save the snippet."""
        put(self.root / workshop.SHOWN, workshop.source(**arguments))

    @property
    def page(self) -> str:
        return (self.root / "docs/en/toy.md").read_text()


def path(first: Path) -> str:
    return os.pathsep.join(filter(None, [str(first), os.environ.get("PYTHONPATH", "")]))


@pytest.fixture(scope="module")
def watcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watcher]:
    root = tmp_path_factory.mktemp("watched")
    workshop.snippet(root, workshop.source())
    put(root / "docs/en/toy.md", workshop.PAGE)
    watcher = Watcher(root)
    watcher.until(WATCHING)
    yield watcher
    watcher.process.kill()
    watcher.process.wait()
    watcher.reader.join()


WIDER = workshop.BODY.replace("4", "6")


def test_what_is_stale_is_checked_and_written_at_the_start(watcher: Watcher) -> None:
    assert "All 29 parameters" in watcher.page


def test_a_saved_snippet_is_checked_and_its_page_written(watcher: Watcher) -> None:
    watcher.save(body=WIDER)
    # On a busy machine its quick claims may end before the pass without them.
    watcher.until_all("wrote docs/en/toy.md", "dense/toy  ok")
    assert "All 43 parameters" in watcher.page


def test_a_failing_snippet_is_told_and_leaves_its_page(watcher: Watcher) -> None:
    before = watcher.page
    watcher.save(body=WIDER.replace("# (batch, 6)", "# (batch, 7)"))
    assert "the comment says (batch, 7)" in watcher.until("snippets/dense/toy.py:")[-1]
    assert watcher.page == before
    found = records.read(watcher.root / "docs/data", workshop.KEY)
    assert found is not None
    assert found.failures


def test_a_page_is_written_before_slow_claims_end_and_a_save_meanwhile_begins_anew(
    watcher: Watcher,
) -> None:
    gate = watcher.root / "gate"
    put(watcher.root / "snippets/dense/test_toy.py", SLOW.format(gate=str(gate)))
    watcher.save(body=workshop.BODY.replace("4", "8"))
    watcher.until("wrote docs/en/toy.md")
    assert "All 57 parameters" in watcher.page
    watcher.save(body=workshop.BODY.replace("4", "9"))
    watcher.until("wrote docs/en/toy.md")
    assert "All 64 parameters" in watcher.page
    gate.touch()
    assert "dense/toy  ok  1 claim" in watcher.until("dense/toy  ok")[-1]
    found = records.read(watcher.root / "docs/data", workshop.KEY)
    assert found is not None
    assert found.layers[0].parameters == 5 * 9 + 9


def test_a_saved_page_has_its_blocks_written(watcher: Watcher) -> None:
    put(watcher.root / "docs/en/toy.md", workshop.PAGE.replace("# Toy", "# A toy"))
    watcher.until("wrote docs/en/toy.md")
    assert watcher.page.startswith("# A toy\n")
    assert "All 64 parameters" in watcher.page


def test_keras_was_imported_once(watcher: Watcher) -> None:
    assert (watcher.root / "imports").read_text().split() == ["keras"]


def test_an_interrupt_ends_it_well(watcher: Watcher) -> None:
    watcher.process.send_signal(2)
    assert watcher.process.wait(SECONDS) == 0
