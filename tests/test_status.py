from pathlib import Path

import pytest
from msgspec import structs

from shapesheet import ports, states, status
from shapesheet import record as records
from shapesheet import snippet as snippets
from shapesheet.config import Config
from shapesheet.ports import Port
from shapesheet.status import Line, Status
from tests.examples import FAILURE, KEY, PAGE, RECORD, SOURCE, add_snippet, check, project, put

PATH = "snippets/dense/binary_classifier.py"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return project(tmp_path)


def state(config: Config) -> str:
    (line,) = status.status(config).snippets
    return line.state


def test_a_checked_snippet_on_its_page_is_fine(config: Config) -> None:
    found = status.status(config)
    assert found.snippets == (Line(KEY, "fresh", 2, ("docs/en/dense/binary-classifier.md",)),)
    assert found.fine


def test_a_changed_snippet_is_stale(config: Config) -> None:
    put(config.root / PATH, SOURCE + "# changed\n")
    assert state(config) == "stale"


def test_changed_settings_make_a_snippet_stale(config: Config) -> None:
    settings = structs.replace(config.settings, minimum_claims=7)
    assert state(structs.replace(config, settings=settings)) == "stale"


def test_a_snippet_with_failures_is_failing(config: Config) -> None:
    check(config, record=structs.replace(RECORD, failures=(FAILURE,)))
    assert state(config) == "failing"


def test_a_snippet_without_a_record_was_never_checked(config: Config) -> None:
    records.record_path(config.records, KEY).unlink()
    assert state(config) == "never checked"


@pytest.mark.parametrize("path", [f"docs/data/{KEY}.json", PATH])
def test_a_file_that_can_not_be_read_is_unreadable(config: Config, path: str) -> None:
    (config.root / path).write_bytes(b"\xff")
    assert state(config) == "unreadable"


def test_every_state_has_its_count(config: Config) -> None:
    add_snippet(config, "dense/other")
    put(config.root / PATH, SOURCE + "# changed\n")
    found = status.status(config)
    assert found.counts == {"fresh": 1, "stale": 1}
    assert found.claims == 4
    assert not found.fine


@pytest.mark.parametrize(
    ("pages", "standing"),
    [((), "on no page"), (("a.md",), "on a.md"), (("a.md", "b.md"), "on 2 pages")],
)
def test_a_snippet_is_fine_on_exactly_one_page(pages: tuple[str, ...], standing: str) -> None:
    line = Line(KEY, "fresh", 1, pages)
    assert line.standing == standing
    assert Status((line,)).fine == (len(pages) == 1)


def test_a_snippet_on_two_pages_names_both(config: Config) -> None:
    put(config.pages / "again.md", PAGE)
    (line,) = status.status(config).snippets
    assert line.pages == ("docs/en/again.md", "docs/en/dense/binary-classifier.md")


def test_the_ports_that_were_ever_checked_are_counted(config: Config) -> None:
    add_snippet(config, "dense/other")
    assert status.status(config).ports == {}
    (snippet, *_) = snippets.find(config)
    fresh = Port(KEY, ports.digest(snippet, config, "jax"), ports.versions("jax"))
    ports.write(config.records, fresh)
    ports.write(config.records, structs.replace(fresh, snippet="dense/other", digest="old"))
    put(ports.path(config.records, KEY, "torch"), "{}")
    found = status.status(config)
    assert [line.ports for line in found.snippets] == [
        {"jax": "fresh", "torch": "unreadable"},
        {"jax": "stale"},
    ]
    assert found.ports == {"jax": {"fresh": 1, "stale": 1}, "torch": {"unreadable": 1}}
    assert found.fine


def test_a_record_of_a_snippet_that_is_gone_is_told(config: Config) -> None:
    for key in ("dense/gone", "gone", "a/b/gone"):
        records.write(config.records, structs.replace(RECORD, snippet=key))
    put(config.records / "dense/notes.txt", "")
    found = status.status(config)
    gone = ("a/b/gone.json", "dense/gone.json", "gone.json")
    assert found.orphans == tuple(f"docs/data/{path}" for path in gone)
    assert not found.fine


def test_only_fresh_snippets_need_no_check(config: Config) -> None:
    add_snippet(config, "dense/other")
    check(config, record=structs.replace(RECORD, failures=(FAILURE,)))
    chosen = states.not_fresh(snippets.find(config), config)
    assert [snippet.key for snippet in chosen] == [KEY]
