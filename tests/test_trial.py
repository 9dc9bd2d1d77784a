"""Verdicts on small snippets: each kind of verdict is reached, and nothing is left behind."""

from pathlib import Path

import pytest

from shapesheet import trial
from shapesheet.edits import mutants
from tests.workshop import BODY, KEY, TEST, snippet, source

CLAIM = '''
from snippets.dense.toy import toy


def test_it_has_29_parameters():
    """It has 29 parameters."""
    assert toy().count_params() == 29


def test_it_takes_five_features():
    """It takes five features."""
    assert toy().input_shape == (None, 5)
'''
DROPPED = "layer dropped: layers.Dropout(0.5) → nothing"
WITH_DROPOUT = BODY.replace(
    "    layers.Dense(1", "    layers.Dropout(0.5),  # (batch, 4)\n        layers.Dense(1"
)


FIXTURE = """
from pathlib import Path

import pytest


@pytest.fixture
def root():
    return Path(__file__).parent.parent
"""


def verdict(folder: Path, name: str, body: str = BODY, test: str = TEST) -> trial.Verdict:
    """Return the verdict on the mutant of a snippet whose name begins with ``name``."""
    text = source(body)
    snippet(folder, text, test)
    (found,) = [each for each in mutants(text) if each.id.startswith(name)]
    return trial.trial(str(folder), KEY, found.source)


@pytest.mark.parametrize(
    ("name", "check", "message"),
    [
        ("units: layers.Dense(4", "shapes", "the comment says (batch, 4), Keras says (batch, 5)"),
        ("shape comment: # (batch, 4)", "shapes", "the comment says (batch, 5), Keras says"),
        ("contract dimension: input", "shapes", "the contract says input (batch, size + 1)"),
        ("contract dimension: target", "head", "the target is (batch, 2), the output (batch, 1)"),
        ("domain: target", "head", "binary_crossentropy takes targets of 0 and 1"),
        ("loss dropped", "head", "the model has 0 losses, the contract 1 targets"),
        ("loss swapped", "head", "the last layer's activation is sigmoid, the loss categorical"),
    ],
)
def test_a_check_catches_a_mistake(tmp_path: Path, name: str, check: str, message: str) -> None:
    found = verdict(tmp_path, name)
    assert found.caught_by == check
    assert found.message.startswith(message)
    assert found.line > 0


def test_a_claim_catches_what_the_checks_let_pass(tmp_path: Path) -> None:
    found = verdict(tmp_path, 'layer doubled: layers.Dense(4, activation="relu")', test=CLAIM)
    assert found.caught_by == "claims"
    assert found.message.startswith("test_it_has_29_parameters fails: assert 49 == 29")


def test_the_claims_end_with_the_first_that_fails(tmp_path: Path) -> None:
    found = verdict(tmp_path, 'layer doubled: layers.Dense(4, activation="relu")', test=CLAIM)
    assert list(found.seconds) == ["test_it_has_29_parameters"]


def test_a_mistake_that_nothing_notices_survives(tmp_path: Path) -> None:
    found = verdict(tmp_path, 'layer doubled: layers.Dense(4, activation="relu")')
    assert (found.caught_by, found.equivalent) == ("", False)


def test_without_a_shape_comment_units_survive(tmp_path: Path) -> None:
    found = verdict(tmp_path, "units: layers.Dense(4", BODY.replace("  # (batch, 4)", ""))
    assert (found.caught_by, found.equivalent) == ("", False)


def test_a_mistake_that_changes_nothing_is_equivalent(tmp_path: Path) -> None:
    body = BODY.replace("    layers.Dense(1", "    layers.Flatten(),\n        layers.Dense(1")
    found = verdict(tmp_path, "layer doubled: layers.Flatten()", body)
    assert (found.caught_by, found.equivalent) == ("", True)


def test_a_dropout_that_is_gone_is_not_equivalent(tmp_path: Path) -> None:
    found = verdict(tmp_path, DROPPED, WITH_DROPOUT)
    assert (found.caught_by, found.equivalent) == ("", False)


def test_only_the_chosen_claims_run_in_the_order_given(tmp_path: Path) -> None:
    text = source()
    snippet(tmp_path, text, CLAIM)
    every = trial.trial(str(tmp_path), KEY, text)
    assert list(every.seconds) == ["test_it_has_29_parameters", "test_it_takes_five_features"]
    turned = trial.trial(str(tmp_path), KEY, text, list(every.seconds)[::-1])
    assert list(turned.seconds) == list(every.seconds)[::-1]
    one = trial.trial(str(tmp_path), KEY, text, ["test_it_takes_five_features"])
    assert list(one.seconds) == ["test_it_takes_five_features"]


def test_where_no_claim_is_chosen_the_first_one_runs(tmp_path: Path) -> None:
    snippet(tmp_path, source(), CLAIM)
    found = trial.trial(str(tmp_path), KEY, source(), [])
    assert list(found.seconds) == ["test_it_has_29_parameters"]


def test_a_mistake_of_the_claims_that_raises_nothing_any_more_counts(tmp_path: Path) -> None:
    wrong = '''
import numpy as np
from snippets.dense.toy import toy


def test_nothing():
    """It is as it is."""
    assert toy


def mistake_a_dropped_loss():
    """A model without layers can't be called."""
    assert len(toy().layers) != 2
'''
    found = verdict(tmp_path, 'layer doubled: layers.Dense(4, activation="relu")', test=wrong)
    assert found.caught_by == "claims"
    assert "mistake_a_dropped_loss raises nothing" in found.message


def test_two_texts_of_one_length_are_not_mixed_up(tmp_path: Path) -> None:
    snippet(tmp_path, source(), CLAIM)
    texts = [source(), source(BODY.replace("layers.Dense(4", "layers.Dense(5"))]
    found = trial.trials(str(tmp_path), KEY, [*texts, *texts], None, 60)
    assert [each.caught_by for each in found] == ["", "shapes", "", "shapes"]


def test_when_the_time_is_up_no_further_text_is_tried(tmp_path: Path) -> None:
    snippet(tmp_path, source())
    assert len(trial.trials(str(tmp_path), KEY, [source()] * 3, None, 0)) == 1


def test_the_project_is_as_it_was(tmp_path: Path) -> None:
    text = source()
    snippet(tmp_path, text)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    verdict(tmp_path, "units: layers.Dense(4")
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert after == before


def test_claims_see_the_other_snippets_and_files_of_the_project(tmp_path: Path) -> None:
    snippet(tmp_path, source(), key="dense/other")
    snippet(tmp_path, source(), key="convnets/third")
    for path in ("data.txt", "snippets/data.txt", "snippets/dense/data.txt"):
        (tmp_path / path).write_text("here")
    (tmp_path / "snippets/conftest.py").write_text(FIXTURE)
    (tmp_path / ".pytest.ini").write_text("[pytest]\nmarkers = slow\nstrict_markers = true\n")
    test = '''
import pytest

from snippets.dense.toy import toy


@pytest.mark.slow
def test_they_are_there(root):
    """It finds the other files."""
    for folder in (root, root / "snippets", root / "snippets/dense"):
        assert (folder / "data.txt").read_text() == "here"
    assert (root / "snippets/dense/other.py").is_file()
    assert (root / "snippets/convnets/third.py").is_file()
    assert toy
'''
    found = verdict(tmp_path, 'layer doubled: layers.Dense(4, activation="relu")', test=test)
    assert (found.caught_by, found.message) == ("", "")
