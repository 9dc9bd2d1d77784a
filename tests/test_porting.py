"""What is compared of a snippet on two backends; TensorFlow stands for the other one here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from shapesheet import agreement, counter, porting
from shapesheet import record as records
from shapesheet.check import examine
from shapesheet.counter import Counted
from shapesheet.porting import Porting
from tests import workshop

if TYPE_CHECKING:
    from pathlib import Path

    from shapesheet.ports import Port
    from shapesheet.record import Record

NOISE = """\
@keras.saving.register_keras_serializable()
class Noise(layers.GaussianNoise):
    def call(self, inputs):
        return super().call(inputs, training=True)
"""
RANDOM = """\
return keras.Sequential(
    [keras.Input((size,)), Noise(1.0), layers.Dense(1, activation="sigmoid")]
)
"""
UNTRAINED = workshop.CONTRACT.rpartition("target")[0]
ONLY = workshop.CONTRACT + "backends: tensorflow (JAX has no such thing)\n"


class Ported:
    """A snippet with its record and what TensorFlow gives, to be checked as if on JAX."""

    def __init__(self, folder: Path, text: str) -> None:
        """Check it on TensorFlow, and save what it gives there."""
        self.snippet, self.config = workshop.snippet(folder, text)
        self.path = folder / "saved.npz"
        self.record: Record = examine(str(self.config.root), self.snippet.key)
        assert not self.record.failures, self.record.failures
        records.write(self.config.records, self.record)
        assert porting.reference(*self.call) == ()

    @property
    def call(self) -> tuple[str, str, str]:
        return str(self.config.root), self.snippet.key, str(self.path)

    def result(self, on: str = "jax", **facts: object) -> Port:
        """Return the port, compared with a record in which some facts are others."""
        examination = porting.Examination(self.snippet, self.config)
        checks = Porting(examination, _with(self.record, facts), self.path, on)
        try:
            return checks.result(porting.begun(self.snippet, self.config, on))
        finally:
            examination.release()


@pytest.fixture(scope="module")
def ported(tmp_path_factory: pytest.TempPathFactory) -> Ported:
    return Ported(tmp_path_factory.mktemp("ported"), workshop.source())


def _with(record: Record, facts: dict[str, Any]) -> Record:
    return replace(record, **facts)


def said(port: Port) -> list[tuple[str, str]]:
    return [(failure.check, failure.message) for failure in port.failures]


def test_what_agrees_is_recorded_with_the_checks_and_the_difference(ported: Ported) -> None:
    port = ported.result()
    assert said(port) == []
    assert port.difference == 1e-5
    names = ["contract", "shapes", "run", "head", "saving", "training", "measures"]
    assert [check.name for check in port.checks] == [*names, "claims", "layers", "outputs"]
    assert [check.name for check in port.checks if check.left_out] == ["claims"]


@pytest.mark.parametrize(
    ("fact", "value", "message"),
    [
        ("parameters", 30, "parameters: JAX gives 29, TensorFlow's record has 30"),
        ("trainable", 28, "trainable: JAX gives 29, TensorFlow's record has 28"),
        ("weight_bytes", 1, "weight_bytes: JAX gives 116, TensorFlow's record has 1"),
        ("multiply_adds", None, "multiply_adds: JAX gives 24, TensorFlow's record has None"),
        ("random", True, "random: JAX gives False, TensorFlow's record has True"),
        ("layers", (), "number of layers: JAX gives 2, TensorFlow's record has 0"),
    ],
)
def test_a_fact_that_differs_is_told_with_both_values(
    ported: Ported, fact: str, value: object, message: str
) -> None:
    assert ("layers", message) in said(ported.result(**{fact: value}))


def test_a_layer_that_differs_is_told_by_its_name(ported: Ported) -> None:
    first, second = ported.record.layers
    layers = (first, replace(second, shape="(batch, 9)"))
    message = "shape of dense_1: JAX gives (batch, 1), TensorFlow's record has (batch, 9)"
    assert said(ported.result(layers=layers)) == [("layers", message)]


def test_another_last_layer_or_loss_is_told(ported: Ported) -> None:
    (head,) = ported.record.heads
    ((check, message),) = said(ported.result(heads=(replace(head, activation="relu"),)))
    assert check == "layers"
    assert message.startswith("heads: JAX gives ")


def test_outputs_that_differ_are_told(ported: Ported, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreement, "TOLERANCE", -1.0)
    ((check, message),) = said(ported.result())
    assert check == "outputs"
    assert message.startswith("with the same weights TensorFlow gives ")


def test_what_the_comparison_can_not_cope_with_is_told_at_the_snippet(ported: Ported) -> None:
    ported.path.rename(ported.path.with_suffix(".away"))
    try:
        (failure,) = ported.result().failures
    finally:
        ported.path.with_suffix(".away").rename(ported.path)
    assert failure.check == "outputs"
    assert failure.path == workshop.SHOWN
    assert "comparing the outputs can't cope with it: FileNotFoundError" in failure.message


def test_a_count_that_is_not_twice_ours_is_told_with_both_figures(
    ported: Ported, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counter, "count", lambda *_: Counted(50, trials=2))
    message = "the record says 24 multiply-adds, which are 52 operations; PyTorch counts 50"
    assert said(ported.result("torch")) == [("multiply-adds", message)]
    monkeypatch.setattr(counter, "count", lambda *_: Counted(52, trials=2))
    assert said(ported.result("torch")) == []


def test_a_count_that_can_not_be_compared_is_left_out_with_the_reason(
    ported: Ported, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counter, "count", lambda *_: Counted(1, unclear="it is in pairs"))
    port = ported.result("torch")
    assert {check.name: check.left_out for check in port.checks}[
        "multiply-adds"
    ] == "it is in pairs"


def test_random_outputs_are_not_compared(tmp_path: Path) -> None:
    ported = Ported(tmp_path, workshop.source(RANDOM, UNTRAINED, above=NOISE))
    port = ported.result()
    assert said(port) == []
    assert port.difference is None
    left_out = {check.name: check.left_out for check in port.checks if check.left_out}
    assert left_out["outputs"] == "two passes over the same input differ"


def test_a_snippet_that_runs_where_its_contract_says_it_can_not_is_told(tmp_path: Path) -> None:
    text = workshop.source(contract=ONLY)
    (failure,) = Ported(tmp_path, text).result().failures
    assert failure.message == (
        "the contract says that it can't run on jax, but every check passes there"
    )
    assert failure.line == workshop.line_of(text, "backends:")
    assert failure.cure == "add jax to the line backends:, or delete the line"


def test_what_fails_where_the_contract_says_it_can_not_run_is_no_failure(tmp_path: Path) -> None:
    ported = Ported(tmp_path, workshop.source(contract=ONLY))
    port = ported.result(parameters=1)
    assert (port.failures, port.impossible) == ((), "JAX has no such thing")
    assert port.difference is None


def test_a_record_that_does_not_hold_can_not_be_compared_with(tmp_path: Path) -> None:
    ported = Ported(tmp_path, workshop.source())
    (ported.config.records / f"{workshop.KEY}.json").unlink()
    (failure,) = porting.port(*ported.call, "tensorflow").failures
    assert failure.message == "its record on TensorFlow, with which to compare, is never checked"
    assert failure.cure == f"run: shapesheet check {workshop.KEY}"


def test_a_snippet_without_a_reference_is_told(tmp_path: Path) -> None:
    snippet, config = workshop.snippet(tmp_path, workshop.source(above='raise ValueError("no")'))
    (failure,) = porting.reference(str(config.root), snippet.key, str(tmp_path / "saved.npz"))
    assert (failure.check, failure.line) == ("reference", 7)
    assert failure.message == "the snippet raises ValueError: no"
