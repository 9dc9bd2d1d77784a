"""The lines of the report: the tool and its peers, one after another, on the same snippets."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from shapesheet import snippet as snippets
from shapesheet.benchmark import CHANGED, CHECKS, FILE, IMPORT, SAVED, UNCHANGED
from tests.bench import ours, peers, sampling, saved

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from shapesheet.benchmark import Line
    from shapesheet.config import Config
    from shapesheet.snippet import Snippet
    from tests.bench.peers import Peer
    from tests.bench.sampling import Sample

WORKS = (IMPORT, CHECKS, FILE, UNCHANGED, CHANGED, SAVED)


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
        copied, same = ours.copied(config, Path(temporary), chosen, jobs)
        if CHECKS in works:
            yield ours.everything(copied, same, runs, jobs)
        if FILE in works:
            yield ours.checks_only(copied, same, runs, jobs)
        if CHANGED in works:
            yield ours.changed(copied, same, runs)
        if SAVED in works:
            yield saved.line(copied, runs)
    for peer in peers.PEERS:
        if peer.work in works:
            with tempfile.TemporaryDirectory() as temporary:
                samples = _run(peer, Path(temporary), chosen, runs, jobs)
            yield ours.line(peer.name, peer.work, peer.does, samples, isolates=peer.isolates)
    if UNCHANGED in works:
        yield from _unchanged(config, chosen, runs, jobs, quick=quick)


def _run(peer: Peer, folder: Path, chosen: list[Snippet], runs: int, jobs: int) -> list[Sample]:
    """Return what a peer takes for all of them, of which it remembers nothing."""
    peer.prepare(folder, chosen, jobs)
    samples = []
    for number in range(runs):
        for name in peer.forget:
            shutil.rmtree(folder / name, ignore_errors=True)
        samples.append(sampling.run(peer.command(jobs), folder, memory=number == 0))
    peers.require_results(peer, folder, len(chosen))
    return samples


def _unchanged(
    config: Config, chosen: list[Snippet], runs: int, jobs: int, *, quick: bool
) -> Iterator[Line]:
    """Yield what we and the peers that remember take for nothing, measured in turns.

    They take seconds, and a shared machine's speed wanders within a minute.
    """
    remembering = [peer for peer in peers.PEERS if peer.remembers]
    with contextlib.ExitStack() as stack:
        folders = [
            Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in (0, *remembering)
        ]
        _, same = ours.copied(config, folders[0], chosen, jobs)
        named = same if quick else []
        commands = [ours.checking(named)]
        for peer, folder in zip(remembering, folders[1:], strict=True):
            _run(peer, folder, chosen, 1, jobs)
            commands.append(peer.command(jobs))
        turns = [
            [sampling.run(*each, memory=n == 0) for each in zip(commands, folders, strict=True)]
            for n in range(runs)
        ]
    own, *others = zip(*turns, strict=True)
    does = f"compares the digests of {len(named or snippets.find(config))} snippets"
    yield ours.line(ours.NAME, UNCHANGED, does, own, ours=True)
    for peer, samples in zip(remembering, others, strict=True):
        does = "compares the files, and builds its pages"
        yield ours.line(peer.name, UNCHANGED, does, samples, isolates=peer.isolates)
