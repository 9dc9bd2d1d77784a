import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings

from shapesheet import config as configuration
from shapesheet import record as records
from shapesheet import site
from shapesheet.config import Config, Settings
from shapesheet.errors import SnippetError
from tests.examples import RECORD, put
from tests.strategies import files

ENGLISH = 'site_name: "Sheet & co"\ndocs_dir: docs/en\nsite_dir: site/en  # beside site/data\n'


@pytest.fixture
def config(tmp_path: Path) -> Config:
    put(tmp_path / "mkdocs.yml", ENGLISH)
    put(tmp_path / "docs/en/index.md", "# Home\n")
    return configuration.load(tmp_path)


def languages(folder: Path, names: str) -> list[site.Language]:
    put(folder / "pyproject.toml", f"[tool.shapesheet]\nmkdocs = [{names}]\n")
    return site.languages(configuration.load(folder))


def test_a_site_has_its_pages_its_records_and_a_page_that_leads_in(config: Config) -> None:
    records.write(config.records, RECORD)
    put(config.root / "site/data/dense/gone.json", "old")
    assert list(site.build(config, site.languages(config))) == [
        "built site/en",
        "copied 1 record to site/data",
        "wrote site/index.html",
    ]
    built = config.root / "site"
    assert "Home" in (built / "en/index.html").read_text()
    assert [path.name for path in (built / "data").rglob("*.json")] == ["binary_classifier.json"]
    leading = (built / "index.html").read_text()
    assert 'content="0; url=en/index.html"' in leading
    assert '<a href="en/index.html">Sheet &amp; co</a>' in leading
    assert "<script" not in leading


def test_a_site_that_mkdocs_can_not_build_is_told_with_its_words(config: Config) -> None:
    put(config.pages / "index.md", "# Home\n[gone](gone.md)\n")
    with pytest.raises(SnippetError, match="mkdocs could not build this edition") as caught:
        list(site.build(config, site.languages(config)))
    assert caught.value.place == "mkdocs.yml"
    assert "gone.md" in caught.value.message


def test_every_language_is_built_beside_the_first(config: Config) -> None:
    put(config.root / "mkdocs.zh.yml", "INHERIT: mkdocs.yml\nsite_dir: 'site/zh'\n")
    found = languages(config.root, '"mkdocs.yml", "mkdocs.zh.yml"')
    assert [(language.name, language.folder.name) for language in found] == [
        ("Sheet & co", "en"),
        ("zh", "zh"),
    ]


def test_a_language_that_lies_elsewhere_is_refused(config: Config) -> None:
    put(config.root / "zh.yml", "site_dir: other/zh\n")
    with pytest.raises(SnippetError, match=r"zh\.yml: site_dir lies elsewhere, found other/zh"):
        languages(config.root, '"mkdocs.yml", "zh.yml"')


@pytest.mark.parametrize("text", ["site_name: x\n", "site_dir: site\n", "site_dir: ../site\n"])
def test_a_language_without_a_folder_of_its_own_is_refused(config: Config, text: str) -> None:
    put(config.root / "mkdocs.yml", text)
    with pytest.raises(SnippetError, match="site_dir names no folder within the site's") as caught:
        site.languages(config)
    assert caught.value.cure == "write for example: site_dir: site/en"


def test_a_configuration_that_is_gone_is_refused(config: Config) -> None:
    (config.root / "mkdocs.yml").unlink()
    with pytest.raises(SnippetError, match="this mkdocs configuration can't be read"):
        site.languages(config)


@pytest.mark.parametrize("name", ["a" * 300, "a\0b"])
def test_a_configuration_of_a_name_that_no_file_can_have_is_refused(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(SnippetError, match="this mkdocs configuration can't be read"):
        site.languages(Config(tmp_path, Settings(mkdocs=(name,))))


def test_a_project_without_a_configuration_is_refused(config: Config) -> None:
    with pytest.raises(SnippetError, match="the project names no mkdocs configuration"):
        languages(config.root, "")


@given(files(ENGLISH))
@example(b"site_dir: site/a\0b")
@example(b"site_dir: " + b"a" * 5000)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_configuration_raises_anything_but_our_error(config: Config, content: bytes) -> None:
    (config.root / "mkdocs.yml").write_bytes(content)
    with contextlib.suppress(SnippetError):
        site.languages(config)
