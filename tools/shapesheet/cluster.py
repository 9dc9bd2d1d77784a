"""Check snippets on a Dask cluster: a check is a function from texts to a record.

Nothing is shared with the workers but the same shapesheet and the same libraries: the texts go
there, the record comes back. A worker that dies has its checks run again by others.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shapesheet import config as configuration
from shapesheet import engine, files, isolation
from shapesheet import record as records
from shapesheet import snippet as snippets
from shapesheet.distributions import installed
from shapesheet.errors import SnippetError
from shapesheet.record import Failure, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shapesheet.config import Config
    from shapesheet.limits import Limits
    from shapesheet.snippet import Snippet

_OPTION = "--scheduler"
_PROJECT = "pyproject.toml"
# How long the scheduler may take to answer, and then to have a worker, in seconds.
_PATIENCE = 10
_AGAIN = "run it again: every snippet that was checked has its record"


@dataclass(frozen=True)
class Bundle:
    """All that the check of one snippet needs.

    Attributes:
        key: ``family/name``.
        digest: Of all that its facts depend on, as it is here.
        libraries: The versions of those that every check uses, as they are here.
        files: What to write into the project there, by the path within it.
    """

    key: str
    digest: str
    libraries: dict[str, str]
    files: dict[str, bytes]


@dataclass(frozen=True)
class Found:
    """A record, and how many seconds the checks took."""

    record: Record
    seconds: float


@dataclass(frozen=True)
class Refusal:
    """Why a worker's record would not be the one that is made here."""

    reason: str


def bundle(snippet: Snippet, config: Config) -> Bundle:
    """Return what the check of a snippet needs: its texts, and the settings.

    Raises:
        SnippetError: The snippet can't be read.
    """
    paths = [
        *(config.root / name for name in (_PROJECT, *snippets.PYTEST_SETTINGS)),
        *(snippet.path, snippet.test_path),
        *snippets.compared(snippet, config),
        *snippets.shared(snippet, config),
    ]
    files = {
        path.relative_to(config.root).as_posix(): path.read_bytes()
        for path in paths
        if path.is_file()
    }
    # Without a table of its own, a folder above the one there could be taken for the project.
    files.setdefault(_PROJECT, f"{configuration.TABLE}\n".encode())
    return Bundle(snippet.key, snippets.digest(snippet, config), _libraries(), files)


def examine(wanted: Bundle, limits: Limits) -> Found | Refusal:
    """Check a snippet in a folder of its own: what a worker of the cluster does.

    Raises:
        SnippetError: The bundle is of no project.
    """
    # Dask's workers may be daemons, whose children Python forbids lest they be left behind;
    # the fork server and all that it forks end with the process that started it.
    multiprocessing.current_process().daemon = False
    with files.scratch() as folder:
        for name, content in wanted.files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        config = configuration.load(Path(folder))
        snippet = snippets.named(config, wanted.key)
        if snippets.digest(snippet, config) != wanted.digest:
            return Refusal(_difference(wanted.libraries, _libraries()))
        return _bounded(snippet, config, limits)


def _bounded(snippet: Snippet, config: Config, limits: Limits) -> Found:
    from shapesheet import check as checking  # noqa: PLC0415 - its imports take a moment

    # A pool for each call: the fork server, which has imported Keras, is the process's.
    with isolation.Pool(replace(limits, jobs=1)) as pool:
        call = (str(config.root), snippet.key)
        (outcome,) = pool.run(checking.examine, [call])
    return Found(engine.concluded(outcome, snippet, config), outcome.seconds)


def _libraries() -> dict[str, str]:
    names = (*records.LIBRARIES, records.BACKEND, "shapesheet")
    return {name: installed(name) for name in names}


def _difference(here: dict[str, str], there: dict[str, str]) -> str:
    """Return what differs between the versions here and those of a worker."""
    unequal = [name for name in here if here[name] != there[name]]
    found = [f"{name} {there[name]}, here is {here[name]}" for name in unequal]
    return "; ".join(found) or "another shapesheet, or other versions of what the claims import"


def check(
    chosen: Iterable[Snippet], config: Config, limits: Limits, address: str
) -> Iterator[Record]:
    """Check snippets on the cluster whose scheduler is at ``address``.

    As many are checked at a time as its workers have threads. A snippet whose worker died is
    checked again alone: of those that a worker held, it may not be the one to blame.

    Yields:
        Each record, after it is written.

    Raises:
        SnippetError: There is no such scheduler or no worker, a worker has other versions, or a
            record can't be written.
    """
    distributed = _library()
    named = {each.key: each for each in engine.longest_first(chosen, config)}
    bundles: list[Bundle] = []
    for each in named.values():
        try:
            bundles.append(bundle(each, config))
        except SnippetError as error:
            from shapesheet.check import unreadable  # noqa: PLC0415 - as in _bounded

            yield engine.keep(unreadable(each, error), 0.0, config)
    suspects: list[Bundle] = []
    with _connected(distributed, address) as client:
        for wanted, found in _answers(distributed, client, bundles, limits):
            if found is None:
                suspects.append(wanted)
            else:
                yield engine.keep(found.record, found.seconds, config)
        for suspect in suspects:
            ((_, found),) = _answers(distributed, client, [suspect], limits)
            found = found or Found(_killer(named[suspect.key], suspect), 0.0)
            yield engine.keep(found.record, found.seconds, config)


def _library() -> Any:  # noqa: ANN401 - a module
    try:
        return importlib.import_module("distributed")
    except ModuleNotFoundError as error:
        message = f"a cluster wants the library distributed, which is not here: {error}"
        cure = "pip install 'shapesheet[cluster]'"
        raise SnippetError(_OPTION, 0, message, cure) from None


@contextlib.contextmanager
def _connected(distributed: Any, address: str) -> Iterator[Any]:  # noqa: ANN401
    try:
        client = distributed.Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        message = f"there is no scheduler at {address!r}: {error}"
        raise SnippetError(_OPTION, 0, message, "start one: dask scheduler") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError:
            message = f"the scheduler at {address} has no workers"
            cure = f"start some: dask worker {address}"
            raise SnippetError(_OPTION, 0, message, cure) from None
        yield client


def _answers(
    distributed: Any,  # noqa: ANN401
    client: Any,  # noqa: ANN401
    bundles: list[Bundle],
    limits: Limits,
) -> Iterator[tuple[Bundle, Found | None]]:
    """Yield what became of each check; nothing where the workers died again and again."""
    run = uuid.uuid4()
    futures = {
        client.submit(examine, each, limits, key=f"check-{each.key}-{run}", pure=False): each
        for each in bundles
    }
    try:
        for future in distributed.as_completed(list(futures), loop=client.loop):
            wanted = futures[future]
            if future.status == "error" and isinstance(
                future.exception(), distributed.KilledWorker
            ):
                yield wanted, None
            else:
                yield wanted, _value(client, future, wanted)
    finally:
        client.cancel([future for future in futures if not future.done()])


def _value(client: Any, future: Any, wanted: Bundle) -> Found:  # noqa: ANN401
    if future.cancelled():
        raise SnippetError(_OPTION, 0, "the scheduler has gone away", _AGAIN)
    if future.status == "error":
        error = future.exception()
        message = f"no worker can check {wanted.key}: {type(error).__name__}: {error}"
        cure = "install the same shapesheet for the scheduler's workers"
        raise SnippetError(_OPTION, 0, message, cure) from error
    where = ", ".join(*client.who_has([future]).values())
    found: Found | Refusal = future.result()
    if isinstance(found, Refusal):
        message = f"the worker {where} is refused, it has {found.reason}"
        pins = " ".join(f"{name}=={version}" for name, version in wanted.libraries.items())
        raise SnippetError(_OPTION, 0, message, f"install there: {pins}")
    return found


def _killer(snippet: Snippet, wanted: Bundle) -> Record:
    message = "every worker of the cluster that checks it dies, again and again"
    cure = f"see what it does: shapesheet check {snippet.key}"
    failure = Failure(snippet.shown, 0, message, cure, engine.ISOLATION)
    return Record(snippet.key, wanted.digest, records.versions(), failures=(failure,))
