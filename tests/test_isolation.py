"""Functions in worker processes: in one forked for each call, and in ones that are reused."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from shapesheet import endings, isolation
from shapesheet.errors import SnippetError
from shapesheet.isolation import Pool
from shapesheet.limits import GIBIBYTE, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shapesheet.endings import Ended
    from shapesheet.isolation import Outcome

JOBS = 2
LIMITS = Limits(JOBS, seconds=8, memory=GIBIBYTE // 2)
MOMENT = 30


@pytest.fixture(scope="module")
def forked() -> Iterator[Pool]:
    with Pool(LIMITS, forks=True) as made:
        yield made


@pytest.fixture(scope="module")
def reused() -> Iterator[Pool]:
    with Pool(LIMITS, forks=False) as made:
        yield made


@pytest.fixture(params=["forked", "reused"])
def pool(request: pytest.FixtureRequest) -> Pool:
    return request.getfixturevalue(request.param)


def only(pool: Pool, function: Callable[..., Any], *arguments: object) -> Outcome:
    (outcome,) = pool.run(function, [arguments])
    return outcome


def ended(pool: Pool, function: Callable[..., Any], *arguments: object) -> Ended:
    found = only(pool, function, *arguments).ended
    assert found is not None
    return found


def squared(number: int) -> int:
    return number * number


def test_each_call_gives_its_value_beside_its_arguments(pool: Pool) -> None:
    outcomes = list(pool.run(squared, [(number,) for number in range(4)]))
    assert sorted((*each.arguments, each.value) for each in outcomes) == [
        (number, number**2) for number in range(4)
    ]
    assert all(each.ended is None and each.memory > 2**20 for each in outcomes)


def test_no_calls_give_nothing(pool: Pool) -> None:
    assert list(pool.run(squared, [])) == []


def miss() -> NoReturn:
    path, message = "snippets/dense/x.py", "it is missing"
    raise SnippetError(path, 3, message, "write it")


def test_what_a_call_raises_reaches_the_caller_and_the_pool_serves_on(pool: Pool) -> None:
    with pytest.raises(SnippetError) as caught:
        only(pool, miss)
    assert str(caught.value) == "snippets/dense/x.py:3: it is missing\n    write it"
    assert only(pool, squared, 3).value == 9


def meet(folder: str, name: str, other: str) -> bool:
    (Path(folder) / name).touch()
    while not (Path(folder) / other).exists():
        time.sleep(0.01)
    return True


def test_as_many_calls_run_side_by_side_as_there_are_jobs(pool: Pool, tmp_path: Path) -> None:
    here = str(tmp_path)
    outcomes = list(pool.run(meet, [(here, "one", "two"), (here, "two", "one")]))
    assert [each.value for each in outcomes] == [True, True]


def together(folder: str, name: str) -> int:
    path = Path(folder) / name
    path.touch()
    time.sleep(0.3)
    count = len(list(Path(folder).iterdir()))
    path.unlink()
    return count


def test_never_more_run_than_there_are_jobs(pool: Pool, tmp_path: Path) -> None:
    outcomes = list(pool.run(together, [(str(tmp_path), str(number)) for number in range(5)]))
    assert {each.value for each in outcomes} <= {1, JOBS}


def test_a_call_that_ends_first_is_told_first(forked: Pool) -> None:
    outcomes = forked.run(either, [("turn",), ("square",)])
    assert next(outcomes).value == 4
    outcomes.close()


def turn() -> NoReturn:
    while True:
        pass


def either(name: str) -> int:
    return squared(2) if name == "square" else turn()


def test_a_call_without_end_is_stopped_and_told_with_its_line(pool: Pool) -> None:
    outcomes = {each.arguments: each for each in pool.run(either, [("turn",), ("square",)])}
    assert outcomes["square",].value == 4
    stopped = outcomes["turn",].ended
    assert stopped is not None
    assert stopped.message == "it does not end; it was stopped after 8 s"
    start = turn.__code__.co_firstlineno
    assert stopped.places[0] in {(__file__, start + 1), (__file__, start + 2)}
    assert only(pool, squared, 3).value == 9


def test_a_worker_that_is_killed_is_told_and_replaced(pool: Pool) -> None:
    assert "it was killed (SIGKILL)" in ended(pool, signal.raise_signal, signal.SIGKILL).message
    assert only(pool, squared, 3).value == 9


def leave(code: int) -> NoReturn:
    os._exit(code)


@pytest.mark.parametrize(
    ("function", "argument", "message"),
    [
        (leave, 3, "it ends the process that checks it, with exit code 3"),
        (leave, 0, "it ends the process that checks it, with exit code 0"),
        (signal.raise_signal, signal.SIGTERM, "it was stopped by a signal (SIGTERM)"),
        (signal.raise_signal, 40, "it was stopped by a signal (signal 40)"),
        (ctypes.string_at, 0, "it crashes with a segmentation fault (SIGSEGV)"),
    ],
)
def test_a_worker_that_dies_is_told_by_what_ended_it(
    forked: Pool, function: Callable[..., Any], argument: int, message: str
) -> None:
    assert ended(forked, function, argument).message == message


def close_and_wait() -> None:
    os.closerange(3, 256)
    time.sleep(600)


def test_a_worker_that_can_give_no_answer_any_more_is_ended_at_once(forked: Pool) -> None:
    assert ended(forked, close_and_wait) == endings.closed()


def test_a_reused_worker_that_died_between_two_calls_is_replaced(reused: Pool) -> None:
    process = only(reused, os.getpid).value
    os.kill(process, signal.SIGKILL)
    until = time.monotonic() + MOMENT
    # Until the last of its threads is gone, too, it counts as alive.
    while "(zombie)" not in (status := Path(f"/proc/{process}/status").read_text()) or (
        "Threads:\t1\n" not in status
    ):
        assert time.monotonic() < until
    assert only(reused, squared, 3).value == 9


def test_a_forked_worker_serves_one_call_and_a_reused_one_many(forked: Pool, reused: Pool) -> None:
    assert len({only(forked, os.getpid).value for _ in range(3)}) == 3
    assert len({only(reused, os.getpid).value for _ in range(4)}) <= JOBS


def fill() -> bytes:
    return bytes(GIBIBYTE)


def test_memory_is_bounded_in_a_forked_worker(forked: Pool) -> None:
    with pytest.raises(MemoryError):
        only(forked, fill)


def write_much() -> None:
    with tempfile.TemporaryFile() as file:
        while True:
            file.write(bytes(2**24))


def test_a_file_without_end_is_stopped_in_a_forked_worker(forked: Pool) -> None:
    with pytest.raises(OSError, match="File too large"):
        only(forked, write_much)


def start_a_program() -> None:
    subprocess.run([sys.executable, "-V"], check=True)


def signal_its_parent() -> None:
    # Asking whether a process is there is no harm, and what it does to itself is told elsewhere.
    os.kill(os.getppid(), 0)
    os.kill(os.getpid(), signal.SIGCONT)
    os.kill(os.getppid(), signal.SIGTERM)


def signal_its_group() -> None:
    os.killpg(os.getpgid(os.getppid()), signal.SIGTERM)


@pytest.mark.parametrize(
    ("function", "deed"),
    [
        (signal_its_parent, "signals another process"),
        (signal_its_group, "signals another process"),
        (os.fork, "starts a process"),
        (start_a_program, "starts a program"),
        (socket.socket, "opens a connection"),
    ],
)
def test_a_call_can_start_no_process_and_reach_nobody(
    pool: Pool, function: Callable[..., Any], deed: str
) -> None:
    with pytest.raises(PermissionError, match=deed):
        only(pool, function)


def surroundings() -> tuple[str, str, str, str]:
    return (
        str(Path.home()),
        str(Path.cwd()),
        tempfile.gettempdir(),
        os.environ["KERAS_HOME"],
    )


def test_a_worker_has_a_folder_of_its_own_for_all_its_files(pool: Pool) -> None:
    home, folder, temporary, keras = only(pool, surroundings).value
    assert home == folder == temporary
    assert Path(home) != Path.home()
    assert Path(keras).parent == Path(home)
    assert Path(home).exists() != pool.forks


def hold() -> None:
    # Whoever forks with C's own function is not seen, and must not stay.
    if not ctypes.CDLL(None).fork():
        Path("child").write_text(str(os.getpid()))
        time.sleep(600)
    while not Path("child").exists() or not Path("child").read_text():
        time.sleep(0.01)


def read_child() -> str:
    hold()
    return Path("child").read_text()


def test_what_a_forked_worker_leaves_running_is_ended(forked: Pool) -> None:
    child = Path("/proc", only(forked, read_child).value, "status")
    until = time.monotonic() + MOMENT
    # Nobody may be there to collect what is left of it.
    while child.exists() and "(zombie)" not in child.read_text():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_calls_that_are_left_are_given_up_when_their_reader_goes(
    forked: Pool, tmp_path: Path
) -> None:
    outcomes = forked.run(linger, [(str(tmp_path), name) for name in ("a", "b", "c")])
    next(outcomes)
    outcomes.close()
    assert len(list(tmp_path.iterdir())) < 3
    assert only(forked, squared, 3).value == 9


def linger(folder: str, name: str) -> None:
    (Path(folder) / name).touch()
    if name != "a":
        time.sleep(600)


def test_only_linux_forks_a_process_that_has_imported_keras() -> None:
    assert isolation.can_fork() == (sys.platform == "linux")
    with Pool(LIMITS) as made:
        assert made.forks == isolation.can_fork()


def test_a_forked_worker_that_never_settles_is_ended() -> None:
    with Pool(Limits(1, seconds=2), forks=True) as pool:
        known = multiprocessing.active_children()
        pool.warm()
        (started,) = set(multiprocessing.active_children()) - set(known)
        os.kill(started.pid, signal.SIGSTOP)
        assert ended(pool, os.getpid) == endings.timeout(2)
