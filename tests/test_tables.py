from collections.abc import Mapping
from dataclasses import replace

import pytest
from msgspec import structs

from shapesheet import cells, tables
from shapesheet.errors import SnippetError
from shapesheet.record import Head, Tensor
from shapesheet.sheet import Lack, Place, Renderer, Sheet, Spot
from tests.examples import KEY, RECORD

TECHNIQUE = structs.replace(
    RECORD, snippet="sampling/walk", summary="Walk | run.", layers=(), heads=(), tensors=()
)
PLACES = {
    KEY: Place(
        "dense/binary-classifier.md",
        "docs/en/dense/binary-classifier.md",
        "Binary classifier",
        "binary classification",
        fits={"vectors": "first"},
    ),
    "sampling/walk": Place(
        "sampling/walk.md", "docs/en/sampling/walk.md", "Walk", fits={"vectors": "second"}
    ),
}
SHEET = Sheet({KEY: RECORD, "sampling/walk": TECHNIQUE}, {}, PLACES, ("vectors", "images"))
HOME = Spot("index.md", "docs/en/index.md", 7)
INDEX = Spot("dense/index.md", "docs/en/dense/index.md", 5)


def problem(renderer: Renderer, sheet: Sheet, *arguments: str, spot: Spot = HOME) -> SnippetError:
    with pytest.raises(SnippetError) as caught:
        renderer(sheet, spot, arguments)
    return caught.value


def placed(places: Mapping[str, Place]) -> Sheet:
    return replace(SHEET, places=places)


def test_the_table_of_a_family_links_from_its_own_folder() -> None:
    (row,) = tables.family(SHEET, INDEX, ("dense",)).splitlines()[2:]
    assert row == (
        "| [Binary classifier](binary-classifier.md) | Classify feature vectors into two classes. "
        "| `(batch, num_features)` → `(batch, 1)` in `[0, 1]` | 1,025 | 992 "
        "| `Dense(1)` with `sigmoid` | `binary_crossentropy` |"
    )


def test_a_technique_has_no_figures_and_its_summary_is_escaped() -> None:
    assert tables.family(SHEET, HOME, ("sampling",)).splitlines()[2:] == [
        "| [Walk](sampling/walk.md) | Walk &#124; run. |  | — | — | — | — |"
    ]


def test_a_link_leads_from_one_folder_to_another() -> None:
    assert "](../sampling/walk.md)" in tables.family(SHEET, INDEX, ("sampling",))


def test_a_family_that_is_not_there_is_refused_with_those_that_are() -> None:
    error = problem(tables.family, SHEET, "dens")
    assert str(error) == (
        "docs/en/index.md:7: there is no family 'dens'\n    use one of: dense, sampling"
    )


def test_a_family_in_a_project_without_snippets_is_refused() -> None:
    assert problem(tables.family, Sheet({}, {}, {}), "dense").cure == "write its first snippet"


def test_a_family_with_a_snippet_that_is_not_fresh_is_refused() -> None:
    lacks = {"dense/x": Lack("dense/x was never checked", "run: shapesheet check dense/x")}
    error = problem(tables.family, replace(SHEET, lacks=lacks), "dense", spot=INDEX)
    assert str(error) == (
        "docs/en/dense/index.md:5: dense/x was never checked\n    run: shapesheet check dense/x"
    )


def test_the_table_of_tasks() -> None:
    assert (
        tables.tasks(SHEET, HOME, (KEY,))
        == """\
| Task | Last layer | Activation | Loss | Target | Metric |
| --- | --- | --- | --- | --- | --- |
| [binary classification](dense/binary-classifier.md) | `Dense(1)` | `sigmoid` \
| `binary_crossentropy` | `(batch, 1)` in `{0, 1}` | `accuracy` |"""
    )


def test_a_page_without_a_task_is_named() -> None:
    error = problem(tables.tasks, SHEET, "sampling/walk")
    assert error.place == "docs/en/sampling/walk.md"
    assert error.message == "this page names no task, and docs/en/index.md:7 tells of it"


def test_an_unknown_snippet_is_refused_with_the_nearest() -> None:
    error = problem(tables.tasks, SHEET, "dense/binary_clasifier")
    assert error.message == "there is no snippet 'dense/binary_clasifier'"
    assert error.cure == f"did you mean {KEY}?"


def test_a_snippet_like_no_other_can_be_started() -> None:
    assert problem(tables.tasks, SHEET, "zzz").cure == "write it: shapesheet new zzz"


def test_a_snippet_on_no_page_can_not_be_linked() -> None:
    error = problem(tables.tasks, placed({}), KEY)
    assert error.message == f"{KEY} stands on no page, so it can't be linked"


def test_a_page_without_a_title_can_not_be_linked() -> None:
    error = problem(tables.tasks, placed({KEY: replace(PLACES[KEY], title="")}), KEY)
    assert error.place == "docs/en/dense/binary-classifier.md"
    assert error.cure == "add a line to it: # Title"


def test_the_table_of_modalities_has_a_row_for_each_of_the_settings() -> None:
    assert (
        tables.modalities(SHEET, HOME, ())
        == """\
| Input | First choice | Second choice |
| --- | --- | --- |
| vectors | [Binary classifier](dense/binary-classifier.md) (1,025 parameters) \
| [Walk](sampling/walk.md) |
| images | — | — |"""
    )


def test_several_choices_stand_in_one_cell() -> None:
    places = {key: replace(place, fits={"images": "first"}) for key, place in PLACES.items()}
    row = tables.modalities(placed(places), HOME, ()).splitlines()[3]
    assert row.split(" | ")[1].count("<br>") == 1


def test_the_layer_that_an_architecture_is_known_by_stands_before_its_link() -> None:
    places = {KEY: replace(PLACES[KEY], layer="Dense")}
    row = tables.modalities(placed(places), HOME, ()).splitlines()[2]
    assert row.startswith("| vectors | `Dense` [Binary classifier]")


def test_the_units_of_a_last_layer_are_told_by_the_parameter_that_gives_them() -> None:
    record = structs.replace(
        RECORD,
        tensors=(Tensor("output", "", "(batch, num_classes)", "(batch, 10)", "float", ""),),
        heads=(Head("", "Dense(10)", "softmax", "categorical_crossentropy", ()),),
    )
    assert cells.in_general(record) == ["`Dense(num_classes)`"]


def test_a_project_without_modalities_is_told_where_to_name_them() -> None:
    error = problem(tables.modalities, replace(SHEET, modalities=()))
    assert "modalities = [" in error.cure
