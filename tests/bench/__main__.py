"""Measure the tool side by side with its peers and write docs/reports/benchmark.json.

python -m tests.bench            # minutes, on a machine that does nothing else
python -m tests.bench --quick    # one run of two snippets, to see that it works
python -m tests.bench --only growth status write    # these anew, beside what is known
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import psutil
from msgspec import structs

from shapesheet import benchmark, files, limits
from shapesheet import config as configuration
from shapesheet import snippet as snippets
from shapesheet.benchmark import Growth, Line, Report
from shapesheet.errors import SnippetError
from shapesheet.speed import NAME
from tests.bench import builds, copies, growth, lines, ours, peers
from tests.bench.sampling import positive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shapesheet.config import Config
    from shapesheet.snippet import Snippet

LIBRARIES = ("keras", "tensorflow", "pytest", "mkdocs")
PEERS = ("sphinx-gallery", "mkdocs-gallery", "nbconvert", "pytest-examples", "pytest-xdist")
# What grows: the commands, the numbers of snippets, and one run for how many of the others'.
GROWING = (
    (("status", "write"), (10, 100, 1000), 1),
    (("build",), (10, 100, 1000), 5),
    (("check",), (5, 10, 20), 5),
)
ALL = "measure all parts: make bench"
# How many pages a site has of which it is told where the time of its building goes.
PAGES = 1000
QUICK = ((("status", "write"), (5, 10, 20), 1),)
WHOLE = (*GROWING[:2], (("check",), (10, 100, 1000), 5))
# The parts of a report, and what each has that can be measured by itself.
NAMES: dict[str, tuple[str, ...]] = {
    "lines": lines.WORKS,
    "growth": tuple(name for names, *_ in GROWING for name in names),
    "site": (),
}


def grown(growing: tuple[Any, ...], runs: int, wanted: list[str]) -> Iterator[Growth]:
    """Yield how commands, those that are ``wanted`` or all, grow on copies of the snippets."""
    for names, counts, share in growing:
        chosen = [name for name in names if not wanted or name in wanted]
        for each in growth.grow(chosen, counts, max(runs // share, 1)) if chosen else ():
            yield msgspec.convert(each, Growth, from_attributes=True)


def versions() -> dict[str, str]:
    """Return the versions of Python, the libraries and the peers."""
    known = {"Python": platform.python_version()}
    known |= {name: metadata.version(name) for name in LIBRARIES}
    places = [str(path) for path in peers.ENVIRONMENT.parent.glob("lib/python*/site-packages")]
    found = {
        each.name.lower(): each.version for each in metadata.distributions(path=places) if each.name
    }
    return known | {name: found.get(name, "none") for name in PEERS}


def processor() -> str:
    """Return the processor's name."""
    path = Path("/proc/cpuinfo")
    rows = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    named = [row.partition(":")[2].strip() for row in rows if row.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def require_peers() -> None:
    """Refuse to run without the peers, or with other versions of the libraries.

    Raises:
        SnippetError: They are not installed.
    """
    if not (peers.ENVIRONMENT / "python").is_file():
        message = "the peers are not installed"
        raise SnippetError(peers.ENVIRONMENT, 0, message, "run: make bench")


def told(measured: Iterator[Any]) -> tuple[Any, ...]:
    """Return all of them, each printed as it comes."""
    found = []
    for each in measured:
        found.append(each)
        name = f"{each.name}, {each.work}" if isinstance(each, Line) else each.command
        seconds = each.seconds if isinstance(each, Line) else [p.seconds for p in each.measured]
        print(f"{name:60} {'  '.join(f'{s:.2f}' for s in seconds)}", flush=True)
    return tuple(found)


def main() -> None:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=positive, default=5, help="of each line")
    parser.add_argument("--every", type=positive, default=ours.EVERY, help="choose one of so many")
    parser.add_argument("--quick", action="store_true", help="see that it works; write nothing")
    parser.add_argument("--whole", action="store_true", help="check 1,000 copies, too")
    told_of = "measure a part anew, or only the work or the commands of it that are named"
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help=told_of)
    options = parser.parse_args()
    part, *names = options.only or [""]
    if part not in ("", *NAMES) or not set(names) <= set(NAMES.get(part, ())):
        known = "; ".join(" ".join((each, *NAMES[each])) for each in NAMES)
        parser.error(f"--only takes the name of a part, then names of what it has: {known}")
    # Python keeps the bytecode of what is installed; a shell that forbids it would have the tool
    # compiled at each start, and the peers, which pip has compiled, not.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    config = configuration.load(copies.ROOT)
    require_peers()
    if not options.quick:
        ours.require_fresh(config)
    runs, every = (1, 18) if options.quick else (options.runs, options.every)
    chosen, jobs = ours.choose(config, every), limits.cores()
    report = empty(config, chosen, jobs, runs)
    path = Path("build" if options.quick else config.reports) / f"{NAME}.json"
    if part:
        report = kept(report, path)
    growing = QUICK if options.quick else WHOLE if options.whole else GROWING
    works = names or lines.WORKS
    measuring: dict[str, Callable[[], Any]] = {
        "lines": lambda: told(
            lines.measure(config, chosen, runs, jobs, works, quick=options.quick)
        ),
        "growth": lambda: told(grown(growing, runs, names)),
        "site": lambda: builds.site(10 if options.quick else PAGES, 1),
    }
    for each in (part,) if part else NAMES:
        found = measuring[each]()
        found = renewed(getattr(report, each), found) if names else found
        report = structs.replace(report, **{each: found})
    files.write_atomically(path, benchmark.dumps(report))
    print(f"wrote {path}; now run: shapesheet write")


def empty(config: Config, chosen: list[Snippet], jobs: int, runs: int) -> Report:
    """Return a report of this machine and these snippets, in which nothing is measured yet."""
    found = snippets.find(config)
    return Report(
        cores=jobs,
        processor=processor(),
        memory_bytes=psutil.virtual_memory().total,
        versions=versions(),
        snippets=tuple(sorted(each.key for each in chosen)),
        total=len(found),
        runs=runs,
        lines=(),
        growth=(),
        left_out=tuple(each.key for each in found if each not in chosen),
    )


def renewed(known: tuple[Any, ...], found: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return lines, or how commands grow, with those that were ``found`` in their places.

    What was known of the same work or command under another name goes: nothing measures it now.
    """
    names = {_name(each) for each in found}
    anew = {name[-1] for name in names}
    there = [each for each in known if _name(each) in names or _name(each)[-1] not in anew]
    return tuple({_name(each): each for each in (*there, *found)}.values())


def _name(each: Line | Growth) -> tuple[str, ...]:
    """Return what tells it from the others, the work or the command last."""
    return (each.name, each.work) if isinstance(each, Line) else (each.command,)


def kept(report: Report, path: Path) -> Report:
    """Return a report of now with the measured parts of the one in ``path``.

    Raises:
        SnippetError: There is none, or it can't be read, or it was made on another machine or with
            other snippets, runs or versions.
    """
    known = _read(path)
    # What the kernel keeps for itself differs from one start to the next.
    parts = {part: getattr(known, part) for part in (*NAMES, "memory_bytes")}
    if structs.replace(report, **parts) != known:
        message = "this report is of another machine, or of other snippets, runs or versions"
        raise SnippetError(path, 0, message, ALL)
    return known


def _read(path: Path) -> Report:
    try:
        return benchmark.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        message = "there is no report yet, beside whose parts one could be measured"
        raise SnippetError(path, 0, message, ALL) from error
    except (OSError, ValueError, RecursionError) as error:
        message = f"this report can't be read: {error}"
        raise SnippetError(path, 0, message, ALL) from error


if __name__ == "__main__":
    try:
        main()
    except SnippetError as error:
        sys.exit(str(error))
