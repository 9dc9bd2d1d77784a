"""The tool itself is killed, runs twice at once, or has no room to write: nothing is lost."""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import random
import resource
import shutil
import signal
import subprocess
import tempfile
import time
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from shapesheet import config as configuration
from shapesheet import pages, snippet, states
from shapesheet import record as records
from shapesheet.cli import main
from shapesheet.kinds import ARITIES
from tests import examples, workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from shapesheet.config import Config
    from shapesheet.record import Record

WRITES, CHECKS = 46, 6
PAGES = 16
NAMES = ("one", "two", "three")
MOMENT = 60
SLEEP = 0.002
PAGE = """# It

<!-- shapesheet: facts dense/{name} -->
<!-- /shapesheet -->

```python
--8<-- "dense/{name}.py"
```
"""
LOOP = '''
from pathlib import Path


def test_it_waits():
    """It waits for ever."""
    assert __name__
    Path({path!r}).touch()
    while True:
        pass
'''


@functools.cache
def temporary() -> str:
    """Return a folder whose path is short: a socket's may have a hundred letters."""
    folder = tempfile.mkdtemp(prefix="killed-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def start(root: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start the tool; what it leaves in the system's folder for that lies in one of the tests'."""
    surroundings = {workshop.MARK: str(root), "TMPDIR": temporary()}
    return subprocess.Popen(
        [str(workshop.TOOL), "--root", str(root), *arguments],
        env={**os.environ, **surroundings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(root: Path, *arguments: str) -> tuple[int, str]:
    with start(root, *arguments) as process:
        said, _ = process.communicate()
    assert "Traceback" not in said
    return process.returncode, said


def kill(process: subprocess.Popen[str], due: Callable[[], bool], seconds: float) -> bool:
    """Kill the tool so many seconds after something has come to pass; return whether it ran."""
    with process:
        until = time.monotonic() + MOMENT
        while process.poll() is None and not due() and time.monotonic() < until:
            time.sleep(SLEEP)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        process.kill()
    return process.returncode == -signal.SIGKILL


def wait_until(happens: Callable[[], bool]) -> None:
    until = time.monotonic() + MOMENT
    while not happens():
        assert time.monotonic() < until
        time.sleep(0.05)


def left_over(config: Config) -> list[Path]:
    """Return the files in the folders of pages and records that are neither."""
    folders = (config.pages, config.records)
    found = {path for folder in folders for path in folder.rglob("*") if path.is_file()}
    return sorted(path for path in found if path.suffix not in {".md", ".json"})


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Random numbers whose seed a failure shows."""
    seed = int(os.environ.get("SHAPESHEET_SEED", random.SystemRandom().randrange(10**6)))
    print(f"{request.node.name}: SHAPESHEET_SEED={seed}")
    return random.Random(seed)  # noqa: S311 - a moment is no secret


# --- killed -----------------------------------------------------------------------------------


@pytest.fixture
def written(tmp_path: Path) -> Config:
    config = examples.project(tmp_path)
    for number in range(PAGES - 1):
        examples.add_snippet(config, f"dense/number_{number}")
    (config.pages / "dense/binary-classifier.md").rename(config.pages / "dense/first.md")
    return config


def measure_anew(config: Config, run: int) -> None:
    """Give each snippet a record that its page doesn't have yet."""
    for each in snippet.find(config):
        fresh = replace(examples.RECORD, parameters=run, trainable=run)
        examples.check(config, each.key, fresh)


def page_texts(config: Config) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in config.pages.rglob("*.md")}


def test_killed_while_it_writes_every_page_is_whole_and_the_next_run_ends_well(
    written: Config, chance: random.Random
) -> None:
    begun = time.monotonic()
    assert run(written.root, "write")[0] == 0
    usual = time.monotonic() - begun
    halfway = 0
    for number in range(WRITES):
        old = page_texts(written)
        measure_anew(written, number)
        changed = number % 2

        def due(old: dict[Path, bytes] = old, least: int = changed) -> bool:
            now = page_texts(written)
            return sum(now[path] != old[path] for path in old) >= least

        pause = chance.uniform(0, 0.01) if changed else chance.uniform(0, usual)
        kill(start(written.root, "write"), due, pause)
        killed = page_texts(written)
        for path, text in killed.items():
            for block in pages.parse(text.decode(), str(path), ARITIES):
                assert pages.edit(block, str(path)) is None
        result = CliRunner().invoke(main, ["--root", str(written.root), "write"])
        assert result.exit_code == 0, result.output
        new = page_texts(written)
        assert all(text in {old[path], new[path]} for path, text in killed.items())
        assert all(f"| Parameters | {number} |".encode() in text for text in new.values())
        assert left_over(written) == []
        halfway += 0 < sum(killed[path] != new[path] for path in new) < len(new)
    # Else the kills came too early or too late to show anything.
    assert halfway


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A small project whose snippets have been checked and whose pages are written."""
    root = tmp_path_factory.mktemp("checked")
    for name in NAMES:
        text = workshop.named(workshop.source(), name)
        workshop.snippet(root, text, key=f"dense/{name}")
        examples.put(root / f"docs/en/dense/{name}.md", PAGE.format(name=name))
    for command in ("check", "write"):
        code, said = run(root, command)
        assert code == 0, said
    return configuration.load(root)


def record_texts(config: Config) -> dict[Path, str]:
    return {path: path.read_text() for path in config.records.rglob("*.json")}


def require_fresh(config: Config) -> None:
    found = {each.key: states.standing(each, config).state for each in snippet.find(config)}
    assert found == {f"dense/{name}": states.FRESH for name in NAMES}
    assert left_over(config) == []


def test_killed_while_it_checks_every_record_is_whole_and_the_next_run_ends_well(
    checked: Config, chance: random.Random
) -> None:
    fresh = record_texts(checked)
    killed = 0
    for _ in range(CHECKS):
        stale = {}
        for path, text in fresh.items():
            stale[path] = records.dumps(replace(records.loads(text, path), digest="0" * 16))
            path.write_text(stale[path])
        least = chance.randrange(len(NAMES))

        def due(stale: dict[Path, str] = stale, least: int = least) -> bool:
            now = record_texts(checked)
            return sum(now[path] != stale[path] for path in stale) >= least

        killed += kill(start(checked.root, "check", "--all"), due, chance.uniform(0, 1))
        for path, text in record_texts(checked).items():
            assert facts(text) in (facts(stale[path]), facts(fresh[path]))
        code, said = run(checked.root, "check")
        assert code == 0, said
        require_fresh(checked)
    assert killed > 1


def facts(text: str) -> Record:
    """Return what a record says but for how long its checks took."""
    return replace(records.loads(text, ""), seconds=0.0)


def test_no_worker_outlives_the_tool(tmp_path: Path) -> None:
    sign = tmp_path / "started"
    text = workshop.source()
    workshop.snippet(tmp_path, text, LOOP.format(path=str(sign)))
    with start(tmp_path, "check", "--timeout", "600") as process:
        wait_until(sign.exists)
        assert len(workshop.running(str(tmp_path))) > 1
        process.send_signal(signal.SIGKILL)
    wait_until(lambda: workshop.running(str(tmp_path)) == [])


# --- at once ----------------------------------------------------------------------------------


def test_two_checks_at_once_leave_every_record_whole_and_fresh(checked: Config) -> None:
    with start(checked.root, "check", "--all") as one, start(checked.root, "check", "--all") as two:
        said = [one.communicate()[0], two.communicate()[0]]
    assert (one.returncode, two.returncode) == (0, 0), said
    require_fresh(checked)


def test_two_writes_at_once_leave_every_page_whole_and_written(written: Config) -> None:
    for number in range(3):
        measure_anew(written, number)
        with start(written.root, "write") as one, start(written.root, "write") as two:
            said = [one.communicate()[0], two.communicate()[0]]
        assert (one.returncode, two.returncode) == (0, 0), said
        texts = page_texts(written).values()
        assert all(f"| Parameters | {number} |".encode() in text for text in texts)
        assert left_over(written) == []


def test_the_pages_are_written_while_snippets_are_checked(checked: Config) -> None:
    count = 0
    with start(checked.root, "check", "--all") as checking:
        while checking.poll() is None:
            result = CliRunner().invoke(main, ["--root", str(checked.root), "write"])
            assert result.exit_code == 0, result.output
            count += 1
    assert (checking.returncode, count > 1) == (0, True)
    require_fresh(checked)


# --- no room ----------------------------------------------------------------------------------


def test_a_page_for_which_there_is_no_room_stays_as_it_was_and_is_told(written: Config) -> None:
    assert run(written.root, "write")[0] == 0
    measure_anew(written, 1)
    old = page_texts(written)
    large = written.pages / "dense/first.md"
    old[large] += b"\n" * 20_000
    large.write_bytes(old[large])
    process = subprocess.run(
        [str(workshop.TOOL), "--root", str(written.root), "write"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (16_000, 16_000)),
        # What measures coverage would find no room either.
        env={name: value for name, value in os.environ.items() if "COVERAGE" not in name},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 1
    assert process.stderr == (
        "docs/en/dense/first.md: this file can't be written: File too large\n"
        "    free some space and run again\n"
    )
    new = page_texts(written)
    assert [path for path in old if new[path] == old[path]] == [large]
    assert left_over(written) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "docs/data"
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_record_for_which_the_disk_has_no_room_is_told_and_the_others_are_written(
    small_disk: Path, tmp_path: Path
) -> None:
    for name in NAMES:
        workshop.snippet(tmp_path, workshop.named(workshop.source(), name), key=f"dense/{name}")
    (small_disk / "dense").mkdir()
    space = os.statvfs(small_disk)
    # Room for one record and a half.
    filler = small_disk / "filler"
    filler.write_bytes(bytes((space.f_bfree - 1) * space.f_frsize))
    code, said = run(tmp_path, "check")
    assert code == 1
    config = configuration.load(tmp_path)
    kept = record_texts(config)
    lost = {f"docs/data/dense/{name}.json" for name in NAMES} - {
        config.shown(path) for path in kept
    }
    assert kept
    assert lost
    for shown in lost:
        assert f"{shown}: this file can't be written: No space left on device\n" in said
    for path, text in kept.items():
        assert records.loads(text, path).failures == ()
    filler.unlink()
    assert left_over(config) == []
    assert run(tmp_path, "check")[0] == 0
    require_fresh(config)
