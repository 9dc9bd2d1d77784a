"""Try one mutant of a snippet: which check or claim catches it?"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shapesheet import config as configuration
from shapesheet import snippet as snippets
from shapesheet.errors import SnippetError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shapesheet.check import Examination
    from shapesheet.config import Config
    from shapesheet.snippet import Snippet

CLAIMS = "claims"


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant.

    Attributes:
        caught_by: The check that caught it, empty when all of them and the claims let it pass.
        message: The first line of what that said.
        line: Where.
        equivalent: Whether it passes because nothing that can be seen of it has changed.
        seconds: How long each of the claims took, by their names.
    """

    caught_by: str = ""
    message: str = ""
    line: int = 0
    equivalent: bool = False
    seconds: Mapping[str, float] = field(default_factory=dict)


def trials(
    root: str, key: str, sources: Sequence[str], claims: Sequence[str] | None, seconds: float
) -> list[Verdict]:
    """Return the verdicts of several texts of a snippet, of as many as time allows but of one.

    A process that has tried one mutant tries the next in a tenth of the time.

    Args:
        root: As for ``trial``.
        key: As for ``trial``.
        sources: The texts to try.
        claims: As for ``trial``.
        seconds: When to begin no further one.
    """
    start = time.monotonic()
    verdicts: list[Verdict] = []
    for source in sources:
        if verdicts and time.monotonic() - start > seconds:
            break
        verdicts.append(trial(root, key, source, claims))
    return verdicts


def trial(root: str, key: str, source: str, claims: Sequence[str] | None = None) -> Verdict:
    """Return which check of the snippet, with ``source`` for its text, finds a mistake first.

    Args:
        root: The project's folder, of which nothing is changed.
        key: ``family/name`` of the snippet.
        source: The text to try.
        claims: The names of the claims and mistakes to run, in this order; all by default.
    """
    original = configuration.load(Path(root))
    unwritten, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        with tempfile.TemporaryDirectory(prefix="shapesheet-mutant-") as folder:
            config = _copy(original, Path(folder).resolve(), key, source)
            return _verdict(original, config, key, claims)
    finally:
        # Two mutants of one second and one length would share their byte code.
        sys.dont_write_bytecode = unwritten


def _verdict(original: Config, config: Config, key: str, claims: Sequence[str] | None) -> Verdict:
    # This imports Keras, and the module is read where verdicts are only told of.
    from shapesheet.check import CHECKS, BlockedError, Examination  # noqa: PLC0415

    examination = Examination(snippets.named(config, key), config)
    chosen = Chosen(claims)
    try:
        for check in CHECKS:
            try:
                examination.require(check)
                if check == CLAIMS:
                    _run_claims(examination, chosen)
            except SnippetError as error:
                first = error.message.splitlines()[0]
                return Verdict(check, first, error.line, seconds=chosen.seconds)
            except BlockedError:  # pragma: no cover - what blocks was the verdict already
                continue
        same = _is_equivalent(snippets.named(original, key), examination)
        return Verdict(equivalent=same, seconds=chosen.seconds)
    finally:
        examination.release()


def _run_claims(examination: Examination, chosen: Chosen) -> None:
    from shapesheet import testing  # noqa: PLC0415 - as above

    testing.run(examination.snippet, examination.config, examination.evidence, [chosen])


def _is_equivalent(original: Snippet, examination: Examination) -> bool:
    from shapesheet import equivalence  # noqa: PLC0415 - as above

    return equivalence.is_equivalent(original, examination)


def _copy(config: Config, folder: Path, key: str, source: str) -> Config:
    """Make a project in ``folder`` that differs from another in one snippet only."""
    changed = Path(config.settings.snippets) / f"{key}.py"
    _link(config.root, folder, changed.parts)
    (folder / changed).write_bytes(source.encode())
    return configuration.Config(folder, config.settings)


def _link(theirs: Path, ours: Path, way: Sequence[str]) -> None:
    """Link what lies in a folder, but for what ``way`` leads to; make the folders on it."""
    name, *rest = way
    for path in theirs.iterdir():
        # Byte code there is of other texts.
        hidden = path.name.startswith((".", "__pycache__"))
        read = not hidden or path.name in snippets.PYTEST_SETTINGS
        if path.name != name and read:
            (ours / path.name).symlink_to(path)
    if rest:
        (ours / name).mkdir()
        _link(theirs / name, ours / name, rest)


class Chosen:
    """A plugin of pytest that runs some claims in an order of ours, up to the first failure."""

    def __init__(self, names: Sequence[str] | None) -> None:
        """Keep the names of the claims; ``None`` for all of them as they stand."""
        self._names = names
        self.seconds: dict[str, float] = {}

    def pytest_configure(self, config: Any) -> None:  # noqa: ANN401 - pytest is imported late
        """Stop at the first failure."""
        config.option.maxfail = 1

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Keep the chosen claims; every case of a claim with several is one of it."""
        if self._names is None:
            return
        order = {name: number for number, name in enumerate(self._names)}
        kept = [item for item in items if _name(item) in order]
        # With none left, pytest would say that it found no tests.
        items[:] = sorted(kept, key=lambda item: order[_name(item)]) or items[:1]

    def pytest_runtest_logreport(self, report: Any) -> None:  # noqa: ANN401
        """Note how long a claim took."""
        name = report.location[2].partition("[")[0]
        self.seconds[name] = self.seconds.get(name, 0.0) + report.duration


def _name(item: Any) -> str:  # noqa: ANN401
    return str(getattr(item, "originalname", None) or item.name)
