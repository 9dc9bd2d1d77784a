"""Measure the tool side by side with its peers and write docs/reports/benchmark.json.

python -m tests.bench            # minutes, on a machine that does nothing else
python -m tests.bench --quick    # one run of two snippets, to see that it works
"""

from __future__ import annotations

import argparse
import platform
import shutil
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import psutil
from msgspec import structs

from shapesheet import benchmark, files, limits
from shapesheet import config as configuration
from shapesheet import snippet as snippets
from shapesheet.benchmark import UNCHANGED, Growth, Line, Report
from shapesheet.errors import SnippetError
from shapesheet.speed import NAME
from tests.bench import builds, copies, growth, ours, peers, sampling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapesheet.config import Config
    from shapesheet.snippet import Snippet
    from tests.bench.peers import Peer

LIBRARIES = ("keras", "tensorflow", "pytest", "mkdocs")
PEERS = ("sphinx-gallery", "mkdocs-gallery", "nbconvert", "pytest-examples", "pytest-xdist")
# What grows: the commands, the numbers of snippets, and one run for how many of the others'.
GROWING = (
    (("status", "write"), (10, 100, 1000), 1),
    (("build",), (10, 100, 1000), 5),
    (("check",), (5, 10, 20), 5),
)
# How many pages a site has of which it is told where the time of its building goes.
PAGES = 1000
# What a report has, each of which can be measured by itself.
PARTS = ("lines", "growth", "site")
QUICK = ((("status", "write"), (5, 10, 20), 1),)
WHOLE = (*GROWING[:2], (("check",), (10, 100, 1000), 5))


def side_by_side(
    config: Config, chosen: list[Snippet], runs: int, jobs: int, *, quick: bool
) -> Iterator[Line]:
    """Yield what the tool and its peers take, one after another, on copies of the project."""
    yield ours.imported(config.root, runs)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        peers.project(folder, chosen, jobs)
        shutil.copytree(config.records, folder / config.settings.records)
        copied = configuration.load(folder)
        same = [snippets.select(copied, [each.key])[0] for each in chosen]
        yield ours.everything(copied, same, runs, jobs)
        yield ours.checks_only(copied, same, runs, jobs)
        yield ours.unchanged(copied, same if quick else snippets.find(copied), runs)
        yield ours.changed(copied, same, runs)
    for peer in peers.PEERS:
        with tempfile.TemporaryDirectory() as temporary:
            yield from beside(peer, Path(temporary), chosen, runs, jobs)


def beside(peer: Peer, folder: Path, chosen: list[Snippet], runs: int, jobs: int) -> Iterator[Line]:
    """Yield what a peer takes for all of them and, where it remembers, for nothing."""
    peer.prepare(folder, chosen, jobs)
    samples = []
    for number in range(runs):
        for name in peer.forget:
            shutil.rmtree(folder / name, ignore_errors=True)
        samples.append(sampling.run(peer.command(jobs), folder, memory=number == 0))
    peers.require_results(peer, folder, len(chosen))
    yield ours.line(peer.name, peer.work, peer.does, samples, isolates=peer.isolates)
    if peer.remembers:
        samples = [sampling.run(peer.command(jobs), folder, memory=n == 0) for n in range(runs)]
        does = "compares the files, and builds its pages"
        yield ours.line(peer.name, UNCHANGED, does, samples, isolates=peer.isolates)


def grown(growing: tuple[Any, ...], runs: int) -> Iterator[Growth]:
    """Yield how commands grow on copies of the snippets."""
    for names, counts, share in growing:
        found = growth.grow(list(names), counts, max(runs // share, 1))
        for each in found:
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
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def require_peers() -> None:
    """Refuse to run without the peers, or with other versions of the libraries.

    Raises:
        SnippetError: They are not installed.
    """
    if not (peers.ENVIRONMENT / "python").is_file():
        message = "the peers are not installed"
        raise SnippetError(peers.ENVIRONMENT, 0, message, "run: make bench")


def told(lines: Iterator[Any]) -> tuple[Any, ...]:
    """Return all of them, each printed as it comes."""
    found = []
    for each in lines:
        found.append(each)
        name = f"{each.name}, {each.work}" if isinstance(each, Line) else each.command
        seconds = each.seconds if isinstance(each, Line) else [p.seconds for p in each.measured]
        print(f"{name:60} {'  '.join(f'{s:.2f}' for s in seconds)}", flush=True)
    return tuple(found)


def main() -> None:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="of each line")
    parser.add_argument("--every", type=int, default=ours.EVERY, help="choose one of so many")
    parser.add_argument("--quick", action="store_true", help="see that it works; write nothing")
    parser.add_argument("--whole", action="store_true", help="check 1,000 copies, too")
    parser.add_argument("--only", choices=PARTS, help="measure one part anew, keep the others")
    options = parser.parse_args()
    config = configuration.load(copies.ROOT)
    require_peers()
    if not options.quick:
        ours.require_fresh(config)
    runs, every = (1, 18) if options.quick else (options.runs, options.every)
    chosen, jobs = ours.choose(config, every), limits.cores()
    found = snippets.find(config)
    report = Report(
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
    path = Path("build" if options.quick else config.reports) / f"{NAME}.json"
    if options.only:
        report = kept(report, path)
    growing = QUICK if options.quick else WHOLE if options.whole else GROWING
    measuring = {
        "lines": lambda: told(side_by_side(config, chosen, runs, jobs, quick=options.quick)),
        "growth": lambda: told(grown(growing, runs)),
        "site": lambda: builds.site(10 if options.quick else PAGES, 1),
    }
    for part in (options.only,) if options.only else PARTS:
        report = structs.replace(report, **{part: measuring[part]()})
    files.write_atomically(path, benchmark.dumps(report))
    print(f"wrote {path}; now run: shapesheet write")


def kept(report: Report, path: Path) -> Report:
    """Return a report of now with the measured parts of the one in ``path``.

    Raises:
        SnippetError: That was made on another machine or with other snippets, runs or versions.
    """
    known = benchmark.loads(path.read_text(encoding="utf-8"))
    # What the kernel keeps for itself differs from one start to the next.
    parts = {part: getattr(known, part) for part in (*PARTS, "memory_bytes")}
    if structs.replace(report, **parts) != known:
        message = "this report is of another machine, or of other snippets, runs or versions"
        raise SnippetError(path, 0, message, "measure all parts: make bench")
    return known


if __name__ == "__main__":
    try:
        main()
    except SnippetError as error:
        sys.exit(str(error))
