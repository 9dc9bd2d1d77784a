"""Tell what became of the mutants of all snippets: the ``mutants`` block."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from shapesheet import markup, survivors, tables
from shapesheet.errors import SnippetError
from shapesheet.survivors import COMMAND, MEASURED, NAME, Count, Report

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shapesheet.sheet import Sheet, Spot
    from shapesheet.survivors import Survivor

_MEASURED = "Measured: with the same weights, outputs, losses and a training step are the same."
_NUMBERS = ("Made", "Caught", "Equivalent", "Survive")


def mutants(sheet: Sheet, spot: Spot, _arguments: tuple[str, ...]) -> str:
    """Return sums, tables by mistake and by check, and every mutant that was not caught.

    Raises:
        SnippetError: No mutants were ever tried, or their report is of another version.
    """
    found = _read(sheet.report(NAME, spot, COMMAND), spot)
    known = set(sheet.snippets)
    report = Report({key: each for key, each in found.snippets.items() if key in known})
    parts = [
        _sum(report),
        *_untried(sheet, spot, report),
        "### By mistake",
        _by_mistake(report),
        "### By check",
        _by_check(report),
        "### Survivors",
        _survivors(sheet, spot, report) or "None.",
        "### Equivalent mutants",
        _equivalents(sheet, spot, report) or "None.",
    ]
    return "\n\n".join(parts)


def _read(text: str, spot: Spot) -> Report:
    try:
        return survivors.loads(text, NAME)
    except SnippetError as error:
        message = f"the report {NAME!r} can't be read: {error.message}"
        raise spot.error(message, error.cure) from error


def _sum(report: Report) -> str:
    count = report.count
    made, caught, equivalent, survived = _numbers(count)
    wrong = markup.number(count.made - count.equivalent)
    return (
        f"**{count.share:.1%} are caught**: of {made} mutants of "
        f"{markup.count(len(report.snippets), 'snippet')}, {equivalent} are equivalent, "
        f"{caught} of the other {wrong} are caught, and {survived} survive."
    )


def _untried(sheet: Sheet, spot: Spot, report: Report) -> Iterator[str]:
    """Yield a sentence on the snippets that the figures are not of as they are now."""
    never = [key for key in sheet.snippets if key not in report.snippets]
    changed = [
        key
        for key, trials in report.snippets.items()
        if key not in sheet.records or sheet.records[key].digest != trials.checked
    ]
    for keys, words in ((never, "Not tried yet"), (changed, "Changed since they were tried")):
        if keys:
            links = ", ".join(_link(sheet, spot, key) for key in keys)
            yield f"{words}: {links}."


def _by_mistake(report: Report) -> str:
    sums: dict[str, Count] = {}
    for trials in report.snippets.values():
        for operator, count in trials.counts.items():
            sums[operator] = sums.get(operator, Count()).plus(count)
    ordered = sorted(sums, key=lambda name: (-sums[name].made, name))
    rows = [[markup.text(name), *_numbers(sums[name])] for name in ordered]
    return markup.table(("Mistake", *_NUMBERS), rows, _NUMBERS)


def _numbers(count: Count) -> list[str]:
    values = (count.made, count.caught, count.equivalent, count.survived)
    return [markup.number(value) for value in values]


def _by_check(report: Report) -> str:
    sums: Counter[str] = Counter()
    for trials in report.snippets.values():
        sums.update(trials.caught)
    rows = [[markup.code(name), markup.number(made)] for name, made in sums.most_common()]
    return markup.table(("First caught by", "Mutants"), rows, ("Mutants",))


def _survivors(sheet: Sheet, spot: Spot, report: Report) -> str:
    left = _each(report, equivalent=False)
    rows = [
        [_link(sheet, spot, key), str(each.line), markup.code(each.mutant)]
        for key in left
        for each in left[key]
    ]
    return markup.table(("Snippet", "Line", "Mutant"), rows, ("Line",)) if rows else ""


def _equivalents(sheet: Sheet, spot: Spot, report: Report) -> str:
    left = _each(report, equivalent=True)
    rows = [
        [_link(sheet, spot, key), str(each.line), markup.code(each.mutant), _reason(each)]
        for key in left
        for each in left[key]
    ]
    if not rows:
        return ""
    return markup.table(("Snippet", "Line", "Mutant", "Why"), rows, ("Line",))


def _reason(survivor: Survivor) -> str:
    return _MEASURED if survivor.reason == MEASURED else markup.text(survivor.reason)


def _each(report: Report, *, equivalent: bool) -> Mapping[str, list[Survivor]]:
    return {
        key: [each for each in trials.survivors if bool(each.reason) == equivalent]
        for key, trials in report.snippets.items()
    }


def _link(sheet: Sheet, spot: Spot, key: str) -> str:
    return tables.linked(sheet.place(key, spot), spot, key.partition("/")[2])
