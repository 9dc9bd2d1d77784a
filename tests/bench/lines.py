"""The lines of the report: the tool and its peers, one after another, on the same snippets."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from shapesheet import config as configuration
from shapesheet import snippet as snippets
from shapesheet.benchmark import CHANGED, CHECKS, FILE, IMPORT, UNCHANGED
from tests.bench import ours, peers, sampling

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from shapesheet.benchmark import Line
    from shapesheet.config import Config
    from shapesheet.snippet import Snippet
    from tests.bench.peers import Peer

WORKS = (IMPORT, CHECKS, FILE, UNCHANGED, CHANGED)


def measure(
    config: Config,
    chosen: list[Snippet],
    runs: int,
    jobs: int,
    works: Collection[str],
    *,
    quick: bool,
) -> Iterator[Line]:
    """Yield the lines of some kinds of work, measured on copies of the project.

    Args:
        config: The project.
        chosen: What is checked, and what the peers run.
        runs: Of each line.
        jobs: How many processes a program may use.
        works: The kinds of work.
        quick: Whether the others may be stale, so that only those chosen can be unchanged.
    """
    if IMPORT in works:
        yield ours.imported(config.root, runs)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        peers.project(folder, chosen, jobs)
        shutil.copytree(config.records, folder / config.settings.records)
        copied = configuration.load(folder)
        same = [snippets.select(copied, [each.key])[0] for each in chosen]
        if CHECKS in works:
            yield ours.everything(copied, same, runs, jobs)
        if FILE in works:
            yield ours.checks_only(copied, same, runs, jobs)
        if UNCHANGED in works:
            yield ours.unchanged(copied, same if quick else [], runs)
        if CHANGED in works:
            yield ours.changed(copied, same, runs)
    for peer in peers.PEERS:
        if peer.work in works or (peer.remembers and UNCHANGED in works):
            with tempfile.TemporaryDirectory() as temporary:
                yield from _beside(peer, Path(temporary), chosen, runs, jobs, works)


def _beside(
    peer: Peer, folder: Path, chosen: list[Snippet], runs: int, jobs: int, works: Collection[str]
) -> Iterator[Line]:
    """Yield what a peer takes for all of them and, where it remembers, for nothing."""
    peer.prepare(folder, chosen, jobs)
    samples = []
    # What it remembers needs one run.
    for number in range(runs if peer.work in works else 1):
        for name in peer.forget:
            shutil.rmtree(folder / name, ignore_errors=True)
        samples.append(sampling.run(peer.command(jobs), folder, memory=number == 0))
    peers.require_results(peer, folder, len(chosen))
    if peer.work in works:
        yield ours.line(peer.name, peer.work, peer.does, samples, isolates=peer.isolates)
    if peer.remembers and UNCHANGED in works:
        samples = [sampling.run(peer.command(jobs), folder, memory=n == 0) for n in range(runs)]
        does = "compares the files, and builds its pages"
        yield ours.line(peer.name, UNCHANGED, does, samples, isolates=peer.isolates)
