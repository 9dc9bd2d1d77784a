"""The commands that check, on projects of their own with snippets that Keras builds."""

import io
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shapesheet import cli_check, cli_ports, report
from shapesheet import config as configuration
from shapesheet import record as records
from shapesheet.cli import main
from shapesheet.isolation import Pool
from shapesheet.limits import Limits
from shapesheet.ports import Port
from shapesheet.record import Record

GOOD = '''"""Add up numbers with one Dense layer."""

import keras


def adder(count: int = 4) -> keras.Model:
    """Return a linear model.

    Shapes:
        input: (batch, count)
        output: (batch, 1)
        target: (batch, 1)
    """
    model = keras.Sequential([keras.Input((count,))])
    model.add(keras.layers.Dense(1))  # (batch, 1)
    model.compile("sgd", "mse")
    return model
'''
CLAIM = '''"""Claims."""

from snippets.sums.{name} import {name}


def test_it_has_a_weight_a_number_and_a_bias() -> None:
    """It has one weight for each number, and a bias."""
    assert {name}(count=6).count_params() == 7


def mistake_a_text_for_a_count() -> None:
    """The count is a whole number."""
    {name}(count="six")
'''
PAGE = """# Adder

<!-- shapesheet: facts sums/adder -->
<!-- /shapesheet -->

```python
--8<-- "sums/adder.py"
```

<!-- shapesheet: layers sums/adder -->
<!-- /shapesheet -->

<!-- shapesheet: claims sums/adder -->
<!-- /shapesheet -->

<!-- shapesheet: mistakes sums/adder -->
<!-- /shapesheet -->
"""


def add(root: Path, name: str, source: str) -> None:
    folder = root / "snippets" / "sums"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(source)
    (folder / f"test_{name}.py").write_text(CLAIM.format(name=name))


def run(root: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(main, ["--root", str(root), *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.fixture
def root(tmp_path: Path) -> Path:
    add(tmp_path, "adder", GOOD)
    (tmp_path / "docs" / "en").mkdir(parents=True)
    (tmp_path / "docs" / "en" / "adder.md").write_text(PAGE)
    return tmp_path


def test_an_empty_folder_with_a_snippet_and_a_page_of_its_own_is_a_project(root: Path) -> None:
    checked = run(root, "check")
    assert checked.output == ("sums/adder  ok  1 claim\n1 snippet checked, 1 claim verified\n"), (
        checked.stderr
    )
    assert checked.exit_code == 0
    assert run(root, "write").exit_code == 0
    page = (root / "docs" / "en" / "adder.md").read_text()
    assert "`4·1 + 1 = 5`" in page
    assert "It has one weight for each number, and a bias." in page
    assert "ValueError" in page or "TypeError" in page
    assert run(root, "write", "--check").exit_code == 0
    assert run(root, "status").exit_code == 0


def test_a_failing_snippet_is_told_with_place_and_cure_and_the_others_are_recorded(
    root: Path,
) -> None:
    add(root, "broken", GOOD.replace("adder", "broken").replace("# (batch, 1)", "# (batch, 2)"))
    result = run(root, "check")
    assert result.exit_code == 1
    assert (
        "snippets/sums/broken.py:15: "
        "the comment says (batch, 2), Keras says (batch, 1) at count=4\n"
        "    write # (batch, 1), with the parameters' names where a size depends on them\n"
    ) in result.stderr
    assert "Traceback" not in result.output
    assert "sums/adder  ok  1 claim\n" in result.output
    assert "failing" in run(root, "status").output
    folder = configuration.load(root).records
    failed = records.read(folder, "sums/broken")
    assert failed is not None
    assert [failure.check for failure in failed.failures] == ["shapes"]
    good = records.read(folder, "sums/adder")
    assert good is not None
    assert good.parameters == 5


def test_where_nothing_can_be_forked_it_is_said_and_all_are_checked_all_the_same(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shapesheet.isolation.can_fork", lambda: False)
    add(root, "broken", GOOD.replace("adder", "broken").replace("# (batch, 1)", "# (batch, 2)"))
    result = run(root, "check", "--jobs", "1")
    assert result.exit_code == 1
    assert report.shared(forks=False) in result.stderr.splitlines()
    assert "snippets/sums/broken.py:15: the comment says (batch, 2)" in result.stderr
    assert result.stdout.endswith("2 snippets checked, 1 with failures\n")
    folder = configuration.load(root).records
    found = [records.read(folder, f"sums/{name}") for name in ("adder", "broken")]
    assert [[each.check for each in record.failures] for record in found if record] == [
        [],
        ["shapes"],
    ]


@pytest.mark.parametrize(("wanted", "jobs"), [("3", 3), ("0", 5)])
def test_as_many_are_checked_side_by_side_as_is_wanted_or_there_are_cores(
    root: Path, monkeypatch: pytest.MonkeyPatch, wanted: str, jobs: int
) -> None:
    made: list[Limits] = []

    class Seen(Pool):
        def __init__(self, limits: Limits) -> None:
            made.append(limits)
            super().__init__(limits)

    monkeypatch.setattr("shapesheet.isolation.Pool", Seen)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(5)))
    assert run(root, "check", "--jobs", wanted).exit_code == 0
    assert made == [Limits(jobs)]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("found", "tell", "line"),
    [
        (Record("sums/adder", "", {}), cli_check.show_record, "sums/adder  ok"),
        (
            Port("sums/adder", "", {"backend": "jax"}, (), "So."),
            cli_ports.show_port,
            "sums/adder  not on JAX: So.",
        ),
    ],
)
def test_on_a_terminal_each_result_stands_where_the_bar_was(
    monkeypatch: pytest.MonkeyPatch, found: Record | Port, tell: Callable[..., None], line: str
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(sys, "stderr", terminal)
    assert cli_check.show(iter([found]), 1, tell) == [found]
    assert "Checking  [----" in terminal.getvalue().partition(line)[0]
    assert f"\r\x1b[K{line}" in terminal.getvalue()


def test_stale_checks_only_what_has_changed_since(root: Path) -> None:
    assert run(root, "check").exit_code == 0
    said = "0 snippets checked, 0 claims verified; 1 unchanged\n"
    assert run(root, "check").output == said
    add(root, "adder", GOOD.replace("Add up", "Sum up"))
    assert "sums/adder  ok" in run(root, "check").output


@pytest.fixture
def two(root: Path) -> Path:
    """A project with two snippets that have been checked, under git."""
    add(root, "counter", GOOD.replace("adder", "counter"))
    assert run(root, "check").exit_code == 0
    names = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=no"]
    for command in (["init"], ["add", "--all"], ["commit", "--message", "Begin"]):
        subprocess.run(["git", *names, *command], cwd=root, check=True, capture_output=True)
    return root


def test_all_checks_what_is_fresh_too(two: Path) -> None:
    result = run(two, "check", "--all", "--jobs", "1")
    assert "sums/adder  ok" in result.output
    assert result.output.endswith("2 snippets checked, 2 claims verified\n")


def test_changed_checks_what_differs_from_a_revision_fresh_or_not(two: Path) -> None:
    said = "0 snippets checked, 0 claims verified\n"
    assert run(two, "check", "--changed", "HEAD").output == said
    add(two, "adder", GOOD.replace("Add up", "Sum up"))
    for _ in range(2):
        result = run(two, "check", "--changed", "HEAD")
        assert result.output == "sums/adder  ok  1 claim\n1 snippet checked, 1 claim verified\n"


def test_the_parts_of_the_work_are_checked_one_by_one(two: Path) -> None:
    parts = []
    for number in (1, 2):
        # Each begins with the times that were committed, as on machines of their own.
        subprocess.run(["git", "checkout", "--", "."], cwd=two, check=True, capture_output=True)
        parts.append(run(two, "check", "--all", "--shard", f"{number}/2").output)
    checked = [("sums/adder" in part, "sums/counter" in part) for part in parts]
    assert sorted(checked) == [(False, True), (True, False)]


def test_the_records_of_all_parts_together_are_those_of_the_whole(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    add(root, "counter", GOOD.replace("adder", "counter"))
    machines = tmp_path_factory.mktemp("machines")
    for number in (1, 2):
        machine = shutil.copytree(root, machines / str(number))
        assert run(machine, "check", "--shard", f"{number}/2").exit_code == 0
    for machine in machines.iterdir():
        shutil.copytree(machine / "docs/data", root / "docs/data", dirs_exist_ok=True)
    said = "0 snippets checked, 0 claims verified; 2 unchanged\n"
    assert run(root, "check").output == said


def test_a_snippet_that_takes_more_than_it_may_is_told_what_it_may(root: Path) -> None:
    source = GOOD.replace("adder", "waiter").replace("import keras\n", "import keras\n\n{}\n")
    add(root, "waiter", source.format("while True: pass"))
    add(root, "eater", source.replace("waiter", "eater").format("held = bytes(2**29)"))
    result = run(root, "check", "sums/waiter", "sums/eater", "--timeout", "9", "--memory", "0.2")
    assert result.exit_code == 1
    assert "snippets/sums/waiter.py:5: it does not end; it was stopped after 9 s" in result.stderr
    assert "snippets/sums/eater.py:5: the snippet raises MemoryError" in result.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--shard", "3/2"], "--shard: this is no part, found '3/2'"),
        (["--shard", ""], "--shard: this is no part, found ''"),
        (["--changed", "no-such"], "--changed: git can't compare with 'no-such'"),
        (["--jobs", "-1"], "'--jobs': -1 is not in the range x>=0"),
        (["--timeout", "0"], "'--timeout': 0.0 is not in the range x>=1"),
        (["--memory", "0"], "'--memory': 0.0 is not in the range x>=0.1"),
        (["no/such"], "no/such: no snippet is here"),
    ],
)
def test_a_wrong_option_is_wrong_usage(root: Path, options: list[str], said: str) -> None:
    result = run(root, "check", *options)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (root / "docs/data").exists()


def test_check_prints_json_for_machines(root: Path) -> None:
    result = run(root, "check", "--json", "sums")
    (found,) = json.loads(result.stdout)["snippets"]
    assert (found["snippet"], found["failures"]) == ("sums/adder", [])


def test_a_new_snippet_passes_but_for_the_words_that_only_a_person_can_write(
    tmp_path: Path,
) -> None:
    (tmp_path / "mkdocs.yml").write_text("site_name: try\nnav:\n  - Home: index.md\n")
    assert run(tmp_path, "new", "dense/counter").exit_code == 0
    result = run(tmp_path, "check")
    assert result.exit_code == 1
    complaints = [line for line in result.stderr.splitlines() if not line.startswith(" ")]
    assert complaints
    assert all("placeholder" in line for line in complaints), complaints
    for path in (tmp_path / "snippets" / "dense").iterdir():
        path.write_text(path.read_text().replace("Replace this", "Count the"))
    assert run(tmp_path, "check").exit_code == 0


def test_an_interrupt_keeps_what_was_checked_and_leaves_nothing_half_written(root: Path) -> None:
    add(
        root,
        "waiter",
        GOOD.replace("adder", "waiter").replace(
            "import keras\n", "import time\n\nimport keras\n\ntime.sleep(60)\n"
        ),
    )
    command = [sys.executable, "-c", "from shapesheet.cli import main; main()", "check"]
    with subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True) as process:
        record = root / "docs" / "data" / "sums" / "adder.json"
        until = time.monotonic() + 120
        while not record.exists() and time.monotonic() < until and process.poll() is None:
            time.sleep(0.05)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert "interrupted; every snippet that was checked has its record" in told
    assert "Traceback" not in told
    assert records.loads(record.read_text(), record).parameters == 5
    assert [path.name for path in record.parent.iterdir()] == ["adder.json"]
