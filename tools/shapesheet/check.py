"""Check snippets against their contracts and make records of what was measured."""

from __future__ import annotations

import contextlib
import gc
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shapesheet import (
    backend,
    build,
    claims,
    heads,
    loading,
    measure,
    reader,
    running,
    saving,
    testing,
    training,
)
from shapesheet import config as configuration
from shapesheet import snippet as snippets
from shapesheet.errors import SnippetError
from shapesheet.matching import expected_text, lookup
from shapesheet.raised import reason
from shapesheet.record import Check, Failure, Record, Tensor, versions
from shapesheet.running import ONE, SEVERAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shapesheet.config import Config
    from shapesheet.snippet import Snippet

# Each check, and those whose results it needs.
CHECKS: dict[str, tuple[str, ...]] = {
    "contract": (),
    "shapes": ("contract",),
    "run": ("shapes",),
    "head": ("shapes",),
    # Before the weights move, what a run has given can be compared.
    "saving": ("run",),
    "training": ("shapes", "head"),
    "measures": ("run",),
    "claims": ("contract",),
}


class BlockedError(Exception):
    """A check could not run, because one that it needs has failed."""


@dataclass
class Examination:
    """One snippet under the checks: each runs once, and later ones use what earlier ones made."""

    snippet: Snippet
    config: Config
    digest: str = ""
    results: dict[str, SnippetError | None] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    reading: Any = None
    built: Any = None
    subject: Any = None
    other: Any = None
    outputs: Any = ()
    random: bool = False
    heads: Any = ()
    measures: Any = None
    evidence: Any = None

    def require(self, check: str) -> None:
        """Run a check and those that it needs, unless they have run.

        Raises:
            SnippetError: What the check found.
            BlockedError: One that it needs has failed.
        """
        for needed in CHECKS[check]:
            try:
                self.require(needed)
            except SnippetError as error:
                message = f"not run: {needed} failed"
                raise BlockedError(message) from error
        if check not in self.results:
            self.results[check] = self._run(check)
        found = self.results[check]
        if found is not None:
            raise found

    def _run(self, check: str) -> SnippetError | None:
        run: Callable[[], None] = getattr(self, f"check_{check}")
        try:
            with warnings.catch_warnings():
                # Those of the snippet's own code are errors; the libraries' help nobody here.
                warnings.simplefilter("ignore")
                run()
        except SnippetError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a snippet must never show our traceback
            message = f"the check {check} can't cope with it: {reason(error)}"
            cure = "simplify the snippet, or report this as a bug of shapesheet"
            return SnippetError(self.snippet.shown, 0, message, cure)
        return None

    def check_contract(self) -> None:
        """Read the snippet without running it: format, imports, contract."""
        self.reading = reader.read(self.snippet, self.config)

    def check_shapes(self) -> None:
        """Build it at its defaults and at other sizes, and compare every shape."""
        self.built = loading.load(self.snippet, self.reading)
        self.subject = build.build(self.built, self.built.defaults)
        for parameters in self.built.others:
            subject = build.build(self.built, parameters)
            if len(self.built.observer.reached) < len(self.reading.comments):
                running.require_outputs(self.built, subject, SEVERAL)
            # The first are those in which the fewest dimensions have the same size.
            self.other = self.other or subject
        if len(self.built.observer.reached) < len(self.reading.comments):
            self.check_run()
        build.require_reached(self.built)
        if self.reading.contract.heavy:
            self.left_out["shapes"] = "built at its defaults only"

    def check_run(self) -> None:
        """Run the model: finite, of the right shape, in its domain.

        Several samples pass through it at other sizes, if it has any, and one at its defaults,
        since a recurrent model takes as long as its sequence at its defaults.
        """
        if self.outputs:
            return
        running.require_outputs(self.built, self.other or self.subject, SEVERAL)
        self.other = None
        self.outputs = running.require_outputs(self.built, self.subject, ONE)

    def check_head(self) -> None:
        """Compare last layer, loss and target."""
        # The calls of a run tell the last layer where no graph does; run has an item of its own.
        with contextlib.suppress(SnippetError):
            self.require("run")
        self.heads = heads.heads(self.built, self.subject)

    def check_saving(self) -> None:
        """Save it, load it, compare the outputs."""
        if self.reading.contract.heavy:
            self.left_out["saving"] = "too large to save in a check"
            # Nobody watches this pass: measures add up the operations of the others.
            given = running.inputs_for(self.built, self.subject, ONE)
            again = running.forward(self.subject, given)
            self.random = not saving.equal(again, self.outputs)
            return
        self.random = saving.require_saving(self.built, self.subject, self.outputs)

    def check_training(self) -> None:
        """Train it for a few steps."""
        if not any(head.loss for head in self.heads):
            self.left_out["training"] = "the model has no loss"
            return
        training.require_training(self.built, self.subject)

    def check_measures(self) -> None:
        """Measure it, and compare the sums with Keras's."""
        self.measures = measure.measure(self.built, self.subject)

    def check_claims(self) -> None:
        """Read its claims; pytest runs them."""
        self.evidence = claims.read(self.snippet, self.config)

    def record(self, *, complete: bool = True) -> Record:
        """Return the record of all checks; the claims are run when it is to be ``complete``."""
        try:
            # Of the files as they are now: one that is saved meanwhile makes the record stale.
            self.digest = snippets.digest(self.snippet, self.config)
        except SnippetError as error:
            return unreadable(self.snippet, error)
        failures = list(self._failures())
        if failures:
            return self._failed(failures)
        if not complete:
            return self._facts(self.evidence)
        try:
            evidence = testing.run(self.snippet, self.config, self.evidence)
        except SnippetError as error:
            return self._failed([failure(error, "claims")])
        return self._facts(evidence)

    def _failed(self, failures: list[Failure]) -> Record:
        return Record(self.snippet.key, self.digest, versions(), failures=tuple(failures))

    def release(self) -> None:
        """Let go of the models; dozens of them would not fit into memory side by side."""
        loading.unload(self.snippet)
        self.built = self.subject = self.other = None
        if "shapes" in self.results:
            backend.clear()
            gc.collect()

    def _failures(self) -> Iterator[Failure]:
        for check in CHECKS:
            try:
                self.require(check)
            except SnippetError as error:
                yield failure(error, check)
            except BlockedError:
                continue

    def _facts(self, evidence: claims.Evidence) -> Record:
        measures = self.measures
        return Record(
            snippet=self.snippet.key,
            digest=self.digest,
            versions=versions(),
            summary=self.reading.summary,
            defaults={name: repr(value) for name, value in self.built.defaults.items()},
            sizes=tuple(
                {name: repr(value) for name, value in each.items()} for each in self.built.others
            ),
            tensors=tuple(self._tensors()),
            layers=measures.layers,
            parameters=measures.parameters,
            trainable=measures.trainable,
            weight_bytes=measures.weight_bytes,
            multiply_adds=measures.multiply_adds,
            heads=self.heads,
            heavy=self.reading.contract.heavy,
            random=self.random,
            checks=tuple(Check(name, self.left_out.get(name, "")) for name in CHECKS),
            claims=evidence.claims,
            mistakes=evidence.mistakes,
        )

    def _tensors(self) -> Iterator[Tensor]:
        find = lookup(self.built.defaults)
        for tensor in self.reading.contract.tensors:
            shape = expected_text(tensor.shape, find, None)
            yield Tensor(
                tensor.role, tensor.name, tensor.shape.text, shape, tensor.dtype, tensor.domain.text
            )


def unreadable(snippet: Snippet, error: SnippetError) -> Record:
    """Return the record of a snippet of which a file can't be read."""
    return Record(snippet.key, "", versions(), failures=(failure(error, "contract"),))


def failure(error: SnippetError, check: str) -> Failure:
    """Return what a check found, as it is kept in a record."""
    return Failure(error.path, error.line, error.message, error.cure, check, error.column)


def examine(root: str, key: str, complete: bool = True) -> Record:  # noqa: FBT001, FBT002 - a call is made of values
    """Return the record of one snippet of the project in ``root``: what a worker does.

    Args:
        root: The project's folder.
        key: ``family/name``.
        complete: Whether the claims are run, too.

    Raises:
        SnippetError: The project's settings can't be read.
    """
    config = configuration.load(Path(root))
    examination = Examination(snippets.named(config, key), config)
    record = examination.record(complete=complete)
    examination.release()
    return record
