import pytest

from shapesheet.errors import SnippetError


@pytest.mark.parametrize(
    ("line", "column", "place"),
    [(0, 0, "x.py"), (0, 5, "x.py"), (3, 0, "x.py:3"), (3, 5, "x.py:3:5")],
)
def test_a_place_is_as_exact_as_is_known(line: int, column: int, place: str) -> None:
    assert SnippetError("x.py", line, "wrong", "mend it", column=column).place == place


def test_an_error_reads_place_message_and_cure() -> None:
    assert str(SnippetError("x.py", 3, "it is wrong", "mend it")) == (
        "x.py:3: it is wrong\n    mend it"
    )
