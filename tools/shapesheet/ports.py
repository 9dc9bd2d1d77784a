"""What was found of a snippet on another backend than TensorFlow: a port, its JSON, its state."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from shapesheet import snippet as snippets
from shapesheet.backends import DEFAULT, LIBRARIES, NAMES
from shapesheet.distributions import NONE, installed
from shapesheet.errors import SnippetError
from shapesheet.files import write_atomically
from shapesheet.record import Check, Failure  # noqa: TC001 - msgspec reads the types when it runs
from shapesheet.states import FAILING, FRESH, NEVER_CHECKED, STALE, UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapesheet.config import Config
    from shapesheet.snippet import Snippet

FORMAT = 1
OTHERS = tuple(name for name in NAMES if name != DEFAULT)
PORTING_CODE = ("agreement.py", "counter.py", "porting.py", "ports.py")


class Port(msgspec.Struct, frozen=True):
    """What one run of the checks found of one snippet on another backend than TensorFlow.

    Attributes:
        snippet: ``family/name``.
        digest: Of all that it depends on; see ``digest``.
        versions: Of Keras and of the backend's libraries, and the backend under ``backend``.
        failures: What is to be mended; empty when every check passed.
        impossible: Why it can't run there, in the contract's words; empty when it can.
        checks: The checks, each with the reason why it was left out when it was.
        difference: What no output differs from TensorFlow's by, as a share of the largest, when
            the weights are the same: a power of ten. ``None`` when outputs were not compared.
    """

    snippet: str
    digest: str
    versions: dict[str, str]
    failures: tuple[Failure, ...] = ()
    impossible: str = ""
    checks: tuple[Check, ...] = ()
    difference: float | None = None
    format: int = FORMAT

    @property
    def backend(self) -> str:
        """Return the backend."""
        return self.versions["backend"]


class Standing(msgspec.Struct, frozen=True):
    """How a snippet stands on a backend: one of ``states.STATES``, and what was found."""

    state: str
    port: Port | None = None
    problem: SnippetError | None = None


def path(folder: Path, snippet: str, on: str) -> Path:
    """Return where the port of ``family/name`` lies: beside its record, ``name.jax.json``."""
    return folder / f"{snippet}.{on}.json"


def dumps(port: Port) -> str:
    """Return the port as JSON: one fact a line."""
    return msgspec.json.format(msgspec.json.encode(port), indent=2).decode() + "\n"


def write(folder: Path, port: Port) -> None:
    """Write the port, whole or not at all.

    Raises:
        SnippetError: The folder can't be written.
    """
    write_atomically(path(folder, port.snippet, port.backend), dumps(port).encode())


def read(folder: Path, snippet: str, on: str) -> Port | None:
    """Return the port of ``family/name``, or ``None`` when it was never checked there.

    Raises:
        SnippetError: The file is no port, is of another format, or can't be read.
    """
    file = path(folder, snippet, on)
    cure = f"run: shapesheet check --backend {on} {snippet}"
    try:
        port = msgspec.json.decode(file.read_bytes(), type=Port)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError, msgspec.DecodeError) as error:
        raise SnippetError(file, 0, f"this is no record of a port: {error}", cure) from error
    if port.format != FORMAT or port.versions.get("backend") != on:
        message = f"this is no record of a port to {on} in format {FORMAT}"
        raise SnippetError(file, 0, message, cure)
    return port


def standing(snippet: Snippet, config: Config, on: str) -> Standing:
    """Return how a snippet stands on a backend, without importing it.

    Where the backend is not installed, the versions that the port states are taken for those
    that count: its sources and the checks tell whether it still holds.
    """
    try:
        port = read(config.records, snippet.key, on)
        if port is None:
            return Standing(NEVER_CHECKED)
        if port.digest != digest(snippet, config, on, port.versions):
            return Standing(STALE, port)
    except SnippetError as error:
        return Standing(UNREADABLE, problem=error.within(config.root))
    return Standing(FAILING if port.failures else FRESH, port)


def not_fresh(chosen: list[Snippet], config: Config, on: str) -> list[Snippet]:
    """Return the snippets that have to be checked on a backend."""
    return [snippet for snippet in chosen if standing(snippet, config, on).state != FRESH]


def fresh(snippet: Snippet, config: Config) -> tuple[Port, ...]:
    """Return the ports of a snippet that still hold and have no failure."""
    found = [standing(snippet, config, on) for on in OTHERS]
    return tuple(each.port for each in found if each.state == FRESH and each.port)


def outdated(config: Config) -> set[Path]:
    """Return the files of ports that do not hold any more, or can't be read."""
    return {
        path(config.records, snippet.key, on)
        for snippet in snippets.find(config)
        for on in OTHERS
        if standing(snippet, config, on).state in {STALE, UNREADABLE}
    }


def versions(on: str, stated: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the versions of Keras and of a backend's libraries, and the backend's name.

    Args:
        on: The backend.
        stated: Versions for the libraries that are not installed here.
    """
    found = {"backend": on, "keras": installed("keras")}
    for library in LIBRARIES[on]:
        # A build for another processor is the same version: 2.13.0+cpu.
        here = installed(library).partition("+")[0]
        missing = here == NONE and stated is not None
        found[library] = stated.get(library, here) if missing and stated is not None else here
    return found


def digest(
    snippet: Snippet, config: Config, on: str, stated: Mapping[str, str] | None = None
) -> str:
    """Return the digest of what a port depends on: all that the record does, and the backend."""
    total = hashlib.sha256(_code())
    total.update(snippets.digest(snippet, config).encode())
    for library, version in versions(on, stated).items():
        total.update(f"{library}=={version}\n".encode())
    return total.hexdigest()[:16]


@cache
def _code() -> bytes:
    folder = Path(__file__).parent
    return hashlib.sha256(b"".join((folder / name).read_bytes() for name in PORTING_CODE)).digest()
