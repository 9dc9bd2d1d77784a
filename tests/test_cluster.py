"""Checks on a cluster of this machine's own, whose workers are processes that can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dask
import distributed
import pytest
from msgspec import structs

from shapesheet import cluster, isolation
from shapesheet import config as configuration
from shapesheet import record as records
from shapesheet import snippet as snippets
from shapesheet.distributions import installed
from shapesheet.engine import check
from shapesheet.errors import SnippetError
from shapesheet.limits import Limits
from tests import workshop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapesheet.config import Config
    from shapesheet.record import Record

LIMITS = Limits(2)
TOOL = Path(sys.executable).with_name("shapesheet")
# The process that checks was forked by a server, which the cluster's worker started.
KILLER = """
import ctypes
import os
import signal
from pathlib import Path

status = Path(f"/proc/{os.getppid()}/status").read_text()
worker = next(line.split()[1] for line in status.splitlines() if line.startswith("PPid"))
ctypes.CDLL(None).kill(int(worker), signal.SIGKILL)
"""
# Run first, this claim waits for the end of its worker; run again, it finds that it has begun.
HOLDER = '''
import time
from pathlib import Path


def test_waits():
    """It has begun once."""
    begun = Path({begun!r})
    if not begun.exists():
        begun.touch()
        time.sleep(600)
    assert begun.exists()
'''
FAMILIAR = '''
from snippets.dense.toy_0 import toy_0


def test_another_snippet_is_there():
    """The first snippet makes one number, too."""
    assert toy_0().output_shape == (None, 1)
'''


def add(folder: Path, name: str, test: str = workshop.TEST, **parts: str) -> Config:
    text = workshop.source(**parts).replace("def toy(", f"def {name}(")
    return workshop.snippet(folder, text, test, key=f"dense/{name}")[1]


def wrong(folder: Path, name: str) -> Config:
    return add(folder, name, body=workshop.BODY.replace("(batch, 4)", "(batch, 5)"))


def bundle(folder: Path) -> cluster.Bundle:
    return cluster.bundle(*workshop.snippet(folder, workshop.source()))


def kept(config: Config) -> dict[str, Record]:
    """Return the records of a project, without the times, which no two runs share."""
    found = [records.read(config.records, each.key) for each in snippets.find(config)]
    return {each.snippet: structs.replace(each, seconds=0.0) for each in found if each}


@pytest.fixture(scope="module")
def workers() -> Iterator[Any]:
    settings = {
        "distributed.scheduler.allowed-failures": 0,
        "distributed.worker.daemon": True,
        "logging.distributed": "critical",
    }
    with (
        dask.config.set(settings),
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            silence_logs=50,
        ) as made,
    ):
        yield made


def on_cluster(
    folder: Path,
    workers: Any,  # noqa: ANN401 - Dask's cluster is of no type
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [TOOL, "--root", folder, "check", "--scheduler", workers.scheduler_address],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def kill_holder(workers: Any, begun: Path) -> None:  # noqa: ANN401 - Dask's cluster is of no type
    """Kill the worker that checks the snippet whose check has ``begun``."""
    end = time.monotonic() + 60
    while not begun.exists():
        assert time.monotonic() < end, "the claim that waits has never begun"
        time.sleep(0.05)
    (holder,) = (
        worker.address
        for worker in workers.scheduler.workers.values()
        if any(f"check-dense/{begun.name}-" in str(task.key) for task in worker.processing)
    )
    nannies = {each.worker_address: each for each in workers.workers.values()}
    os.kill(nannies[holder].process.pid, signal.SIGKILL)


def test_a_killed_worker_loses_nothing_and_the_records_are_those_of_a_local_check(
    tmp_path: Path,
    workers: Any,  # noqa: ANN401 - as above
) -> None:
    for number in range(3):
        config = add(tmp_path, f"toy_{number}")
    wrong(tmp_path, "toy_3")
    add(tmp_path, "toy_4", above="import os\nos._exit(3)")
    add(tmp_path, "toy_5", test=FAMILIAR)
    begun = tmp_path / "toy_6"
    add(tmp_path, "toy_6", test=HOLDER.format(begun=str(begun)))
    running = cluster.check(snippets.find(config), config, LIMITS, workers.scheduler_address)
    found = [next(running)]
    kill_holder(workers, begun)
    found += running
    assert sorted(each.snippet for each in found) == [f"dense/toy_{n}" for n in range(7)]
    assert all(each.seconds for each in found if each.snippet != "dense/toy_4")
    there = kept(config)
    assert [key for key, each in there.items() if each.failures] == ["dense/toy_3", "dense/toy_4"]
    assert "with exit code 3" in there["dense/toy_4"].failures[0].message
    with isolation.Pool(LIMITS) as pool:
        list(check(snippets.find(config), config, pool))
    assert kept(config) == there


def test_a_snippet_that_kills_its_workers_fails_and_harms_no_other(
    tmp_path: Path,
    workers: Any,  # noqa: ANN401 - as above
) -> None:
    add(tmp_path, "killer", above=KILLER)
    config = add(tmp_path, "toy_1")
    found = cluster.check(snippets.find(config), config, LIMITS, workers.scheduler_address)
    failures = {each.snippet: each.failures for each in found}
    assert failures["dense/toy_1"] == ()
    (failure,) = failures["dense/killer"]
    assert (failure.path, failure.check) == ("snippets/dense/killer.py", "isolation")
    assert failure.message == "every worker of the cluster that checks it dies, again and again"


def test_a_snippet_that_is_no_text_is_told_and_the_others_are_checked(
    tmp_path: Path,
    workers: Any,  # noqa: ANN401 - as above
) -> None:
    config = add(tmp_path, "toy_1")
    (config.snippets / "dense/toy_2.py").write_bytes(b"\xff")
    found = cluster.check(snippets.find(config), config, LIMITS, workers.scheduler_address)
    failures = {each.snippet: [failure.message for failure in each.failures] for each in found}
    assert failures["dense/toy_1"] == []
    assert failures["dense/toy_2"][0].startswith("this snippet can't be read: 'utf-8' codec")


def test_the_command_checks_on_the_cluster(
    tmp_path: Path,
    workers: Any,  # noqa: ANN401 - as above
) -> None:
    wrong(tmp_path, "toy_1")
    add(tmp_path, "toy_2")
    done = on_cluster(tmp_path, workers)
    assert done.returncode == 1, done.stderr
    assert "dense/toy_2  ok  1 claim\n2 snippets checked, 1 with failures\n" in done.stdout
    assert "toy_1.py:18: the comment says (batch, 5), Keras says (batch, 4)" in done.stderr


def test_a_worker_with_other_versions_is_refused(
    tmp_path: Path,
    workers: Any,  # noqa: ANN401 - as above
) -> None:
    # To the command, this folder says that another Keras is installed than the workers have.
    other = tmp_path / "other" / "keras-9.9.9.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: keras\nVersion: 9.9.9\n")
    config = add(tmp_path, "toy_1")
    path = os.pathsep.join([str(other.parent), os.environ.get("PYTHONPATH", "")])
    done = on_cluster(tmp_path, workers, PYTHONPATH=path)
    assert done.returncode == 1
    versions = f"it has keras {installed('keras')}, here is 9.9.9\n"
    assert f"is refused, {versions}    install there: keras==9.9.9" in done.stderr
    assert kept(config) == {}


def test_an_interrupt_ends_it_and_keeps_what_was_checked(
    tmp_path: Path,
    workers: Any,  # noqa: ANN401 - as above
) -> None:
    add(tmp_path, "toy_1")
    # It is the last test of these workers: one waits on, until they are ended.
    config = add(tmp_path, "waiter", above="import time\ntime.sleep(600)")
    records.write(config.records, records.Record("dense/toy_1", "", {}, seconds=99.0))
    command = [str(TOOL), "--root", str(tmp_path), "check", "--timeout", "600"]
    with subprocess.Popen(
        [*command, "--scheduler", workers.scheduler_address], stderr=subprocess.PIPE, text=True
    ) as process:
        path = records.record_path(config.records, "dense/toy_1")
        until = time.monotonic() + 120
        while '"seconds": 99' in path.read_text() and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert told.strip() == "interrupted; every snippet that was checked has its record"
    assert list(kept(config)) == ["dense/toy_1"]


def test_what_the_digest_covers_is_compared_even_where_the_versions_are_equal(
    tmp_path: Path,
) -> None:
    found = cluster.examine(replace(bundle(tmp_path), digest="0" * 16), LIMITS)
    assert isinstance(found, cluster.Refusal)
    assert "another shapesheet" in found.reason


def test_a_bundle_holds_the_settings_the_claims_and_what_they_import(tmp_path: Path) -> None:
    add(tmp_path, "toy_0")
    (tmp_path / "snippets" / "conftest.py").write_text("")
    config = add(tmp_path, "toy_1", test=FAMILIAR)
    found = cluster.bundle(snippets.select(config, ["dense/toy_1"])[0], config)
    assert sorted(found.files) == [
        "pyproject.toml",
        "snippets/conftest.py",
        "snippets/dense/test_toy_1.py",
        "snippets/dense/toy_0.py",
        "snippets/dense/toy_1.py",
    ]


def test_a_project_without_settings_is_its_own_there(tmp_path: Path) -> None:
    add(tmp_path, "toy_0")
    (tmp_path / "pyproject.toml").unlink()
    config = configuration.load(tmp_path)
    found = cluster.bundle(snippets.find(config)[0], config)
    assert found.files["pyproject.toml"] == b"[tool.shapesheet]\n"


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nothing://here"])
def test_no_scheduler_is_an_error(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_PATIENCE", 0.5)
    config = add(tmp_path, "toy_0")
    with pytest.raises(SnippetError, match="--scheduler: there is no scheduler") as caught:
        list(cluster.check(snippets.find(config), config, LIMITS, address))
    assert caught.value.cure == "start one: dask scheduler"


def test_no_worker_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_PATIENCE", 2)
    config = add(tmp_path, "toy_0")
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0") as workers,
        pytest.raises(SnippetError, match="has no workers") as caught,
    ):
        list(cluster.check(snippets.find(config), config, LIMITS, workers.scheduler_address))
    assert caught.value.cure == f"start some: dask worker {workers.scheduler_address}"


def test_without_the_library_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    config = add(tmp_path, "toy_0")
    with pytest.raises(SnippetError, match="wants the library distributed") as caught:
        list(cluster.check(snippets.find(config), config, LIMITS, "tcp://127.0.0.1:1"))
    assert caught.value.cure == "pip install 'shapesheet[cluster]'"
