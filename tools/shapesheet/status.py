"""Count how each snippet stands."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shapesheet import ports, project, states
from shapesheet.states import STATES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapesheet.config import Config
    from shapesheet.snippet import Snippet


@dataclass(frozen=True)
class Line:
    """How one snippet stands.

    Attributes:
        snippet: ``family/name``.
        state: One of ``states.STATES``.
        claims: How many claims its record has.
        pages: The pages it stands on.
        ports: How it stands on the other backends that it was checked on; what is stale there
            only goes unsaid on its page, so that it is nothing to mend.
    """

    snippet: str
    state: str
    claims: int
    pages: tuple[str, ...]
    ports: dict[str, str] = field(default_factory=dict)

    @property
    def fine(self) -> bool:
        """Return whether nothing is to be mended."""
        return self.state == states.FRESH and len(self.pages) == 1

    @property
    def standing(self) -> str:
        """Return where it stands, in words."""
        if not self.pages:
            return "on no page"
        return f"on {self.pages[0]}" if len(self.pages) == 1 else f"on {len(self.pages)} pages"


@dataclass(frozen=True)
class Status:
    """How all snippets stand.

    Attributes:
        snippets: A line for each.
        orphans: The records whose snippet is gone.
    """

    snippets: tuple[Line, ...]
    orphans: tuple[str, ...] = ()

    @property
    def fine(self) -> bool:
        """Return whether nothing is to be mended."""
        return not self.orphans and all(line.fine for line in self.snippets)

    @property
    def claims(self) -> int:
        """Return how many claims the records have together."""
        return sum(line.claims for line in self.snippets)

    @property
    def counts(self) -> dict[str, int]:
        """Return how many snippets are in each state that any is in."""
        return _counts(line.state for line in self.snippets)

    @property
    def ports(self) -> dict[str, dict[str, int]]:
        """Return the same of each other backend that any snippet was checked on."""
        found = {on: [line.ports.get(on) for line in self.snippets] for on in ports.OTHERS}
        counts = {on: _counts(filter(None, standing)) for on, standing in found.items()}
        return {on: count for on, count in counts.items() if count}


def _counts(standing: Iterable[str]) -> dict[str, int]:
    found = Counter(standing)
    return {state: found[state] for state in STATES if state in found}


def status(config: Config) -> Status:
    """Return how all snippets of a project stand."""
    found = project.gather(config)
    lines = [
        Line(
            key,
            standing.state,
            len(standing.record.claims) if standing.record else 0,
            tuple(page.shown for page in found.pages_of(key)),
            _ports(standing.snippet, config),
        )
        for key, standing in found.standings.items()
    ]
    orphans = states.orphans(config, found.standings)
    return Status(tuple(lines), tuple(error.path for error in orphans))


def _ports(snippet: Snippet, config: Config) -> dict[str, str]:
    found = {on: ports.standing(snippet, config, on).state for on in ports.OTHERS}
    return {on: state for on, state in found.items() if state != states.NEVER_CHECKED}
