"""Figures that were measured before: those of others, and those that the benchmark keeps.

The records have to agree with what was measured apart from this project, at the same sizes.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from shapesheet import benchmark, config, record
from shapesheet.benchmark import CHECKS, UNCHANGED, Fit, Growth, Line
from shapesheet.errors import SnippetError
from tests import examples
from tests.bench import __main__ as bench
from tests.bench import ours
from tests.site.helpers import ROOT

if TYPE_CHECKING:
    from pathlib import Path

# Output shape, parameters, trainable parameters, multiply-adds for one sample.
FIGURES = {
    "convnets/cats_vs_dogs_convnet": ("(batch, 1)", 1_212_513, 1_212_513, 89_192_000),
    "convnets/convnet_trunk": ("(batch, 17, 17, 64)", 28_640, 28_640, 88_008_192),
    "convnets/facial_expression_convnet": ("(batch, 7)", 4_405_639, 4_405_063, 6_163_584),
    "convnets/light_facial_expression_convnet": ("(batch, 7)", 12_583, 12_007, 1_838_208),
    "convnets/plain_convnet": ("(batch, 10)", 282_282, 282_282, 163_315_392),
    "convnets/separable_convnet": ("(batch, 10)", 38_949, 38_949, 20_317_676),
    "dense/bag_of_words_classifier": ("(batch, 4)", 8_964, 8_964, 8_704),
    "dense/binary_classifier": ("(batch, 1)", 1_633, 1_633, 1_568),
    "dense/integer_target_classifier": ("(batch, 10)", 1_930, 1_930, 1_856),
    "dense/multiclass_classifier": ("(batch, 10)", 1_930, 1_930, 1_856),
    "dense/multilabel_classifier": ("(batch, 10)", 1_930, 1_930, 1_856),
    "dense/spectra_classifier": ("(batch, 11)", 13_195, 13_195, 13_088),
    "dense/square_regressor": ("(batch, 1)", 25, 25, 16),
    "dense/vector_regressor": ("(batch, 3)", 1_699, 1_699, 1_632),
    "recurrent/lstm_binary_classifier": ("(batch, 1)", 5_281, 5_281, 102_432),
    "recurrent/stacked_lstm_binary_classifier": ("(batch, 1)", 21_921, 21_921, 430_112),
    "recurrent/stacked_lstm_classifier": ("(batch, 10)", 22_218, 22_218, 430_400),
    "recurrent/stacked_lstm_multilabel_classifier": ("(batch, 10)", 22_218, 22_218, 430_400),
    "transfer/vgg19_global_pooling": ("(batch, 10)", 20_031_562, 6_154, 398_136_320),
    "transfer/vgg19_keep_dense": ("(batch, 10)", 139_627_594, 49_162, 19_628_007_424),
    "uncertainty/baked_dropout": ("(batch, 3)", 33, 33, 30),
    "uncertainty/mc_dropout": ("(batch, 3)", 451, 451, 416),
}

# Class, output shape and parameters of each layer.
LAYERS = {
    "convnets/cats_vs_dogs_convnet": [
        ("Conv2D", "(batch, 148, 148, 32)", 896),
        ("MaxPooling2D", "(batch, 74, 74, 32)", 0),
        ("Conv2D", "(batch, 72, 72, 32)", 9_248),
        ("MaxPooling2D", "(batch, 36, 36, 32)", 0),
        ("Conv2D", "(batch, 34, 34, 64)", 18_496),
        ("MaxPooling2D", "(batch, 17, 17, 64)", 0),
        ("Flatten", "(batch, 18496)", 0),
        ("Dense", "(batch, 64)", 1_183_808),
        ("Dropout", "(batch, 64)", 0),
        ("Dense", "(batch, 1)", 65),
    ],
    "convnets/convnet_trunk": [
        ("Conv2D", "(batch, 148, 148, 32)", 896),
        ("MaxPooling2D", "(batch, 74, 74, 32)", 0),
        ("Conv2D", "(batch, 72, 72, 32)", 9_248),
        ("MaxPooling2D", "(batch, 36, 36, 32)", 0),
        ("Conv2D", "(batch, 34, 34, 64)", 18_496),
        ("MaxPooling2D", "(batch, 17, 17, 64)", 0),
    ],
    "convnets/facial_expression_convnet": [
        ("Conv2D", "(batch, 46, 46, 32)", 896),
        ("BatchNormalization", "(batch, 46, 46, 32)", 128),
        ("PReLU", "(batch, 46, 46, 32)", 67_712),
        ("MaxPooling2D", "(batch, 23, 23, 32)", 0),
        ("Flatten", "(batch, 16928)", 0),
        ("Dense", "(batch, 256)", 4_333_824),
        ("BatchNormalization", "(batch, 256)", 1_024),
        ("PReLU", "(batch, 256)", 256),
        ("Dropout", "(batch, 256)", 0),
        ("Dense", "(batch, 7)", 1_799),
    ],
    "convnets/light_facial_expression_convnet": [
        ("Conv2D", "(batch, 46, 46, 32)", 896),
        ("BatchNormalization", "(batch, 46, 46, 32)", 128),
        ("PReLU", "(batch, 46, 46, 32)", 32),
        ("MaxPooling2D", "(batch, 23, 23, 32)", 0),
        ("GlobalAveragePooling2D", "(batch, 32)", 0),
        ("Dense", "(batch, 256)", 8_448),
        ("BatchNormalization", "(batch, 256)", 1_024),
        ("PReLU", "(batch, 256)", 256),
        ("Dropout", "(batch, 256)", 0),
        ("Dense", "(batch, 7)", 1_799),
    ],
    "convnets/plain_convnet": [
        ("Conv2D", "(batch, 62, 62, 32)", 896),
        ("Conv2D", "(batch, 60, 60, 64)", 18_496),
        ("MaxPooling2D", "(batch, 30, 30, 64)", 0),
        ("Conv2D", "(batch, 28, 28, 64)", 36_928),
        ("Conv2D", "(batch, 26, 26, 128)", 73_856),
        ("MaxPooling2D", "(batch, 13, 13, 128)", 0),
        ("Conv2D", "(batch, 11, 11, 64)", 73_792),
        ("Conv2D", "(batch, 9, 9, 128)", 73_856),
        ("GlobalAveragePooling2D", "(batch, 128)", 0),
        ("Dense", "(batch, 32)", 4_128),
        ("Dense", "(batch, 10)", 330),
    ],
    "convnets/separable_convnet": [
        ("SeparableConv2D", "(batch, 62, 62, 32)", 155),
        ("SeparableConv2D", "(batch, 60, 60, 64)", 2_400),
        ("MaxPooling2D", "(batch, 30, 30, 64)", 0),
        ("SeparableConv2D", "(batch, 28, 28, 64)", 4_736),
        ("SeparableConv2D", "(batch, 26, 26, 128)", 8_896),
        ("MaxPooling2D", "(batch, 13, 13, 128)", 0),
        ("SeparableConv2D", "(batch, 11, 11, 64)", 9_408),
        ("SeparableConv2D", "(batch, 9, 9, 128)", 8_896),
        ("GlobalAveragePooling2D", "(batch, 128)", 0),
        ("Dense", "(batch, 32)", 4_128),
        ("Dense", "(batch, 10)", 330),
    ],
    "dense/bag_of_words_classifier": [
        ("Dense", "(batch, 256)", 7_936),
        ("Dropout", "(batch, 256)", 0),
        ("Dense", "(batch, 4)", 1_028),
    ],
    "dense/binary_classifier": [
        ("Dense", "(batch, 32)", 544),
        ("Dense", "(batch, 32)", 1_056),
        ("Dense", "(batch, 1)", 33),
    ],
    "dense/integer_target_classifier": [
        ("Dense", "(batch, 32)", 544),
        ("Dense", "(batch, 32)", 1_056),
        ("Dense", "(batch, 10)", 330),
    ],
    "dense/multiclass_classifier": [
        ("Dense", "(batch, 32)", 544),
        ("Dense", "(batch, 32)", 1_056),
        ("Dense", "(batch, 10)", 330),
    ],
    "dense/multilabel_classifier": [
        ("Dense", "(batch, 32)", 544),
        ("Dense", "(batch, 32)", 1_056),
        ("Dense", "(batch, 10)", 330),
    ],
    "dense/spectra_classifier": [
        ("Dense", "(batch, 64)", 10_752),
        ("Dense", "(batch, 32)", 2_080),
        ("Dense", "(batch, 11)", 363),
    ],
    "dense/square_regressor": [
        ("Dense", "(batch, 8)", 16),
        ("Dense", "(batch, 1)", 9),
    ],
    "dense/vector_regressor": [
        ("Dense", "(batch, 32)", 544),
        ("Dense", "(batch, 32)", 1_056),
        ("Dense", "(batch, 3)", 99),
    ],
    "recurrent/lstm_binary_classifier": [
        ("LSTM", "(batch, 32)", 5_248),
        ("Dense", "(batch, 1)", 33),
    ],
    "recurrent/stacked_lstm_binary_classifier": [
        ("LSTM", "(batch, 20, 32)", 5_248),
        ("LSTM", "(batch, 20, 32)", 8_320),
        ("LSTM", "(batch, 32)", 8_320),
        ("Dense", "(batch, 1)", 33),
    ],
    "recurrent/stacked_lstm_classifier": [
        ("LSTM", "(batch, 20, 32)", 5_248),
        ("LSTM", "(batch, 20, 32)", 8_320),
        ("LSTM", "(batch, 32)", 8_320),
        ("Dense", "(batch, 10)", 330),
    ],
    "recurrent/stacked_lstm_multilabel_classifier": [
        ("LSTM", "(batch, 20, 32)", 5_248),
        ("LSTM", "(batch, 20, 32)", 8_320),
        ("LSTM", "(batch, 32)", 8_320),
        ("Dense", "(batch, 10)", 330),
    ],
    "uncertainty/baked_dropout": [
        ("Dense", "(batch, 3)", 33),
        ("Dropout", "(batch, 3)", 0),
    ],
    "uncertainty/mc_dropout": [
        ("Dense", "(batch, 32)", 352),
        ("MCDropout", "(batch, 32)", 0),
        ("Dense", "(batch, 3)", 99),
    ],
}


def known(key: str) -> record.Record:
    project = config.load(ROOT)
    found = record.read(project.records, key)
    assert found is not None, f"{key} has no record: run make check"
    return found


@pytest.mark.parametrize("key", FIGURES)
def test_a_record_has_the_figures_that_were_measured_elsewhere(key: str) -> None:
    found = known(key)
    (output,) = [tensor for tensor in found.tensors if tensor.role == "output"]
    measured = (output.shape, found.parameters, found.trainable, found.multiply_adds)
    assert measured == FIGURES[key]


@pytest.mark.parametrize("key", LAYERS)
def test_a_layer_table_has_the_rows_that_were_measured_elsewhere(key: str) -> None:
    rows = [(layer.kind, layer.shape, layer.parameters) for layer in known(key).layers]
    assert rows == LAYERS[key]


def line(name: str, work: str, seconds: float = 1.0) -> Line:
    return Line(name, work, "something", ours=False, isolates=True, seconds=(seconds,))


def test_a_line_measured_anew_leaves_no_ghost_of_its_work_under_another_name() -> None:
    checks, nothing = line("fresh", CHECKS), line("gallery", UNCHANGED)
    ghost = line("gallery, as it was called", UNCHANGED, 0.1)
    anew = line("gallery", UNCHANGED, 2.0)
    assert bench.renewed((ghost, checks, nothing), (anew,)) == (checks, anew)
    assert bench.renewed((ghost, checks), (anew,)) == (checks, anew)


def test_commands_that_are_not_measured_anew_stay() -> None:
    fit = Fit(0, 0, 1, 1)
    status, write = (Growth(each, (), fit, fit) for each in ("status", "write"))
    assert bench.renewed((status, write), (write,)) == (status, write)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no report yet"),
        (b"{}", "this report can't be read: "),
        (b"no", "this report can't be read: "),
        (b"\xff", "this report can't be read: "),
        (b"[" * 100_000, "this report can't be read: "),
    ],
)
def test_no_part_is_measured_beside_a_report_that_is_none(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    path = tmp_path / "benchmark.json"
    if content is not None:
        path.write_bytes(content)
    now = benchmark.Report(2, "A Processor", 2**34, {}, (), 3, 5, (), ())
    with pytest.raises(SnippetError, match=message) as caught:
        bench.kept(now, path)
    assert (caught.value.path, caught.value.cure) == (str(path), "measure all parts: make bench")


@pytest.mark.parametrize("option", ["--every", "--runs"])
@pytest.mark.parametrize("number", ["0", "-1", "many"])
def test_less_than_one_run_or_one_of_none_is_refused(
    option: str, number: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", f"{option}={number}"])
    with pytest.raises(SystemExit):
        bench.main()
    assert f"argument {option}: {number!r} is no number from 1 on" in capsys.readouterr().err


def test_one_of_more_than_there_are_is_refused(tmp_path: Path) -> None:
    made = examples.project(tmp_path)
    assert len(ours.choose(made, every=1)) == 1
    with pytest.raises(SnippetError, match="one of 7 can't be chosen from 1 snippets"):
        ours.choose(made, every=7)
