import pytest

from shapesheet.errors import SnippetError
from shapesheet.sheet import Sheet, Spot

SPOT = Spot("speed.md", "docs/en/speed.md", 3)


def test_a_report_is_given_by_its_name() -> None:
    assert Sheet({}, {}, {}, reports={"speed": "{}"}).report("speed", SPOT, "make bench") == "{}"


def test_a_report_that_was_never_made_names_the_command() -> None:
    with pytest.raises(SnippetError) as caught:
        Sheet({}, {}, {}).report("speed", SPOT, "make bench")
    error = caught.value
    assert (error.place, error.cure) == ("docs/en/speed.md:3", "run: make bench")
    assert error.message == "there is no report 'speed' yet"
