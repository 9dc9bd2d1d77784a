from pathlib import Path

import pytest
from msgspec.structs import replace

from shapesheet import pages, ports, site, states, write
from shapesheet import snippet as snippets
from shapesheet.backends import LIBRARIES
from shapesheet.config import Config
from shapesheet.errors import SnippetError
from shapesheet.ports import Port
from shapesheet.record import Failure
from tests.examples import KEY, project, put

FAILURE = Failure("snippets/dense/binary_classifier.py", 3, "it is wrong", "mend it", "run")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return project(tmp_path)


def checked(config: Config, on: str = "jax", **facts: object) -> Port:
    """Write a fresh port, as checking on a backend would."""
    (snippet,) = snippets.find(config)
    digest = ports.digest(snippet, config, on)
    port = replace(Port(KEY, digest, ports.versions(on), difference=1e-5), **facts)
    ports.write(config.records, port)
    return port


def state(config: Config, on: str = "jax") -> str:
    (snippet,) = snippets.find(config)
    return ports.standing(snippet, config, on).state


def test_a_port_written_is_read_again_from_beside_the_record(config: Config) -> None:
    port = checked(config, failures=(FAILURE,))
    assert ports.path(config.records, KEY, "jax").name == "binary_classifier.jax.json"
    assert ports.read(config.records, KEY, "jax") == port
    assert ports.read(config.records, KEY, "torch") is None


def test_a_port_is_fresh_until_its_snippet_changes(config: Config) -> None:
    assert state(config) == states.NEVER_CHECKED
    checked(config)
    assert state(config) == states.FRESH
    assert ports.not_fresh(snippets.find(config), config, "jax") == []
    put(config.snippets / f"{KEY}.py", '"""Say something else."""\n')
    assert state(config) == states.STALE
    assert [each.key for each in ports.not_fresh(snippets.find(config), config, "jax")] == [KEY]


def test_a_port_with_failures_is_failing(config: Config) -> None:
    checked(config, failures=(FAILURE,))
    assert state(config) == states.FAILING
    (snippet,) = snippets.find(config)
    assert ports.fresh(snippet, config) == ()


def test_a_newer_backend_makes_a_port_stale(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIBRARIES, "jax", ("msgspec",))
    checked(config)
    assert state(config) == states.FRESH
    monkeypatch.setattr(ports, "installed", lambda library: f"{library}-99")
    assert state(config) == states.STALE


def test_without_the_backend_the_versions_that_the_port_states_count(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIBRARIES, "jax", ("a_library_that_nobody_has",))
    (snippet,) = snippets.find(config)
    stated = {**ports.versions("jax"), "a_library_that_nobody_has": "7.0"}
    digest = ports.digest(snippet, config, "jax", stated)
    ports.write(config.records, Port(KEY, digest, stated))
    assert state(config) == states.FRESH
    ports.write(config.records, Port(KEY, digest, {**stated, "a_library_that_nobody_has": "8.0"}))
    assert state(config) == states.STALE


def test_a_build_for_another_processor_is_the_same_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ports, "installed", lambda _: "2.13.0+cpu")
    assert ports.versions("torch")["torch"] == "2.13.0"


@pytest.mark.parametrize("text", ["{", "{}", '{"snippet": 3}', '{"x": ' + "[" * 100_000])
def test_a_file_that_is_no_port_is_told_with_the_command_that_writes_it(
    config: Config, text: str
) -> None:
    path = put(ports.path(config.records, KEY, "torch"), text)
    with pytest.raises(SnippetError, match="this is no record of a port") as caught:
        ports.read(config.records, KEY, "torch")
    assert caught.value.path == str(path)
    assert caught.value.cure == f"run: shapesheet check --backend torch {KEY}"
    assert state(config, "torch") == states.UNREADABLE


def test_a_port_with_bytes_that_are_no_text_is_told(config: Config) -> None:
    path = put(ports.path(config.records, KEY, "torch"), "")
    path.write_bytes(b'{"snippet": "\xff"}')
    with pytest.raises(SnippetError, match="this is no record of a port"):
        ports.read(config.records, KEY, "torch")
    assert state(config, "torch") == states.UNREADABLE


def test_a_port_under_another_backends_name_is_none(config: Config) -> None:
    port = checked(config)
    put(ports.path(config.records, KEY, "torch"), ports.dumps(port))
    assert state(config, "torch") == states.UNREADABLE


def test_ports_are_no_orphans_unless_their_snippet_is_gone(config: Config) -> None:
    checked(config)
    checked(config, "torch")
    assert states.orphans(config, {KEY}) == []
    put(config.records / f"{KEY}.theano.json", "{}")
    put(config.records / "dense/gone.jax.json", "{}")
    assert [(error.path, error.message) for error in states.orphans(config, {KEY})] == [
        (
            "docs/data/dense/binary_classifier.theano.json",
            "this is neither a record of dense/binary_classifier nor of one of its ports",
        ),
        (
            "docs/data/dense/gone.jax.json",
            "this record is of the snippet dense/gone, which is gone",
        ),
    ]


def test_a_page_names_the_backends_whose_ports_are_fresh(config: Config) -> None:
    checked(config)
    assert written(config).endswith("JAX " + ports.versions("jax")["jax"] + AGREE)
    checked(config, impossible="it has no such thing", difference=None)
    assert written(config).endswith(
        " on TensorFlow 2.21.0. JAX can't run it: it has no such thing."
    )
    ports.write(config.records, replace(checked(config), digest="old"))
    assert written(config).endswith(" on TensorFlow 2.21.0.")


AGREE = "; with the same weights, no output differs by more than 0.00001 of the largest."


def written(config: Config) -> str:
    """Write the page; return the sentence below the facts."""
    plan = write.plan(config)
    assert not plan.problems
    write.apply(plan)
    text = pages.read(config.pages / "dense/binary-classifier.md", "")
    return next(line for line in text.splitlines() if line.startswith("Verified"))


def test_only_ports_that_hold_are_published(config: Config, tmp_path: Path) -> None:
    checked(config)
    ports.write(config.records, replace(checked(config, "torch"), digest="old"))
    assert ports.outdated(config) == {ports.path(config.records, KEY, "torch")}
    site._copy_records(config, tmp_path / "data")  # noqa: SLF001 - the rest needs mkdocs
    copied = sorted(path.name for path in (tmp_path / "data/dense").iterdir())
    assert copied == ["binary_classifier.jax.json", "binary_classifier.json"]
