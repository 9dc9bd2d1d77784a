from pathlib import Path

import pytest

from shapesheet import snippet as snippets
from shapesheet.errors import SnippetError
from tests.examples import KEY, add_snippet, project, put


def test_snippets_are_found_in_order_without_claims_and_helpers(tmp_path: Path) -> None:
    config = project(tmp_path)
    add_snippet(config, "convnets/plain")
    for name in ("_helper.py", "conftest.py", "notes.txt"):
        put(config.snippets / "dense" / name, "")
    put(config.snippets / "loose.py", "")
    assert [each.key for each in snippets.find(config)] == ["convnets/plain", KEY]


def test_a_snippet_knows_its_files(tmp_path: Path) -> None:
    config = project(tmp_path)
    (found,) = snippets.find(config)
    assert (found.family, found.name) == ("dense", "binary_classifier")
    assert found.shown == "snippets/dense/binary_classifier.py"
    assert found.test_shown == "snippets/dense/test_binary_classifier.py"
    assert found.test_path == config.snippets / "dense/test_binary_classifier.py"


@pytest.mark.parametrize(
    "wanted",
    ["dense", "dense/", KEY, "snippets/dense/binary_classifier.py", "snippets/dense", "snippets"],
)
def test_a_snippet_is_named_in_many_ways(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: str
) -> None:
    config = project(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert [each.key for each in snippets.select(config, [wanted])] == [KEY]


def test_a_snippet_is_named_by_its_claims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = project(tmp_path)
    add_snippet(config, "convnets/plain")
    monkeypatch.chdir(tmp_path)
    wanted = ["snippets/dense/test_binary_classifier.py", "dense"]
    assert [each.key for each in snippets.select(config, wanted)] == [KEY]


def test_a_name_of_a_family_and_of_a_folder_is_that_of_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = project(tmp_path)
    add_snippet(config, "snippets/plain")
    monkeypatch.chdir(tmp_path)
    assert [each.key for each in snippets.select(config, ["snippets"])] == [KEY, "snippets/plain"]


def test_a_name_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SnippetError, match="no snippet is here") as caught:
        snippets.select(project(tmp_path), ["dens"])
    assert caught.value.place == "dens"


def test_a_snippet_that_is_no_text_is_refused(tmp_path: Path) -> None:
    config = project(tmp_path)
    (config.snippets / f"{KEY}.py").write_bytes(b"\xff")
    (found,) = snippets.find(config)
    with pytest.raises(SnippetError, match="this snippet can't be read: 'utf-8'"):
        _ = found.source


@pytest.mark.parametrize("changed", ["binary_classifier.py", "test_binary_classifier.py"])
def test_the_digest_follows_the_snippet_and_its_claims(tmp_path: Path, changed: str) -> None:
    config = project(tmp_path)
    before = snippets.digest(snippets.find(config)[0], config)
    assert before == snippets.digest(snippets.find(config)[0], config)
    put(config.snippets / "dense" / changed, "# changed\n")
    assert before != snippets.digest(snippets.find(config)[0], config)


def test_the_digest_follows_the_snippets_that_the_claims_import(tmp_path: Path) -> None:
    config = project(tmp_path)
    add_snippet(config, "convnets/plain")
    test = "from snippets.convnets.plain import plain\nfrom no.such.thing import thing\n"
    put(config.snippets / "dense/test_binary_classifier.py", test)
    (found,) = snippets.select(config, [KEY])
    before = snippets.digest(found, config)
    put(config.snippets / "convnets/plain.py", "# changed\n")
    (found,) = snippets.select(config, [KEY])
    assert before != snippets.digest(found, config)


def test_the_digest_follows_the_rules_of_the_project(tmp_path: Path) -> None:
    config = project(tmp_path)
    before = snippets.digest(snippets.find(config)[0], config)
    stricter = project(tmp_path, "[tool.shapesheet]\nminimum_claims = 9\n")
    assert before != snippets.digest(snippets.find(stricter)[0], stricter)


def test_a_snippet_without_claims_has_a_digest(tmp_path: Path) -> None:
    config = project(tmp_path)
    (config.snippets / "dense/test_binary_classifier.py").unlink()
    assert snippets.digest(snippets.find(config)[0], config)
