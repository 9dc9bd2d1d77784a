"""Which snippets are checked: those that git has changed, and parts of the work."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from shapesheet import record as records
from shapesheet import selection, snippet
from shapesheet.errors import SnippetError
from tests import examples

if TYPE_CHECKING:
    from pathlib import Path

    from shapesheet.config import Config

FIRST = "dense/binary_classifier"


def git(folder: Path, *arguments: str) -> None:
    names = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=no"]
    subprocess.run(["git", *names, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Three snippets under git, in a folder of a larger repository."""
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    found = examples.project(tmp_path / "site")
    examples.add_snippet(found, "dense/other")
    examples.add_snippet(found, "recurrent/naïve")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "Begin")
    return found


def changed(config: Config, revision: str = "HEAD", *paths: str) -> list[str]:
    return [each.key for each in selection.select(config, paths, revision=revision, part=None)]


def test_nothing_has_changed_since_the_last_commit(config: Config) -> None:
    assert changed(config) == []


def test_a_snippet_or_its_claims_count_as_changed(config: Config) -> None:
    examples.put(config.snippets / "dense/other.py", '"""Say something else."""\n')
    examples.put(config.snippets / "dense/test_binary_classifier.py", "assert True\n")
    assert changed(config) == [FIRST, "dense/other"]


def test_a_name_beyond_ascii_is_found(config: Config) -> None:
    examples.put(config.snippets / "recurrent/naïve.py", '"""Say something else."""\n')
    assert changed(config) == ["recurrent/naïve"]


def test_a_new_snippet_that_git_does_not_know_yet_counts_as_changed(config: Config) -> None:
    examples.add_snippet(config, "dense/new")
    assert changed(config) == ["dense/new"]


def test_a_file_whose_name_is_no_text_is_in_nobodys_way(config: Config) -> None:
    examples.put(config.snippets / "dense/n\udcffotes.txt", "Notes.\n")
    examples.add_snippet(config, "dense/new")
    assert changed(config) == ["dense/new"]


def test_a_file_that_git_ignores_does_not_count(config: Config) -> None:
    examples.add_snippet(config, "dense/scratch")
    examples.put(config.root / ".gitignore", "scratch.py\n")
    assert changed(config) == []


def test_a_renamed_snippet_counts_under_its_new_name_and_a_deleted_one_not(config: Config) -> None:
    folder = config.snippets / "dense"
    (folder / "other.py").rename(folder / "another.py")
    git(config.root, "add", "--all")
    (folder / "binary_classifier.py").unlink()
    assert changed(config) == ["dense/another"]


def test_what_was_committed_since_an_older_revision_counts(config: Config) -> None:
    examples.put(config.snippets / "dense/other.py", '"""Say something else."""\n')
    git(config.root, "commit", "--all", "--quiet", "--message", "Change")
    assert changed(config) == []
    assert changed(config, "HEAD~1") == ["dense/other"]


def test_a_page_that_has_changed_does_not_count(config: Config) -> None:
    examples.put(config.pages / "dense/other.md", "# It\n")
    assert changed(config) == []


def test_only_the_named_snippets_are_looked_at(config: Config) -> None:
    examples.put(config.snippets / "dense/other.py", '"""Say something else."""\n')
    assert changed(config, "HEAD", "recurrent") == []


@pytest.mark.parametrize("revision", ["no-such", "--output=x", ""])
def test_a_revision_that_is_none_is_told(config: Config, revision: str) -> None:
    with pytest.raises(SnippetError, match=f"^--changed: git can't compare with '{revision}'"):
        changed(config, revision)
    assert not (config.root / "x").exists()


def test_a_folder_without_a_repository_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(SnippetError, match="--changed: git can't compare with 'HEAD'"):
        changed(examples.project(tmp_path))


def test_a_machine_without_git_is_told(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(config.root))
    with pytest.raises(SnippetError, match="--changed: git is not installed"):
        changed(config)


def test_a_git_that_says_nothing_is_told_with_its_exit_code(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    examples.put(config.root / "bin/git", "#!/bin/sh\nexit 3\n").chmod(0o755)
    monkeypatch.setenv("PATH", str(config.root / "bin"))
    with pytest.raises(SnippetError, match="can't compare with 'HEAD': it ended with exit code 3"):
        changed(config)


def shard(config: Config, part: str) -> list[str]:
    return [each.key for each in selection.select(config, [], revision=None, part=part)]


def timed(config: Config, times: dict[str, float]) -> None:
    for key, seconds in times.items():
        examples.check(config, key, replace(examples.RECORD, seconds=seconds))


def test_each_part_gets_an_equal_share_of_the_time(config: Config) -> None:
    timed(config, {FIRST: 4.0, "dense/other": 1.0, "recurrent/naïve": 3.0})
    assert shard(config, "1/2") == [FIRST]
    assert shard(config, "2/2") == ["dense/other", "recurrent/naïve"]


def test_a_snippet_without_a_record_that_can_be_read_counts_as_the_average(config: Config) -> None:
    timed(config, {FIRST: 6.0, "dense/other": 1.0})
    records.record_path(config.records, "recurrent/naïve").write_text("{")
    examples.add_snippet(config, "dense/fourth")
    records.record_path(config.records, "dense/fourth").unlink()
    # 6 | 3.5 + 3.5 + 1 would be dealt as 6 + 1 | 3.5 + 3.5.
    assert shard(config, "1/2") == [FIRST, "dense/other"]
    assert shard(config, "2/2") == ["dense/fourth", "recurrent/naïve"]


def test_more_parts_than_snippets_leave_some_with_nothing(config: Config) -> None:
    assert sorted(len(shard(config, f"{number}/5")) for number in range(1, 6)) == [0, 0, 1, 1, 1]


@pytest.mark.parametrize(
    "part", ["0/2", "3/2", "1/0", "1", "a/b", "-1/2", "1/2/3", "", "1/" + "9" * 5000, "1/99999"]
)
def test_a_part_that_is_none_is_told_with_an_example(config: Config, part: str) -> None:
    with pytest.raises(SnippetError) as caught:
        selection.shard(snippet.find(config), config, part)
    assert caught.value.message == f"this is no part, found {part!r}"
    assert caught.value.cure == "write for example: --shard 2/8"


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Config:
    found = examples.project(tmp_path_factory.mktemp("many"))
    for number in range(11):
        examples.add_snippet(found, f"dense/number_{number}")
    return found


@settings(max_examples=30)
@given(times=st.lists(st.floats(0, 60), min_size=12, max_size=12), count=st.integers(1, 14))
def test_each_snippet_is_in_one_part_and_no_part_has_much_more_to_do(
    many: Config, times: list[float], count: int
) -> None:
    keys = [each.key for each in snippet.find(many)]
    known = dict(zip(keys, times, strict=True))
    timed(many, known)
    parts = [shard(many, f"{number}/{count}") for number in range(1, count + 1)]
    assert sorted(key for part in parts for key in part) == keys
    average = sum(filter(None, times)) / (len(list(filter(None, times))) or 1) or 1.0
    loads = [sum(known[key] or average for key in part) for part in parts]
    # Whoever has most had least before its last snippet came.
    assert max(loads) - min(loads) <= max([*times, average]) + 1e-6
