import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings

from shapesheet import config as configuration
from shapesheet.config import Settings
from shapesheet.errors import SnippetError
from tests.strategies import files


def table(folder: Path, text: str) -> Path:
    (folder / "pyproject.toml").write_text(text)
    return folder


def test_an_empty_folder_has_the_defaults(tmp_path: Path) -> None:
    config = configuration.load(tmp_path)
    assert config.root == tmp_path
    assert config.settings == Settings()
    assert config.snippets == tmp_path / "snippets"


def test_the_nearest_table_upwards_is_meant(tmp_path: Path) -> None:
    table(tmp_path, '[tool.shapesheet]\npages = "pages"\n')
    below = tmp_path / "a/b"
    below.mkdir(parents=True)
    table(below, "[tool.other]\n")
    config = configuration.load(below)
    assert (config.root, config.pages) == (tmp_path, tmp_path / "pages")


def test_every_folder_can_be_named(tmp_path: Path) -> None:
    table(tmp_path, '[tool.shapesheet]\nrecords = "r"\nsnippets = "s"\ncoverage = "c.toml"\n')
    config = configuration.load(tmp_path)
    found = (config.records, config.snippets, config.coverage)
    assert found == (tmp_path / "r", tmp_path / "s", tmp_path / "c.toml")


def test_an_unknown_key_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(SnippetError, match="has no key 'page'") as caught:
        configuration.load(table(tmp_path, '[tool.shapesheet]\npage = "x"\n'))
    assert "pages" in caught.value.cure


def test_a_value_of_a_wrong_type_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SnippetError, match="is wrong: Expected `str`"):
        configuration.load(table(tmp_path, "[tool.shapesheet]\npages = 3\n"))


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"[tool", "this is not TOML: "), (b"\xff", "this file can't be read: 'utf-8' codec")],
)
def test_a_file_that_is_not_toml_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "pyproject.toml").write_bytes(content)
    with pytest.raises(SnippetError, match=message):
        configuration.load(tmp_path)


def test_a_path_is_shown_relative_to_the_project(tmp_path: Path) -> None:
    config = configuration.load(tmp_path)
    assert config.shown(tmp_path / "docs/en/x.md") == "docs/en/x.md"
    assert config.shown(Path("/elsewhere/x.md")) == "/elsewhere/x.md"


@pytest.mark.parametrize("text", ["[tool]\nshapesheet = 3\n", "[[tool.shapesheet]]\n"])
def test_settings_that_are_no_table_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SnippetError, match=r"\[tool.shapesheet\] is no table, found") as caught:
        configuration.load(table(tmp_path, text))
    assert caught.value.cure == "begin it with a line of its own: [tool.shapesheet]"


@pytest.mark.parametrize("name", ["", ".", "./x", "../x", "x/../y", "/x", "x//y", "x/", "a\\u0000"])
@pytest.mark.parametrize("key", ["snippets", "pages", "records", "reports", "coverage", "mutants"])
def test_a_path_that_leads_out_of_the_project_or_nowhere_is_refused(
    tmp_path: Path, key: str, name: str
) -> None:
    with pytest.raises(SnippetError, match=r"\[tool.shapesheet\] is wrong: "):
        configuration.load(table(tmp_path, f'[tool.shapesheet]\n{key} = "{name}"\n'))


def test_a_configuration_of_the_site_lies_in_the_project(tmp_path: Path) -> None:
    with pytest.raises(
        SnippetError, match=r"'\.\./mkdocs\.yml' is no plain path within the project"
    ):
        configuration.load(table(tmp_path, '[tool.shapesheet]\nmkdocs = ["../mkdocs.yml"]\n'))


WHOLE = """[tool.shapesheet]
snippets = "snippets"
imports = ["keras", "numpy"]
family_imports = {graphs = ["networkx"]}
minimum_claims = 3
modalities = ["vectors", 'images']
"""


@given(files(WHOLE))
@example(b"tool = 3")
@example(b"[[tool]]")
@example(b"[tool]\nshapesheet = false")
@example(b"[tool]\nshapesheet = 'x'")
@example(b"x = " + b"[" * 2000)
@example(b"x = 1" + b"0" * 5000)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_file_raises_anything_but_our_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pyproject.toml").write_bytes(content)
    with contextlib.suppress(SnippetError):
        configuration.load(tmp_path)
