"""``shapesheet check --backend``: snippets of a project on JAX and on PyTorch, from the outside."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shapesheet import config as configuration
from shapesheet import porter, ports, states
from shapesheet import snippet as snippets
from shapesheet.limits import Limits
from tests import backends, workshop

TOOL = Path(sys.executable).with_name("shapesheet")
TIED = """\
units = 4 if keras.backend.backend() == "tensorflow" else 5
model = keras.Sequential([keras.Input((size,)), layers.Dense(units), layers.Dense(1, "sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy")
return model
"""
TURNED = """\
turned = keras.backend.backend() != "tensorflow"
x = keras.Input((size,))
y = layers.Dense(1, "sigmoid")(-x if turned else x + 0)
model = keras.Model(x, y)
model.compile(optimizer="adam", loss="binary_crossentropy")
return model
"""
ALONE = """\
if keras.backend.backend() != "tensorflow":
    raise NotImplementedError("only TensorFlow has it")
"""
ENDS = """\
if keras.backend.backend() != "tensorflow":
    import os
    os._exit(3)
"""
ONLY = "backends: tensorflow (TensorFlow alone has it)\n"
SNIPPETS = {
    "fine": workshop.source(),
    "tied": workshop.source(TIED),
    "turned": workshop.source(TURNED),
    "alone": workshop.source(ALONE + workshop.BODY),
    "declared": workshop.source(ALONE + workshop.BODY, workshop.CONTRACT + ONLY),
    "wrongly": workshop.source(contract=workshop.CONTRACT + ONLY),
    "ends": workshop.source(above=ENDS),
}


def tool(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(TOOL), "--root", str(root), *arguments], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project whose snippets all pass on TensorFlow."""
    root = tmp_path_factory.mktemp("project")
    for name, text in SNIPPETS.items():
        workshop.snippet(root, text.replace("def toy(", f"def {name}("), key=f"dense/{name}")
    done = tool(root, "check")
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture(scope="module", params=["jax", "torch"])
def run(request: pytest.FixtureRequest, checked: Path) -> tuple[str, Path, Any]:
    """Return the backend, the project and what the tool said of it there."""
    backends.require(request.param)
    done = tool(checked, "check", "--backend", request.param, "--json")
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)["snippets"]
    return request.param, checked, {each["snippet"].partition("/")[2]: each for each in told}


def messages(run: tuple[str, Path, Any], name: str) -> list[tuple[str, str]]:
    return [(each["check"], each["message"]) for each in run[2][name]["failures"]]


def test_every_snippet_is_told_of_and_recorded(run: tuple[str, Path, Any]) -> None:
    on, root, told = run
    assert set(told) == set(SNIPPETS)
    config = configuration.load(root)
    found = {each.name: ports.standing(each, config, on) for each in snippets.find(config)}
    fresh = {name for name, standing in found.items() if standing.state == states.FRESH}
    assert fresh == {"fine", "declared"}
    assert {found[name].state for name in set(found) - fresh} == {states.FAILING}


def test_what_agrees_passes(run: tuple[str, Path, Any]) -> None:
    _, _, told = run
    assert (told["fine"]["ok"], told["fine"]["difference"]) == (True, 1e-5)


def test_other_layers_fail(run: tuple[str, Path, Any]) -> None:
    told = dict(messages(run, "tied"))
    assert told["layers"].startswith("shape of dense: ")
    assert told["layers"].endswith("gives (batch, 5), TensorFlow's record has (batch, 4)")
    assert "'s is (5, 4) at size=5" in told["outputs"]


def test_other_outputs_fail(run: tuple[str, Path, Any]) -> None:
    told = dict(messages(run, "turned"))
    assert "of the largest output, more than 0.0001" in told["outputs"]


def test_a_snippet_that_does_not_run_there_fails(run: tuple[str, Path, Any]) -> None:
    ((check, message),) = messages(run, "alone")
    assert (check, message) == (
        "shapes",
        "the snippet raises NotImplementedError: only TensorFlow has it",
    )


def test_a_snippet_that_says_so_does_not_fail(run: tuple[str, Path, Any]) -> None:
    _, _, told = run
    assert (told["declared"]["ok"], told["declared"]["impossible"]) == (
        True,
        "TensorFlow alone has it",
    )


def test_a_snippet_that_wrongly_says_so_fails(run: tuple[str, Path, Any]) -> None:
    ((check, message),) = messages(run, "wrongly")
    assert check == "contract"
    assert message.endswith("but every check passes there")


def test_a_snippet_that_ends_its_process_fails_alone(run: tuple[str, Path, Any]) -> None:
    ((check, message),) = messages(run, "ends")
    assert (check, message) == (
        "isolation",
        "it ends the process that checks it, with exit code 3",
    )


def test_only_what_is_stale_is_checked_again(run: tuple[str, Path, Any]) -> None:
    on, root, _ = run
    done = tool(root, "check", "--backend", on, "dense/fine", "dense/declared")
    name = {"jax": "JAX", "torch": "PyTorch"}[on]
    assert done.stdout == f"0 snippets checked on {name}, 2 fresh already\n"
    assert done.returncode == 0


def test_a_stale_record_on_tensorflow_is_told_with_the_command_to_run_first(
    run: tuple[str, Path, Any], tmp_path: Path
) -> None:
    on, root, _ = run
    shutil.copytree(root, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "snippets/dense/fine.py"
    path.write_text(path.read_text() + "# new\n")
    done = tool(tmp_path, "check", "--backend", on, "dense/fine")
    assert done.returncode == 1
    assert "its record on TensorFlow, with which to compare, is stale" in done.stderr
    assert "run: shapesheet check dense/fine" in done.stderr


def test_a_backend_that_does_not_exist_is_wrong_usage(tmp_path: Path) -> None:
    done = tool(tmp_path, "check", "--backend", "theano")
    assert done.returncode == 2
    assert "'theano' is not one of 'tensorflow', 'jax', 'torch'" in done.stderr


def test_one_that_is_gone_before_its_turn_is_told_and_has_no_port(tmp_path: Path) -> None:
    backends.require("torch")
    snippet, config = workshop.snippet(tmp_path, workshop.source())
    snippet.path.unlink()
    (port,) = porter.run([snippet], config, "torch", Limits(1))
    assert [failure.message for failure in port.failures] == ["this snippet is gone"]
    assert ports.read(config.records, workshop.KEY, "torch") is None
