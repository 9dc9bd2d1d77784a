"""Gather a project's pages, and find out which snippet stands on which."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from shapesheet import frontmatter, includes, markdown, pages, snippet, states
from shapesheet.errors import SnippetError, printable
from shapesheet.frontmatter import Matter
from shapesheet.kinds import ARITIES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from shapesheet.config import Config
    from shapesheet.includes import Include
    from shapesheet.pages import Block
    from shapesheet.states import Standing

_STANDING_KINDS = ("facts", "layers")


@dataclass(frozen=True)
class Page:
    """A page as it was read.

    Attributes:
        path: The file.
        shown: Its path as errors show it.
        name: Its path within the folder of the pages.
        text: All of it.
        blocks: Its generated blocks.
        found: Its include lines.
        matter: What it says of itself.
        problems: What keeps it from being written.
    """

    path: Path
    shown: str
    name: str
    text: str = ""
    blocks: tuple[Block, ...] = ()
    found: tuple[Include, ...] = ()
    matter: Matter = field(default_factory=Matter)
    problems: tuple[SnippetError, ...] = ()

    @property
    def measured(self) -> dict[str, int]:
        """Return the snippets that a facts or layers block is of, each with its line."""
        named = [block for block in self.blocks if block.kind in _STANDING_KINDS]
        return {block.arguments[0]: block.line for block in reversed(named)}

    @property
    def included(self) -> dict[str, int]:
        """Return the snippets whose whole file the page shows, each with its line."""
        whole = [include for include in self.found if include.whole]
        return {include.target.removesuffix(".py"): include.line for include in reversed(whole)}


@dataclass(frozen=True)
class Project:
    """A project as it was read.

    Attributes:
        config: Its settings.
        standings: Its snippets, by ``family/name``, and how they stand.
        pages: Its pages in the order of their names.
    """

    config: Config
    standings: dict[str, Standing]
    pages: tuple[Page, ...]

    def pages_of(self, key: str) -> list[Page]:
        """Return the pages that a snippet stands on, by a block or by its code."""
        return self._pages_by_key.get(key, [])

    @cached_property
    def _pages_by_key(self) -> dict[str, list[Page]]:
        found: dict[str, list[Page]] = {}
        for page in self.pages:
            for key in {**page.measured, **page.included}:
                found.setdefault(key, []).append(page)
        return found


def gather(config: Config) -> Project:
    """Return the project, its files read but nothing in them judged across files.

    Raises:
        SnippetError: The name of a snippet's file, or of a page's, is no text.
    """
    standings = {found.key: states.standing(found, config) for found in snippet.find(config)}
    paths = sorted(config.pages.rglob("*.md"))
    folder = config.snippets.resolve()
    return Project(config, standings, tuple(_page(config, path, folder) for path in paths))


def _page(config: Config, path: Path, folder: Path) -> Page:
    shown, name = config.shown(path), path.relative_to(config.pages).as_posix()
    if name != printable(name):
        # No other page can link to it.
        raise SnippetError(shown, 0, "the name of this file is no text", "rename it")
    problems: list[SnippetError] = []
    text = ""
    blocks: tuple[Block, ...] = ()
    matter = Matter()
    try:
        text = pages.read(path, shown)
        blocks = pages.parse(text, shown, ARITIES)
    except SnippetError as error:
        problems.append(error)
    try:
        matter = frontmatter.read(text, shown)
    except SnippetError as error:
        problems.append(error)
    found, silent = includes.find(markdown.read(text).lines, shown, folder)
    problems += [*silent, *_unknown_modalities(config, matter, shown)]
    problems += filter(None, (pages.edit(block, shown) for block in blocks))
    return Page(path, shown, name, text, blocks, found, matter, tuple(problems))


def _unknown_modalities(config: Config, matter: Matter, shown: str) -> Iterable[SnippetError]:
    known = config.settings.modalities
    for modality in matter.fits:
        if modality not in known:
            message = f"fits in the front matter names no modality, found {modality!r}"
            cure = f"use one of: {', '.join(known)}" if known else "add it to [tool.shapesheet]"
            yield SnippetError(shown, 1, message, cure)


def misplaced(project: Project) -> list[SnippetError]:
    """Return an error for each snippet that does not stand, code and facts, on exactly one page."""
    problems: list[SnippetError] = []
    for key, standing in project.standings.items():
        found = project.pages_of(key)
        if not found:
            cure = f"write a page with its facts, its layers and: {_include(key)}"
            message = f"{key} stands on no page"
            problems.append(SnippetError(standing.snippet.shown, 0, message, cure))
        for page in found[1:]:
            line = page.measured.get(key) or page.included[key]
            message = f"{key} stands on {found[0].shown} already"
            problems.append(SnippetError(page.shown, line, message, "keep it on one page"))
        if len(found) == 1:
            problems += _halves(found[0], key)
    return problems


def _halves(page: Page, key: str) -> Iterable[SnippetError]:
    if key not in page.included:
        message = f"this page has facts of {key}, but does not show its code"
        cure = f"add in fenced code: {_include(key)}"
        yield SnippetError(page.shown, page.measured[key], message, cure)
    elif key not in page.measured:
        message = f"this page shows the code of {key}, but has no facts of it"
        cure = f"add: <!-- shapesheet: facts {key} --> and <!-- /shapesheet -->"
        yield SnippetError(page.shown, page.included[key], message, cure)


def _include(key: str) -> str:
    return f'--8<-- "{key}.py"'
