from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.site.helpers import ROOT, pages, read, run, shown_files, snippet_pages

if TYPE_CHECKING:
    from pathlib import Path

    from tests.site.conftest import Site

HEAVY = {"keras", "tensorflow", "shapesheet"}
TAG = re.compile(r"<(?:link|script|img|iframe|source|video|audio)\b[^>]*>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"\b(?:src|srcset|href)=[\"']?\s*(?P<url>(?:https?:)?//[^\"'\s>]+)")
LOADED = re.compile(r"(?:url\(|@import|fetch\(|import\()\s*[\"']?\s*(?:https?:)?//[^\"'\s)]+")


@pytest.fixture(scope="module")
def zensical(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a copy of the site with zensical and return the site's folder."""
    copy = tmp_path_factory.mktemp("zensical")
    shutil.copy(ROOT / "mkdocs.yml", copy)
    unwanted = shutil.ignore_patterns("__pycache__")
    for folder in ("docs", "snippets", "tools"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=unwanted)
    built = run(["-m", "zensical", "build", "--strict", "--config-file", "mkdocs.yml"], copy)
    assert built.returncode == 0, built.stdout + built.stderr
    return copy / "site" / "en"


def html(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}


def test_build_imports_neither_keras_nor_the_tool(site: Site) -> None:
    assert {name for name in site.modules if name.partition(".")[0] in HEAVY} == set()


def test_build_makes_one_page_of_each_source(site: Site) -> None:
    assert html(site.folder) == {f"{name}index.html" for name in pages()} | {"404.html"}


def test_pages_load_nothing_from_another_host(site: Site) -> None:
    found = [
        (path.name, match["url"])
        for path in site.folder.rglob("*.html")
        for tag in TAG.findall(path.read_text(encoding="utf-8"))
        if "canonical" not in tag and (match := ATTRIBUTE.search(tag))
    ]
    assert found == []


def test_own_styles_and_scripts_load_nothing_from_another_host() -> None:
    for path in (ROOT / "docs" / "en" / "assets").iterdir():
        if path.suffix in {".css", ".js", ".svg"}:
            assert LOADED.findall(path.read_text(encoding="utf-8")) == [], path


def test_every_snippet_page_shows_its_whole_file_once(site: Site) -> None:
    for name, file in snippet_pages().items():
        source = file.read_text(encoding="utf-8")
        assert read(site.folder / name / "index.html").code.count(source) == 1, name


def test_no_page_shows_a_file_that_another_page_shows() -> None:
    shown = [file for source in pages().values() for file in shown_files(source)]
    assert sorted(set(shown)) == sorted(shown)


def test_zensical_builds_the_same_pages(site: Site, zensical: Path) -> None:
    assert html(zensical) == html(site.folder)


@pytest.mark.parametrize("name", pages() or [""], ids=lambda name: name or "home")
def test_zensical_builds_the_same_tables_and_code(site: Site, zensical: Path, name: str) -> None:
    ours = read(site.folder / name / "index.html")
    theirs = read(zensical / name / "index.html")
    assert theirs.tables == ours.tables
    assert theirs.code == ours.code
