import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from shapesheet import benchmark, cli, ports, survivors
from shapesheet import record as records
from shapesheet.cli import main
from shapesheet.config import Config
from shapesheet.ports import Port
from tests.examples import (
    FAILURE,
    KEY,
    RECORD,
    SETTINGS,
    SOURCE,
    add_snippet,
    check,
    project,
    put,
)
from tests.examples import PAGE as PAGE_TEXT
from tests.strategies import files
from tests.test_benchmark import REPORT as SPEED
from tests.test_listings import FILE as LISTINGS
from tests.test_survivors import REPORT as SURVIVORS
from tests.test_write import refuse_to_write

PAGE = "docs/en/dense/binary-classifier.md"
COMMANDS = ["build", "check", "new", "status", "write"]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return project(tmp_path)


def run(config: Config, *arguments: str, color: bool = False) -> Result:
    result = CliRunner().invoke(main, ["--root", str(config.root), *arguments], color=color)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def without_keras(config: Config, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = (
        "import sys\n"
        "from shapesheet.cli import main\n"
        f"main({list(arguments)!r}, standalone_mode=False)\n"
        "print(sorted({'keras', 'tensorflow', 'numpy'} & set(sys.modules)))\n"
    )
    return subprocess.run(
        [sys.executable, "-c", code], cwd=config.root, capture_output=True, text=True, check=True
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    result = CliRunner().invoke(main, [command, "--help"])
    assert result.exit_code == 0
    assert f"Example: shapesheet {command}" in result.output


def test_the_help_names_every_command_and_the_exit_codes() -> None:
    output = CliRunner().invoke(main, ["--help"]).output
    assert all(f"\n  {command} " in output for command in COMMANDS)
    assert "0 fine, 1 something to mend, 2 wrong usage, 130 interrupted" in output


@pytest.mark.parametrize("arguments", [["chekc"], ["write", "--nonsense"], ["new"]])
def test_wrong_usage_has_exit_code_2(config: Config, arguments: list[str]) -> None:
    assert run(config, *arguments).exit_code == 2


def test_the_root_is_the_folder_one_is_in(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(config.pages)
    assert CliRunner().invoke(main, ["status"]).output.startswith(KEY)


def test_settings_that_are_wrong_are_told_without_a_traceback(config: Config) -> None:
    put(config.root / "pyproject.toml", "[tool.shapesheet]\nnonsense = 1\n")
    result = run(config, "status")
    assert result.exit_code == 1
    assert "has no key 'nonsense'" in result.stderr


def test_write_writes_and_says_what(config: Config) -> None:
    result = run(config, "write")
    assert (result.exit_code, result.output) == (0, f"wrote {PAGE}\n1 page, 1 written\n")
    assert run(config, "write").output == "1 page, 0 written\n"


def test_write_check_says_what_is_out_of_date_and_the_command_that_mends_it(
    config: Config,
) -> None:
    result = run(config, "write", "--check")
    assert result.exit_code == 1
    assert result.output == (
        f"{PAGE} is out of date\n    run: shapesheet write\n1 page, 1 out of date\n"
    )
    run(config, "write")
    assert run(config, "write", "--check").exit_code == 0


def test_write_diff_shows_the_change_and_writes_nothing(config: Config) -> None:
    before = (config.root / PAGE).read_bytes()
    result = run(config, "write", "--diff")
    assert result.exit_code == 1
    assert f"--- a/{PAGE}\n+++ b/{PAGE}\n" in result.output
    assert (config.root / PAGE).read_bytes() == before


def test_write_shows_every_problem_with_its_cure(config: Config) -> None:
    put(config.root / "snippets/dense/binary_classifier.py", "changed = 1\n")
    result = run(config, "write")
    assert result.exit_code == 1
    assert result.stderr == (
        f"{PAGE}:7: {KEY} has changed since it was checked\n    run: shapesheet check {KEY}\n"
    )
    assert result.stdout == "1 page, 0 written, 1 problem to mend\n"


def test_write_counts_only_the_pages_that_could_be_written(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_snippet(config, "dense/other")
    refuse_to_write(config.root / PAGE, monkeypatch)
    result = run(config, "write")
    assert result.exit_code == 1
    assert result.stdout == (
        "wrote docs/en/dense/other.md\n2 pages, 1 written, 1 problem to mend\n"
    )
    found = json.loads(run(config, "write", "--json").output)
    assert found["changes"] == []
    assert [problem["path"] for problem in found["problems"]] == [PAGE]


def test_a_difference_as_json_is_wrong_usage(config: Config) -> None:
    result = run(config, "write", "--diff", "--json")
    assert result.exit_code == 2
    assert "--diff shows text for a person; for a machine run --check --json" in result.stderr


def test_write_prints_json_for_a_machine(config: Config) -> None:
    assert json.loads(run(config, "write", "--check", "--json").output) == {
        "changes": [PAGE],
        "problems": [],
    }
    put(config.pages / "x.md", "<!-- /shapesheet -->")
    (problem,) = json.loads(run(config, "write", "--json").output)["problems"]
    assert problem["path"] == "docs/en/x.md"
    assert problem["line"] == 1
    assert set(problem) == {"path", "line", "message", "cure"}


def test_status_shows_a_line_for_each_snippet_and_the_sum(config: Config) -> None:
    result = run(config, "status")
    assert result.exit_code == 0
    assert result.output == (
        f"{KEY}  fresh           2 claims  on {PAGE}\n1 snippet: 1 fresh; 2 claims\n"
    )


def test_status_counts_the_ports_too(config: Config) -> None:
    ports.write(config.records, Port(KEY, "old", ports.versions("torch")))
    result = run(config, "status")
    assert result.exit_code == 0
    assert result.output.endswith("\n1 snippet: 1 fresh; 2 claims; PyTorch: 1 stale\n")
    assert json.loads(run(config, "status", "--json").output)["ports"] == {"torch": {"stale": 1}}


def test_status_has_exit_code_1_when_something_is_to_be_mended(config: Config) -> None:
    records.write(config.records, replace(RECORD, snippet="dense/gone"))
    result = run(config, "status")
    assert result.exit_code == 1
    assert "docs/data/dense/gone.json: of a snippet that is gone; rm docs/data" in result.output


def test_status_of_an_empty_folder_is_fine(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--root", str(tmp_path), "status"])
    assert (result.exit_code, result.output) == (0, "0 snippets\n")


def test_status_prints_json_for_a_machine(config: Config) -> None:
    assert json.loads(run(config, "status", "--json").output) == {
        "fine": True,
        "claims": 2,
        "counts": {"fresh": 1},
        "ports": {},
        "snippets": [{"snippet": KEY, "state": "fresh", "claims": 2, "pages": [PAGE], "ports": {}}],
        "orphans": [],
    }


def test_colour_is_for_a_terminal_only(config: Config) -> None:
    assert "\x1b[" in run(config, "status", color=True).output
    assert "\x1b[" not in run(config, "status").output


def test_no_colour_where_it_is_not_wanted(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run(config, "status", color=True).output


def test_check_of_nothing_that_is_there_is_wrong_usage(config: Config) -> None:
    result = run(config, "check", "dense/other")
    assert result.exit_code == 2
    assert "dense/other: no snippet is here" in result.output


def test_check_of_what_is_stale_leaves_the_fresh_alone(config: Config) -> None:
    result = run(config, "check")
    said = "0 snippets checked, 0 claims verified; 1 unchanged\n"
    assert (result.exit_code, result.output) == (0, said)
    assert json.loads(run(config, "check", "--json").output) == {"snippets": []}


def test_new_writes_the_files_and_says_what_to_do_next(config: Config) -> None:
    result = run(config, "new", "dense/other")
    assert result.exit_code == 0
    assert "wrote snippets/dense/other.py\n" in result.output
    assert "run: shapesheet check dense/other && shapesheet write" in result.output


def test_a_cluster_and_another_backend_are_wrong_usage(config: Config) -> None:
    result = run(config, "check", "--scheduler", "tcp://127.0.0.1:1", "--backend", "jax")
    assert result.exit_code == 2
    assert "a cluster checks on TensorFlow" in result.output


def test_new_with_a_wrong_name_is_wrong_usage(config: Config) -> None:
    result = run(config, "new", "dense/class")
    assert result.exit_code == 2
    assert "can't be the name" in result.output


def test_new_over_a_file_that_is_there_is_to_be_mended(config: Config) -> None:
    result = run(config, "new", KEY)
    assert result.exit_code == 1
    assert "this file is there already" in result.stderr


def test_build_makes_the_site_when_nothing_is_to_be_mended(config: Config) -> None:
    put(config.root / "mkdocs.yml", "site_name: x\ndocs_dir: docs/en\nsite_dir: site/en\n")
    put(config.pages / "index.md", "# Home\n")
    result = run(config, "build")
    assert result.exit_code == 0, result.output
    assert result.output.endswith("wrote site/index.html\n")
    assert (config.root / "site/data" / f"{KEY}.json").is_file()


def test_build_makes_no_site_while_something_is_to_be_mended(config: Config) -> None:
    put(config.root / "mkdocs.yml", "site_name: x\ndocs_dir: docs/en\nsite_dir: site/en\n")
    put(config.pages / "index.md", "<!-- /shapesheet -->\n")
    result = run(config, "build")
    assert result.exit_code == 1
    assert "has no start" in result.stderr
    assert not (config.root / "site").exists()


@pytest.mark.parametrize("arguments", [["write"], ["status"], ["check"]])
def test_nothing_but_a_check_imports_keras(config: Config, arguments: list[str]) -> None:
    for number in range(40):
        add_snippet(config, f"dense/snippet_{number}")
    assert without_keras(config, *arguments).stdout.splitlines()[-1] == "[]"


def test_a_failing_snippet_is_stale_enough_to_be_checked(config: Config) -> None:
    check(config, record=replace(RECORD, failures=(FAILURE,)))
    assert "failing" in run(config, "status").output


def test_only_the_modules_of_the_command_line_print() -> None:
    tool = Path(cli.__file__).parent
    printing = [
        path.stem
        for path in tool.rglob("*.py")
        if re.search(r"\b(print|echo|secho|progressbar)\(", path.read_text())
    ]
    assert "cli" in printing
    assert all(re.fullmatch(r"cli(_\w+)?", name) for name in printing)


CLAIMS = "snippets/dense/test_binary_classifier.py"
REPORTS = """# Reports

<!-- shapesheet: benchmark -->
<!-- /shapesheet -->

<!-- shapesheet: mutants -->
<!-- /shapesheet -->
"""
# Each, and its start up to a value that may be nested without end.
JSON_FILES = {
    f"docs/data/{KEY}.jax.json": (ports.dumps(Port(KEY, "old", {})), '{"snippet": '),
    "docs/reports/benchmark.json": (benchmark.dumps(SPEED).decode(), '{"lines": '),
    "docs/reports/mutants.json": (survivors.dumps(SURVIVORS), '{"snippets": '),
}
FILES = {
    "pyproject.toml": SETTINGS,
    f"snippets/{KEY}.py": SOURCE,
    CLAIMS: "from snippets.dense.other import other\n",
    PAGE: PAGE_TEXT,
    f"docs/data/{KEY}.json": records.dumps(RECORD),
    "docs/coverage.toml": LISTINGS,
    "docs/en/reports.md": REPORTS,
    **{name: text for name, (text, _) in JSON_FILES.items()},
}


@given(st.fixed_dictionaries({}, optional={name: files(text) for name, text in FILES.items()}))
@example({"pyproject.toml": b'[tool.shapesheet]\nsnippets = "a\\u0000b"'})
@example({"pyproject.toml": b'[tool.shapesheet]\npages = "a\\u0000b"'})
@example({"pyproject.toml": b'[tool.shapesheet]\nrecords = "a\\u0000b"'})
@example({"pyproject.toml": b'[tool.shapesheet]\ncoverage = "a\\u0000b"'})
@example({"pyproject.toml": b'[tool.shapesheet]\nsnippets = "' + b"a" * 300 + b'"'})
@example({name: start.encode() + b"[" * 100_000 for name, (_, start) in JSON_FILES.items()})
@example(dict.fromkeys(JSON_FILES, b'{"format": "\xff"}'))
@example({CLAIMS: b"import __main__\nimport _frozen_importlib\n"})
@example({CLAIMS: b"from snippets.dense." + b"a" * 300 + b" import a\n"})
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_damaged_file_shows_a_traceback(config: Config, damaged: dict[str, bytes]) -> None:
    for name, text in FILES.items():
        put(config.root / name, "").write_bytes(damaged.get(name, text.encode()))
    for arguments in (["status"], ["status", "--json"], ["write", "--diff"], ["write", "--json"]):
        assert run(config, *arguments).exit_code in (0, 1)


@pytest.mark.parametrize("name", [b"b\xff.py", b"a b.py", b"a\nb.py", "é.py".encode()])
def test_a_file_of_any_name_is_told_of(config: Config, name: bytes) -> None:
    folder = os.fsencode(config.snippets / "dense")
    Path(os.fsdecode(folder + b"/" + name)).write_text(SOURCE)
    for arguments in (["status"], ["status", "--json"], ["write", "--diff"], ["write", "--json"]):
        assert run(config, *arguments).exit_code == 1


@pytest.mark.parametrize("folder", ["", "b\udcff/"])
def test_a_page_whose_name_is_no_text_is_told_of(config: Config, folder: str) -> None:
    put(config.pages / folder / "b\udcff.md", "# It\n")
    for arguments in (["status"], ["status", "--json"], ["write", "--diff"], ["write", "--json"]):
        result = run(config, *arguments)
        assert result.exit_code == 1
        assert "b\\udcff.md: the name of this file is no text" in result.stderr


@pytest.mark.parametrize("name", [*FILES, "docs/en/dense"])
def test_a_folder_in_place_of_a_file_is_told_of(config: Config, name: str) -> None:
    path = config.root / name
    (shutil.rmtree if path.is_dir() else Path.unlink)(path) if path.exists() else None
    path.mkdir(parents=True)
    for arguments in (["status"], ["write", "--diff"], ["write", "--json"]):
        assert run(config, *arguments).exit_code in (0, 1)
