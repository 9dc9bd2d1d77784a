"""Measure where the time of a build of the site goes: build it without one part after another."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from shapesheet.benchmark import Part, Site
from tests.bench import growth
from tests.bench.growth import MKDOCS, Command

if TYPE_CHECKING:
    from collections.abc import Callable

VARIANT = "variant.yml"


def _plugin(name: str, settings: dict[str, Any]) -> None:
    del settings["plugins"][name]


def _colours(settings: dict[str, Any]) -> None:
    for extension in settings["markdown_extensions"]:
        if isinstance(extension, dict) and "pymdownx.highlight" in extension:
            extension["pymdownx.highlight"]["use_pygments"] = False


def _prune(settings: dict[str, Any]) -> None:
    settings["theme"]["features"].remove("navigation.prune")


PARTS: dict[str, Callable[[dict[str, Any]], None]] = {
    "search": partial(_plugin, "search"),
    "tags": partial(_plugin, "tags"),
    "mkdocstrings": partial(_plugin, "mkdocstrings"),
    "colours of code": _colours,
    "pruned navigation": _prune,
}


def vary(take_out: Callable[[dict[str, Any]], None], folder: Path) -> None:
    """Write the configuration without a part, and take the site away."""
    settings = yaml.safe_load((folder / "mkdocs.yml").read_text(encoding="utf-8"))
    take_out(settings)
    text = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
    (folder / VARIANT).write_text(text, encoding="utf-8")
    growth.unbuild(folder)


def parts(folder: Path, count: int, runs: int) -> Site:
    """Return what the whole build takes in a project, and what it takes without each part."""
    whole = growth.measure(growth.COMMANDS["build"], folder, count, runs)
    found = []
    for name, take_out in PARTS.items():
        command = Command((*MKDOCS, "--config-file", VARIANT), partial(vary, take_out))
        without = growth.measure(command, folder, count, runs)
        found.append(Part(name, round(without.seconds, 2)))
    return Site(count, round(whole.seconds, 2), tuple(found), runs)


def site(count: int, runs: int) -> Site:
    """Return the same for a project of copies."""
    with tempfile.TemporaryDirectory() as temporary:
        return parts(growth.project(Path(temporary), count), count, runs)
