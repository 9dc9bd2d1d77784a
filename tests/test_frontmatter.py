import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shapesheet import frontmatter
from shapesheet.errors import SnippetError
from shapesheet.frontmatter import Matter


def problem(text: str) -> SnippetError:
    with pytest.raises(SnippetError) as caught:
        frontmatter.read(text, "page.md")
    return caught.value


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_task_fits_and_title_are_read(newline: str, mark: str) -> None:
    text = "---\ntags: [a]\ntask: regression\nfits: {vectors: first}\n---\n# Title\n"
    found = frontmatter.read(mark + text.replace("\n", newline), "page.md")
    assert found == Matter("Title", "regression", fits={"vectors": "first"})


@pytest.mark.parametrize(
    "text", ["", "text", "---\n---\n", "---\n# a comment\n---\n", "----\na\n---"]
)
def test_a_page_may_say_nothing(text: str) -> None:
    assert frontmatter.read(text, "page.md") == Matter()


@pytest.mark.parametrize(
    "heading", ["# The title", "  # The title #", "# The title {#anchor}", "#\tThe title  "]
)
def test_the_title_is_the_first_heading_without_its_marks(heading: str) -> None:
    text = f"```\n# code\n```\ntext\n{heading}\n# Another\n"
    assert frontmatter.read(text, "page.md").title == "The title"


def test_a_heading_of_second_rank_is_no_title() -> None:
    assert frontmatter.read("## Section\n", "page.md").title == ""


def test_front_matter_that_is_not_yaml_names_its_line() -> None:
    error = problem("---\ntask: a\ntags: [a\n---\n")
    assert error.place in ("page.md:3", "page.md:4")
    assert error.message.startswith("the front matter is not YAML")


def test_a_date_that_can_not_be_is_refused() -> None:
    assert "not YAML" in problem("---\nday: 2020-13-45\n---\n").message


def test_front_matter_that_is_no_mapping_is_refused() -> None:
    assert problem("---\n- a\n---\n").message == "the front matter is no mapping, found list"


def test_a_task_that_is_no_text_is_refused() -> None:
    assert problem("---\ntask: 3\n---\n").message == "task in the front matter is no text, found 3"


def test_a_layer_is_read_and_must_be_text() -> None:
    assert frontmatter.read("---\nlayer: Conv2D\n---\n", "page.md").layer == "Conv2D"
    error = problem("---\nlayer: [Conv2D]\n---\n")
    assert error.cure == "write for example layer: Conv2D"


@pytest.mark.parametrize(
    "fits", ["vectors", "[vectors]", "{vectors: third}", "{3: first}", "{a: [b]}"]
)
def test_fits_that_are_no_choices_are_refused(fits: str) -> None:
    error = problem(f"---\nfits: {fits}\n---\n")
    assert error.message.startswith("fits in the front matter is wrong")
    assert error.cure == "write for example fits: {vectors: first}"


@given(st.text(), st.text())
def test_no_page_raises_anything_but_our_error(matter: str, text: str) -> None:
    with contextlib.suppress(SnippetError):
        frontmatter.read(f"---\n{matter}\n---\n{text}", "page.md")
