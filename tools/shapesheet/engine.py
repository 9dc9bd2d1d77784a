"""Check snippets, each in a process of its own, and write their records."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shapesheet import record as records
from shapesheet import snippet as snippets
from shapesheet.errors import SnippetError
from shapesheet.record import Failure, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from multiprocessing.connection import Connection

    from shapesheet.config import Config
    from shapesheet.endings import Ended
    from shapesheet.isolation import Outcome, Pool
    from shapesheet.snippet import Snippet

# The name of the check that a snippet fails which ends its process.
ISOLATION = "isolation"
# The same of a record that can't be written.
RECORD = "record"


def check(chosen: Iterable[Snippet], config: Config, pool: Pool) -> Iterator[Record]:
    """Check snippets side by side; yield each record after it is written.

    One that can't be written is yielded as a failure that says so; the old one stays.
    """
    named = {snippet.key: snippet for snippet in chosen}
    # Importing the checks here would import nothing of Keras, but the workers have it already.
    from shapesheet.check import examine  # noqa: PLC0415

    root = str(config.root)
    # Those that take long first: the last to end would otherwise keep one core busy alone.
    calls = [(root, key) for key in sorted(named, key=lambda key: -_seconds(config, key))]
    for outcome in pool.run(examine, calls):
        snippet = named[outcome.arguments[1]]
        found = _timed(outcome.value or _ended(snippet, config, outcome.ended), outcome, config)
        yield _kept(found, config)


def _kept(found: Record, config: Config) -> Record:
    """Return the record that was written, or why it could not be."""
    try:
        records.write(config.records, found)
    except SnippetError as error:
        shown = config.shown(records.record_path(config.records, found.snippet))
        lost = Failure(shown, 0, error.message, error.cure, RECORD)
        return Record(found.snippet, found.digest, found.versions, failures=(*found.failures, lost))
    return found


def survey(
    chosen: list[Snippet], config: Config, pool: Pool, stop: Connection
) -> Iterator[tuple[Record, bool]]:
    """Check snippets until ``stop`` has something to read; write the records that are complete.

    Yields:
        A record, and whether it is complete. One snippet alone gets a first record without its
        claims, while these are run.
    """
    from shapesheet.check import examine  # noqa: PLC0415 - as in check

    named = {snippet.key: snippet for snippet in chosen}
    root = str(config.root)
    calls = [(root, key, complete) for key in named for complete in (False, True)]
    if len(named) > 1:
        calls = [call for call in calls if call[2]]
    for outcome in pool.run(examine, calls, stop):
        _, key, complete = outcome.arguments
        found = _timed(outcome.value or _ended(named[key], config, outcome.ended), outcome, config)
        yield _kept(found, config) if complete else found, complete


def _seconds(config: Config, key: str) -> float:
    """Return how long the last check took, without an end for one that never ended."""
    try:
        found = records.read(config.records, key)
    except SnippetError:
        found = None
    return found.seconds if found else float("inf")


def _timed(found: Record, outcome: Outcome, config: Config) -> Record:
    known = _seconds(config, found.snippet)
    return replace(found, seconds=records.steady(known, outcome.seconds))


def _ended(snippet: Snippet, config: Config, ended: Ended | None) -> Record:
    """Return the record of a snippet that has ended its process, or never ends."""
    if ended is None:
        message = f"{snippet.key}: a call ends with a value or in some other way"
        raise AssertionError(message)
    shown, line = _place(snippet, ended)
    failure = Failure(shown, line, ended.message, ended.cure, ISOLATION)
    digest = snippets.digest(snippet, config)
    return Record(snippet.key, digest, records.versions(), failures=(failure,))


def _place(snippet: Snippet, ended: Ended) -> tuple[str, int]:
    """Return the innermost line of the snippet or of its claims that was running."""
    own = {str(snippet.path): snippet.shown, str(snippet.test_path): snippet.test_shown}
    for path, line in ended.places:
        if path in own:
            return own[path], line
    return snippet.shown, 0
