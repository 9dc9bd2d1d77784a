"""Check snippets as they are saved, and write their pages at once."""

from __future__ import annotations

import contextlib
import os
import threading
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Self

import watchfiles
from msgspec.structs import replace

from shapesheet import config as configuration
from shapesheet import engine, project, snippet, states
from shapesheet import record as records
from shapesheet import write as writing
from shapesheet.errors import SnippetError
from shapesheet.isolation import Pool
from shapesheet.raised import reason

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from pathlib import Path

    from shapesheet.config import Config
    from shapesheet.limits import Limits
    from shapesheet.record import Record
    from shapesheet.snippet import Snippet

# An editor saves in several writes within a moment; these are milliseconds.
_DEBOUNCE, _STEP = 60, 20
_ASK = (
    "mend that (on Linux, raise fs.inotify.max_user_watches and max_user_instances), or set "
    "WATCHFILES_FORCE_POLLING=1 in the environment, which looks at the files again and again"
)


@dataclass(frozen=True)
class Event:
    """What came of a save.

    Attributes:
        written: The pages that were written, as they are shown.
        problems: What has to be mended in pages, or before anything can be checked.
        record: The snippet's record; ``None`` where only pages were looked at.
        complete: Whether the claims have been run as well.
    """

    written: tuple[str, ...] = ()
    problems: tuple[SnippetError, ...] = ()
    record: Record | None = None
    complete: bool = True


def watch(config: Config, limits: Limits) -> Iterator[Event]:
    """Check what is stale, then whatever is saved, without importing Keras again.

    A snippet's page is written as soon as everything but its claims is checked; these may take
    longer, and run meanwhile. A save during a check begins it anew.

    Yields:
        What came of each save; an empty event when it begins to wait for the first.

    Raises:
        SnippetError: No worker can be started, or the system tells of no saves.
    """
    tried: dict[str, str] = {}
    with Pool(limits) as pool, _Saves(config) as saves:
        pool.warm()
        yield from _round(config.root, pool, saves, tried)
        yield Event()
        while True:
            saves.wait()
            yield from _round(config.root, pool, saves, tried)


def _round(root: Path, pool: Pool, saves: _Saves, tried: dict[str, str]) -> Iterator[Event]:
    """Check and write; what keeps it from that is told, since the next save may mend it.

    Settings may be half typed, and an editor may delete a snippet before it renames the new one.
    """
    try:
        yield from _checked(root, pool, saves, tried)
    except SnippetError as error:
        yield Event(problems=(error,))


def _checked(root: Path, pool: Pool, saves: _Saves, tried: dict[str, str]) -> Iterator[Event]:
    """Check what has to be and write the pages, again for as long as snippets are saved."""
    while True:
        saves.forget()
        # The workers read the settings anew as well, and a digest depends on them.
        config = configuration.load(root)
        due = list(_due(config, tried))
        # Where the tool itself is edited meanwhile, a worker's digest would never be this one.
        digests = {each.key: snippet.digest(each, config) for each in due}
        shown: set[str] = set()
        for record, complete in engine.survey(due, config, pool, saves.code):
            # Without a digest, none of its files was read: it may be back as it was.
            if complete and record.digest:
                tried[record.snippet] = digests[record.snippet]
            if complete or not record.failures:
                yield _written(config, record, complete=complete)
                if record.snippet not in shown:
                    _show_anew(config, record.snippet)
                shown.add(record.snippet)
        pool.warm()
        if not saves.code.poll():
            break
    plan = writing.plan(config)
    written, failed = writing.apply(plan)
    if written or failed or plan.problems:
        yield Event(tuple(change.shown for change in written), (*plan.problems, *failed))


def _due(config: Config, tried: dict[str, str]) -> Iterator[Snippet]:
    """Yield what has to be checked, but not what has failed as it is."""
    for each in states.not_fresh(snippet.find(config), config):
        try:
            if tried.get(each.key) != snippet.digest(each, config):
                yield each
        except SnippetError:
            continue  # half of it is saved, or it is gone again


def _written(config: Config, record: Record, *, complete: bool) -> Event:
    """Write the pages as ``record`` has it; a failing snippet leaves them as they were."""
    if record.failures:
        return Event(record=record)
    shown = record if complete else _with_last_claims(config, record)
    plan = writing.plan(config, {record.snippet: shown})
    written, failed = writing.apply(plan)
    return Event(tuple(change.shown for change in written), failed, record, complete)


def _show_anew(config: Config, key: str) -> None:
    """Have a preview show a snippet's page anew: its code has changed, even if no block has."""
    for page in project.gather(config).pages_of(key):
        # It may be gone by now, or another user's; it was written nonetheless.
        with contextlib.suppress(OSError):
            os.utime(page.path)


def _with_last_claims(config: Config, record: Record) -> Record:
    """Return the record with the claims that held before, until they have been run again."""
    try:
        last = records.read(config.records, record.snippet)
    except SnippetError:
        last = None
    return replace(record, claims=last.claims, mistakes=last.mistakes) if last else record


class _Saves:
    """Hear of files that are saved in the project, in a thread of its own.

    Attributes:
        code: Has something to read when a snippet or its claims have been saved.
        text: Has something to read when a page or the settings have.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self.code, self._say_code = Pipe(duplex=False)
        self.text, self._say_text = Pipe(duplex=False)
        self._problem: SnippetError | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._hear, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _hear(self) -> None:
        try:
            self._pass_on()
        except Exception as error:  # noqa: BLE001 - the thread that waits raises it
            message = f"the system does not tell what is saved here: {reason(error)}"
            self._problem = SnippetError(self._config.root, 0, message, _ASK)
            self._say_text.send_bytes(b"failed")

    def _pass_on(self) -> None:
        config = self._config
        texts = [config.pages, config.root / "pyproject.toml", config.coverage]
        paths = [path for path in (config.snippets, *texts) if path.exists()]
        inside = f"{config.snippets}{os.sep}"
        for changes in watchfiles.watch(
            *paths, stop_event=self._end, debounce=_DEBOUNCE, step=_STEP, rust_timeout=200
        ):
            code = any(path.startswith(inside) for _, path in changes)
            (self._say_code if code else self._say_text).send_bytes(b"saved")

    def wait(self) -> None:
        """Wait for a save.

        Raises:
            SnippetError: The system tells of none.
        """
        # What woke a waiter may have been forgotten with the saves until then.
        if not self._problem:
            wait([self.code, self.text])
        if self._problem:
            raise self._problem

    def forget(self) -> None:
        """Forget the saves until now."""
        for connection in (self.code, self.text):
            _drain(connection)


def _drain(connection: Connection) -> None:
    while connection.poll():
        connection.recv_bytes()
