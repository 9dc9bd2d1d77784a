"""Find snippet files and read what can be read without running them."""

from __future__ import annotations

import functools
import importlib.util
import re
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from shapesheet import record
from shapesheet.distributions import NONE, installed
from shapesheet.errors import SnippetError, printable
from shapesheet.files import is_file

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapesheet.config import Config

_IMPORT = re.compile(rb"^[ \t]*(?:from|import)[ \t]+(\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Snippet:
    """One snippet's files.

    Attributes:
        family: The folder it lies in.
        name: The file's name without its ending, which is its builder's name.
        path: The snippet.
        shown: Its path as errors show it.
    """

    family: str
    name: str
    path: Path
    shown: str

    @property
    def key(self) -> str:
        """Return ``family/name``, the snippet's name in pages, records and commands."""
        return f"{self.family}/{self.name}"

    @property
    def test_path(self) -> Path:
        """Return where its claims lie."""
        return self.path.with_name(f"test_{self.name}.py")

    @property
    def test_shown(self) -> str:
        """Return the path of its claims as errors show it."""
        return str(Path(self.shown).with_name(f"test_{self.name}.py"))

    @cached_property
    def source(self) -> str:
        """Return the snippet's text.

        Raises:
            SnippetError: The file can't be read as UTF-8.
        """
        try:
            return self.path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            message = f"this snippet can't be read: {error}"
            raise SnippetError(self.shown, 0, message, "save the file as UTF-8") from error

    @cached_property
    def digests(self) -> dict[tuple[Path, bytes], str]:
        """Return the digests that were computed, by the project's folder and its rules."""
        return {}


def find(config: Config) -> list[Snippet]:
    """Return all snippets of the project in the order of their names.

    Raises:
        SnippetError: A file's name is no text.
    """
    paths = [path for path in sorted(config.snippets.glob("*/*.py")) if is_snippet(path)]
    for path in paths:
        if str(path) != printable(str(path)):
            shown = config.shown(path)
            raise SnippetError(shown, 0, "the name of this file is no text", "rename it")
    return [at(config, path) for path in paths]


def is_snippet(path: Path) -> bool:
    """Return whether a Python file in a family's folder is a snippet, not claims or a helper."""
    return path.suffix == ".py" and not path.name.startswith(("test_", "_", "conftest."))


def at(config: Config, path: Path) -> Snippet:
    """Return the snippet that ``path`` is."""
    return Snippet(path.parent.name, path.stem, path, config.shown(path))


def modules(config: Config) -> list[str]:
    """Return the names of Python's modules that lie below the folder of the snippets."""
    package = config.settings.snippets.partition("/")[0]
    return [name for name in sys.modules if name.partition(".")[0] == package]


def select(config: Config, wanted: Iterable[str]) -> list[Snippet]:
    """Return the snippets that ``wanted`` names: families, ``family/name`` or paths; all for none.

    Raises:
        SnippetError: A name is that of nothing.
    """
    everything = find(config)
    names = list(wanted)
    if not names:
        return everything
    chosen: dict[str, Snippet] = {}
    for name in names:
        path = Path(name).resolve()
        found = [
            snippet
            for snippet in everything
            if name.strip("/") in (snippet.family, snippet.key)
            or path in (snippet.path, snippet.test_path, *snippet.path.parents)
        ]
        if not found:
            cure = f"name a family, family/name or a path under {config.settings.snippets}"
            raise SnippetError(name, 0, "no snippet is here", cure)
        chosen.update((snippet.key, snippet) for snippet in found)
    return [snippet for snippet in everything if snippet.key in chosen]


def digest(snippet: Snippet, config: Config) -> str:
    """Return the digest of all that the snippet's record depends on, without importing Keras.

    It is computed once for a snippet that was found; its records on other backends need it, too.
    """
    settings = config.settings
    rules = msgspec.json.encode(
        [
            settings.imports,
            settings.family_imports.get(snippet.family, ()),
            settings.minimum_claims,
        ]
    )
    known = snippet.digests.get((config.root, rules))
    if known is None:
        known = record.digest([*_sources(snippet, config), rules])
        snippet.digests[config.root, rules] = known
    return known


def _sources(snippet: Snippet, config: Config) -> list[bytes]:
    """Return the texts of the snippet, of its claims, and of all that these import."""
    source, test = snippet.source.encode(), _claims(snippet)
    others = [path.read_bytes() for path in _others(snippet, config, test)]
    return [source, test, *others, *_imported(config, source + b"\n" + test)]


def compared(snippet: Snippet, config: Config) -> list[Path]:
    """Return the other snippets that the claims import, in the order of their names."""
    return _others(snippet, config, _claims(snippet))


def _claims(snippet: Snippet) -> bytes:
    return snippet.test_path.read_bytes() if snippet.test_path.is_file() else b""


def _others(snippet: Snippet, config: Config, test: bytes) -> list[Path]:
    named = sorted(set(re.findall(rb"^from [\w.]*?(\w+)\.(\w+) import", test, re.MULTILINE)))
    paths = [config.snippets / each[0].decode() / f"{each[1].decode()}.py" for each in named]
    return [path for path in paths if path != snippet.path and is_file(path)]


def _imported(config: Config, text: bytes) -> list[bytes]:
    """Return the versions of the libraries, beside Keras and NumPy, that a text imports."""
    own = {*sys.stdlib_module_names, *record.LIBRARIES, config.settings.snippets.partition("/")[0]}
    named = {name.decode() for name in _IMPORT.findall(text)} - own
    return [_version(name) for name in sorted(named)]


@functools.cache
def _version(package: str) -> bytes:
    """Return what tells one version of an installed package from another.

    Where the distribution has another name than the package (scikit-learn and ``sklearn``),
    asking which one it is takes longer than all the rest; its ``__init__.py`` holds the version.
    """
    found = installed(package)
    if found != NONE:
        return f"{package}=={found}".encode()
    try:
        spec = importlib.util.find_spec(package)
    except ValueError:
        # What is no module of its own, such as __main__, has none.
        return NONE.encode()
    path = Path(spec.origin) if spec and spec.origin else Path()
    return path.read_bytes() if is_file(path) else NONE.encode()
