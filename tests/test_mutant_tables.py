from dataclasses import replace

import pytest
from msgspec import structs

from shapesheet import mutant_tables, survivors
from shapesheet.errors import SnippetError
from shapesheet.sheet import Lack, Place, Sheet, Spot
from shapesheet.survivors import Report
from tests.examples import KEY, RECORD
from tests.test_survivors import REPORT, TRIALS

PLACE = Place("dense/binary-classifier.md", "docs/en/dense/binary-classifier.md", "Binary")
SPOT = Spot("mutants.md", "docs/en/mutants.md", 3)
SHEET = Sheet(
    {KEY: structs.replace(RECORD, digest="1" * 16)},
    {},
    {KEY: PLACE},
    reports={"mutants": survivors.dumps(REPORT)},
)
LINK = "[binary_classifier](dense/binary-classifier.md)"


def test_sums_tables_and_every_mutant_that_was_not_caught() -> None:
    assert (
        mutant_tables.mutants(SHEET, SPOT, ())
        == f"""\
**66.7% are caught**: of 5 mutants of 1 snippet, 2 are equivalent, 2 of the other 3 are caught, \
and 1 survive.

### By mistake

| Mistake | Made | Caught | Equivalent | Survive |
| --- | ---: | ---: | ---: | ---: |
| units | 4 | 2 | 2 | 0 |
| loss swapped | 1 | 0 | 0 | 1 |

### By check

| First caught by | Mutants |
| --- | ---: |
| `shapes` | 1 |
| `claims` | 1 |

### Survivors

| Snippet | Line | Mutant |
| --- | ---: | --- |
| {LINK} | 5 | `loss swapped: e → f` |

### Equivalent mutants

| Snippet | Line | Mutant | Why |
| --- | ---: | --- | --- |
| {LINK} | 3 | `units: a → b` | Measured: with the same weights, outputs, losses and a training \
step are the same. |
| {LINK} | 4 | `units: c → d` | It is the same. |"""
    )


def test_without_survivors_and_equivalents_that_is_said() -> None:
    trials = {KEY: survivors.Trials("0" * 16, "1" * 16, {"units": 1}, {"shapes": 1})}
    sheet = replace(SHEET, reports={"mutants": survivors.dumps(Report(trials))})
    written = mutant_tables.mutants(sheet, SPOT, ())
    assert "### Survivors\n\nNone.\n\n### Equivalent mutants\n\nNone." in written


def test_a_snippet_that_has_changed_since_is_named() -> None:
    sheet = replace(SHEET, records={KEY: RECORD})
    assert f"Changed since they were tried: {LINK}." in mutant_tables.mutants(sheet, SPOT, ())
    without = replace(SHEET, records={}, lacks={KEY: Lack("stale", "check it")})
    assert f"Changed since they were tried: {LINK}." in mutant_tables.mutants(without, SPOT, ())


def test_a_snippet_whose_mutants_were_not_tried_is_named() -> None:
    sheet = replace(SHEET, reports={"mutants": survivors.dumps(Report())})
    assert f"Not tried yet: {LINK}." in mutant_tables.mutants(sheet, SPOT, ())


def test_a_snippet_that_is_gone_is_left_out() -> None:
    report = Report({KEY: TRIALS, "dense/gone": TRIALS})
    sheet = replace(SHEET, reports={"mutants": survivors.dumps(report)})
    assert "of 5 mutants of 1 snippet" in mutant_tables.mutants(sheet, SPOT, ())


def test_a_missing_report_names_the_command() -> None:
    with pytest.raises(SnippetError) as caught:
        mutant_tables.mutants(replace(SHEET, reports={}), SPOT, ())
    assert (caught.value.place, caught.value.cure) == (
        "docs/en/mutants.md:3",
        "run: shapesheet mutants",
    )


def test_a_report_of_another_kind_is_refused_at_the_block() -> None:
    with pytest.raises(SnippetError) as caught:
        mutant_tables.mutants(replace(SHEET, reports={"mutants": "[]"}), SPOT, ())
    assert caught.value.place == "docs/en/mutants.md:3"
    assert caught.value.message.startswith("the report 'mutants' can't be read: this is no report")
    assert caught.value.cure == "make it anew: shapesheet mutants --all"
