import sys
from pathlib import Path

import pytest

from shapesheet.errors import SnippetError
from tests.bench import growth
from tests.bench.growth import Command, Measured


def python(code: str) -> Command:
    return Command((sys.executable, "-c", code), growth.nothing)


def test_a_straight_line_is_found() -> None:
    found = growth.fit([10, 100, 1000], [12.0, 102.0, 1002.0])
    assert found.slope == pytest.approx(1)
    assert found.intercept == pytest.approx(2)
    assert found.r_squared == pytest.approx(1)
    assert found.bend == pytest.approx(1)


def test_growth_that_is_faster_than_linear_bends() -> None:
    assert growth.fit([10, 100, 1000], [1.0, 100.0, 10000.0]).bend == pytest.approx(10)


def test_what_does_not_grow_is_a_level_line() -> None:
    found = growth.fit([10, 100, 1000], [2.0, 2.0, 2.0])
    assert (found.slope, found.r_squared, found.bend) == (0, 1, 1)


def test_the_memory_is_that_of_the_process_itself(tmp_path: Path) -> None:
    ours = bytearray(100_000_000)
    small = growth.measure(python("pass"), tmp_path, 1, 1)
    large = growth.measure(python("x = b'x' * 200_000_000"), tmp_path, 1, 1)
    assert small.peak_bytes < 50_000_000 < len(ours)
    assert large.peak_bytes - small.peak_bytes > 190_000_000


def test_waiting_is_no_work_of_the_processor(tmp_path: Path) -> None:
    found = growth.measure(python("import time; time.sleep(0.3)"), tmp_path, 1, 1)
    assert found.processor_seconds < 0.3 <= found.seconds


def test_every_run_is_a_process_of_its_own_after_its_preparation(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = Command(
        (sys.executable, "-c", f"open({str(log)!r}, 'a').write('r')"),
        lambda folder: (folder / "log").write_text((folder / "log").read_text() + "p"),
    )
    log.write_text("")
    assert growth.measure(command, tmp_path, 7, 3).runs == 3
    assert log.read_text() == "prprpr"


def test_a_command_that_fails_is_not_measured(tmp_path: Path) -> None:
    with pytest.raises(SnippetError, match="ended with 3"):
        growth.measure(python("raise SystemExit(3)"), tmp_path, 1, 1)


def test_commands_are_measured_at_every_size(tmp_path: Path) -> None:
    def make(_folder: Path, count: int) -> Path:
        return growth.project(tmp_path / str(count), count)

    found = growth.grow(["status", "write", "write, every page"], (1, 2, 3), 1, make)
    assert [each.command for each in found] == ["status", "write", "write, every page"]
    assert [each.count for each in found[0].measured] == [1, 2, 3]
    assert all(isinstance(each, Measured) and each.seconds for each in found[0].measured)


def test_the_tool_itself_stays_far_below_100_megabytes(tmp_path: Path) -> None:
    folder = growth.project(tmp_path, 10)
    for name in ("status", "write"):
        assert growth.measure(growth.COMMANDS[name], folder, 10, 1).peak_bytes < 100_000_000


def test_what_a_command_has_not_waited_for_is_none_of_its_memory(tmp_path: Path) -> None:
    started = f"p = subprocess.Popen([{sys.executable!r}, '-c', 'x = b\"x\" * 200_000_000'])"
    for last, counts in (("p.wait()", True), ("os.waitid(os.P_PID, p.pid, flags)", False)):
        flags = "flags = os.WEXITED | os.WNOWAIT"
        code = f"import os, subprocess; {started}; {flags}; {last}; os._exit(0)"
        found = growth.measure(python(code), tmp_path, 1, 1)
        assert (found.peak_bytes > 190_000_000) == counts
