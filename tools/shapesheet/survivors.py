"""The report of what became of each snippet's mutants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from shapesheet import snippet as snippets
from shapesheet.errors import SnippetError
from shapesheet.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from shapesheet.config import Config

NAME = "mutants"
COMMAND = "shapesheet mutants"
FORMAT = 1
MEASURED = "measured"


class Count(msgspec.Struct, frozen=True):
    """How many mutants of one kind were made, and what became of them."""

    made: int = 0
    caught: int = 0
    equivalent: int = 0
    survived: int = 0

    def plus(self, other: Count) -> Count:
        """Return the sum of two counts."""
        return Count(
            self.made + other.made,
            self.caught + other.caught,
            self.equivalent + other.equivalent,
            self.survived + other.survived,
        )

    @property
    def share(self) -> float:
        """Return the share that was caught of those that can be."""
        wrong = self.made - self.equivalent
        return self.caught / wrong if wrong else 1.0


class Survivor(msgspec.Struct, frozen=True):
    """A mutant that no check and no claim caught.

    Attributes:
        mutant: Its name.
        operator: The kind of mistake.
        line: Where it is in the snippet.
        reason: Why it is equivalent: ``measured``, or what a person wrote; empty when it is not.
    """

    mutant: str
    operator: str
    line: int
    reason: str = ""


class Trials(msgspec.Struct, frozen=True):
    """What became of the mutants of one snippet.

    Attributes:
        digest: Of the snippet, all that its record depends on, and the code that makes mutants.
        checked: The digest of the snippet's record.
        made: How many mutants there are, by the kind of mistake.
        caught: How many were caught, by the check that caught them.
        survivors: Those that were not.
    """

    digest: str
    checked: str
    made: dict[str, int]
    caught: dict[str, int]
    survivors: tuple[Survivor, ...] = ()

    @property
    def counts(self) -> dict[str, Count]:
        """Return what became of the mutants by the kind of mistake."""
        counts = {}
        for operator, made in self.made.items():
            let_by = [each for each in self.survivors if each.operator == operator]
            equivalent = sum(bool(each.reason) for each in let_by)
            survived = len(let_by) - equivalent
            counts[operator] = Count(made, made - len(let_by), equivalent, survived)
        return counts


class Report(msgspec.Struct, frozen=True):
    """What became of the mutants of all snippets."""

    snippets: dict[str, Trials] = msgspec.field(default_factory=dict)
    format: int = FORMAT

    @property
    def count(self) -> Count:
        """Return the sum over all snippets."""
        total = Count()
        for trials in self.snippets.values():
            for count in trials.counts.values():
                total = total.plus(count)
        return total


def dumps(report: Report) -> str:
    """Return the report as JSON, one fact a line."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"


def loads(text: str, shown: str) -> Report:
    """Return the report in ``text``.

    Raises:
        SnippetError: It is not JSON, lacks a fact, or is of another version of the format.
    """
    try:
        report = msgspec.json.decode(text, type=Report)
    except (msgspec.DecodeError, RecursionError) as error:
        message = f"this is no report of mutants: {error}"
        raise SnippetError(shown, 0, message, f"make it anew: {COMMAND} --all") from error
    if report.format != FORMAT:
        message = f"this report has format {report.format}, this shapesheet writes {FORMAT}"
        raise SnippetError(shown, 0, message, f"make it anew: {COMMAND} --all")
    return report


def path(config: Config) -> Path:
    """Return where the report lies."""
    return config.reports / f"{NAME}.json"


def read(config: Config) -> Report:
    """Return the report as it was left, without those snippets that are gone.

    Raises:
        SnippetError: The file is no report, or can't be read.
    """
    file = path(config)
    shown = config.shown(file)
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Report()
    except (OSError, ValueError) as error:
        # One taken for missing would be made anew without the verdicts that it holds.
        message = f"this report can't be read: {error}"
        raise SnippetError(shown, 0, message, "make it a readable file of UTF-8") from error
    found = loads(text, shown)
    keys = {each.key for each in snippets.find(config)}
    return Report({key: each for key, each in found.snippets.items() if key in keys})


def write(config: Config, report: Report) -> None:
    """Write the report, whole or not at all.

    Raises:
        SnippetError: The folder can't be written.
    """
    ordered = Report(dict(sorted(report.snippets.items())))
    write_atomically(path(config), dumps(ordered).encode())
