"""Measure where the time of a build of the site goes: build it without one part after another.

python -m tests.bench.builds --count 100 --runs 5
"""

from __future__ import annotations

import argparse
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import yaml

from tests.bench import growth
from tests.bench.growth import MKDOCS, Command, Measured

if TYPE_CHECKING:
    from collections.abc import Callable

VARIANT = "variant.yml"


class Part(msgspec.Struct, frozen=True):
    """A part of the configuration and what a build costs without it.

    Attributes:
        name: The part.
        without: The build without it.
        share: The share of the whole build's seconds that it takes; below zero where the build
            is slower without it.
    """

    name: str
    without: Measured
    share: float


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


def parts(folder: Path, count: int, runs: int) -> tuple[Measured, tuple[Part, ...]]:
    """Return what the whole build takes in a project, and what it takes without each part."""
    whole = growth.measure(growth.COMMANDS["build"], folder, count, runs)
    found = []
    for name, take_out in PARTS.items():
        command = Command((*MKDOCS, "--config-file", VARIANT), partial(vary, take_out))
        without = growth.measure(command, folder, count, runs)
        found.append(Part(name, without, 1 - without.seconds / whole.seconds))
    return whole, tuple(found)


def main() -> None:
    """Measure what the arguments name and print it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="snippets, and so pages")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = growth.project(Path(temporary), arguments.count)
        found = parts(folder, arguments.count, arguments.runs)
    print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())


if __name__ == "__main__":
    main()
