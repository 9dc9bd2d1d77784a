from pathlib import Path

import pytest

from shapesheet import snippet as snippets
from shapesheet.config import Config
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


def digest_after(config: Config, path: str, text: str) -> bool:
    """Return whether a snippet has another digest once a file of its project has a new text."""
    (before,) = snippets.select(config, [KEY])
    known = snippets.digest(before, config)
    put(config.root / path, text)
    (after,) = snippets.select(config, [KEY])
    return snippets.digest(after, config) != known


@pytest.mark.parametrize(
    "line",
    [
        "from snippets.convnets.plain import plain",
        "import snippets.convnets.plain",
        "import keras, snippets.convnets.plain as other",
        "from snippets.convnets import plain",
        "from snippets.convnets import (\n    deep,\n    plain,\n)",
        "from ..convnets.plain import plain",
        "from ..convnets import plain",
        "def test_it():\n    from snippets.convnets.plain import plain",
        'plain = importlib.import_module("snippets.convnets.plain")',
    ],
)
def test_the_digest_follows_the_snippets_that_the_claims_import(tmp_path: Path, line: str) -> None:
    config = project(tmp_path)
    add_snippet(config, "convnets/plain")
    test = f"from no.such.thing import thing\n{line}\n"
    put(config.snippets / "dense/test_binary_classifier.py", test)
    assert digest_after(config, "snippets/convnets/plain.py", "# changed\n")


@pytest.mark.parametrize("line", ["from .other import other", "from . import other"])
def test_the_digest_follows_the_snippets_of_its_family(tmp_path: Path, line: str) -> None:
    config = project(tmp_path)
    add_snippet(config, "dense/other")
    put(config.snippets / "dense/test_binary_classifier.py", line)
    assert digest_after(config, "snippets/dense/other.py", "# changed\n")


def test_the_digest_follows_no_snippet_that_the_claims_leave_alone(tmp_path: Path) -> None:
    config = project(tmp_path)
    add_snippet(config, "convnets/plain")
    put(config.snippets / "dense/test_binary_classifier.py", "from .plain import plain\n")
    assert not digest_after(config, "snippets/convnets/plain.py", "# changed\n")


@pytest.mark.parametrize("folder", ["", "snippets/", "snippets/dense/"])
def test_the_digest_follows_the_fixtures_of_the_family_and_above(
    tmp_path: Path, folder: str
) -> None:
    assert digest_after(project(tmp_path), f"{folder}conftest.py", "# new\n")


@pytest.mark.parametrize("place", ["snippets/dense/test_binary_classifier.py", "conftest.py"])
def test_the_digest_follows_the_libraries_that_are_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    config = project(tmp_path)
    put(config.root / place, "import thelibrary\n")
    digests = set()
    for version in ("1.0", "1.1"):
        (tmp_path / version / f"thelibrary-{version}.dist-info").mkdir(parents=True)
        monkeypatch.syspath_prepend(str(tmp_path / version))
        snippets._version.cache_clear()  # noqa: SLF001 - no other way to have it look again
        (found,) = snippets.select(config, [KEY])
        digests.add(snippets.digest(found, config))
    assert len(digests) == 2


def test_claims_that_can_not_be_read_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = project(tmp_path)
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "test_binary_classifier.py":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    (found,) = snippets.find(config)
    with pytest.raises(SnippetError, match="this file can't be read: Permission denied") as caught:
        snippets.digest(found, config)
    assert caught.value.place == "snippets/dense/test_binary_classifier.py"


def test_a_link_to_itself_names_no_snippet(tmp_path: Path) -> None:
    config = project(tmp_path)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(SnippetError, match="no snippet is here"):
        snippets.select(config, [str(tmp_path / "loop")])


def test_the_digest_follows_the_rules_of_the_project(tmp_path: Path) -> None:
    config = project(tmp_path)
    before = snippets.digest(snippets.find(config)[0], config)
    for rule in ("minimum_claims = 9", 'imports = ["keras"]', 'family_imports = {dense = ["os"]}'):
        other = project(tmp_path, f"[tool.shapesheet]\n{rule}\n")
        assert before != snippets.digest(snippets.find(other)[0], other)


def test_a_snippet_without_claims_has_a_digest(tmp_path: Path) -> None:
    config = project(tmp_path)
    (config.snippets / "dense/test_binary_classifier.py").unlink()
    assert snippets.digest(snippets.find(config)[0], config)
