"""Snippets checked in workers, from the project to their records, forked and reused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from shapesheet import config as configuration
from shapesheet import engine, snippet
from shapesheet import record as records
from shapesheet.isolation import Pool
from shapesheet.limits import Limits
from tests import workshop
from tests.test_faults import GLOBALS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shapesheet.config import Config
    from shapesheet.record import Record

LIMITS = Limits(jobs=1, seconds=60)
LOOP = '''
def test_without_end():
    """It has no end."""
    assert __name__
    while True:
        pass
'''


# This claim deletes its snippet and ends the process.
GOES = '''
import os
from pathlib import Path


def test_it_goes():
    """It is there no more."""
    path = Path(__file__)
    path = path.with_name(path.name.removeprefix("test_"))
    path.unlink()
    assert not path.exists()
    os._exit(3)
'''


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(LIMITS) as made:
        yield made


def project(folder: Path, above: dict[str, str]) -> Config:
    """Write snippets, each with code above its builder."""
    for name, code in above.items():
        text = workshop.named(workshop.source(above=code), name)
        workshop.snippet(folder, text, key=f"dense/{name}")
    return configuration.load(folder)


def check(config: Config, pool: Pool) -> dict[str, Record]:
    found = engine.check(snippet.find(config), config, pool)
    return {record.snippet: record for record in found}


def written(config: Config, name: str) -> Record | None:
    return records.read(config.records, f"dense/{name}")


def test_each_record_is_written_before_it_is_told(tmp_path: Path, pool: Pool) -> None:
    config = project(tmp_path, {"one": "", "two": ""})
    for record in engine.check(snippet.find(config), config, pool):
        assert records.read(config.records, record.snippet) == record
        assert record.failures == ()
        assert record.seconds >= 0.1
    assert written(config, "one") is not None
    assert written(config, "two") is not None


def test_what_took_longest_or_was_never_checked_comes_first(tmp_path: Path, pool: Pool) -> None:
    config = project(tmp_path, {"a_short": "", "b_long": "", "c_new": ""})
    first = check(config, pool)
    for name, seconds in (("a_short", 1.0), ("b_long", 9.0)):
        records.write(config.records, replace(first[f"dense/{name}"], seconds=seconds))
    records.record_path(config.records, "dense/c_new").unlink()
    assert list(check(config, pool)) == ["dense/c_new", "dense/b_long", "dense/a_short"]


def test_a_record_that_cannot_be_read_is_written_anew(tmp_path: Path, pool: Pool) -> None:
    config = project(tmp_path, {"one": ""})
    path = records.record_path(config.records, "dense/one")
    path.parent.mkdir(parents=True)
    path.write_text("{")
    assert check(config, pool)["dense/one"].failures == ()
    assert records.loads(path.read_text(), path).failures == ()


def test_a_record_that_cannot_be_written_is_told_and_the_others_are_written(
    tmp_path: Path, pool: Pool
) -> None:
    config = project(tmp_path, {"one": "", "three": "", "two": ""})
    in_the_way = records.record_path(config.records, "dense/two")
    in_the_way.mkdir(parents=True)
    found = check(config, pool)
    (failure,) = found["dense/two"].failures
    assert (failure.path, failure.line, failure.check) == ("docs/data/dense/two.json", 0, "record")
    assert failure.message.startswith("this file can't be written: ")
    assert written(config, "one") == found["dense/one"]
    assert written(config, "three") == found["dense/three"]
    assert sorted(each.name for each in in_the_way.parent.iterdir()) == [
        "one.json",
        "three.json",
        "two.json",
    ]


def test_a_failure_and_a_record_that_cannot_be_written_are_both_told(
    tmp_path: Path, pool: Pool
) -> None:
    config = project(tmp_path, {"one": "import os\nos._exit(3)"})
    records.record_path(config.records, "dense/one").mkdir(parents=True)
    failures = check(config, pool)["dense/one"].failures
    assert [failure.check for failure in failures] == ["isolation", "record"]


def test_one_that_goes_while_it_is_checked_is_told_and_the_others_are_checked(
    tmp_path: Path, pool: Pool
) -> None:
    config = project(tmp_path, {"other": ""})
    text = workshop.named(workshop.source(), "ends")
    workshop.snippet(tmp_path, text, GOES, key="dense/ends")
    found = check(config, pool)
    messages = {key: [each.message for each in record.failures] for key, record in found.items()}
    assert messages["dense/other"] == []
    assert "with exit code 3" in messages["dense/ends"][0]
    assert written(config, "ends") is None


def test_one_that_is_gone_before_its_turn_is_told_and_the_others_are_checked(
    tmp_path: Path, pool: Pool
) -> None:
    config = project(tmp_path, {"gone": "", "other": ""})
    chosen = snippet.find(config)
    chosen[0].path.unlink()
    found = {record.snippet: record for record in engine.check(chosen, config, pool)}
    assert found["dense/other"].failures == ()
    (failure,) = found["dense/gone"].failures
    assert (failure.path, failure.check) == ("snippets/dense/gone.py", "contract")
    assert failure.message == "this snippet is gone"
    assert written(config, "gone") is None


def test_a_reused_worker_sees_nothing_of_the_snippet_before_and_outlives_one_that_exits(
    tmp_path: Path,
) -> None:
    above = {"a": GLOBALS, "b": "", "c": "import os\nos._exit(3)", "d": ""}
    config = project(tmp_path, above)
    with Pool(LIMITS, forks=False) as reused:
        found = check(config, reused)
    assert [key for key, record in found.items() if record.failures] == ["dense/c"]
    (failure,) = found["dense/c"].failures
    assert "with exit code 3" in failure.message
    assert written(config, "d") == found["dense/d"]
    # The first has changed the libraries for "b"; "d" has a worker of its own.
    own = {"snippet": "", "digest": "", "seconds": 0.0}
    assert replace(found["dense/b"], **own) == replace(found["dense/d"], **own)
