import pytest
from hypothesis import given
from hypothesis import strategies as st

from shapesheet import markdown

TEXTS = st.text(st.sampled_from("ab` ~>-1.\n\r\t\ufeff\u2028"))
MARKS = ("```", "~~~", "<!--", "8<")
PIECES = st.sampled_from([*MARKS, "~~~~", "\r\n", "\n", "\r", "a", " ", "\ufeff", "\u2028"])
MARKED_TEXTS = st.lists(PIECES).map("".join)


def fenced(text: str) -> list[int]:
    return [line.number for line in markdown.lines(text) if line.fence]


@given(TEXTS)
def test_the_lines_joined_are_the_page(text: str) -> None:
    joined = "".join(line.text + line.newline for line in markdown.lines(text))
    assert joined == text.removeprefix(markdown.BYTE_ORDER_MARK)


@given(TEXTS)
def test_every_line_is_where_it_says(text: str) -> None:
    for line in markdown.lines(text):
        assert text[line.start : line.stop] == line.text + line.newline


@given(MARKED_TEXTS)
def test_a_page_is_read_for_the_lines_that_hold_a_mark(text: str) -> None:
    every = list(markdown.lines(text))
    marked = tuple(line for line in every if any(mark in line.text for mark in MARKS))
    fence = every[-1].fence if every and not every[-1].closing else 0
    assert markdown.read(text) == markdown.Document(marked, fence)


@pytest.mark.parametrize(
    "opening", ["```", "~~~", "````", "```python title='x'", "    ```", "> ```", "- ```", "1. ~~~"]
)
def test_a_fence_may_stand_anywhere_and_have_any_information(opening: str) -> None:
    assert fenced(f"{opening}\ncode\n") == [1, 2]


@pytest.mark.parametrize(
    "text", ["a\n```\nb\n```\nc\n", "a\n~~~x\nb\n~~~~ \nc", "a\n- ```\nb\n  ```\nc"]
)
def test_a_fence_ends_with_its_own_mark(text: str) -> None:
    assert fenced(text) == [2, 3, 4]


@pytest.mark.parametrize("inside", ["~~~", "``", "```", "    ````", "```` text"])
def test_a_fence_does_not_end_with_another_mark(inside: str) -> None:
    assert fenced(f"````\n{inside}\n````\nafter\n") == [1, 2, 3]


def test_code_within_a_line_is_no_fence() -> None:
    assert fenced("```code``` in a line\ntext\n") == []


def test_a_fence_that_is_never_closed_is_told() -> None:
    assert markdown.read("a\n```\nb").open_fence == 2
    assert markdown.read("a\n```\nb\n```\n").open_fence == 0


def test_every_newline_is_unified() -> None:
    assert markdown.unified("a\r\nb\rc\n") == "a\nb\nc\n"
