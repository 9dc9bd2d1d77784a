"""A person's lines that say why a mutant that survives is equivalent: ``docs/mutants.toml``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from shapesheet import snippet as snippets
from shapesheet import toml_files
from shapesheet.errors import SnippetError
from shapesheet.survivors import MEASURED, Report, Survivor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from shapesheet.config import Config
    from shapesheet.survivors import Trials


class Excuse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person's word that a survivor is equivalent, or that nothing can tell it.

    Attributes:
        snippets: The snippets, ``family/name``.
        mutant: The mutant's name, the same in each of them.
        reason: Why.
    """

    snippets: tuple[str, ...]
    mutant: str
    reason: str


class _Excuses(msgspec.Struct, forbid_unknown_fields=True):
    equivalent: tuple[Excuse, ...] = ()


def read(path: Path, shown: str) -> tuple[Excuse, ...]:
    """Return the lines of ``docs/mutants.toml``; none when there is no such file.

    Raises:
        SnippetError: The file can't be read or is not TOML, or an entry lacks a key or its reason.
    """
    text = toml_files.read(path, shown)
    keys = ", ".join(Excuse.__struct_fields__)
    cure = f"give each [[equivalent]] the keys: {keys}"
    try:
        found = msgspec.convert(toml_files.parse(text, shown), _Excuses).equivalent
    except msgspec.ValidationError as error:
        raise SnippetError(shown, 0, f"an entry is wrong: {error}", cure) from error
    for excuse in found:
        if not excuse.reason.strip():
            message = f"the mutant {excuse.mutant!r} has no reason"
            raise SnippetError(shown, line_of(text, excuse), message, "say why it is equivalent")
    return found


def line_of(text: str, excuse: Excuse) -> int:
    """Return the line of an entry's mutant, zero when it can't be found."""
    lines = enumerate(text.splitlines(), start=1)
    named = (number for number, line in lines if line.startswith("mutant"))
    written = [number for number in named if _value(text, number) == excuse.mutant]
    return written[0] if written else 0


def _value(text: str, number: int) -> str:
    try:
        return str(toml_files.parse(text.splitlines()[number - 1], "").get("mutant"))
    except SnippetError:
        return ""


def applied(report: Report, given: Iterable[Excuse]) -> Report:
    """Return the report with the reasons that people gave, and with no others of theirs."""
    reasons = {(key, each.mutant): each.reason for each in given for key in each.snippets}
    snippets = {}
    for key, trials in report.snippets.items():
        survivors = [_with_reason(key, each, reasons) for each in trials.survivors]
        snippets[key] = msgspec.structs.replace(trials, survivors=tuple(survivors))
    return Report(snippets)


def _with_reason(key: str, survivor: Survivor, reasons: Mapping[tuple[str, str], str]) -> Survivor:
    if survivor.reason == MEASURED:
        return survivor
    return msgspec.structs.replace(survivor, reason=reasons.get((key, survivor.mutant), ""))


def idle(report: Report, given: Iterable[Excuse], config: Config) -> list[SnippetError]:
    """Return an error for each entry that excuses no survivor.

    Snippets whose mutants were not tried yet are passed over.
    """
    shown = config.shown(config.mutants)
    keys = {each.key for each in snippets.find(config)}
    found = []
    for excuse in given:
        for key in excuse.snippets:
            untried = key in keys and key not in report.snippets
            if untried or _excuses(excuse, report.snippets.get(key)):
                continue
            message = f"no survivor of {key} is named {excuse.mutant!r}"
            line = line_of(toml_files.read(config.mutants, shown), excuse)
            cure = "delete it: the mutant is caught, measured to be equivalent, or gone"
            found.append(SnippetError(shown, line, message, cure))
    return found


def _excuses(excuse: Excuse, trials: Trials | None) -> bool:
    let_by = trials.survivors if trials else ()
    return any(each.mutant == excuse.mutant and each.reason != MEASURED for each in let_by)
