"""`pytest snippets` as a person runs it: items, options, failures; each in a process of its own."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from shapesheet.check import CHECKS
from tests.workshop import BODY, named, snippet, source

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


LAYER = """
@keras.saving.register_keras_serializable("toys")
class Toy(layers.Layer):
    pass
"""
LOADS = '''
import keras
from snippets.dense.toy import Toy


def test_it_can_be_loaded():
    """It is found by its name."""
    saved = keras.saving.serialize_keras_object(Toy())
    assert type(keras.saving.deserialize_keras_object(saved)) is Toy
'''


def test_all_claims_of_a_snippet_find_what_it_registers(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text((folder / "pyproject.toml").read_text())
    before, _, after = GOOD.partition("\n\n\ndef ")
    snippet(tmp_path, f"{before}\n\n{LAYER}\n\ndef {after}", LOADS)
    path = tmp_path / "snippets/dense/toy.py"
    claims, others = path.with_name("test_toy.py"), path.with_name("test_other.py")
    others.write_text(LOADS)
    said = run(tmp_path, *map(str, (path, claims, others)))
    assert f"{len(CHECKS) + 2} passed" in said


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


CHANGES = """
import os
import random
import numpy as np

keras.config.set_floatx("float64")
keras.config.set_image_data_format("channels_first")
keras.config.set_dtype_policy("mixed_float16")
keras.utils.set_random_seed(99)
layers.Dense = layers.Conv1D
layers.Layer.get_config = None
layers.Dropout.__call__ = None
keras.saving.register_keras_serializable("bad")(layers.Flatten)
np.mean = None
np.set_printoptions(precision=1)
np.seterr(all="raise")
"""
ELSEWHERE = """
os.environ["KERAS_BACKEND"] = os.environ["NEW"] = "nothing"
os.chdir("/")
"""
CHANGING_CLAIM = f"""
from snippets.dense.a_changer import a_changer
import keras
from keras import layers


def test_changes():
    '''It changes everything once more.'''
{textwrap.indent(CHANGES.strip() + ELSEWHERE, "    ")}
    assert os.getcwd() == "/"
"""
SEEING_CLAIM = '''
import os
import random
from pathlib import Path

import keras
import numpy as np
from keras import layers

from snippets.dense.b_seer import b_seer

# This is what an import sees.
FLOAT, DENSE = keras.config.floatx(), layers.Dense


def test_nothing_is_changed():
    """It sees Keras as it is."""
    assert (FLOAT, DENSE.__name__) == ("float32", "Dense")
    assert keras.config.floatx() == keras.config.dtype_policy().name == "float32"
    assert keras.config.image_data_format() == "channels_last"
    assert layers.Dense is DENSE
    assert layers.Layer.get_config is not None
    assert layers.Dropout.__call__ is layers.Layer.__call__
    assert keras.saving.get_registered_name(layers.Flatten) == "Flatten"
    assert np.mean([1, 3]) == 2
    assert np.get_printoptions()["precision"] == 8
    assert np.geterr()["over"] == "warn"
    assert "NEW" not in os.environ
    assert os.environ["KERAS_BACKEND"] == "tensorflow"
    assert Path("snippets").is_dir()
    assert b_seer().output_shape == (None, 1)


def test_random_numbers_are_those_of_the_seed():
    """It draws what the seed gives."""
    found = random.random()
    keras.utils.set_random_seed(0)
    assert found == random.random()


def test_what_its_own_import_has_registered_is_there():
    """It can be saved under its name."""
    assert "seer>Own" in keras.saving.get_custom_objects()
'''
REGISTERED = """
@keras.saving.register_keras_serializable("seer")
class Own(layers.Layer):
    pass
"""


def test_what_a_snippet_changes_does_not_reach_the_next(tmp_path: Path) -> None:
    # Importing it changes all of that, and so does its claim.
    changer = named(source(above=CHANGES), "a_changer")
    snippet(tmp_path, changer, CHANGING_CLAIM, key="dense/a_changer")
    seer = named(source(above=REGISTERED), "b_seer")
    snippet(tmp_path, seer, SEEING_CLAIM, key="dense/b_seer")
    settings = '[tool.pytest]\naddopts = ["--import-mode=importlib"]\npythonpath = ["."]\n'
    (tmp_path / "pyproject.toml").write_text(f"[tool.shapesheet]\n{settings}")
    said = run(tmp_path, "-v", "snippets")
    items = [line for line in said.splitlines() if line.startswith("snippets/dense/b_seer.py::")]
    assert [line.split("::")[1].split()[0] for line in items] == list(CHECKS)
    assert said.count("snippets/dense/test_b_seer.py::test_") == 3
    assert "20 passed" in said
