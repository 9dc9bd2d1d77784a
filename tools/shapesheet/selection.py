"""Choose the snippets to check: by name, by what git has changed, or one part of the work."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shapesheet import snippet as snippets
from shapesheet.errors import SnippetError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapesheet.config import Config
    from shapesheet.snippet import Snippet

_CHANGED, _SHARD = "--changed", "--shard"
# Each part takes memory, whether a snippet is left for it or not.
_PART = re.compile(r"(\d{1,4})/(\d{1,4})")


def changed(chosen: Iterable[Snippet], config: Config, revision: str) -> list[Snippet]:
    """Return those whose file or claims differ from a git revision, new files included.

    Raises:
        SnippetError: There is no git, no repository or no such revision.
    """
    folder = config.settings.snippets
    compare = ("diff", "--name-only", "--relative", "--end-of-options", revision, "--", folder)
    names = _git(config, revision, *compare)
    names += _git(config, revision, "ls-files", "--others", "--exclude-standard", "--", folder)
    return [each for each in chosen if {each.shown, each.test_shown} & set(names)]


def _git(config: Config, revision: str, *arguments: str) -> list[str]:
    import subprocess  # noqa: PLC0415 - nothing else that finds nothing to do starts a program

    try:
        done = subprocess.run(  # noqa: S603 - what git runs is its own
            ["git", "-c", "core.quotepath=off", *arguments],  # noqa: S607 - the git that is installed
            cwd=config.root,
            capture_output=True,
            # File names are bytes, which need be no text.
            encoding="utf-8",
            errors="surrogateescape",
            check=False,
        )
    except FileNotFoundError:
        message = "git is not installed"
        raise SnippetError(_CHANGED, 0, message, "install git, or name the snippets") from None
    if done.returncode:
        said = done.stderr.strip() or f"it ended with exit code {done.returncode}"
        message = f"git can't compare with {revision!r}: {said.splitlines()[0]}"
        raise SnippetError(_CHANGED, 0, message, "name a revision: git log --oneline")
    return done.stdout.splitlines()


def shard(chosen: Iterable[Snippet], config: Config, part: str) -> list[Snippet]:
    """Return one of several parts of the work: ``2/8`` is the second of eight.

    Each snippet is in one part only; those that took longest are dealt out first, each to the
    part that has the least to do. A snippet that was never checked counts as the average.

    Raises:
        SnippetError: The part is none of these.
    """
    match = _PART.fullmatch(part)
    number, count = (int(text) for text in match.groups()) if match else (0, 0)
    if not 1 <= number <= count:
        message = f"this is no part, found {part!r}"
        raise SnippetError(_SHARD, 0, message, "write for example: --shard 2/8")
    from shapesheet import engine  # noqa: PLC0415 - only a part of the work asks for times

    times = {each: engine.seconds(config, each.key) for each in chosen}
    known = [seconds for seconds in times.values() if seconds]
    average = sum(known) / len(known) if known else 1.0
    loads = [0.0] * count
    parts: list[list[Snippet]] = [[] for _ in range(count)]
    for each in sorted(times, key=lambda each: (-(times[each] or average), each.key)):
        least = loads.index(min(loads))
        loads[least] += times[each] or average
        parts[least].append(each)
    return sorted(parts[number - 1], key=lambda each: each.key)


def select(
    config: Config, paths: Iterable[str], *, revision: str | None, part: str | None
) -> list[Snippet]:
    """Return the snippets of ``paths`` that differ from ``revision``, those of one part of them.

    Raises:
        SnippetError: A path, the revision or the part is none.
    """
    chosen = snippets.select(config, paths)
    if revision is not None:
        chosen = changed(chosen, config, revision)
    return chosen if part is None else shard(chosen, config, part)
