"""`pytest snippets` as a person runs it: items, options, failures; each in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shapesheet.check import CHECKS
from tests.workshop import BODY, snippet, source

TEST = '''
from snippets.dense.toy import toy


def test_one():
    """It gives one number."""
    assert toy().output_shape == (None, 1)


def mistake_text():
    """It takes no text."""
    toy().predict("text")
'''
GOOD, BAD = source(), source(BODY.replace("(batch, 4)", "(batch, 5)"))


def run(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "pytest", *arguments]
    apart = {name: value for name, value in os.environ.items() if not name.startswith("KERAS")}
    done = subprocess.run(
        command, cwd=folder, env=apart, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("project")
    snippet(path, GOOD, TEST)
    snippet(path, BAD.replace("toy", "bad"), key="dense/bad")
    settings = '[tool.pytest]\naddopts = ["--import-mode=importlib"]\npythonpath = ["."]\n'
    (path / "pyproject.toml").write_text(f"[tool.shapesheet]\n{settings}")
    return path


@pytest.fixture(scope="module")
def output(folder: Path) -> str:
    return run(folder, "-v", "snippets")


def test_each_check_of_each_snippet_is_an_item_beside_the_claims(output: str) -> None:
    for check in CHECKS:
        assert f"snippets/dense/toy.py::{check} PASSED" in output
    assert "snippets/dense/test_toy.py::test_one PASSED" in output
    assert "snippets/dense/test_toy.py::mistake_text PASSED" in output


def test_a_failure_shows_the_snippets_line_and_the_cure_not_the_tools_frames(output: str) -> None:
    assert "snippets/dense/bad.py::shapes FAILED" in output
    assert (
        "snippets/dense/bad.py:18: the comment says (batch, 5), Keras says (batch, 4) at size=5\n"
        "    write # (batch, 4), with the parameters' names where a size depends on them\n"
    ) in output
    assert "check.py" not in output
    assert "Traceback" not in output


def test_a_check_whose_need_failed_is_skipped(output: str) -> None:
    assert "snippets/dense/bad.py::run SKIPPED (not run: shapes failed)" in output
    assert "snippets/dense/bad.py::contract PASSED" in output


def test_items_are_chosen_without_starting_keras(folder: Path) -> None:
    listed = run(folder, "--collect-only", "-q", "-k", "contract or mistake", "snippets")
    assert "snippets/dense/toy.py::contract" in listed
    assert "snippets/dense/test_toy.py::mistake_text" in listed
    assert "shapes" not in listed


def test_the_first_failure_stops_the_run_and_can_be_run_again_alone(folder: Path) -> None:
    first = run(folder, "-x", "snippets")
    assert "1 failed, 1 passed" in first
    again = run(folder, "--lf", "-v", "snippets")
    assert "snippets/dense/bad.py::shapes FAILED" in again
    assert "passed" not in again


def test_items_run_side_by_side_in_several_processes(folder: Path) -> None:
    said = run(folder, "-n", "2", "--dist=loadfile", "snippets")
    assert "1 failed" in said
    assert "snippets/dense/bad.py:18: the comment says (batch, 5)" in said


def test_a_project_without_snippets_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(
        "import os\n\ndef test_a():\n    assert 'KERAS_HOME' not in os.environ\n"
        "\ndef mistake_b():\n    raise ValueError\n"
    )
    assert "1 passed" in run(tmp_path, "-q")


def test_a_project_whose_settings_are_wrong_is_told(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.shapesheet]\nfolder = 'x'\n")
    said = run(tmp_path, "-q")
    assert "[tool.shapesheet] has no key 'folder'" in said
    assert "Traceback" not in said
