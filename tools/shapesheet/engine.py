"""Check snippets, each in a process of its own, and write their records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from shapesheet import record as records
from shapesheet import snippet as snippets
from shapesheet.errors import SnippetError
from shapesheet.files import is_file
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
    calls = [(root, each.key) for each in longest_first(named.values(), config)]
    for outcome in pool.run(examine, calls):
        snippet = named[outcome.arguments[1]]
        yield keep(concluded(outcome, snippet, config), outcome.seconds, config)


def longest_first(chosen: Iterable[Snippet], config: Config) -> list[Snippet]:
    """Return snippets in the order to check them: the last to end should not be a long one."""
    return sorted(chosen, key=lambda each: -(seconds(config, each.key) or float("inf")))


def concluded(outcome: Outcome, snippet: Snippet, config: Config) -> Record:
    """Return the record of a snippet, whether its check has ended with one or not."""
    found: Record | None = outcome.value
    return found or _ended(snippet, config, outcome.ended)


def keep(found: Record, took: float, config: Config) -> Record:
    """Write a record, with how long its check took, but none of a snippet that is gone meanwhile.

    Returns:
        The record as it was written, or why it could not be.
    """
    if is_gone(found.snippet, config):
        # An editor may be about to put it back, and then the old record still holds.
        return found
    timed = replace(found, seconds=records.steady(seconds(config, found.snippet), took))
    try:
        records.write(config.records, timed)
    except SnippetError as error:
        shown = config.shown(records.record_path(config.records, found.snippet))
        lost = Failure(shown, 0, error.message, error.cure, RECORD)
        return Record(found.snippet, found.digest, found.versions, failures=(*found.failures, lost))
    return timed


def is_gone(key: str, config: Config) -> bool:
    """Return whether a snippet's file is not there any more."""
    return not is_file(snippets.named(config, key).path)


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
        found = concluded(outcome, named[key], config)
        yield (keep(found, outcome.seconds, config) if complete else found), complete


def seconds(config: Config, key: str) -> float:
    """Return how long the last check took, zero for one that was never checked."""
    try:
        found = records.read(config.records, key)
    except SnippetError:
        return 0.0
    return found.seconds if found else 0.0


def _ended(snippet: Snippet, config: Config, ended: Ended | None) -> Record:
    """Return the record of a snippet that has ended its process, or never ends."""
    try:
        digest = snippets.digest(snippet, config)
    except SnippetError:
        # It went while it was checked; how it has ended is told all the same.
        digest = ""
    return Record(snippet.key, digest, records.versions(), failures=(failure(snippet, ended),))


def failure(snippet: Snippet, ended: Ended | None) -> Failure:
    """Return how a snippet has ended its process, as it is kept in a record."""
    if ended is None:
        message = f"{snippet.key}: a call ends with a value or in some other way"
        raise AssertionError(message)
    shown, line = _place(snippet, ended)
    return Failure(shown, line, ended.message, ended.cure, ISOLATION)


def _place(snippet: Snippet, ended: Ended) -> tuple[str, int]:
    """Return the innermost line of the snippet or of its claims that was running."""
    own = {str(snippet.path): snippet.shown, str(snippet.test_path): snippet.test_shown}
    for path, line in ended.places:
        if path in own:
            return own[path], line
    return snippet.shown, 0
