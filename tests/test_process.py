"""What is told when no worker can be started; what workers do is in test_isolation.py."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from shapesheet import process
from shapesheet.process import Worker

if TYPE_CHECKING:
    from pathlib import Path

START = """
import sys
from shapesheet.errors import SnippetError
from shapesheet.isolation import Pool
from shapesheet.limits import Limits
try:
    with Pool(Limits(1)) as pool:
        pool.warm()
except SnippetError as error:
    sys.exit(str(error))
"""


def start(folder: Path) -> str:
    """Return what a process says that has its temporary files in a folder, and no fork server."""
    done = subprocess.run(
        [sys.executable, "-c", START],
        env={"TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr


def test_a_folder_whose_path_is_too_long_for_the_fork_server_is_told(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 100)
    folder.mkdir()
    message, cure = start(folder).splitlines()
    assert message.startswith(f"{folder}/shapesheet-")
    assert message.endswith(": no process can be started to check in: AF_UNIX path too long")
    assert cure == f"    {process.ROOM}"


def late(folder: Path, *, computed: float, waited: float) -> bool:
    """Return whether a call is over its 100 seconds that has computed and waited that long."""
    ours, _ = multiprocessing.Pipe()
    worker = Worker(multiprocessing.current_process(), ours, folder, 100.0, forked=True)
    worker.give(print, ())
    worker.before = time.process_time() - computed
    worker.end -= waited
    worker.latest -= waited
    return worker.is_late()


def test_a_call_may_take_longer_while_it_computes_but_not_for_ever(tmp_path: Path) -> None:
    assert not late(tmp_path, computed=0, waited=99)
    assert late(tmp_path, computed=5, waited=101)
    assert not late(tmp_path, computed=50, waited=101)
    assert late(tmp_path, computed=90, waited=401)
    assert late(tmp_path, computed=101, waited=101)
