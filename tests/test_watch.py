"""Saving files while the tool watches: what it writes, in which order, with one import of Keras."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import threading
from typing import TYPE_CHECKING, Any

import pytest
import watchfiles

from shapesheet import record as records
from shapesheet import watch as watching
from shapesheet.limits import Limits
from tests import workshop
from tests.examples import put

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shapesheet.config import Config

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
# The same: a system that tells of no saves.
DEAF = """
import watchfiles
def watch(*_, **__):
    raise OSError("OS file watch limit reached")
watchfiles.watch = watch
"""
SETTINGS = "[tool.shapesheet]\n"


class Watcher:
    """The tool, watching a project in a process of its own."""

    def __init__(self, root: Path, more: str = "") -> None:  # noqa: D107 - as for D103
        self.root = root
        put(root / "site/sitecustomize.py", COUNTING.format(log=str(root / "imports")) + more)
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


def test_settings_that_are_no_toml_are_told_at_each_save_and_end_nothing(watcher: Watcher) -> None:
    settings = watcher.root / "pyproject.toml"
    put(settings, "[tool.shapesheet\n")
    watcher.until(f"{settings}: this is not TOML")
    watcher.save(body=workshop.BODY.replace("4", "5"))
    watcher.until(f"{settings}: this is not TOML")
    put(settings, SETTINGS)
    watcher.until_all("wrote docs/en/toy.md", "dense/toy  ok")
    assert "All 36 parameters" in watcher.page


def test_a_rule_that_is_saved_holds_at_once(watcher: Watcher) -> None:
    settings = watcher.root / "pyproject.toml"
    put(settings, SETTINGS + "minimum_claims = 2\n")
    watcher.until("snippets/dense/test_toy.py: the snippet has 1 claims, 2 are wanted")
    put(settings, SETTINGS)
    watcher.until("dense/toy  ok")


def test_keras_was_imported_once(watcher: Watcher) -> None:
    assert (watcher.root / "imports").read_text().split() == ["keras"]


def test_an_interrupt_ends_it_well(watcher: Watcher) -> None:
    watcher.process.send_signal(2)
    assert watcher.process.wait(SECONDS) == 0


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """Return a project with no snippets, of which nothing has to be checked."""
    put(tmp_path / "pyproject.toml", SETTINGS)
    put(tmp_path / "docs/en/index.md", "# Nothing\n")
    return tmp_path


def test_a_system_that_tells_of_no_saves_ends_it_with_a_cure(empty: Path) -> None:
    ended = Watcher(empty, DEAF)
    assert ended.process.wait(SECONDS) == 1
    message = "the system does not tell what is saved here: OSError: OS file watch limit reached"
    ended.until(f"{empty}: {message}")
    assert "WATCHFILES_FORCE_POLLING=1" in ended.until("    ")[-1]
    ended.reader.join()


def test_a_system_that_tells_no_more_of_saves_ends_a_watch_that_waits(empty: Path) -> None:
    ended = Watcher(empty)
    ended.until(WATCHING)
    # What it says of such a name is no text.
    (empty / "docs/en" / os.fsdecode(b"\xff.md")).touch()
    assert ended.process.wait(SECONDS) == 1
    ended.until(f"{empty}: the system does not tell what is saved here")
    ended.reader.join()


# --- in this process ----------------------------------------------------------------------------

Saves = queue.SimpleQueue[str]


@pytest.fixture
def saves(monkeypatch: pytest.MonkeyPatch) -> Saves:
    """Have the system tell of no other saves than these, so that none comes too early."""
    told: Saves = queue.SimpleQueue()

    def watch(*_: object, stop_event: threading.Event, **__: object) -> Iterator[Any]:
        while not stop_event.is_set():
            with contextlib.suppress(queue.Empty):
                yield {(watchfiles.Change.modified, told.get(timeout=0.05))}

    monkeypatch.setattr(watchfiles, "watch", watch)
    return told


@pytest.fixture
def config(tmp_path: Path) -> Config:
    put(tmp_path / "docs/en/toy.md", workshop.PAGE)
    return workshop.snippet(tmp_path, workshop.source())[1]


def test_a_snippet_that_is_gone_for_a_moment_is_told_and_checked_once_it_is_back(
    config: Config, saves: Saves
) -> None:
    path = config.root / workshop.SHOWN
    text = path.read_text()
    with contextlib.closing(watching.watch(config, Limits(1))) as events:
        assert not next(events).complete
        path.unlink()
        gone = next(events).record
        assert gone is not None
        assert gone.failures[0].message == "this snippet is gone"
        assert next(events).problems[0].message == "there is no snippet 'dense/toy'"
        assert next(events) == watching.Event()
        put(path, text)
        saves.put(str(path))
        checked = [next(events), next(events)]
    assert [event.complete for event in checked] == [False, True]
    assert not any(event.problems for event in checked)


def test_a_page_that_can_not_be_shown_anew_ends_nothing(
    config: Config, saves: Saves, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(path)

    monkeypatch.setattr(os, "utime", refuse)
    with contextlib.closing(watching.watch(config, Limits(1))) as events:
        assert next(events).written == ("docs/en/toy.md",)
        assert next(events).complete
        assert next(events) == watching.Event()
    assert saves.empty()
