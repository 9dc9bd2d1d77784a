"""Snippets that harm the process that runs them: each is told of, and all others are checked."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import pytest

from shapesheet import record as records
from tests import workshop

if TYPE_CHECKING:
    from pathlib import Path

# In the last tenth the lines of a hang have been written down: it has to be longer than what a
# worker takes to start on a busy machine.
SECONDS = 40
GLOBALS = """
keras.config.set_floatx("float64")
keras.config.set_image_data_format("channels_first")
keras.config.set_dtype_policy("mixed_float16")
layers.Dense = layers.Conv1D
layers.Layer.__call__ = None
"""
CLAIM = '''
import os


def test_nothing():
    """It is as it is."""
    assert __name__
    {}
'''


class Fault(NamedTuple):
    """A snippet with code above its builder, or claims of its own, and what is said of it."""

    above: str = ""
    claims: str = workshop.TEST
    line: int = 0
    message: str = ""


# The code above the builder begins at line 7, the one in the claims at line 8.
FAULTS = {
    "endless_loop": Fault("while True: pass", line=7, message="it does not end"),
    "native_hang": Fault(
        "import ctypes\nctypes.PyDLL(None).pause()", line=8, message="it does not end"
    ),
    "sys_exit": Fault("import sys\nsys.exit(0)", line=8, message="raises SystemExit: 0"),
    "exit_with_code": Fault("import os\nos._exit(3)", message="with exit code 3"),
    "exit_without_code": Fault("import os\nos._exit(0)", message="with exit code 0"),
    "terminated": Fault("import os\nos.kill(os.getpid(), 15)", message="(SIGTERM)"),
    "killed": Fault("import os\nos.kill(os.getpid(), 9)", message="it was killed (SIGKILL)"),
    "parent_killed": Fault(
        "import os\nos.kill(os.getppid(), 9)", line=8, message="signals another process"
    ),
    "segmentation_fault": Fault(
        "import ctypes\nctypes.string_at(0)", line=8, message="segmentation fault (SIGSEGV)"
    ),
    "memory": Fault(
        "held = []\nwhile True:\n    held.append(bytes(2**26))", line=9, message="MemoryError"
    ),
    "memory_of_tensors": Fault(
        "keras.ops.ones((2**34,))", line=7, message="the snippet raises ResourceExhaustedError"
    ),
    "fork": Fault("import os\nos.fork()", line=8, message="the snippet starts a process"),
    "program": Fault(
        "import subprocess\nsubprocess.run(['true'])", line=8, message="starts a program"
    ),
    "socket": Fault("import socket\nsocket.socket()", line=8, message="opens a connection"),
    "output": Fault("while True:\n    print('more')", line=8, message="prints 'more'"),
    "native_output": Fault(
        "import os\nwhile True:\n    os.write(1, b'more' * 10**6)", message="it does not end"
    ),
    "broken_import": Fault("import keras.nothing", line=7, message="ModuleNotFoundError"),
    "child": Fault(
        "import ctypes\nif not ctypes.CDLL(None).fork():\n"
        "    ctypes.CDLL(None).alarm(600)\n    ctypes.PyDLL(None).pause()"
    ),
    "global_state": Fault(GLOBALS),
    "claim_exits": Fault(claims=CLAIM.format("os._exit(0)"), message="with exit code 0"),
    "claim_hangs": Fault(claims=CLAIM.format("while True: pass"), line=8, message="not end"),
    "claim_forks": Fault(claims=CLAIM.format("os.fork()"), line=8, message="starts a process"),
    "claim_connects": Fault(
        claims=CLAIM.format("__import__('socket').socket()"), line=8, message="opens a connection"
    ),
    "claim_prints": Fault(
        claims=CLAIM.format("while True: print('more' * 10**6)"), line=8, message="large"
    ),
}
TOLD = [name for name, fault in FAULTS.items() if fault.message]


class Run(NamedTuple):
    """One run of the tool over all of them, with a good snippet before and after."""

    folder: Path
    code: int
    said: str


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("faults")
    for name in ("a_good_one", *FAULTS, "z_good_one"):
        fault = FAULTS.get(name, Fault())
        text = workshop.named(workshop.source(above=fault.above), name)
        workshop.snippet(folder, text, fault.claims, key=f"dense/{name}")
    command = [str(workshop.TOOL), "--root", str(folder), "check", "--timeout", str(SECONDS)]
    done = subprocess.run(
        [*command, "--memory", "2", "--jobs", "2"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, workshop.MARK: str(folder)},
    )
    return Run(folder, done.returncode, done.stdout + done.stderr)


def test_the_tool_ends_with_something_to_mend(run: Run) -> None:
    assert run.code == 1
    assert f"{len(FAULTS) + 2} snippets checked, {len(TOLD)} with failures" in run.said
    assert "Traceback" not in run.said


@pytest.mark.parametrize("name", TOLD)
def test_a_fault_is_told_with_its_line(run: Run, name: str) -> None:
    fault = FAULTS[name]
    file = f"test_{name}.py" if fault.claims != workshop.TEST else f"{name}.py"
    own = (f"snippets/dense/{name}.py:", f"snippets/dense/test_{name}.py:")
    (said,) = [line for line in run.said.splitlines() if line.startswith(own)]
    place = f"snippets/dense/{file}:{fault.line}: " if fault.line else "snippets/dense/"
    assert said.startswith(place)
    assert fault.message in said


@pytest.mark.parametrize("name", [*FAULTS, "a_good_one", "z_good_one"])
def test_every_snippet_has_a_record(run: Run, name: str) -> None:
    found = records.read(run.folder / "docs/data", f"dense/{name}")
    assert found is not None
    assert bool(found.failures) == (name in TOLD)


def test_nothing_of_it_runs_afterwards(run: Run) -> None:
    assert workshop.running(str(run.folder)) == []
