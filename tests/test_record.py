import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from shapesheet import record as records
from shapesheet.errors import SnippetError
from shapesheet.record import Record
from tests.examples import FAILURE, RECORD
from tests.strategies import files


@pytest.mark.parametrize("record", [RECORD, Record("a/b", "d", {}, (FAILURE,))])
def test_a_record_printed_is_parsed_again(record: Record) -> None:
    assert records.loads(records.dumps(record), "x.json") == record


@given(st.builds(Record))
def test_any_record_printed_is_parsed_again(record: Record) -> None:
    printed = records.dumps(replace(record, format=records.FORMAT))
    assert records.dumps(records.loads(printed, "x.json")) == printed


def test_a_record_is_printed_one_fact_a_line() -> None:
    assert '\n  "parameters": 1025,\n' in records.dumps(RECORD)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": 1, "snippet": 3}'])
def test_what_is_no_record_is_refused_with_the_command_that_mends_it(text: str) -> None:
    with pytest.raises(SnippetError, match="this is no record") as caught:
        records.loads(text, "docs/data/x.json")
    assert caught.value.place == "docs/data/x.json"
    assert caught.value.cure == "run: shapesheet check"


def test_a_record_of_a_newer_format_names_both() -> None:
    newer = records.dumps(replace(RECORD, format=records.FORMAT + 1))
    with pytest.raises(SnippetError, match=f"has format {records.FORMAT + 1}") as caught:
        records.loads(newer, "x.json")
    assert "install the shapesheet that wrote it" in caught.value.cure


def test_a_record_of_an_older_format_is_measured_again() -> None:
    older = records.dumps(replace(RECORD, format=0))
    with pytest.raises(SnippetError, match="has format 0") as caught:
        records.loads(older, "x.json")
    assert caught.value.cure == "run: shapesheet check"


def test_a_name_that_is_no_text_is_told_and_the_old_record_stays(tmp_path: Path) -> None:
    records.write(tmp_path, RECORD)
    layer = replace(RECORD.layers[0], name="half \ud800")
    with pytest.raises(SnippetError, match=r"this record can't be written: .*surrogates") as caught:
        records.write(tmp_path, replace(RECORD, layers=(layer,)))
    assert caught.value.cure == "choose names that UTF-8 can write"
    assert records.read(tmp_path, RECORD.snippet) == RECORD


def test_a_record_is_written_and_read(tmp_path: Path) -> None:
    records.write(tmp_path, RECORD)
    assert records.read(tmp_path, RECORD.snippet) == RECORD


def test_a_snippet_never_checked_has_no_record(tmp_path: Path) -> None:
    assert records.read(tmp_path, "dense/x") is None


def test_a_record_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = records.record_path(tmp_path, "dense/x")
    path.parent.mkdir()
    path.write_bytes(b"\xff")
    with pytest.raises(SnippetError, match="this record can't be read"):
        records.read(tmp_path, "dense/x")


def test_a_file_in_the_way_of_the_records_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(SnippetError, match="can't be written"):
        records.write(tmp_path / "data", RECORD)


def test_the_digest_tells_sources_apart_but_not_runs() -> None:
    first = records.digest([b"ab", b"c"])
    assert first == records.digest([b"ab", b"c"])
    assert first != records.digest([b"a", b"bc"])


def anew(sources: list[bytes]) -> str:
    """Return the digest where nothing is remembered of what is installed."""
    records._surroundings.cache_clear()  # noqa: SLF001 - no other way to forget it
    try:
        return records.digest(sources)
    finally:
        records._surroundings.cache_clear()  # noqa: SLF001 - as above


def test_the_digest_follows_the_backend() -> None:
    assert records.digest([b"a"], "jax") != records.digest([b"a"])


def test_the_digest_follows_the_checking_code(monkeypatch: pytest.MonkeyPatch) -> None:
    first = records.digest([b"a"])
    monkeypatch.setattr(records, "CHECKING_CODE", records.CHECKING_CODE[1:])
    assert anew([b"a"]) != first


@pytest.mark.parametrize("library", ["keras", "numpy", "tensorflow"])
def test_the_digest_follows_the_versions_of_the_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    first = records.digest([b"a"])
    (tmp_path / f"{library}-0.1.dist-info").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    assert anew([b"a"]) != first


@given(files(records.dumps(RECORD)))
@example(b'{"format": 1, "snippet": ' + b"[" * 100_000)
@example(b'{"format": 1, "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_file_raises_anything_but_our_error(tmp_path: Path, content: bytes) -> None:
    path = records.record_path(tmp_path, "dense/x")
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    with contextlib.suppress(SnippetError):
        records.read(tmp_path, "dense/x")
