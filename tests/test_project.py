from __future__ import annotations

import re
import subprocess
import tomllib
from importlib import metadata
from typing import TYPE_CHECKING

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests import backends
from tests.site.helpers import DOCS, ROOT

if TYPE_CHECKING:
    from pathlib import Path

PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[A-Za-z0-9.!+]+)$")
TARGET = re.compile(r"^(?P<name>[a-z][a-z-]*):(?!=)", re.MULTILINE)
TASKS = {
    "binary classification",
    "single-label classification",
    "multi-label classification",
    "regression",
    "forecasting",
    "segmentation",
    "feature extraction",
    "uncertainty",
}
# Extensions cost time on every page; without them, what would need them is plain text.
DONE_WITHOUT = {
    "md_in_html": re.compile(r"<\w[^>]*\smarkdown\b[^>]*>"),
    "pymdownx.inlinehilite": re.compile(r"`(?:#!|:::)\w"),
    "pymdownx.tabbed": re.compile(r'^ *===[!+]* "', re.MULTILINE),
}
HELPERS = {"pip", "setuptools", "hatchling", "editables"}


def lines_of_constraints() -> list[str]:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def pins() -> dict[str, str]:
    matches = [match for line in lines_of_constraints() if (match := PIN.match(line))]
    return {canonicalize_name(match["name"]): match["version"] for match in matches}


def needed(name: str, extras: set[str], seen: set[tuple[str, str]]) -> set[str]:
    """Return all distributions that ``name`` needs here, and what those need."""
    found: set[str] = set()
    for text in metadata.requires(name) or []:
        wanted = Requirement(text)
        marker = wanted.marker
        if marker and not any(marker.evaluate({"extra": extra}) for extra in extras | {""}):
            continue
        key = (canonicalize_name(wanted.name), ",".join(sorted(wanted.extras)))
        if key not in seen:
            seen.add(key)
            found |= {key[0]} | needed(key[0], wanted.extras, seen)
    return found


def front_matter(page: Path) -> dict[str, object]:
    text = page.read_text(encoding="utf-8")
    if not text.startswith("---\n"):
        return {}
    return yaml.safe_load(text.split("---\n", 2)[1]) or {}


def nav_pages(entries: list[object]) -> list[str]:
    found: list[str] = []
    for entry in entries:
        if isinstance(entry, dict):
            for value in entry.values():
                found += nav_pages([value] if isinstance(value, str) else value)
        else:
            found.append(str(entry))
    return found


def test_every_constraint_is_an_exact_version_without_an_address() -> None:
    assert [line for line in lines_of_constraints() if not PIN.match(line)] == []


def test_everything_that_the_project_installs_is_pinned() -> None:
    wanted = needed("shapesheet", {"site", "mutants", "dev"}, set()) - {"shapesheet"} | HELPERS
    assert wanted - pins().keys() == set()


def test_everything_that_the_other_backends_install_is_pinned() -> None:
    backends.require("jax")
    # What PyTorch needs depends on the processor that it was built for.
    wanted = needed("shapesheet", {"jax"}, set()) - {"shapesheet"} | {"torch"}
    assert wanted - pins().keys() == set()


def test_installed_versions_are_those_that_are_pinned() -> None:
    wanted = needed("shapesheet", {"site", "dev"}, set()) - {"shapesheet"}
    found = {name: metadata.version(name) for name in wanted}
    assert found == {name: pins()[name] for name in found}


def test_make_help_lists_every_target() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    told = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    listed = re.findall(r"^  make ([a-z-]+) ", told, re.MULTILINE)
    assert sorted(listed) == sorted(set(TARGET.findall(text)))


def test_navigation_holds_every_page_once() -> None:
    config = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    pages = [page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")]
    assert sorted(nav_pages(config["nav"])) == sorted(pages)


def test_site_is_built_by_the_agreed_plugins_only() -> None:
    config = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    assert set(config["plugins"]) == {"search", "tags", "mkdocstrings"}
    assert "hooks" not in config


@pytest.mark.parametrize("extension", DONE_WITHOUT)
def test_no_page_needs_an_extension_that_the_site_does_without(extension: str) -> None:
    assert extension not in (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for page in DOCS.rglob("*.md"):
        assert not DONE_WITHOUT[extension].search(page.read_text(encoding="utf-8")), page


@pytest.mark.parametrize(
    ("extension", "text"),
    [
        ("md_in_html", '<div class="grid" markdown>'),
        ("pymdownx.inlinehilite", "write `#!python x = 1` here"),
        ("pymdownx.tabbed", '=== "JAX"'),
    ],
)
def test_what_needs_such_an_extension_is_seen(extension: str, text: str) -> None:
    assert DONE_WITHOUT[extension].search(f"before\n{text}\nafter")


def test_navigation_is_pruned() -> None:
    """A page that held the links to all others would make the site grow with their square."""
    config = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    assert "navigation.prune" in config["theme"]["features"]


def test_every_validation_of_links_warns_and_warnings_fail_the_build() -> None:
    config = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    levels = [level for group in config["validation"].values() for level in group.values()]
    assert config["strict"] is True
    assert set(levels) == {"warn"}


def test_tags_are_modalities_and_tasks() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    allowed = TASKS | set(project["tool"]["shapesheet"]["modalities"])
    for page in DOCS.rglob("*.md"):
        tags = front_matter(page).get("tags", [])
        assert isinstance(tags, list)
        assert set(tags) - allowed == set(), page
        assert front_matter(page).get("task", "") in TASKS | {""}, page


def test_every_snippet_page_has_tags() -> None:
    for page in DOCS.rglob("*.md"):
        if "--8<--" in page.read_text(encoding="utf-8"):
            assert front_matter(page).get("tags"), page
