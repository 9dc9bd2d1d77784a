from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shapesheet import pages
from shapesheet.errors import SnippetError
from shapesheet.pages import Arity
from tests.strategies import NEWLINES, PROSE

KINDS = {"facts": Arity(1, 1), "tasks": Arity(1, None), "coverage": Arity(0, 0)}
START = "<!-- shapesheet: facts dense/x -->"
END = "<!-- /shapesheet -->"
BLOCK = f"{START}\n{END}\n"


def fill(text: str, body: str = "| a |") -> str:
    blocks = pages.parse(text, "page.md", KINDS)
    return pages.fill(text, dict.fromkeys(blocks, body))


def problem(text: str) -> SnippetError:
    with pytest.raises(SnippetError) as caught:
        pages.parse(text, "page.md", KINDS)
    return caught.value


def outcome(text: str) -> SnippetError | None:
    try:
        fill(text)
    except SnippetError as error:
        return error
    return None


def edited(text: str) -> SnippetError | None:
    (block,) = pages.parse(text, "page.md", KINDS)
    return pages.edit(block, "page.md")


def test_a_block_is_filled_between_its_markers() -> None:
    body = "\n| a |\n\n"
    assert fill(BLOCK) == f"{START}\n{body}<!-- /shapesheet {pages.checksum(body)} -->\n"


def test_a_filled_page_filled_again_stays_the_same() -> None:
    assert fill(fill(BLOCK)) == fill(BLOCK)


def test_a_block_gets_a_new_body() -> None:
    assert fill(fill(BLOCK, "old\n\nlines"), "new") == fill(BLOCK, "new")


def test_a_page_without_blocks_stays_the_same() -> None:
    assert fill("text\r\nmore") == "text\r\nmore"


def test_blocks_of_one_page_are_filled_each_with_its_own() -> None:
    text = f"a\n{BLOCK}b\n<!-- shapesheet: coverage -->\n{END}"
    facts, coverage = pages.parse(text, "page.md", KINDS)
    filled = pages.fill(text, {coverage: "second", facts: "first"})
    assert filled.index("first") < filled.index("\nb\n") < filled.index("second")


def test_the_arguments_of_a_block_are_read() -> None:
    (block,) = pages.parse(f"<!-- shapesheet: tasks a/b  c/d -->\n{END}", "page.md", KINDS)
    assert (block.kind, block.arguments, block.name) == ("tasks", ("a/b", "c/d"), "tasks a/b c/d")


@pytest.mark.parametrize("newline", NEWLINES)
def test_a_page_keeps_its_newlines(newline: str) -> None:
    page = f"# Title\n\n{BLOCK}after\n"
    assert fill(page.replace("\n", newline)) == fill(page).replace("\n", newline)


def test_a_page_without_a_last_newline_stays_without() -> None:
    assert fill(BLOCK.rstrip("\n")).endswith(" -->")


def test_a_byte_order_mark_survives_before_a_block() -> None:
    assert fill("\ufeff" + BLOCK) == "\ufeff" + fill(BLOCK)


def test_a_block_that_changed_its_newlines_only_is_left_alone() -> None:
    mixed = fill(BLOCK).replace("| a |\n", "| a |\r\n")
    assert edited(mixed) is None
    assert fill(mixed) == mixed


@pytest.mark.parametrize("fence", ["```", "~~~~ text", "    ```", "- ```"])
def test_a_marker_in_fenced_code_is_text(fence: str) -> None:
    closing = fence.replace("- ", "  ").replace(" text", "")
    assert pages.parse(f"{fence}\n{START}\n{closing}\n", "page.md", KINDS) == ()


def test_a_marker_after_other_text_on_its_line_is_text() -> None:
    assert pages.parse(f"Write `{START}` above.\n", "page.md", KINDS) == ()


def test_another_comment_is_text() -> None:
    assert pages.parse("<!-- a note -->\n<!-- shapesheets -->", "page.md", KINDS) == ()


def test_a_missing_end_marker_names_the_page_and_the_line() -> None:
    error = problem(f"text\n{START}\n| a |\n")
    assert str(error) == (
        f"page.md:2: this block has no end marker, found {START!r} alone\n    add below it: {END}"
    )


def test_an_end_marker_without_a_start_is_refused() -> None:
    error = problem(f"text\n\n{END}\n")
    assert error.place == "page.md:3"
    assert "has no start" in error.message


def test_a_block_inside_a_block_is_refused() -> None:
    error = problem(f"{START}\n<!-- shapesheet: coverage -->\n{END}\n")
    assert error.place == "page.md:2"
    assert error.message == "this block starts inside the block of line 1"


def test_the_same_block_twice_is_refused() -> None:
    error = problem(BLOCK + BLOCK)
    assert error.place == "page.md:3"
    assert error.message == "the block 'facts dense/x' is on line 1 already"


def test_an_unknown_kind_is_refused_with_those_that_are_known() -> None:
    error = problem(f"<!-- shapesheet: fact dense/x -->\n{END}\n")
    assert error.message == "there is no kind of block 'fact'"
    assert error.cure == "use one of: facts, tasks, coverage"


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("facts", "a facts block takes 1 arguments, found 0"),
        ("facts a/b c/d", "a facts block takes 1 arguments, found 2"),
        ("tasks", "a tasks block takes at least 1 arguments, found 0"),
        ("coverage all", "a coverage block takes 0 arguments, found 1"),
    ],
)
def test_a_wrong_number_of_arguments_is_refused(marker: str, message: str) -> None:
    assert problem(f"<!-- shapesheet: {marker} -->\n{END}\n").message == message


def test_a_range_of_arguments_is_told_in_words() -> None:
    assert str(Arity(1, 2)) == "1 to 2"


@pytest.mark.parametrize(
    "marker",
    [
        "<!-- shapesheet facts dense/x -->",
        "<!--shapesheet: facts dense/x-->",
        "<!-- Shapesheet: facts dense/x -->",
        "<!-- shapesheet: facts dense/x",
        "<!-- shapesheet: facts dense/x --> text",
        "<!-- shapesheet: -->",
        "    <!-- shapesheet: facts dense/x -->",
        "<!-- /shapesheet 123 -->",
        "<!-- /shapesheet: -->",
    ],
)
def test_a_malformed_marker_is_refused(marker: str) -> None:
    error = problem(f"text\n{marker}\n")
    assert error.place == "page.md:2"
    assert error.message.startswith("this marker is malformed")


def test_a_marker_of_nothing_is_refused() -> None:
    assert problem(f"<!-- shapesheet:   -->\n{END}").message == "there is no kind of block ''"


def test_a_marker_in_a_fence_that_is_never_closed_is_refused() -> None:
    error = problem(f"```\ncode\n{BLOCK}")
    assert error.place == "page.md:1"
    assert error.message == "this fenced code is never closed and hides the marker of line 3"


def test_a_body_edited_by_hand_is_reported_with_the_way_out() -> None:
    error = edited(fill(BLOCK).replace("| a |", "| b |"))
    assert error
    assert error.place == "page.md:1"
    assert error.message.startswith("the block 'facts dense/x' was edited by hand, found checksum")
    assert error.cure == (
        "move the edit outside the block, delete the lines between the markers and the "
        "checksum, and run: shapesheet write"
    )


def test_text_in_a_block_that_was_never_written_is_reported() -> None:
    error = edited(f"{START}\nmy own words\n{END}\n")
    assert error
    assert "was never written, but found text in it" in error.message


@pytest.mark.parametrize("body", ["", "\n\n", "  \n"])
def test_a_block_that_was_never_written_may_be_blank(body: str) -> None:
    assert edited(f"{START}\n{body}{END}\n") is None


@given(st.one_of(PROSE, st.text()), PROSE, st.one_of(PROSE, st.text()), st.sampled_from(NEWLINES))
def test_any_text_around_a_block_survives(before: str, body: str, after: str, newline: str) -> None:
    lead, tail = before + newline, newline + after
    page = f"{lead}{START}{newline}{END}{tail}"
    try:
        filled = fill(page, body)
    except SnippetError:
        return
    if filled != page:
        assert filled.startswith(f"{lead}{START}{newline}")
        assert filled.endswith(f" -->{tail}")


@given(
    st.lists(st.sampled_from(["text", "", "- item", START, END, "```", "~~~", "<!-- shapesheet"]))
)
def test_no_page_raises_anything_but_our_error(lines: list[str]) -> None:
    error = outcome("\n".join(lines))
    assert error is None or error.place.startswith("page.md:")


@given(st.one_of(PROSE, st.text()))
def test_no_text_at_all_raises_anything_but_our_error(text: str) -> None:
    error = outcome(text)
    assert error is None or error.line


@given(st.lists(st.text(st.sampled_from("ab |\n\r-")), max_size=3), st.sampled_from(NEWLINES))
def test_what_is_printed_is_parsed_again(bodies: list[str], newline: str) -> None:
    markers = [f"<!-- shapesheet: facts dense/x{n} -->\n{END}\n" for n in range(len(bodies))]
    page = "text\n".join(markers).replace("\n", newline)
    filled = pages.fill(page, dict(zip(pages.parse(page, "page.md", KINDS), bodies, strict=True)))
    again = pages.parse(filled, "page.md", KINDS)
    assert [pages.edit(block, "page.md") for block in again] == [None] * len(bodies)
    assert pages.fill(filled, dict(zip(again, bodies, strict=True))) == filled


def test_the_checksum_is_the_same_for_every_newline() -> None:
    assert len({pages.checksum(f"a{newline}b") for newline in NEWLINES}) == 1


def test_a_diff_is_unified_and_names_the_page() -> None:
    assert pages.diff("a\nb\n", "a\nc\n", "docs/x.md") == (
        "--- a/docs/x.md\n+++ b/docs/x.md\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
    )


def test_a_diff_of_nothing_is_empty() -> None:
    assert pages.diff("a", "a", "x.md") == ""


def test_a_page_is_read_and_saved_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_bytes(b"\xef\xbb\xbfa\r\nb")
    pages.save(path, pages.read(path, "page.md"))
    assert path.read_bytes() == b"\xef\xbb\xbfa\r\nb"


def test_a_page_that_is_a_link_stays_one(tmp_path: Path) -> None:
    real, link = tmp_path / "real.md", tmp_path / "link.md"
    real.write_text("old")
    link.symlink_to(real)
    pages.save(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_a_page_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_bytes(b"\xff")
    with pytest.raises(SnippetError, match=r"docs/page.md: this page can't be read"):
        pages.read(path, "docs/page.md")


def test_a_page_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SnippetError, match="can't be read"):
        pages.read(tmp_path / "gone.md", "gone.md")
