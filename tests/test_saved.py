"""Measuring a save while the tool watches; that the tool does it well is tested in test_watch."""

from __future__ import annotations

import ast
import re
import sys
from typing import TYPE_CHECKING

import pytest

from shapesheet import config, write
from shapesheet import record as records
from shapesheet.errors import SnippetError
from tests import examples
from tests.bench import copies, ours, saved
from tests.bench.saved import CHANGE, Change, Saved, Watch

if TYPE_CHECKING:
    from pathlib import Path

# It says that it is ready, and waits for Ctrl-C.
READY = "import time; print('watching snippets', flush=True); time.sleep(600)"


@pytest.fixture(scope="module")
def real() -> Saved:
    return Saved(config.load(copies.ROOT))


def command(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def test_the_real_snippet_is_changed_in_one_default_only(real: Saved) -> None:
    assert real.after == real.before.replace(CHANGE.old, CHANGE.new) != real.before
    (before,), (after,) = (defaults(text) for text in (real.before, real.after))
    assert [old for old, new in zip(before, after, strict=True) if old != new] == [10]


def defaults(source: str) -> list[list[object]]:
    """Return the defaults of each function."""
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return [[ast.literal_eval(each) for each in found.args.defaults] for found in functions]


def test_the_real_page_shows_what_it_shows_before_the_change(real: Saved) -> None:
    assert saved.parameters(real.page.read_text(encoding="utf-8")) == CHANGE.before


def test_the_change_adds_the_weights_of_one_more_class(real: Saved) -> None:
    record = records.read(real.config.records, CHANGE.key)
    assert record is not None
    *_, features, _ = (layer.shape for layer in record.layers)
    (width,) = re.findall(r"\(batch, (\d+)\)", features)
    assert CHANGE.after - CHANGE.before == int(width) + 1


@pytest.mark.parametrize("text", ["def toy(): ...", "size: int = 5, size: int = 5"])
def test_what_is_not_there_once_is_not_changed(text: str) -> None:
    change = Change("dense/toy", "size: int = 5", "size: int = 6", 29, 33)
    with pytest.raises(SnippetError, match="'size: int = 5' is not there once") as caught:
        change.made(text)
    assert (caught.value.place, caught.value.cure) == ("dense/toy", saved.CURE)


@pytest.mark.parametrize(
    ("page", "found"),
    [
        (
            "| Fact | Measured |\n| Parameters | 1,414,074 |\n| Weight memory | 55 KiB |\n",
            1_414_074,
        ),
        ("| Parameters | 29 |\n", 29),
        ("| Layer | Output shape | Parameters | Arithmetic |\n", None),
        ("# A page\n\nParameters are numbers.\n", None),
    ],
)
def test_the_figure_is_that_among_the_facts(page: str, found: int | None) -> None:
    assert saved.parameters(page) == found


def test_what_is_stale_in_the_copy_is_taken_for_checked(tmp_path: Path) -> None:
    made = examples.project(tmp_path)
    examples.put(made.snippets / f"{examples.KEY}.py", "# changed since\n")
    with pytest.raises(SnippetError, match="no fresh record"):
        ours.require_fresh(made)
    saved.vouch(made)
    ours.require_fresh(made)


def test_the_copy_has_what_the_pages_tell_of(tmp_path: Path) -> None:
    copied, _ = ours.copied(config.load(copies.ROOT), tmp_path, [], 1)
    saved.complete(copied)
    saved.vouch(copied)
    assert write.plan(copied).problems == ()


def test_a_command_is_watched_until_it_is_ready_and_ended_then(tmp_path: Path) -> None:
    with saved.watching(tmp_path, command(READY)) as watch:
        watch.until(lambda: saved.READY in watch.told)
        assert watch.process.poll() is None
    assert watch.process.returncode


def test_a_command_that_ends_gives_no_time(tmp_path: Path) -> None:
    with (
        saved.watching(tmp_path, command("raise SystemExit('it is broken')")) as watch,
        pytest.raises(SnippetError, match="ended with 1: it is broken"),
    ):
        watch.until(lambda: False)


def test_a_page_that_is_never_written_gives_no_time(tmp_path: Path) -> None:
    with saved.watching(tmp_path, command(READY)) as watch:
        watch.until(lambda: saved.READY in watch.told)
        hasty = Watch(watch.process, watch.log, patience=0)
        with pytest.raises(SnippetError, match="takes too long: watching snippets"):
            hasty.until(lambda: False)
