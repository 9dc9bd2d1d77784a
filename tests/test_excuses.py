from pathlib import Path

import pytest

from shapesheet import excuses, survivors
from shapesheet.errors import SnippetError
from shapesheet.excuses import Excuse
from shapesheet.survivors import MEASURED, Report
from tests.examples import KEY, project, put
from tests.test_survivors import REPORT, TRIALS

FILE = f"""
[[equivalent]]
snippets = ["{KEY}"]
mutant = "loss swapped: e → f"
reason = "Both are the same here."
"""
SHOWN = "docs/mutants.toml"


def given(folder: Path, text: str = FILE) -> tuple[Excuse, ...]:
    return excuses.read(put(folder / SHOWN, text), SHOWN)


def problem(folder: Path, text: str) -> SnippetError:
    with pytest.raises(SnippetError) as caught:
        given(folder, text)
    return caught.value


def reasons(report: Report) -> list[str]:
    return [each.reason for each in report.snippets[KEY].survivors]


def test_a_project_without_the_file_excuses_nothing(tmp_path: Path) -> None:
    assert excuses.read(tmp_path / SHOWN, SHOWN) == ()


def test_a_reason_is_given_to_the_survivor_that_it_names(tmp_path: Path) -> None:
    report = excuses.applied(REPORT, given(tmp_path))
    assert reasons(report) == [MEASURED, "", "Both are the same here."]


def test_a_reason_that_is_not_written_any_more_is_taken_back() -> None:
    assert reasons(excuses.applied(REPORT, ())) == [MEASURED, "", ""]


def test_an_entry_for_a_survivor_is_fine(tmp_path: Path) -> None:
    config = project(tmp_path)
    assert excuses.idle(REPORT, given(tmp_path), config) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("e → f", "e → g"),
        ("loss swapped: e → f", "units: a → b"),
        (KEY, "dense/gone"),
    ],
)
def test_an_entry_without_a_survivor_is_an_error_at_its_line(
    tmp_path: Path, old: str, new: str
) -> None:
    config = project(tmp_path)
    (error,) = excuses.idle(REPORT, given(tmp_path, FILE.replace(old, new)), config)
    assert error.place == "docs/mutants.toml:4"
    assert error.message.startswith("no survivor of dense/")
    assert error.cure.startswith("delete it")


def test_an_entry_of_a_snippet_that_was_not_tried_yet_may_wait(tmp_path: Path) -> None:
    assert excuses.idle(Report(), given(tmp_path), project(tmp_path)) == []


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("[[equivalent", SHOWN, "this is not TOML"),
        (f"equivalent = {'[' * 5000}", SHOWN, "this is not TOML"),
        (f"equivalent = 1{'0' * 5000}", SHOWN, "this is not TOML"),
        (FILE.replace("reason", "because"), SHOWN, "an entry is wrong: Object"),
        (FILE.replace("[[equivalent]]", "[[same]]"), SHOWN, "an entry is wrong: Object contains"),
        (
            FILE.replace("Both are the same here.", " "),
            f"{SHOWN}:4",
            "the mutant 'loss swapped: e → f' has no reason",
        ),
    ],
)
def test_a_file_of_another_kind_is_refused(
    tmp_path: Path, text: str, place: str, message: str
) -> None:
    error = problem(tmp_path, text)
    assert error.place == place
    assert error.message.startswith(message)


def test_a_folder_in_the_place_of_the_file_is_no_project_without_it(tmp_path: Path) -> None:
    (tmp_path / SHOWN).mkdir(parents=True)
    with pytest.raises(SnippetError, match="this file can't be read: ") as caught:
        excuses.read(tmp_path / SHOWN, SHOWN)
    assert caught.value.place == SHOWN


def test_a_file_that_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    put(tmp_path / SHOWN, "")
    (tmp_path / SHOWN).write_bytes(b"\xff")
    with pytest.raises(SnippetError, match="this file can't be read: ") as caught:
        excuses.read(tmp_path / SHOWN, SHOWN)
    assert caught.value.place == SHOWN


@pytest.mark.parametrize("name", ["a" * 300, "a\0b"])
def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SnippetError, match="this file can't be read: "):
        excuses.read(tmp_path / name, SHOWN)


@pytest.mark.parametrize("value", ["[" * 5000, f"1{'0' * 5000}"], ids=["nested", "long"])
def test_a_line_of_a_reason_that_looks_like_an_entry_is_none(tmp_path: Path, value: str) -> None:
    reason = f'"""\nmutant = {value}\n"""'
    text = FILE.replace('"Both are the same here."', reason)
    (excuse,) = given(tmp_path, text)
    assert excuses.line_of(text, excuse) == 4


def test_a_line_that_can_not_be_found_is_left_out(tmp_path: Path) -> None:
    text = FILE.replace("mutant =", '"mutant" =').replace("Both are the same here.", "")
    assert problem(tmp_path, text).place == SHOWN
    multiline = FILE.replace('"loss swapped: e → f"', '"""loss\nx"""').replace("Both", " ")
    assert given(tmp_path, multiline)[0].mutant == "loss\nx"
    assert excuses.line_of(multiline, given(tmp_path, multiline)[0]) == 0


def test_a_report_keeps_its_counts_when_reasons_change(tmp_path: Path) -> None:
    report = excuses.applied(REPORT, given(tmp_path))
    assert report.snippets[KEY].made == TRIALS.made
    assert report.count.survived == 1
    assert survivors.loads(survivors.dumps(report), "x") == report
