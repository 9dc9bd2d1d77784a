"""Find snippet files and read what can be read without running them."""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from shapesheet import record
from shapesheet.distributions import NONE, installed
from shapesheet.errors import SnippetError, printable
from shapesheet.files import is_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shapesheet.config import Config

# A pattern that begins with a newline is found several times as fast as one for a line's start.
_IMPORT = re.compile(rb"\n[ \t]*(?:from|import)[ \t]+(\w+)")
# From which module what is imported, in brackets or to the line's end.
_FROM = re.compile(r"from[ \t]+([\w.]+)[ \t]+import[ \t]*(\([^)]*\)|[^\n]*)")
_WORD = re.compile(r"\w+")
_SHARED = "conftest.py"
# Where a project may say, beside pyproject.toml, how pytest is to run its tests.
PYTEST_SETTINGS = (
    *("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini"),
    *("tox.ini", "setup.cfg"),
)


class Snippet(msgspec.Struct, frozen=True, dict=True):
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

    @cached_property
    def test_path(self) -> Path:
        """Return where its claims lie."""
        return self.path.with_name(f"test_{self.name}.py")

    @property
    def test_shown(self) -> str:
        """Return the path of its claims as errors show it."""
        return f"{self.shown.removesuffix(self.path.name)}test_{self.name}.py"

    @cached_property
    def source(self) -> str:
        """Return the snippet's text.

        Raises:
            SnippetError: The file is gone, or can't be read as UTF-8.
        """
        try:
            return self.path.read_bytes().decode("utf-8")
        except FileNotFoundError as error:
            cure = "put it back, or take it off its page"
            raise SnippetError(self.shown, 0, "this snippet is gone", cure) from error
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


def named(config: Config, key: str) -> Snippet:
    """Return the snippet ``family/name``, which is found missing when it is read."""
    return at(config, config.snippets / f"{key}.py")


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
    places: dict[str | Path, list[Snippet]] = {}
    for snippet in everything:
        for place in _places(snippet):
            places.setdefault(place, []).append(snippet)
    chosen: dict[str, Snippet] = {}
    for name in names:
        found = [*places.get(name.strip("/"), ()), *places.get(Path(os.path.realpath(name)), ())]
        if not found:
            cure = f"name a family, family/name or a path under {config.settings.snippets}"
            raise SnippetError(name, 0, "no snippet is here", cure)
        chosen.update((snippet.key, snippet) for snippet in found)
    return [snippet for snippet in everything if snippet.key in chosen]


def _places(snippet: Snippet) -> tuple[str | Path, ...]:
    paths = (snippet.path, snippet.test_path, *snippet.path.parents)
    return (snippet.family, snippet.key, *paths)


def digest(snippet: Snippet, config: Config) -> str:
    """Return the digest of all that the snippet's record depends on, without importing Keras.

    It is computed once for a snippet that was found; its records on other backends need it, too.

    Raises:
        SnippetError: A file that it depends on can't be read.
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
    """Return the texts of the snippet, of its claims, and of all that these import or are given."""
    source, test = snippet.source.encode(), _claims(snippet)
    paths = [*_others(snippet, config, test), *shared(snippet, config)]
    texts = [source, test, *(_text(path, config.shown(path)) for path in paths)]
    return [*texts, *_imported(config, b"\n".join(texts))]


def shared(snippet: Snippet, config: Config) -> list[Path]:
    """Return the files that pytest reads before the claims: fixtures of the family and above."""
    folders = (config.root, config.snippets, snippet.path.parent)
    return [folder / _SHARED for folder in folders if is_file(f"{folder}{os.sep}{_SHARED}")]


def compared(snippet: Snippet, config: Config) -> list[Path]:
    """Return the other snippets that the claims import, in the order of their names."""
    return _others(snippet, config, _claims(snippet))


def _claims(snippet: Snippet) -> bytes:
    path = snippet.test_path
    return _text(path, snippet.test_shown) if is_file(path) else b""


def _text(path: Path, shown: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"this file can't be read: {error.strerror or error}"
        raise SnippetError(shown, 0, message, "make it readable") from error


def _others(snippet: Snippet, config: Config, test: bytes) -> list[Path]:
    package = config.settings.snippets.replace("/", ".")
    named = set(_mentioned(test.decode(errors="replace"), package, snippet.family))
    paths = [config.snippets / f"{key}.py" for key in sorted(named - {snippet.key})]
    return [path for path in paths if is_file(path)]


def _mentioned(test: str, package: str, family: str) -> Iterator[str]:
    """Yield ``family/name`` of every module of the package that a text may import."""
    module = re.compile(rf"{re.escape(package)}\.(\w+)\.(\w+)")
    yield from ("/".join(found) for found in module.findall(test))
    for source, names in _FROM.findall(test):
        above = _absolute(source, package, family)
        places = " ".join(f"{above}.{name}" for name in _WORD.findall(names))
        yield from ("/".join(found) for found in module.findall(places))


def _absolute(source: str, package: str, family: str) -> str:
    if source.startswith(".."):
        return package + source[1:]
    return f"{package}.{family}.{source[1:]}".rstrip(".") if source.startswith(".") else source


def _imported(config: Config, text: bytes) -> list[bytes]:
    """Return the versions of the libraries, beside Keras and NumPy, that a text imports."""
    named = {name.decode() for name in _IMPORT.findall(b"\n" + text)}
    own = {*record.LIBRARIES, config.settings.snippets.partition("/")[0]}
    return [_version(name) for name in sorted(named - own - sys.stdlib_module_names)]


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
