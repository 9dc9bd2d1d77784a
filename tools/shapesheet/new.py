"""Start a snippet: its file, its claims, its page and its entry in the navigation."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from shapesheet import navigation, templates
from shapesheet.errors import SnippetError
from shapesheet.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from shapesheet.config import Config

_WORD = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
# A file so named would be taken for claims or for pytest's own.
_RESERVED = re.compile(r"test_.*|test|conftest|index")


@dataclass(frozen=True)
class Name:
    """The name of a snippet: its family and, within it, its builder."""

    family: str
    name: str

    @property
    def title(self) -> str:
        """Return the title of its page."""
        return _title(self.name)

    @property
    def page(self) -> str:
        """Return its page within the folder of the pages."""
        return f"{self.folder}/{self.name.replace('_', '-')}.md"

    @property
    def folder(self) -> str:
        """Return the folder of the family's pages."""
        return self.family.replace("_", "-")


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def parse(text: str) -> Name:
    """Return the name of a new snippet.

    Raises:
        SnippetError: It is not two lower-case Python names.
    """
    family, slash, name = text.partition("/")
    cure = "write FAMILY/NAME in lower-case letters, digits and underscores"
    if not slash:
        raise SnippetError(text, 0, "this names no family", cure)
    for word in (family, name):
        if not _WORD.fullmatch(word) or keyword.iskeyword(word) or _RESERVED.fullmatch(word):
            message = f"{word!r} can't be the name of a family or a builder"
            raise SnippetError(text, 0, message, cure)
    return Name(family, name)


def create(config: Config, name: Name) -> list[str]:
    """Write all files of a new snippet; return their paths as they are shown.

    Raises:
        SnippetError: One of the files is there already, or the navigation can't be read or found;
            nothing is written then.
    """
    site = _site(config)
    fresh = _files(config, name, site)
    for path in fresh:
        if path.exists() or path.is_symlink():
            message = "this file is there already"
            raise SnippetError(config.shown(path), 0, message, "choose another name or delete it")
    index = config.pages / name.folder / "index.md"
    if not index.exists():
        values = {"title": _title(name.family), "family": name.family}
        fresh[index] = templates.INDEX.format(**values).encode()
    changed = _navigation(config, name, site)
    for path, content in {**fresh, **changed}.items():
        write_atomically(path, content)
    return [config.shown(path) for path in (*fresh, *changed)]


def _site(config: Config) -> str:
    """Return the text of the mkdocs configuration; pages on a code host alone need none."""
    names = config.settings.mkdocs[:1]
    if not names:
        return ""
    path = config.root / names[0]
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        # A name with a NUL in it is a ValueError, as bytes that are no UTF-8 are.
        message = f"this file can't be read: {error}"
        cure = "make it a readable file of UTF-8, or mend mkdocs in [tool.shapesheet]"
        raise SnippetError(config.shown(path), 0, message, cure) from error


def _files(config: Config, name: Name, site: str) -> dict[Path, bytes]:
    folder = config.snippets / name.family
    values = {
        "family": name.family,
        "name": name.name,
        "title": name.title,
        "package": ".".join(PurePath(config.settings.snippets).parts),
    }
    page = templates.PAGE + (templates.BUILDER if "mkdocstrings" in site else "")
    return {
        folder / f"{name.name}.py": templates.SNIPPET.format(**values).encode(),
        folder / f"test_{name.name}.py": templates.CLAIMS.format(**values).encode(),
        config.pages / name.page: page.format(**values).encode(),
    }


def _navigation(config: Config, name: Name, site: str) -> dict[Path, bytes]:
    if not site:
        return {}
    path = config.root / config.settings.mkdocs[0]
    shown = config.shown(path)
    new = navigation.add(site, shown, name.page, name.title, _title(name.family))
    return {} if new == site else {path: new.encode()}
