import contextlib

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from shapesheet import frontmatter
from shapesheet.errors import SnippetError
from shapesheet.frontmatter import CHOICES, LONGEST, Matter
from tests.strategies import NEWLINES, PROSE, broken


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


WHOLE = """---
tags: [vectors, 'binary classification']
task: "binary classification"
layer: !!str Conv2D
fits: {vectors: first, images: second}
day: 2026-01-01T00:00:00+20:00
numbers: [0x1f, 190:20:60, 1e3, .inf, !!int "1", !!float "2", !!bool "no", !!null "", 010]
same: &a {b: *c, <<: *a}
when: !!timestamp "2026-01-01"
more: !!binary aGk=
---
# Title
"""
WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=10)


@given(WORDS, WORDS, st.dictionaries(WORDS.filter(bool), st.sampled_from(CHOICES), max_size=3))
def test_front_matter_printed_is_read_again(task: str, layer: str, fits: dict[str, str]) -> None:
    values = {"task": task, "layer": layer, "fits": fits}
    text = f"---\n{yaml.safe_dump(values, allow_unicode=True)}---\n# Title\n"
    assert frontmatter.read(text, "page.md") == Matter("Title", task, layer, fits)


@given(broken(WHOLE))
@example("---\na: !!timestamp x\n---\n")
@example("---\na: !!bool x\n---\n")
@example("---\na: !!int ''\n---\n")
@example(f"---\na: {'[' * 300_000}{']' * 300_000}\n---\n")
def test_no_broken_front_matter_raises_anything_but_our_error(text: str) -> None:
    with contextlib.suppress(SnippetError):
        frontmatter.read(text, "page.md")


@given(PROSE, st.sampled_from(NEWLINES))
def test_a_title_is_the_same_for_every_newline(text: str, newline: str) -> None:
    page = f"# Title\n{text}"
    assert frontmatter.read(page.replace("\n", newline), "page.md").title == "Title"


def test_front_matter_that_is_far_too_long_is_refused() -> None:
    error = problem(f"---\ntask: {'a' * LONGEST}\n---\n")
    assert error.message == "the front matter is longer than 20,000 letters, found 20,007"
