"""The shortest way through the command, and that it says what the longer one says."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from shapesheet.cli import main
from tests.examples import project as example
from tests.examples import put
from tests.workshop import TOOL

if TYPE_CHECKING:
    from pathlib import Path

    from shapesheet.config import Config


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return example(tmp_path)


def run(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Return exit code and what is said by the command, as it is installed."""
    done = subprocess.run(
        [TOOL, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_a_check_without_anything_to_do_says_what_the_command_says(config: Config) -> None:
    result = CliRunner().invoke(main, ["--root", str(config.root), "check"])
    assert result.stdout == "0 snippets checked, 0 claims verified; 1 unchanged\n"
    assert run(config.root, "check") == (0, result.stdout, "")
    assert run(config.snippets, "check") == (0, result.stdout, "")


def test_an_empty_folder_has_nothing_to_check(tmp_path: Path) -> None:
    assert run(tmp_path, "check") == (0, "0 snippets checked, 0 claims verified\n", "")


def test_it_reads_no_command_line_when_there_is_nothing_to_do(config: Config) -> None:
    code = (
        "import sys\n"
        "from shapesheet.cli_start import main\n"
        "sys.argv = ['shapesheet', 'check']\n"
        "main()\n"
        "print(sorted({'click', 'keras', 'numpy'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=config.root, capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("1 unchanged\n[]\n")


def test_what_a_killed_run_has_left_half_written_is_swept_away(config: Config) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    left = put(config.records / f".shapesheet-{gone.pid}-x", "half")
    assert run(config.root, "check")[0] == 0
    assert not left.exists()


def test_every_other_command_is_read_as_ever(config: Config) -> None:
    assert run(config.root, "check", "--help")[1].startswith("Usage: shapesheet check [OPTIONS]")
    assert run(config.root, "no-such")[0] == 2
    assert run(config.root, "write") == (
        0,
        "wrote docs/en/dense/binary-classifier.md\n1 page, 1 written\n",
        "",
    )


def test_settings_that_are_wrong_are_told_in_one_line(config: Config) -> None:
    put(config.root / "pyproject.toml", "[tool.shapesheet]\npage = 1\n")
    code, said, errors = run(config.root, "check")
    assert (code, said) == (1, "")
    assert errors.startswith(f"{config.root}/pyproject.toml: [tool.shapesheet] has no key 'page'\n")


def test_what_is_stale_is_checked(config: Config) -> None:
    (config.snippets / "dense/binary_classifier.py").write_text("x = 1\n")
    code, said, errors = run(config.root, "check")
    assert code == 1
    assert said.endswith("1 snippet checked, 1 with failures\n")
    assert errors.startswith("snippets/dense/binary_classifier.py:1: ")
