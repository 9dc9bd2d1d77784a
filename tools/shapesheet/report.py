"""Say in plain lines and in JSON what a command found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from shapesheet import markup
from shapesheet.backends import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shapesheet.errors import SnippetError
    from shapesheet.record import Failure, Record
    from shapesheet.status import Line, Status
    from shapesheet.write import Change


def as_json(value: object) -> str:
    """Return ``value`` as JSON that a person can read too."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _place(failure: Failure) -> str:
    exact = (failure.line, failure.column) if failure.column else (failure.line,)
    return ":".join([failure.path, *(str(number) for number in exact if number)])


def passed(record: Record) -> str:
    """Return the line of a snippet whose checks passed."""
    return f"{record.snippet}  ok  {markup.count(len(record.claims), 'claim')}"


def failed(failure: Failure) -> str:
    """Return what is wrong with a snippet, and the cure below it."""
    return f"{_place(failure)}: {failure.message}\n    {failure.cure}"


def shared(*, forks: bool) -> str:
    """Return what to know of the processes that check; nothing where each snippet has its own."""
    if forks:
        return ""
    return (
        "no snippet has a process of its own here: they share a few, one after the other; "
        "memory is not bounded"
    )


def checked(records: Sequence[Record], fresh: int = 0) -> str:
    """Return the sum of a check, and how many were left out because their record holds."""
    wrong = sum(bool(record.failures) for record in records)
    claims = markup.count(sum(len(record.claims) for record in records), "claim")
    found = f"{wrong} with failures" if wrong else f"{claims} verified"
    words = f"{markup.count(len(records), 'snippet')} checked, {found}"
    return f"{words}; {fresh} unchanged" if fresh else words


def checked_json(records: Iterable[Record]) -> str:
    """Return what a check found, for a machine."""
    snippets = [
        {
            "snippet": record.snippet,
            "ok": not record.failures,
            "claims": len(record.claims),
            "failures": record.failures,
        }
        for record in records
    ]
    return as_json({"snippets": snippets})


def problem_json(error: SnippetError) -> dict[str, Any]:
    """Return the parts of an error, for a machine."""
    return {
        "path": error.path,
        "line": error.line,
        "message": error.message,
        "cure": error.cure,
    }


def plan_json(changes: Iterable[Change], problems: Iterable[SnippetError]) -> str:
    """Return what was written or is out of date, and what is to be mended, for a machine."""
    return as_json(
        {
            "changes": [change.shown for change in changes],
            "problems": [problem_json(error) for error in problems],
        }
    )


def planned(
    pages: int, changes: Sequence[Change], problems: Sequence[SnippetError], *, dry: bool
) -> str:
    """Return the sum of what was written, or is out of date where a plan was only made."""
    state = "out of date" if dry else "written"
    words = [markup.count(pages, "page"), f"{len(changes)} {state}"]
    if problems:
        words.append(f"{markup.count(len(problems), 'problem')} to mend")
    return ", ".join(words)


def status_lines(status: Status) -> list[tuple[str, bool]]:
    """Return a line for each snippet and orphan, and whether it is fine."""
    width = max((len(line.snippet) for line in status.snippets), default=0)
    lines = [(_status_line(line, width), line.fine) for line in status.snippets]
    lines += [(f"{path}: of a snippet that is gone; rm {path}", False) for path in status.orphans]
    return lines


def _status_line(line: Line, width: int) -> str:
    claims = markup.count(line.claims, "claim")
    return f"{line.snippet:{width}}  {line.state:13}  {claims:>9}  {line.standing}"


def status_sum(status: Status) -> str:
    """Return the sum of all snippets, and of their ports to each other backend."""
    total = markup.count(len(status.snippets), "snippet")
    if not status.counts:
        return total
    ports = [f"; {NAMES[on]}: {_listed(counts)}" for on, counts in status.ports.items()]
    claims = markup.count(status.claims, "claim")
    return f"{total}: {_listed(status.counts)}; {claims}{''.join(ports)}"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in counts.items())


def status_json(status: Status) -> str:
    """Return how all snippets stand, for a machine."""
    return as_json(
        {
            "fine": status.fine,
            "claims": status.claims,
            "counts": status.counts,
            "ports": status.ports,
            "snippets": status.snippets,
            "orphans": status.orphans,
        }
    )
