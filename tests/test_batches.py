"""Batches in real workers: a mutant that ends its process takes none of the others with it."""

from pathlib import Path

import pytest

from shapesheet import batches, isolation
from shapesheet.edits import Mutant
from shapesheet.limits import Limits
from tests.workshop import BODY, snippet, source

END = "os" + "._exit(3)"
LIMITS = Limits(jobs=2, seconds=20)


def mutant(body: str, line: int) -> Mutant:
    text = source(body).replace("import keras\n", "import os\n\nimport keras\n", 1)
    return Mutant("units", line, "before", f"after {line}", text)


def test_a_mutant_that_ends_its_process_is_caught_and_the_others_are_tried(tmp_path: Path) -> None:
    found, config = snippet(tmp_path, source())
    made = [
        mutant(BODY, 1),
        mutant(f"{END}\n{BODY}", 2),
        mutant(BODY.replace("# (batch, 4)", "# (batch, 5)"), 3),
    ]
    with isolation.Pool(LIMITS) as pool:
        ((snippet_, tried),) = batches.run({found: made}, config, pool)
    assert snippet_ == found
    caught = {each.line: verdict.caught_by for each, verdict in tried}
    assert caught == {1: "", 2: "isolation", 3: "shapes"}


def test_a_snippet_without_mutants_is_yielded_at_once(tmp_path: Path) -> None:
    found, config = snippet(tmp_path, source())
    with isolation.Pool(LIMITS) as pool:
        assert list(batches.run({found: []}, config, pool)) == [(found, [])]


@pytest.mark.parametrize("count", [1, batches.SIZE, batches.SIZE + 1, 3 * batches.SIZE])
def test_many_mutants_are_split(tmp_path: Path, count: int) -> None:
    found, _ = snippet(tmp_path, source())
    many = [mutant(BODY, number) for number in range(count)]
    split = batches.Batch(found, many, []).split(batches.SIZE)
    assert [each for batch in split for each in batch.mutants] == many
    assert max(len(batch.mutants) for batch in split) <= batches.SIZE


def test_what_time_did_not_allow_is_left(tmp_path: Path) -> None:
    found, _ = snippet(tmp_path, source())
    many = [mutant(BODY, number) for number in range(3)]
    batch = batches.Batch(found, many, ["test_a"])
    assert batch.after(1) == [batches.Batch(found, many[1:], ["test_a"])]
    assert batch.after(3) == []
