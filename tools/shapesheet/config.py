"""Where a project keeps its snippets, pages and records: ``[tool.shapesheet]``."""

from __future__ import annotations

from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import msgspec

from shapesheet import errors, toml_files
from shapesheet.errors import SnippetError

if TYPE_CHECKING:
    from pathlib import Path

TABLE = "[tool.shapesheet]"


class Settings(msgspec.Struct, frozen=True):
    """The keys of ``[tool.shapesheet]`` and their defaults; folders are relative to the project.

    Attributes:
        snippets: Folder of the snippets, one folder a family.
        pages: Folder of the Markdown pages.
        records: Folder of the records, published beside the site.
        reports: Folder of the reports that cover all snippets, such as the benchmark's.
        coverage: TOML file with the listings that the ``coverage`` block tells of.
        mutants: TOML file that says which mutants are equivalent, and why.
        mutants_goal: What share of the others the checks and claims are to catch.
        mkdocs: The configurations to build the site from, one a language.
        imports: What a snippet may import beside the standard library.
        family_imports: What the snippets of one family may import beyond that.
        minimum_claims: How many claims a snippet must have at least.
        modalities: The rows of the ``modalities`` block, in this order.
    """

    snippets: str = "snippets"
    pages: str = "docs/en"
    records: str = "docs/data"
    reports: str = "docs/reports"
    coverage: str = "docs/coverage.toml"
    mutants: str = "docs/mutants.toml"
    mutants_goal: float = 0.95
    mkdocs: tuple[str, ...] = ("mkdocs.yml",)
    imports: tuple[str, ...] = ("keras", "numpy")
    family_imports: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    minimum_claims: int = 1
    modalities: tuple[str, ...] = ()


class Config(msgspec.Struct, frozen=True, dict=True):
    """A project: its folder and its settings."""

    root: Path
    settings: Settings

    @cached_property
    def snippets(self) -> Path:
        """Return the folder of the snippets."""
        return self.root / self.settings.snippets

    @cached_property
    def pages(self) -> Path:
        """Return the folder of the pages."""
        return self.root / self.settings.pages

    @cached_property
    def records(self) -> Path:
        """Return the folder of the records."""
        return self.root / self.settings.records

    @cached_property
    def reports(self) -> Path:
        """Return the folder of the reports."""
        return self.root / self.settings.reports

    @cached_property
    def coverage(self) -> Path:
        """Return the file that lists the listings of the ``coverage`` block."""
        return self.root / self.settings.coverage

    @cached_property
    def mutants(self) -> Path:
        """Return the file that says which mutants are equivalent."""
        return self.root / self.settings.mutants

    def shown(self, path: Path) -> str:
        """Return ``path`` as errors show it: relative to the project where it lies inside."""
        return errors.shown(path, self.root)


def load(start: Path) -> Config:
    """Return the configuration of the project that ``start`` lies in.

    The project is the nearest folder, upwards, whose ``pyproject.toml`` has the table;
    without one it is ``start`` itself, with the defaults.

    Raises:
        SnippetError: The file is not TOML, or the table has an unknown key or a wrong type.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        path = folder / "pyproject.toml"
        if path.is_file() and (table := _table(path)) is not None:
            return Config(folder, _settings(path, table))
    return Config(start, Settings())


def _table(path: Path) -> dict[str, Any] | None:
    shown = str(path)
    tool = toml_files.parse(toml_files.read(path, shown), shown).get("tool")
    table = tool.get("shapesheet") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        message = f"{TABLE} is no table, found {type(table).__name__}"
        raise SnippetError(path, 0, message, f"begin it with a line of its own: {TABLE}")
    return table


def _settings(path: Path, table: dict[str, Any]) -> Settings:
    known = Settings.__struct_fields__
    for key in table:
        if key not in known:
            message = f"{TABLE} has no key {key!r}"
            raise SnippetError(path, 0, message, f"use one of: {', '.join(known)}")
    try:
        settings = msgspec.convert(table, Settings)
    except msgspec.ValidationError as error:
        raise SnippetError(path, 0, f"{TABLE} is wrong: {error}", "mend that key") from error
    folders = (settings.snippets, settings.pages, settings.records, settings.reports)
    for name in (*folders, settings.coverage, settings.mutants, *settings.mkdocs):
        _require_possible(path, name)
    return settings


def _require_possible(path: Path, name: str) -> None:
    """Refuse a name outside the project, or one that the system has no file for."""
    parts = PurePosixPath(name).parts
    if not name or "/".join(parts) != name or ".." in parts:
        message = f"{TABLE} is wrong: {name!r} is no plain path within the project"
        raise SnippetError(path, 0, message, "write it from the project's folder, without . and ..")
    try:
        (path.parent / name).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return
    except (OSError, ValueError) as error:
        message = f"{TABLE} is wrong: nothing can have the name {name!r}: {error}"
        raise SnippetError(path, 0, message, "mend that key") from error
