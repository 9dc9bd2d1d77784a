import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from shapesheet import status, write
from shapesheet.config import Config
from tests.bench import copies
from tests.bench.copies import Copy

# Runs a command of the tool and tells how often it opened each file of the project.
COUNTED = """
import collections, json, os, sys
root, opened = os.getcwd(), collections.Counter()
def hook(event, arguments):
    if event == "open" and str(arguments[0]).startswith(root):
        opened[arguments[0]] += 1
sys.addaudithook(hook)
from shapesheet.cli import main
try:
    main(sys.argv[1:])
finally:
    print()
    print(json.dumps(opened))
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return copies.make(tmp_path, 5, family_size=2)


def test_copies_go_through_the_names_again_and_again() -> None:
    assert list(copies.copies(["a", "b_c"], 3, family_size=2)) == [
        Copy(0, "copies_000", "a_0000"),
        Copy(1, "copies_000", "b_c_0001"),
        Copy(2, "copies_001", "a_0002"),
    ]


def test_ten_copies_are_of_as_many_families_as_there_are() -> None:
    originals = copies.originals()
    families = {original.family for original in originals}
    first = [original.family for original in originals[: len(families)]]
    assert sorted(first) == sorted(families)


def test_a_copy_stands_wherever_the_original_stood() -> None:
    original = copies.originals()[0]
    copy = Copy(7, "copies_000", f"{original.name}_0007")
    key, dotted = f"{original.family}/{original.name}", f"{original.family}.{original.name}"
    assert copies.renamed(f"{key} {dotted} {original.name}s", original, copy) == (
        f"{copy.key} {copy.key.replace('/', '.')} {original.name}s"
    )
    for text in (original.source, original.claims, original.page):
        assert f"{original.name}(" not in copies.renamed(text, original, copy)


def test_every_copy_is_fresh_and_on_a_page_of_its_own(config: Config) -> None:
    found = status.status(config)
    assert found.counts == {"fresh": 5}
    assert found.ports == {"jax": {"fresh": 5}, "torch": {"fresh": 5}}
    assert found.fine
    assert len({line.pages for line in found.snippets}) == 5


def test_every_page_is_unwritten_and_can_be_written(config: Config) -> None:
    plan = write.plan(config)
    assert plan.problems == ()
    assert len(plan.changes) == 5 + 3
    write.apply(plan)
    assert write.plan(config).changes == ()


def test_the_navigation_has_every_page(config: Config) -> None:
    settings = yaml.safe_load((config.root / "mkdocs.yml").read_text())
    pages = sorted(path.relative_to(config.pages).as_posix() for path in config.pages.rglob("*.md"))
    assert sorted(named(settings["nav"])) == pages


def named(entries: list[object]) -> list[str]:
    """Return the pages that a navigation names."""
    values = [v for each in entries for v in (each.values() if isinstance(each, dict) else [each])]
    return [page for v in values for page in (named(v) if isinstance(v, list) else [str(v)])]


@pytest.mark.parametrize("command", ["status", "write"])
def test_every_file_is_opened_at_most_once(config: Config, command: str) -> None:
    write.apply(write.plan(config))
    told = subprocess.run(
        [sys.executable, "-c", COUNTED, command],
        cwd=config.root,
        capture_output=True,
        text=True,
        check=True,
    )
    opened = json.loads(told.stdout.splitlines()[-1])
    assert len(opened) >= 5 * 4
    assert {name: times for name, times in opened.items() if times > 1} == {}
