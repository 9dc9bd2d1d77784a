"""Build the site: each language by mkdocs, the records beside them, and a page that leads in."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from shapesheet import markup, ports
from shapesheet.errors import SnippetError
from shapesheet.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shapesheet.config import Config

_SITE_DIR = re.compile(
    r"^site_dir:[ \t]*['\"]?([^'\"#\r\n\0]+?)['\"]?[ \t]*(?:#.*)?$", re.MULTILINE
)
_SITE_NAME = re.compile(_SITE_DIR.pattern.replace("site_dir", "site_name"), re.MULTILINE)
_LEADING_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url={language}/index.html">
<title>{name}</title>
</head>
<body>
<p><a href="{language}/index.html">{name}</a></p>
</body>
</html>
"""


@dataclass(frozen=True)
class Language:
    """One edition of the site: its mkdocs configuration, its name and where it is built."""

    file: Path
    shown: str
    name: str
    folder: Path


def languages(config: Config) -> list[Language]:
    """Return the editions of the site in the order of the settings.

    Each names its own folder by ``site_dir``, since the records and the page that leads in
    lie beside it.

    Raises:
        SnippetError: A configuration is missing, names no folder, or one that lies elsewhere.
    """
    found = [_language(config, name) for name in config.settings.mkdocs]
    if not found:
        message = "the project names no mkdocs configuration"
        cure = 'add to [tool.shapesheet]: mkdocs = ["mkdocs.yml"]'
        raise SnippetError(config.shown(config.root / "pyproject.toml"), 0, message, cure)
    for language in found[1:]:
        if language.folder.parent != found[0].folder.parent:
            message = f"site_dir lies elsewhere, found {config.shown(language.folder)}"
            cure = f"choose a folder in {config.shown(found[0].folder.parent)}"
            raise SnippetError(language.shown, 0, message, cure)
    return found


def _language(config: Config, name: str) -> Language:
    file = config.root / name
    shown = config.shown(file)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        # A name with a NUL in it is a ValueError, as bytes that are no UTF-8 are.
        message = f"this mkdocs configuration can't be read: {error}"
        cure = "write it, or mend mkdocs in [tool.shapesheet]"
        raise SnippetError(shown, 0, message, cure) from error
    match = _SITE_DIR.search(text)
    folder = (file.parent / match[1]).resolve() if match else config.root
    if not match or folder.parent in (config.root, *config.root.parents):
        message = f"site_dir names no folder within the site's, found {match and match[1]!r}"
        raise SnippetError(shown, 0, message, "write for example: site_dir: site/en")
    named = _SITE_NAME.search(text)
    return Language(file, shown, named[1] if named else folder.name, folder)


def build(config: Config, found: list[Language]) -> Iterator[str]:
    """Build the whole site; yield a line for each part that is done.

    Raises:
        SnippetError: mkdocs is missing or could not build an edition.
    """
    if importlib.util.find_spec("mkdocs") is None:
        message = "mkdocs is not installed"
        raise SnippetError(found[0].shown, 0, message, "pip install 'shapesheet[site]'")
    site = found[0].folder.parent
    for language in found:
        _mkdocs(language, config.root)
        yield f"built {config.shown(language.folder)}"
    copied = _copy_records(config, site / "data")
    yield f"copied {markup.count(copied, 'record')} to {config.shown(site / 'data')}"
    first = found[0]
    page = _LEADING_PAGE.format(language=escape(first.folder.name), name=escape(first.name))
    write_atomically(site / "index.html", page.encode())
    yield f"wrote {config.shown(site / 'index.html')}"


def _mkdocs(language: Language, root: Path) -> None:
    # Not --quiet: it hides warnings from --strict, too.
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    done = subprocess.run(  # noqa: S603
        [*command, "-f", str(language.file)],
        cwd=root,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr + done.stdout).strip()
        message = f"mkdocs could not build this edition:\n{said}"
        raise SnippetError(language.shown, 0, message, "mend what mkdocs names and run again")


def _copy_records(config: Config, target: Path) -> int:
    shutil.rmtree(target, ignore_errors=True)
    # What was found on another backend before the snippet changed is no data of this site.
    stale = ports.outdated(config)
    records = sorted(set(config.records.rglob("*.json")) - stale)
    for path in records:
        write_atomically(target / path.relative_to(config.records), path.read_bytes())
    return len(records)
