"""Write what the benchmark measured: the block ``benchmark``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapesheet import benchmark as benchmarks
from shapesheet import goals, markup
from shapesheet.benchmark import CHANGED, CHECKS, FILE, IMPORT, SAVED, UNCHANGED

if TYPE_CHECKING:
    from shapesheet.benchmark import Fit, Line, Report
    from shapesheet.sheet import Sheet, Spot

NAME = "benchmark"
COMMAND = "make bench"
_TITLES = {
    CHECKS: "The same checks and claims",
    FILE: "Building the models, without any claim",
    UNCHANGED: "Once more, nothing changed",
    CHANGED: "Once more, one snippet changed",
    SAVED: "A snippet saved while the tool watches",
    IMPORT: "What no checker can avoid",
}
_KILOBYTE = 10**3
_MEGABYTE = 10**6


def benchmark(sheet: Sheet, spot: Spot, _arguments: tuple[str, ...]) -> str:
    """Return goals, times, memory and growth of the last run.

    Raises:
        SnippetError: The benchmark was never run, or its report is broken or of another version.
    """
    text = sheet.report(NAME, spot, COMMAND)
    try:
        return render(benchmarks.loads(text))
    except (ValueError, LookupError, ArithmeticError, RecursionError) as error:
        # What is no JSON is a ValueError, as is a median of no runs; a time of zero divides.
        message = f"the report {NAME!r} can't be read: {error}"
        raise spot.error(message, f"run: {COMMAND}") from error


def render(report: Report) -> str:
    """Return the whole block."""
    parts = [_circumstances(report), _goals(report)]
    parts += [_lines(report, work) for work in _TITLES]
    parts += [_growth(report), _site(report)]
    return "\n\n".join(filter(None, parts))


def _circumstances(report: Report) -> str:
    versions = ", ".join(f"{markup.text(name)} {each}" for name, each in report.versions.items())
    return "\n".join(
        (
            (
                f"Measured on {markup.count(report.cores, 'core')} of "
                f"{markup.text(report.processor)} with {markup.memory(report.memory_bytes)} "
                "of memory; "
                f"each time is the median of {markup.count(report.runs, 'run')}."
            ),
            _chosen(report),
            f"Versions: {versions}.",
        )
    )


def _chosen(report: Report) -> str:
    few = 0 < len(report.left_out) < len(report.snippets)
    named = ", ".join(map(markup.code, report.left_out if few else report.snippets))
    if few:
        return f"All {report.total} snippets but {named}."
    return f"{len(report.snippets)} of the {report.total} snippets stand for all: {named}."


def _goals(report: Report) -> str:
    rows = [
        [
            goal.text,
            goal.unit.write(goal.measured),
            f"{'≥' if goal.at_least else '≤'} {goal.unit.write(goal.limit)}",
            "met" if goal.met else "**missed**",
        ]
        for goal in goals.goals(report)
    ]
    header = ("Goal", "Measured", "Limit", "Result")
    return "### Goals\n\n" + markup.table(header, rows, numbers=("Measured", "Limit"))


def _lines(report: Report, work: str) -> str:
    lines = sorted(
        (line for line in report.lines if line.work == work),
        key=lambda line: (not line.ours, line.median),
    )
    if not lines:
        return ""
    first = report.ours(work)
    header = ("Program", "What it does", "Isolates", "Seconds", "Times ours", "Memory", "Largest")
    rows = [_line(line, first) for line in lines]
    return f"### {_TITLES[work]}\n\n" + markup.table(header, rows, numbers=header[3:])


def _line(line: Line, ours: Line) -> list[str]:
    return [
        f"**{line.name}**" if line.ours else line.name,
        line.does,
        "yes" if line.isolates else "no",
        f"{line.median:.2f}",
        f"{line.median / ours.median:.2f}",
        _memory(line.tree_bytes),
        _memory(line.largest_bytes),
    ]


def _memory(size: int) -> str:
    return f"{size / _MEGABYTE:,.0f} MB" if size else ""


def _growth(report: Report) -> str:
    if not report.growth:
        return ""
    said = "What each further snippet adds, by the straight line through these:"
    return f"### Growth\n\n{_points(report)}\n\n{said}\n\n{_fits(report)}"


def _points(report: Report) -> str:
    rows = [
        [
            markup.code(growth.command),
            markup.number(point.count),
            f"{point.seconds:,.2f}",
            _memory(point.peak_bytes),
            str(point.runs),
        ]
        for growth in report.growth
        for point in growth.measured
    ]
    header = ("Command", "Snippets", "Seconds", "Memory", "Runs")
    return markup.table(header, rows, numbers=header[1:])


def _fits(report: Report) -> str:
    rows = [
        [
            markup.code(growth.command),
            f"{growth.seconds.slope * 1000:.2f} ms",
            *_straightness(growth.seconds),
            f"{growth.peak_bytes.slope / _KILOBYTE:.1f} kB",
            *_straightness(growth.peak_bytes),
        ]
        for growth in report.growth
    ]
    header = ("Command", "Time", "R²", "Bend", "Memory", "R²", "Bend")
    return markup.table(header, rows, numbers=header[1:])


def _straightness(fit: Fit) -> list[str]:
    return [f"{fit.r_squared:.4f}", f"{fit.bend:.2f}"]


def _site(report: Report) -> str:
    site = report.site
    if site is None:
        return ""
    found = [("", site.seconds), *((part.name, part.seconds) for part in site.parts)]
    rows = [
        [without or "nothing", f"{seconds:.2f}", f"{seconds / site.seconds:.2f}"]
        for without, seconds in found
    ]
    header = ("Built without", "Seconds", "Beside the whole")
    title = f"### Where the time of building {markup.number(site.count)} pages goes"
    said = f"Each time here is the median of {markup.count(site.runs, 'run')}."
    return f"{title}\n\n{said}\n\n{markup.table(header, rows, numbers=header[1:])}"
