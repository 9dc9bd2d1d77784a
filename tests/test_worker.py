"""What a forked worker does, looked at from inside of one."""

from __future__ import annotations

import os
import resource
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from shapesheet.isolation import Pool
from shapesheet.limits import GIBIBYTE, Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

MEMORY = GIBIBYTE
MEBIBYTE = 1024**2
SECONDS = 30.0


@pytest.fixture(scope="module")
def forked() -> Iterator[Pool]:
    with Pool(Limits(1, SECONDS, MEMORY), forks=True) as made:
        yield made


def limits() -> dict[str, tuple[int, int]]:
    kinds = {"data": resource.RLIMIT_DATA, "file": resource.RLIMIT_FSIZE}
    kinds["core"] = resource.RLIMIT_CORE
    return {name: resource.getrlimit(kind) for name, kind in kinds.items()}


def test_a_forked_worker_is_bounded_in_memory_files_and_dumps(forked: Pool) -> None:
    (outcome,) = forked.run(limits, [()])
    found = outcome.value
    assert found["data"][0] == found["data"][1] > MEMORY
    assert found["file"] == (256 * 1024**2,) * 2
    assert found["core"] == (0, 0)


def belongings() -> tuple[bool, str, object]:
    group = os.getpgrp() == os.getsid(0) == os.getpid()
    return group, str(Path("/proc/self/fd/1").readlink()), signal.getsignal(signal.SIGINT)


def test_a_forked_worker_has_a_group_of_its_own_and_talks_to_nobody(forked: Pool) -> None:
    (outcome,) = forked.run(belongings, [()])
    assert outcome.value == (True, os.devnull, signal.SIG_IGN)


def take_time() -> bytearray:
    time.sleep(0.5)
    return bytearray(1)


def hold() -> int:
    held = bytearray(b"x") * (GIBIBYTE // 4)
    return len(held)


def test_time_and_memory_of_a_call_are_measured(forked: Pool) -> None:
    slow, large = (next(iter(forked.run(each, [()]))) for each in (take_time, hold))
    assert slow.seconds >= 0.5
    assert large.memory >= slow.memory + GIBIBYTE // 8


def held() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def drop_all_but_the_last() -> int:
    before = held()
    # The system's allocator takes this for a hint to keep what is freed of this size and below.
    bytearray(24 * MEBIBYTE)
    many = [bytearray(b"x") * (8 * MEBIBYTE) for _ in range(50)]
    last = many.pop()
    many.clear()
    return held() - before - len(last)


def test_what_a_forked_worker_frees_goes_back_to_the_system(forked: Pool) -> None:
    (outcome,) = forked.run(drop_all_but_the_last, [()])
    assert outcome.value < 50 * MEBIBYTE
