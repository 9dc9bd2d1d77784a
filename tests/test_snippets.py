"""Every snippet, as a reader uses it: the file is copied and run."""

from __future__ import annotations

import runpy

import pytest

from shapesheet import backend, config, mutants, record, snippet, survivors
from tests.site.helpers import ROOT

PROJECT = config.load(ROOT)
SNIPPETS = snippet.find(PROJECT)


def test_every_mutant_of_these_very_snippets_was_tried_and_caught_or_excused() -> None:
    assert mutants.stale(SNIPPETS, PROJECT, survivors.read(PROJECT)) == [], "run: make mutants"
    assert mutants.problems(PROJECT) == []


@pytest.mark.parametrize("each", SNIPPETS, ids=lambda each: each.key)
def test_a_snippet_run_as_a_script_prints_the_parameters_of_its_record(
    each: snippet.Snippet, capsys: pytest.CaptureFixture[str]
) -> None:
    backend.start().backend.clear_session()
    runpy.run_path(str(each.path), run_name="__main__")
    found = record.read(PROJECT.records, each.key)
    assert found is not None, f"{each.key} has no record: run make check"
    assert f"Total params: {found.parameters:,} " in capsys.readouterr().out
