"""Other programs that run the same snippets: what each is given, and the command that runs it."""

from __future__ import annotations

import json
import re
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shapesheet.benchmark import CHECKS, FILE
from shapesheet.errors import SnippetError
from tests.bench import copies

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shapesheet.snippet import Snippet

ENVIRONMENT = copies.ROOT / "build" / "peers" / "bin"
_MAIN = re.compile(r'^if __name__ == "__main__":\n((?:    .*\n)+)', re.MULTILINE)
_DOCSTRING = re.compile(r'\A"""(.*?)"""\n', re.DOTALL)
_EXAMINE = """
import sys
from shapesheet.check import examine
for failure in examine(".", sys.argv[1]).failures:
    sys.exit(failure.message)
"""
CHOSEN = "chosen.txt"
# What every model's summary says.
SUMMARY = "Total params"
_SUBPROCESSES = """
import pathlib, subprocess, sys
import pytest

@pytest.mark.parametrize("path", sorted(pathlib.Path("scripts").glob("*.py")), ids=str)
def test_it_runs(path):
    subprocess.run([sys.executable, path], check=True)
"""
_EXAMPLES = """
import pytest
from pytest_examples import find_examples

@pytest.mark.parametrize("example", find_examples("examples.md"), ids=str)
def test_example(example, eval_example):
    eval_example.run(example)
"""
_SPHINX = """
project = "snippets"
extensions = ["sphinx_gallery.gen_gallery"]
sphinx_gallery_conf = {{
    "examples_dirs": "gallery", "gallery_dirs": "auto", "filename_pattern": ".",
    "parallel": {jobs}, "abort_on_example_error": True,
}}
"""
_MKDOCS = """
site_name: snippets
theme: {name: material}
nav: [index.md, auto]
plugins:
  - gallery:
      examples_dirs: gallery
      gallery_dirs: docs/auto
      filename_pattern: .
      abort_on_example_error: true
"""


@dataclass(frozen=True)
class Peer:
    """A program that runs snippets.

    Attributes:
        name: As the page names it.
        work: Which kind of work it does.
        does: What it does, exactly.
        command: Returns the program and its arguments, from how many may run side by side.
        prepare: Writes what it needs into an empty folder.
        isolates: Whether each snippet has a process of its own.
        forget: The folders to take away before each run, so that it starts from nothing.
        results: The files that show what the snippets printed; a peer without them fails where
            one does not run.
        remembers: Whether it leaves alone what has not changed since; others do all of it again.
    """

    name: str
    work: str
    does: str
    command: Callable[[int], list[str]]
    prepare: Callable[[Path, list[Snippet], int], None]
    isolates: bool = False
    forget: tuple[str, ...] = ()
    results: str = ""
    remembers: bool = False


def script(source: str) -> str:
    """Return a snippet that does without being asked what it does when it is run."""
    return _MAIN.sub(lambda match: re.sub(r"^    ", "", match[1], flags=re.MULTILINE), source)


def titled(source: str, heading: str) -> str:
    """Return a script with a heading in its docstring, without which a gallery takes none."""
    return _DOCSTRING.sub(lambda match: f'"""\n{heading}\n\n{match[1]}\n"""\n', source, count=1)


def require_results(peer: Peer, folder: Path, count: int) -> None:
    """Refuse the time of a peer that has not run the snippets.

    Raises:
        SnippetError: A summary is missing.
    """
    files = folder.glob(peer.results) if peer.results else ()
    shown = sum(SUMMARY in path.read_text(encoding="utf-8") for path in files)
    if peer.results and shown < count:
        message = f"{peer.name} has run {shown} of {count} snippets"
        raise SnippetError(folder, 0, message, "mend its settings in tests/bench/peers.py")


def each(program: list[str], jobs: int) -> list[str]:
    """Return a command that runs a program once for each chosen snippet, some side by side."""
    return ["xargs", "-P", str(jobs), "-a", CHOSEN, "-I{}", *program]


def _scripts(folder: Path, snippets: list[Snippet], _jobs: int) -> None:
    for each in snippets:
        _put(folder / "scripts" / f"{each.name}.py", script(each.source))
    _put(folder / CHOSEN, "".join(f"{each.name}\n" for each in snippets))
    _put(folder / "test_scripts.py", _SUBPROCESSES)
    _put(folder / "pytest.ini", "[pytest]\n")


def _notebooks(folder: Path, snippets: list[Snippet], _jobs: int) -> None:
    _put(folder / CHOSEN, "".join(f"{each.name}\n" for each in snippets))
    for each in snippets:
        cell = {"cell_type": "code", "id": "code", "metadata": {}, "outputs": []}
        cell |= {"execution_count": None, "source": script(each.source)}
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        book = {"cells": [cell], "metadata": {"kernelspec": kernel}}
        _put(
            folder / f"{each.name}.ipynb", json.dumps({**book, "nbformat": 4, "nbformat_minor": 5})
        )


def _examples(folder: Path, snippets: list[Snippet], _jobs: int) -> None:
    fenced = [f"# {each.name}\n\n```python\n{script(each.source)}```\n" for each in snippets]
    _put(folder / "examples.md", "\n".join(fenced))
    _put(folder / "test_examples.py", _EXAMPLES)
    _put(folder / "pytest.ini", "[pytest]\n")


def _sphinx(folder: Path, snippets: list[Snippet], jobs: int) -> None:
    _put(folder / "conf.py", _SPHINX.format(jobs=jobs))
    _put(folder / "index.rst", "Snippets\n========\n\n.. toctree::\n\n   auto/index\n")
    _put(folder / "gallery" / "README.rst", "Gallery\n=======\n")
    for each in snippets:
        heading = f"{each.name}\n{'=' * len(each.name)}"
        _put(folder / "gallery" / f"{each.name}.py", titled(script(each.source), heading))


def _mkdocs(folder: Path, snippets: list[Snippet], _jobs: int) -> None:
    _put(folder / "mkdocs.yml", _MKDOCS)
    _put(folder / "docs" / "index.md", "# Snippets\n")
    _put(folder / "gallery" / "README.md", "# Gallery\n")
    for each in snippets:
        text = titled(script(each.source), f"# {each.name}")
        _put(folder / "gallery" / f"{each.name}.py", text)


def project(folder: Path, snippets: list[Snippet], _jobs: int) -> None:
    """Copy the project, without its records, and with a program that checks one snippet."""
    _put(folder / CHOSEN, "".join(f"{each.key}\n" for each in snippets))
    _put(folder / "examine.py", _EXAMINE)
    for name in ("snippets", "docs/en"):
        skipped = shutil.ignore_patterns("__pycache__")
        shutil.copytree(copies.ROOT / name, folder / name, ignore=skipped)
    shutil.copy(copies.ROOT / "pyproject.toml", folder)


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _python(jobs: int) -> list[str]:
    return each([str(ENVIRONMENT / "python"), "scripts/{}.py"], jobs)


def _nbconvert(jobs: int) -> list[str]:
    options = ["--execute", "--to", "notebook", "--output-dir", "executed", "{}.ipynb"]
    return each([str(ENVIRONMENT / "jupyter-nbconvert"), *options], jobs)


def _pytest(jobs: int) -> list[str]:
    return [str(ENVIRONMENT / "pytest"), "-q", "-p", "no:cacheprovider", "-n", str(jobs)]


def _sphinx_build(_jobs: int) -> list[str]:
    return [str(ENVIRONMENT / "sphinx-build"), "-q", ".", "built"]


def _mkdocs_build(_jobs: int) -> list[str]:
    return [str(ENVIRONMENT / "mkdocs"), "build", "--quiet"]


def _fresh_checks(jobs: int) -> list[str]:
    return each([sys.executable, "examine.py", "{}"], jobs)


_RUNS = "builds the model and prints its summary"
PEERS = (
    Peer(
        "python, a fresh process a snippet",
        CHECKS,
        "the eight checks and the claims, called directly",
        _fresh_checks,
        project,
        isolates=True,
    ),
    Peer("python, a fresh process a file", FILE, _RUNS, _python, _scripts, isolates=True),
    Peer(
        "pytest with a subprocess a file",
        FILE,
        f"{_RUNS}, in a test",
        _pytest,
        _scripts,
        isolates=True,
    ),
    Peer(
        "jupyter nbconvert --execute",
        FILE,
        f"{_RUNS}, in a kernel, and writes the notebook",
        _nbconvert,
        _notebooks,
        isolates=True,
        forget=("executed",),
        results="executed/*.ipynb",
    ),
    Peer("pytest-examples", FILE, f"{_RUNS}, as examples of a page", _pytest, _examples),
    Peer(
        "sphinx-gallery",
        FILE,
        f"{_RUNS}, and builds its pages",
        _sphinx_build,
        _sphinx,
        forget=("auto", "built"),
        results="auto/*.rst",
        remembers=True,
    ),
    Peer(
        "mkdocs-gallery",
        FILE,
        f"{_RUNS}, and builds its pages",
        _mkdocs_build,
        _mkdocs,
        forget=("docs/auto", "site"),
        results="docs/auto/*.md",
        remembers=True,
    ),
)
