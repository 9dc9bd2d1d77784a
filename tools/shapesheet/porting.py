"""Check snippets on another backend than TensorFlow, and compare what the two make of them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from shapesheet import agreement, backend, counter, loading, ports, reader, states
from shapesheet import config as configuration
from shapesheet import snippet as snippets
from shapesheet.backends import DEFAULT, NAMES
from shapesheet.check import CHECKS, BlockedError, Examination, failure
from shapesheet.errors import SnippetError
from shapesheet.ports import Port
from shapesheet.raised import reason
from shapesheet.record import Check, Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shapesheet.config import Config
    from shapesheet.record import Record
    from shapesheet.snippet import Snippet

CLAIMS = "claims"
SHARED = tuple(name for name in CHECKS if name != CLAIMS)
_FACTS = ("parameters", "trainable", "weight_bytes", "multiply_adds")
_PARTS = ("kind", "shape", "parameters", "trainable", "arithmetic", "multiply_adds")


def reference(root: str, key: str, path: str) -> tuple[Failure, ...]:
    """Save what a snippet gives on TensorFlow, for ``port``; return what went wrong.

    Args:
        root: The folder of the project.
        key: ``family/name``.
        path: The file to write.
    """
    backend.choose(DEFAULT)
    config = configuration.load(Path(root))
    snippet = snippets.named(config, key)
    try:
        built = loading.load(snippet, reader.read(snippet, config))
        agreement.save(built, Path(path))
    except SnippetError as error:
        return (failure(error, "reference"),)
    finally:
        loading.unload(snippet)
    return ()


def port(root: str, key: str, path: str, on: str) -> Port:
    """Check a snippet on another backend; return what was found.

    Args:
        root: The folder of the project.
        key: ``family/name``.
        path: The file that ``reference`` has written.
        on: The backend.
    """
    backend.choose(on)
    config = configuration.load(Path(root))
    snippet = snippets.named(config, key)
    standing = states.standing(snippet, config)
    found = begun(snippet, config, on)
    if standing.state != states.FRESH or standing.record is None:
        return replace(found, failures=(_no_record(snippet, standing.state),))
    porting = Porting(Examination(snippet, config), standing.record, Path(path), on)
    try:
        return porting.result(found)
    finally:
        porting.examination.release()


def begun(snippet: Snippet, config: Config, on: str) -> Port:
    """Return a port of which nothing is known yet; without a digest where files can't be read."""
    try:
        digest = ports.digest(snippet, config, on)
    except SnippetError:
        digest = ""
    return Port(snippet.key, digest, ports.versions(on))


def _no_record(snippet: Snippet, state: str) -> Failure:
    message = f"its record on TensorFlow, with which to compare, is {state}"
    cure = f"run: shapesheet check {snippet.key}"
    return Failure(snippet.shown, 0, message, cure, "reference")


@dataclass
class Porting:
    """One snippet under the checks on another backend.

    Attributes:
        examination: The checks that are the same on every backend.
        record: What TensorFlow's found.
        path: What ``reference`` has written.
        on: The backend.
        left_out: Why a comparison was not made, by its name.
        difference: Of the outputs; see ``Port``.
    """

    examination: Examination
    record: Record
    path: Path
    on: str
    left_out: dict[str, str] = field(default_factory=dict)
    difference: float | None = None

    @property
    def comparisons(self) -> dict[str, Callable[[], None]]:
        """Return what is compared, by the names that records have for it."""
        found = {"layers": self.compare_layers, "outputs": self.compare_outputs}
        return found | ({"multiply-adds": self.compare_counts} if self.on == "torch" else {})

    def result(self, begun: Port) -> Port:
        """Return the port, with what all checks have found."""
        failures = tuple(self._failures())
        reading = self.examination.reading
        if reading is None or self.on in reading.contract.portability.backends:
            if failures:
                return replace(begun, failures=failures)
            return replace(begun, checks=self._checks(), difference=self.difference)
        if failures:
            return replace(begun, impossible=reading.contract.portability.reason)
        return replace(begun, failures=(self._wrongly_declared(),))

    def compare_layers(self) -> None:
        """Compare the layer table, the last layers and the sums with the record's."""
        for what, ours, theirs in self._facts():
            if ours != theirs:
                raise self._differs(what, ours, theirs)

    def _facts(self) -> Iterator[tuple[str, object, object]]:
        """Yield what both have measured: its name, the value here and that of the record."""
        ours, theirs = self.examination.measures, self.record
        yield "number of layers", len(ours.layers), len(theirs.layers)
        for one, two in zip(ours.layers, theirs.layers, strict=True):
            for part in _PARTS:
                yield f"{part} of {two.name}", getattr(one, part), getattr(two, part)
        for fact in _FACTS:
            yield fact, getattr(ours, fact), getattr(theirs, fact)
        for fact in ("heads", "random"):
            yield fact, getattr(self.examination, fact), getattr(theirs, fact)

    def compare_outputs(self) -> None:
        """Compare the outputs with TensorFlow's, with its weights."""
        if self.record.random:
            self.left_out["outputs"] = "two passes over the same input differ"
            return
        self.difference = agreement.difference(self.examination.built, self.path)

    def compare_counts(self) -> None:
        """Compare the multiply-adds with what PyTorch counts: twice as many operations."""
        known = self.record.multiply_adds
        if known is None:
            self.left_out["multiply-adds"] = "the record has none to compare"
            return
        counted = counter.count(self.examination.built, self.examination.subject)
        if counted.unclear:
            self.left_out["multiply-adds"] = counted.unclear
        elif counted.operations != counted.expected(known):
            message = (
                f"the record says {known:,} multiply-adds, which are "
                f"{counted.expected(known):,} operations; PyTorch counts {counted.operations:,}"
            )
            cure = "report this as a bug of shapesheet: a rule for a layer's cost is wrong"
            raise self.examination.built.error(message, cure)

    def _failures(self) -> Iterator[Failure]:
        fine = True
        for name in SHARED:
            try:
                self.examination.require(name)
            except SnippetError as error:
                fine = False
                yield failure(error, name)
            except BlockedError:
                continue
        for name, compare in self.comparisons.items() if fine else ():
            try:
                self._run(name, compare)
            except SnippetError as error:
                yield failure(error, name)

    def _run(self, name: str, compare: Callable[[], None]) -> None:
        try:
            with warnings.catch_warnings():
                # Those of the snippet's own code are errors of the checks before.
                warnings.simplefilter("ignore")
                compare()
        except SnippetError:
            raise
        except Exception as error:
            message = f"comparing the {name} can't cope with it: {reason(error)}"
            cure = "simplify the snippet, or report this as a bug of shapesheet"
            raise self.examination.built.error(message, cure) from error

    def _checks(self) -> tuple[Check, ...]:
        left_out = {**self.examination.left_out, **self.left_out}
        left_out[CLAIMS] = "they are shown on TensorFlow"
        names = (*SHARED, CLAIMS, *self.comparisons)
        return tuple(Check(name, left_out.get(name, "")) for name in names)

    def _differs(self, what: str, ours: object, theirs: object) -> SnippetError:
        message = f"{what}: {NAMES[self.on]} gives {ours}, TensorFlow's record has {theirs}"
        cure = "build the same layers whatever keras.backend.backend() is"
        error: SnippetError = self.examination.built.error(message, cure)
        return error

    def _wrongly_declared(self) -> Failure:
        snippet, stated = self.examination.snippet, self.examination.reading.contract.portability
        message = f"the contract says that it can't run on {self.on}, but every check passes there"
        cure = f"add {self.on} to the line backends:, or delete the line"
        return Failure(snippet.shown, stated.line, message, cure, "contract")
