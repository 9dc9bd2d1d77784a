import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from shapesheet import mutants, survivors
from shapesheet.cli import main
from shapesheet.survivors import Report, Survivor, Trials
from tests.workshop import KEY, snippet, source


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a project whose mutants were tried: one of two survives."""
    found, config = snippet(tmp_path, source())
    left = (Survivor("units: a → b", "units", 7),)
    trials = Trials(mutants.digest(found, config), "", {"units": 2}, {"shapes": 1}, left)
    survivors.write(config, Report({KEY: trials}))
    return tmp_path


def run(folder: Path, *arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["--root", str(folder), "mutants", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_survivors_are_named_and_the_sum_is_printed(folder: Path) -> None:
    code, printed, errors = run(folder)
    assert code == 1
    assert printed == "2 mutants of 1 snippet: 1 caught, 0 equivalent, 1 survive (50.0% caught)\n"
    assert errors.startswith(
        "snippets/dense/toy.py:7: no check and no claim catches the mutant units: a → b\n    "
    )


def test_what_a_killed_run_has_left_half_written_is_swept_away(folder: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    left = folder / f"docs/reports/.shapesheet-{gone.pid}-x"
    left.write_text("half")
    run(folder)
    assert not left.exists()


def test_a_project_whose_mutants_are_caught_or_excused_is_fine(folder: Path) -> None:
    entry = f'[[equivalent]]\nsnippets = ["{KEY}"]\nmutant = "units: a → b"\nreason = "So."\n'
    (folder / "docs/mutants.toml").write_text(entry)
    code, printed, errors = run(folder, KEY)
    assert (code, errors) == (0, "")
    assert "1 caught, 1 equivalent, 0 survive (100.0% caught)" in printed


def test_json_is_all_that_a_machine_reads(folder: Path) -> None:
    code, printed, errors = run(folder, "--json")
    found = json.loads(printed)
    assert (code, errors) == (1, "")
    assert found["count"] == {"made": 2, "caught": 1, "equivalent": 0, "survived": 1}
    assert found["share"] == 0.5
    assert found["problems"][0]["line"] == 7


def test_a_list_tries_nothing(folder: Path) -> None:
    code, printed, _ = run(folder, "--list", "dense")
    lines = printed.splitlines()
    assert code == 0
    assert lines[0].startswith("snippets/dense/toy.py:11: contract dimension: input: (batch, size)")
    assert lines[-1] == f"{len(lines) - 1} mutants"


def test_a_list_as_json_is_wrong_usage(folder: Path) -> None:
    code, printed, errors = run(folder, "--list", "--json")
    assert (code, printed) == (2, "")
    assert "--list prints lines for a person; run it without --json" in errors


def test_an_unknown_snippet_is_wrong_usage(folder: Path) -> None:
    assert run(folder, "dense/other")[0] == 2


def test_what_was_tried_is_told_as_it_comes(folder: Path) -> None:
    path = folder / f"snippets/{KEY}.py"
    path.write_text(path.read_text() + "\n# A reason.\n")
    code, printed, _ = run(folder)
    assert code == 1
    assert printed.splitlines()[0].startswith("dense/toy  ")
    assert printed.splitlines()[0].endswith(" caught")
