"""What the benchmark measured, as data."""

from __future__ import annotations

import statistics

import msgspec

# The work of a line, and the name of the ones that goals are about.
CHECKS = "checks"
FILE = "file"
UNCHANGED = "unchanged"
CHANGED = "changed"
SAVED = "saved"
IMPORT = "import"


class Line(msgspec.Struct, frozen=True):
    """What one program took for one kind of work.

    Attributes:
        name: The program, as the page names it.
        work: One of the kinds above.
        does: What it does, exactly.
        ours: Whether it is this tool.
        isolates: Whether each snippet has a process of its own.
        seconds: Of each run.
        own: Of each run of ours, the seconds that the checks themselves took, added up.
        tree_bytes: The most memory of all its processes together, shared pages counted once.
        largest_bytes: The most memory of one of its processes, shared pages included.
    """

    name: str
    work: str
    does: str
    ours: bool
    isolates: bool
    seconds: tuple[float, ...]
    own: tuple[float, ...] = ()
    tree_bytes: int = 0
    largest_bytes: int = 0

    @property
    def median(self) -> float:
        """Return the median of the runs, in seconds."""
        return statistics.median(self.seconds)


class Point(msgspec.Struct, frozen=True):
    """What one command took with one number of snippets: median seconds, and its peak memory.

    The memory is that of the command's own process; its workers are not counted.
    """

    count: int
    seconds: float
    peak_bytes: int
    runs: int


class Fit(msgspec.Struct, frozen=True):
    """The straight line through what was measured, by least squares.

    Attributes:
        slope: What a further snippet adds.
        intercept: What there is to pay without any.
        r_squared: The share of the variance that the line explains.
        bend: The slope between the last two counts, as a multiple of that between the first
            two; one for a straight line, and more where growth is faster than linear.
    """

    slope: float
    intercept: float
    r_squared: float
    bend: float


class Growth(msgspec.Struct, frozen=True):
    """How one command grows with the number of snippets."""

    command: str
    measured: tuple[Point, ...]
    seconds: Fit
    peak_bytes: Fit


class Part(msgspec.Struct, frozen=True):
    """A part of the site's configuration, and the seconds of a build without it."""

    name: str
    seconds: float


class Site(msgspec.Struct, frozen=True):
    """What a build of a site of so many snippets takes, and what without one part each.

    Each time is the median of so many runs.
    """

    count: int
    seconds: float
    parts: tuple[Part, ...]
    runs: int = 1


class Report(msgspec.Struct, frozen=True):
    """One run of the benchmark.

    Attributes:
        cores: Of the machine that the run was allowed to use.
        processor: Its name.
        memory_bytes: What the machine has.
        versions: Of Python, the libraries and the peers.
        snippets: The chosen ones.
        total: How many snippets there are.
        runs: How many runs each line has, at least.
        lines: What was measured side by side.
        growth: What was measured on copies.
        left_out: The snippets that were not chosen.
        site: Where the time of building the site goes.
    """

    cores: int
    processor: str
    memory_bytes: int
    versions: dict[str, str]
    snippets: tuple[str, ...]
    total: int
    runs: int
    lines: tuple[Line, ...]
    growth: tuple[Growth, ...]
    left_out: tuple[str, ...] = ()
    site: Site | None = None

    def ours(self, work: str) -> Line:
        """Return this tool's line for a kind of work.

        Raises:
            LookupError: It was not measured.
        """
        found = [line for line in self.lines if line.ours and line.work == work]
        if not found:
            message = f"it has no line of ours for {work!r}"
            raise LookupError(message)
        return found[0]

    def fastest(self, *works: str, isolates: bool = False) -> Line:
        """Return the peer with the lowest median for a kind of work.

        Args:
            *works: The kinds of work.
            isolates: Whether only peers count that isolate the snippets.

        Raises:
            LookupError: None was measured.
        """
        peers = [
            line
            for line in self.lines
            if not line.ours and line.work in works and (line.isolates or not isolates)
        ]
        if not peers:
            message = f"it has no peer's line for {' or '.join(map(repr, works))}"
            raise LookupError(message)
        return min(peers, key=lambda peer: peer.median)

    def at(self, command: str, count: int) -> Point | None:
        """Return what a command took with a number of snippets, if that was measured."""
        points = [
            point for each in self.growth if each.command == command for point in each.measured
        ]
        return next((point for point in points if point.count == count), None)


def dumps(report: Report) -> bytes:
    """Return the report as JSON that a person can read too."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def loads(text: str) -> Report:
    """Return the report in a text.

    Raises:
        msgspec.DecodeError: It is none.
    """
    return msgspec.json.decode(text, type=Report)
