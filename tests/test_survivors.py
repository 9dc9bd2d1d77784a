from pathlib import Path

import pytest

from shapesheet import survivors
from shapesheet.config import Config, Settings
from shapesheet.errors import SnippetError
from shapesheet.survivors import MEASURED, Count, Report, Survivor, Trials
from tests.examples import KEY, project

TRIALS = Trials(
    "0" * 16,
    "1" * 16,
    {"units": 4, "loss swapped": 1},
    {"shapes": 1, "claims": 1},
    (
        Survivor("units: a → b", "units", 3, MEASURED),
        Survivor("units: c → d", "units", 4, "It is the same."),
        Survivor("loss swapped: e → f", "loss swapped", 5),
    ),
)
REPORT = Report({KEY: TRIALS})


def test_mutants_are_counted_by_mistake() -> None:
    assert TRIALS.counts == {
        "units": Count(4, 2, 2, 0),
        "loss swapped": Count(1, 0, 0, 1),
    }


def test_the_share_is_of_those_that_are_not_equivalent() -> None:
    assert REPORT.count == Count(5, 2, 2, 1)
    assert REPORT.count.share == pytest.approx(2 / 3)


def test_nothing_to_catch_is_all_caught() -> None:
    assert Report().count.share == 1
    assert Count(made=2, equivalent=2).share == 1


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    config = project(tmp_path)
    survivors.write(config, REPORT)
    assert survivors.read(config) == REPORT


def test_a_project_without_a_report_has_an_empty_one(tmp_path: Path) -> None:
    assert survivors.read(project(tmp_path)) == Report()


def test_a_snippet_that_is_gone_is_left_out(tmp_path: Path) -> None:
    config = project(tmp_path)
    survivors.write(config, Report({"dense/gone": TRIALS, KEY: TRIALS}))
    assert list(survivors.read(config).snippets) == [KEY]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "this is no report of mutants: Input data was truncated"),
        ('{"snippets": {"a": {}}}', "this is no report of mutants: Object missing"),
        (f'{{"more": {"[" * 5000}', "this is no report of mutants: maximum recursion depth"),
        ('{"format": 0}', "this report has format 0, this shapesheet writes 1"),
    ],
)
def test_a_file_that_is_no_report_names_the_command(
    tmp_path: Path, text: str, message: str
) -> None:
    config = project(tmp_path)
    survivors.path(config).parent.mkdir()
    survivors.path(config).write_text(text)
    with pytest.raises(SnippetError) as caught:
        survivors.read(config)
    assert caught.value.place == "docs/reports/mutants.json"
    assert caught.value.message.startswith(message)
    assert caught.value.cure == "make it anew: shapesheet mutants --all"


def test_a_report_that_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    config = project(tmp_path)
    survivors.path(config).parent.mkdir()
    survivors.path(config).write_bytes(b"\xff")
    with pytest.raises(SnippetError, match="this report can't be read: ") as caught:
        survivors.read(config)
    assert caught.value.place == "docs/reports/mutants.json"


def test_a_folder_in_the_place_of_the_report_is_no_project_without_one(tmp_path: Path) -> None:
    config = project(tmp_path)
    survivors.path(config).mkdir(parents=True)
    with pytest.raises(SnippetError, match="this report can't be read: ") as caught:
        survivors.read(config)
    assert caught.value.place == "docs/reports/mutants.json"


@pytest.mark.parametrize("reports", ["a" * 300, "a\0b"])
def test_a_folder_of_a_name_that_none_can_have_is_refused(tmp_path: Path, reports: str) -> None:
    with pytest.raises(SnippetError, match="this report can't be read: "):
        survivors.read(Config(tmp_path, Settings(reports=reports)))
