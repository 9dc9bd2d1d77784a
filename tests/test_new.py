import ast
from pathlib import Path

import pytest

from shapesheet import config as configuration
from shapesheet import new, snippet, status, write
from shapesheet.config import Config, Settings
from shapesheet.errors import SnippetError
from tests.examples import check, put

NAV = "site_name: x\nnav:\n  - Home: index.md\n"
NAME = new.Name("time_series", "two_words")
FILES = [
    "snippets/time_series/two_words.py",
    "snippets/time_series/test_two_words.py",
    "docs/en/time-series/two-words.md",
    "docs/en/time-series/index.md",
    "mkdocs.yml",
]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    put(tmp_path / "mkdocs.yml", NAV)
    return configuration.load(tmp_path)


def files(config: Config) -> list[str]:
    return sorted(config.shown(path) for path in config.root.rglob("*") if path.is_file())


def test_a_name_is_a_family_and_a_builder() -> None:
    assert new.parse("time_series/two_words") == NAME
    assert NAME.title == "Two words"


def test_a_name_without_a_family_is_refused() -> None:
    with pytest.raises(SnippetError, match="names no family"):
        new.parse("two_words")


@pytest.mark.parametrize(
    "name",
    [
        "dense/Upper",
        "dense/two-words",
        "dense/1st",
        "dense/class",
        "if/x",
        "/x",
        "dense/",
        "dense/a/b",
        "dense/test_x",
        "dense/conftest",
        "dense/index",
        "dense/_x",
        "dense/x__y",
        "../x/y",
        "dense/é",
    ],
)
def test_a_name_that_is_no_lower_case_word_is_refused(name: str) -> None:
    with pytest.raises(SnippetError, match="can't be the name of a family or a builder") as caught:
        new.parse(name)
    assert caught.value.cure == "write FAMILY/NAME in lower-case letters, digits and underscores"


def test_a_new_family_gets_all_its_files(config: Config) -> None:
    assert new.create(config, NAME) == FILES
    assert files(config) == sorted(FILES)
    assert "- Two words: time-series/two-words.md" in (config.root / "mkdocs.yml").read_text()


def test_a_family_that_is_there_keeps_its_index(config: Config) -> None:
    put(config.pages / "time-series/index.md", "mine")
    assert new.create(config, NAME) == [path for path in FILES if not path.endswith("index.md")]
    assert (config.pages / "time-series/index.md").read_text() == "mine"


def test_a_new_snippet_is_python_with_a_builder_of_its_name_and_documented_claims(
    config: Config,
) -> None:
    new.create(config, NAME)
    (found,) = snippet.find(config)
    (builder,) = [n for n in ast.parse(found.source).body if isinstance(n, ast.FunctionDef)]
    assert builder.name == "two_words"
    claims = [
        node
        for node in ast.parse(found.test_path.read_text()).body
        if isinstance(node, ast.FunctionDef)
    ]
    assert len(claims) == 3
    assert all(ast.get_docstring(claim) for claim in claims)
    assert "from snippets.time_series.two_words import two_words" in found.test_path.read_text()


def test_the_pages_of_a_new_snippet_lack_nothing_but_its_record(config: Config) -> None:
    new.create(config, NAME)
    messages = {error.message for error in write.plan(config).problems}
    assert messages == {"time_series/two_words was never checked"}
    check(config, "time_series/two_words")
    plan = write.plan(config)
    assert plan.problems == ()
    write.apply(plan)
    assert status.status(config).fine


@pytest.mark.parametrize("path", FILES[:3])
def test_nothing_is_overwritten(config: Config, path: str) -> None:
    put(config.root / path, "mine")
    before = files(config)
    with pytest.raises(SnippetError, match=f"{path}: this file is there already"):
        new.create(config, NAME)
    assert files(config) == before
    assert (config.root / "mkdocs.yml").read_text() == NAV


def test_a_navigation_that_can_not_be_found_is_told_before_anything_is_written(
    config: Config,
) -> None:
    put(config.root / "mkdocs.yml", "site_name: x\n")
    with pytest.raises(SnippetError, match=r"mkdocs\.yml: this file has no line 'nav:'"):
        new.create(config, NAME)
    assert files(config) == ["mkdocs.yml"]


def test_a_configuration_that_is_no_text_is_told(config: Config) -> None:
    (config.root / "mkdocs.yml").write_bytes(b"\xff")
    with pytest.raises(SnippetError, match=r"mkdocs\.yml: this file can't be read"):
        new.create(config, NAME)


def test_a_folder_in_the_place_of_the_configuration_is_told_before_anything_is_written(
    tmp_path: Path,
) -> None:
    put(tmp_path / "mkdocs.yml/within", "")
    config = configuration.load(tmp_path)
    with pytest.raises(SnippetError, match=r"mkdocs\.yml: this file can't be read"):
        new.create(config, NAME)
    assert files(config) == ["mkdocs.yml/within"]


@pytest.mark.parametrize("name", ["a" * 300, "a\0b"])
def test_a_configuration_of_a_name_that_no_file_can_have_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(SnippetError, match="this file can't be read"):
        new.create(Config(tmp_path, Settings(mkdocs=(name,))), NAME)


def test_a_configuration_that_may_not_be_read_is_told(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(SnippetError, match=r"mkdocs\.yml: this file can't be read"):
        new.create(config, NAME)


@pytest.mark.parametrize("settings", ["", "mkdocs = []\n"])
def test_a_project_without_a_site_needs_no_navigation(tmp_path: Path, settings: str) -> None:
    put(tmp_path / "pyproject.toml", f"[tool.shapesheet]\n{settings}")
    assert new.create(configuration.load(tmp_path), NAME) == FILES[:4]


def test_a_navigation_that_has_the_page_is_left_alone(config: Config) -> None:
    nav = NAV + "  - Two words: time-series/two-words.md\n"
    put(config.root / "mkdocs.yml", nav)
    assert new.create(config, NAME) == FILES[:4]
    assert (config.root / "mkdocs.yml").read_text() == nav


def test_a_file_in_the_way_of_a_folder_is_told(config: Config) -> None:
    put(config.root / "snippets", "I am a file")
    with pytest.raises(SnippetError, match="can't be written"):
        new.create(config, NAME)


def test_a_site_with_builders_documented_gets_the_new_one_too(config: Config) -> None:
    put(config.root / "mkdocs.yml", f"plugins: [mkdocstrings]\n{NAV}")
    new.create(config, NAME)
    page = (config.root / FILES[2]).read_text()
    assert page.endswith("\n## Builder\n\n::: snippets.time_series.two_words.two_words\n")
