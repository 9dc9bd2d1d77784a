"""Have snippets checked on another backend, each in a process of its own, and write the ports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from shapesheet import backend, engine, files, porting, ports
from shapesheet.isolation import Pool

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shapesheet.config import Config
    from shapesheet.limits import Limits
    from shapesheet.ports import Port
    from shapesheet.record import Failure
    from shapesheet.snippet import Snippet

Failures = tuple["Failure", ...]


def run(chosen: Iterable[Snippet], config: Config, on: str, limits: Limits) -> Iterator[Port]:
    """Check snippets on another backend side by side; yield each port after it is written.

    First processes with TensorFlow save what each snippet gives, then those with the other
    backend compare: one process can't hold Keras on both.

    Raises:
        SnippetError: The backend is not installed, or a port can't be written.
    """
    backend.require(on)
    named = {snippet.key: snippet for snippet in chosen}
    # Of the two, this one gets the fork server, and so a process for each snippet: on
    # TensorFlow they have all been checked before.
    pool = Pool(limits, runs_on=on)
    with files.scratch() as folder, pool:
        failed = _references(named, config, limits, Path(folder))
        for key, failures in failed.items():
            yield _written(named[key], config, on, failures)
        calls = _calls(named.keys() - failed, config, Path(folder))
        for outcome in pool.run(porting.port, [(*call, on) for call in calls]):
            snippet = named[outcome.arguments[1]]
            if outcome.value is None:
                yield _written(snippet, config, on, (engine.failure(snippet, outcome.ended),))
            else:
                yield _keep(outcome.value, config)


def _references(
    named: dict[str, Snippet], config: Config, limits: Limits, folder: Path
) -> dict[str, Failures]:
    """Have TensorFlow's outputs saved; return the failures of those for which it can't be done."""
    failed: dict[str, Failures] = {}
    with Pool(limits) as pool:
        for outcome in pool.run(porting.reference, _calls(named, config, folder)):
            key = outcome.arguments[1]
            failures = outcome.value
            if failures is None:
                failures = (engine.failure(named[key], outcome.ended),)
            if failures:
                failed[key] = failures
    return failed


def _calls(keys: Iterable[str], config: Config, folder: Path) -> list[tuple[str, str, str]]:
    # The last to end would keep one core busy alone, so those that take long are first.
    ordered = sorted(keys, key=lambda key: (-engine.seconds(config, key), key))
    return [
        (str(config.root), key, str(folder / f"{key.replace('/', '.')}.npz")) for key in ordered
    ]


def _written(snippet: Snippet, config: Config, on: str, failures: Failures) -> Port:
    return _keep(replace(porting.begun(snippet, config, on), failures=failures), config)


def _keep(port: Port, config: Config) -> Port:
    """Write a port, but none of a snippet that is gone meanwhile."""
    if not engine.is_gone(port.snippet, config):
        ports.write(config.records, port)
    return port
