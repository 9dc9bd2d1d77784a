"""Write the records into the pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from shapesheet import pages, ports, project, states
from shapesheet.errors import SnippetError
from shapesheet.kinds import KINDS
from shapesheet.sheet import Lack, Place, Sheet, Spot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapesheet.config import Config
    from shapesheet.project import Page, Project
    from shapesheet.record import Record
    from shapesheet.states import Standing


_SIDE_BY_SIDE = 16


@dataclass(frozen=True)
class Change:
    """A page whose blocks are out of date: its text as it is and as it should be."""

    path: Path
    shown: str
    old: str
    new: str

    @property
    def diff(self) -> str:
        """Return the change as a unified diff."""
        return pages.diff(self.old, self.new, self.shown)


@dataclass(frozen=True)
class Plan:
    """What is to be written, and what has to be mended by a person first.

    Attributes:
        pages: How many pages were looked at.
        changes: The pages to write.
        problems: Every problem of every page; none of these pages is among ``changes``.
    """

    pages: int
    changes: tuple[Change, ...]
    problems: tuple[SnippetError, ...]


def plan(config: Config, measured: Mapping[str, Record] | None = None) -> Plan:
    """Return what writing would do, having written nothing.

    Args:
        config: The project.
        measured: Records, by ``family/name``, to take instead of those on disk.
    """
    found = project.gather(config)
    problems = [*project.misplaced(found), *states.orphans(config, found.standings)]
    texts, unread = _texts(config)
    problems += unread
    sheet = _sheet(found, texts)
    if measured:
        lacks = {key: lack for key, lack in sheet.lacks.items() if key not in measured}
        sheet = replace(sheet, records={**sheet.records, **measured}, lacks=lacks)
    changes: list[Change] = []
    for page in found.pages:
        new, errors = _render(page, sheet)
        problems += errors
        if new != page.text:
            changes.append(Change(page.path, page.shown, page.text, new))
    wrong = {error.path for error in problems}
    kept = tuple(change for change in changes if change.shown not in wrong)
    return Plan(len(found.pages), kept, _once(problems))


def apply(found: Plan) -> tuple[tuple[Change, ...], tuple[SnippetError, ...]]:
    """Write the changes; return those written, and an error for each page that could not be."""
    if not found.changes:
        return (), ()
    # Most of the time is waiting until each page is on the disk, so many pages wait side by side.
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - needed only here

    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        problems = list(pool.map(_save, found.changes))
    written = [each for each, problem in zip(found.changes, problems, strict=True) if not problem]
    return tuple(written), tuple(filter(None, problems))


def _save(change: Change) -> SnippetError | None:
    if not _is_as_read(change):
        # Writing it would undo what a person has saved since.
        message = "this page has changed since it was read"
        return SnippetError(change.shown, 0, message, "run: shapesheet write")
    try:
        pages.save(change.path, change.new)
    except SnippetError as error:
        return SnippetError(change.shown, 0, error.message, error.cure)
    return None


def _is_as_read(change: Change) -> bool:
    try:
        # Another run may have written the same.
        return change.path.read_bytes() in {change.old.encode(), change.new.encode()}
    except OSError:
        return False


def _once(problems: list[SnippetError]) -> tuple[SnippetError, ...]:
    ordered = sorted(problems, key=lambda error: (error.path, error.line))
    return tuple({str(error): error for error in ordered}.values())


def _texts(config: Config) -> tuple[dict[Path, str], list[SnippetError]]:
    """Return what the blocks tell of beside records, and an error for each unreadable file."""
    texts: dict[Path, str] = {}
    problems: list[SnippetError] = []
    for path in filter(Path.is_file, (config.coverage, *sorted(config.reports.glob("*.json")))):
        try:
            texts[path] = pages.read(path, config.shown(path))
        except SnippetError as error:
            problems.append(error)
    return texts, problems


def _render(page: Page, sheet: Sheet) -> tuple[str, list[SnippetError]]:
    problems = list(page.problems)
    bodies = {}
    for block in page.blocks:
        spot = Spot(page.name, page.shown, block.line)
        try:
            bodies[block] = KINDS[block.kind].renderer(sheet, spot, block.arguments)
        except SnippetError as error:
            # The page can't be written, even where the cure is an edit of another file.
            problems.append(error)
    if problems:
        return page.text, problems
    return pages.fill(page.text, bodies), []


def _sheet(found: Project, texts: Mapping[Path, str]) -> Sheet:
    records = {}
    found_there = {}
    lacks = {}
    places = {}
    for key, standing in found.standings.items():
        if standing.state == states.FRESH and standing.record:
            records[key] = standing.record
            found_there[key] = ports.fresh(standing.snippet, found.config)
        else:
            lacks[key] = _lack(key, standing)
        for page in found.pages_of(key)[:1]:
            matter = page.matter
            places[key] = Place(
                page.name, page.shown, matter.title, matter.task, matter.layer, matter.fits
            )
    config = found.config
    return Sheet(
        records,
        lacks,
        places,
        config.settings.modalities,
        texts.get(config.coverage, ""),
        config.shown(config.coverage),
        {path.stem: text for path, text in texts.items() if path.parent == config.reports},
        found_there,
    )


def _lack(key: str, standing: Standing) -> Lack:
    cure = f"run: shapesheet check {key}"
    if standing.problem:
        return Lack(f"{standing.problem.place}: {standing.problem.message}", standing.problem.cure)
    if standing.record and standing.state == states.FAILING:
        failures = standing.record.failures
        message = f"{key} fails its checks: {failures[0].path}:{failures[0].line}: "
        return Lack(message + failures[0].message, f"mend the snippet and {cure}")
    if standing.state == states.STALE:
        return Lack(f"{key} has changed since it was checked", cure)
    return Lack(f"{key} was never checked", cure)
