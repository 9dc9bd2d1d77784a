"""Make a project of any size: copies of the real snippets, with fresh records and unwritten pages.

Status, writing and building can be measured on it at once, since its records say that it was
checked; checking it is real work, since each copy runs and keeps its claims.

    python -m tests.bench.copies FOLDER COUNT
"""

from __future__ import annotations

import itertools
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from msgspec.structs import replace

from shapesheet import config as configuration
from shapesheet import ports, project, snippet
from shapesheet import record as records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shapesheet.config import Config
    from shapesheet.ports import Port
    from shapesheet.record import Record
    from shapesheet.states import Standing

ROOT = Path(__file__).resolve().parents[2]
FAMILY_SIZE = 50
# One snippet of more bytes of weights takes as long to check as dozens of the others.
LARGEST = 10_000_000

_IMPORT = re.compile(r"^from snippets\.(\w+)\.(\w+) import", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]*)\]\([^)\s]*\.md[^)]*\)")
_BLOCK = re.compile(r"(<!-- shapesheet: [^\n]+ -->\n).*?<!-- /shapesheet[^\n]*-->", re.DOTALL)
_TABLE = re.compile(r"^\[tool\.shapesheet\]\n.*?(?=^\[|\Z)", re.DOTALL | re.MULTILINE)
_HOME = "# Home\n\nCopies of snippets, to see how the tool and the site grow.\n"
_TAGS = "# Tags\n\n<!-- material/tags -->\n"


@dataclass(frozen=True)
class Original:
    """A real snippet with all that is copied of it: its files' texts and its record."""

    family: str
    name: str
    source: str
    claims: str
    page: str
    record: Record
    ports: tuple[Port, ...]


@dataclass(frozen=True)
class Copy:
    """One copy: its number, its family and its name."""

    number: int
    family: str
    name: str

    @property
    def key(self) -> str:
        """Return ``family/name``."""
        return f"{self.family}/{self.name}"

    @property
    def page(self) -> str:
        """Return its page, within the folder of the pages."""
        return f"{self.family}/{self.name.replace('_', '-')}.md"


def originals(root: Path = ROOT) -> list[Original]:
    """Return the snippets of a project that can be copied, each family in turn.

    The few with large weights are left out, or the times would tell how many of them there are.
    So are those whose claims import other snippets, since a copy stands alone. Families take
    turns, so that ten copies are as mixed as a thousand.
    """
    config = configuration.load(root)
    found = project.gather(config)
    families: dict[str, list[Original]] = {}
    for key, standing in found.standings.items():
        original = _original(config, standing, found.pages_of(key)[0].text)
        if original and original.record.weight_bytes < LARGEST:
            families.setdefault(original.family, []).append(original)
    turns = itertools.zip_longest(*families.values())
    return [original for turn in turns for original in turn if original]


def _original(config: Config, standing: Standing, page: str) -> Original | None:
    found, record = standing.snippet, standing.record
    claims = found.test_path.read_text(encoding="utf-8")
    if record is None or set(_IMPORT.findall(claims)) != {(found.family, found.name)}:
        return None
    kept = [ports.read(config.records, found.key, on) for on in ports.OTHERS]
    there = tuple(port for port in kept if port)
    return Original(found.family, found.name, found.source, claims, page, record, there)


def copies(names: Iterable[str], count: int, family_size: int = FAMILY_SIZE) -> Iterator[Copy]:
    """Yield ``count`` copies of the snippets of these names, in turn, in families of a size."""
    for number, name in enumerate(itertools.islice(itertools.cycle(names), count)):
        yield Copy(number, f"copies_{number // family_size:03}", f"{name}_{number:04}")


def renamed(text: str, original: Original, copy: Copy) -> str:
    """Return a text in which the copy stands wherever the original stood."""
    old, new = (original.family, original.name), (copy.family, copy.name)
    for mark in "/.":
        text = re.sub(rf"\b{re.escape(mark.join(old))}\b", mark.join(new), text)
    return re.sub(rf"\b{old[1]}\b", new[1], text)


def page_of(original: Original, copy: Copy) -> str:
    """Return the copy's page: its blocks empty, and no link, since what it led to may not be."""
    return _BLOCK.sub(r"\1<!-- /shapesheet -->", _LINK.sub(r"\1", renamed_page(original, copy)))


def renamed_page(original: Original, copy: Copy) -> str:
    """Return the copy's page with a title of its own, since tables link it by that."""
    text = renamed(original.page, original, copy)
    return re.sub(r"^# (.*)", rf"# \1 {copy.number:04}", text, count=1, flags=re.MULTILINE)


def record_of(original: Original, copy: Copy, digest: str) -> Record:
    """Return the copy's record, as checking it would have written it."""
    printed = renamed(records.dumps(original.record), original, copy)
    return replace(records.loads(printed, copy.key), snippet=copy.key, digest=digest)


def navigation(found: Iterable[Copy]) -> list[Any]:
    """Return the navigation: a section for each family, its index first."""
    sections: dict[str, list[str]] = {}
    for copy in found:
        sections.setdefault(copy.family, [f"{copy.family}/index.md"]).append(copy.page)
    families = [{family.replace("_", " ").title(): pages} for family, pages in sections.items()]
    return [{"Home": "index.md"}, *families, {"Tags": "tags.md"}]


def make(folder: Path, count: int, *, family_size: int = FAMILY_SIZE, root: Path = ROOT) -> Config:
    """Make a project of ``count`` copies in ``folder`` and return it.

    Its settings, its mkdocs configuration and its styles are those of the real project.
    """
    sources = originals(root)
    found = list(copies((each.name for each in sources), count, family_size))
    _frame(folder, found, root)
    config = configuration.load(folder)
    for copy, original in zip(found, itertools.cycle(sources), strict=False):
        path = config.snippets / f"{copy.key}.py"
        _put(path, renamed(original.source, original, copy))
        made = snippet.at(config, path)
        _put(made.test_path, renamed(original.claims, original, copy))
        _put(config.pages / copy.page, page_of(original, copy))
        record = record_of(original, copy, snippet.digest(made, config))
        _put(records.record_path(config.records, copy.key), records.dumps(record))
        for port in original.ports:
            known = ports.digest(made, config, port.backend, port.versions)
            _put(
                ports.path(config.records, copy.key, port.backend),
                ports.dumps(replace(port, snippet=copy.key, digest=known)),
            )
    return config


def _frame(folder: Path, found: list[Copy], root: Path) -> None:
    """Write what a project has beside its snippets."""
    table = _TABLE.search((root / "pyproject.toml").read_text(encoding="utf-8"))
    assert table, "the real project has settings"
    without_listings = re.sub(r"^coverage = .*\n", "", table[0], flags=re.MULTILINE)
    _put(folder / "pyproject.toml", without_listings)
    settings = yaml.safe_load((root / "mkdocs.yml").read_text(encoding="utf-8"))
    settings["nav"] = navigation(found)
    _put(folder / "mkdocs.yml", yaml.safe_dump(settings, sort_keys=False, allow_unicode=True))
    pages = configuration.load(folder).pages
    real = configuration.load(root).pages
    shutil.copytree(real / "assets", pages / "assets", dirs_exist_ok=True)
    _put(pages / "index.md", _HOME)
    _put(pages / "tags.md", _TAGS)
    for family in dict.fromkeys(copy.family for copy in found):
        block = f"<!-- shapesheet: family {family} -->\n<!-- /shapesheet -->\n"
        _put(pages / family / "index.md", f"# {family.replace('_', ' ').title()}\n\n{block}")


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]))
