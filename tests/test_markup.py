import re
from collections.abc import Callable
from html import unescape

import markdown  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from shapesheet import markup

Render = Callable[[str], str]
EXTENSIONS = [
    "attr_list",
    "md_in_html",
    "tables",
    "pymdownx.highlight",
    "pymdownx.inlinehilite",
    "pymdownx.superfences",
    "pymdownx.snippets",
]
MARKS = st.text(st.sampled_from("ab1 |<>*_`~{}[]()\\!&#:.+-=^;,'\"·→"), max_size=12)

ONE_KIND_OF_MARK = ("a\\\\", "``", "*a*", "[a](b)", "_a_", "&lt;", "<b>", "|", "{.a}", "~~a~~")


def on_a_site(text: str) -> str:
    return str(markdown.markdown(text, extensions=EXTENSIONS))


def on_a_code_host(text: str) -> str:
    return str(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text))


RENDERERS = [on_a_site, on_a_code_host]


def cell(html: str) -> str:
    found = re.findall(r"<td[^>]*>(.*?)</td>", html, re.DOTALL)
    assert len(found) == 2, html
    return unescape(re.sub(r"<[^<>]*>", "", found[0])).strip()


def one_row(value: str) -> str:
    return markup.table(("A", "B"), [(value, "end")])


@pytest.mark.parametrize("render", RENDERERS)
@given(value=MARKS.filter(lambda value: "`" not in value))
def test_prose_in_a_cell_means_itself(render: Render, value: str) -> None:
    assert cell(render(one_row(markup.text(value)))) == " ".join(value.split())


@pytest.mark.parametrize("render", RENDERERS)
@pytest.mark.parametrize("value", [*ONE_KIND_OF_MARK, *(f"a {mark}" for mark in ONE_KIND_OF_MARK)])
def test_prose_with_one_kind_of_mark_means_itself(render: Render, value: str) -> None:
    assert cell(render(one_row(markup.text(value)))) == value


@pytest.mark.parametrize("render", RENDERERS)
@given(value=MARKS)
def test_code_in_a_cell_means_itself(render: Render, value: str) -> None:
    assert cell(render(one_row(markup.code(value)))) == " ".join(value.split())


@pytest.mark.parametrize("render", RENDERERS)
@given(value=MARKS.filter(lambda value: "`" not in value))
def test_prose_in_a_list_means_itself(render: Render, value: str) -> None:
    html = render(f"- {markup.text(value)} end")
    assert html.count("<li>") == 1
    assert " ".join(unescape(re.sub(r"<[^<>]*>", "", html)).split()) == " ".join(
        [*value.split(), "end"]
    )


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Every output lies in `[0, 1]`.", "Every output lies in `[0, 1]`."),
        ("``predict`` is random", "`predict` is random"),
        ("return_sequences stays, _this_ not", "return_sequences stays, \\_this\\_ not"),
        ("a * b", "a \\* b"),
        ("two\n  lines", "two lines"),
        ("1. first", "&#49;. first"),
        ("# no heading", "\\# no heading"),
        ("a lone ` stays", "a lone \\` stays"),
        ("", ""),
    ],
)
def test_prose_is_as_readable_as_it_can_be(value: str, written: str) -> None:
    assert markup.text(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("(batch, 32)", "`(batch, 32)`"),
        ("2*3 **", "`2*3 **`"),
        ("a|b_c", "<code>a&#124;b&#95;c</code>"),
        ("", ""),
    ],
)
def test_code_is_as_readable_as_it_can_be(value: str, written: str) -> None:
    assert markup.code(value) == written


@pytest.mark.parametrize("render", RENDERERS)
@pytest.mark.parametrize("content", ["a\n```\nb\n````\nc", "~~~\nx", "<b>|</b>\n\n  indented"])
def test_fenced_code_means_itself(render: Render, content: str) -> None:
    html = render(markup.fence("text", content))
    code = re.findall(r"<code.*?</code>", html, re.DOTALL)
    assert len(code) == 1
    assert unescape(re.sub(r"<[^<>]*>", "", code[0])).strip() == content


def test_an_include_line_in_fenced_code_is_shown_not_obeyed() -> None:
    html = on_a_site(markup.fence("text", '--8<-- "no/such/file.py"'))
    assert "--8&lt;--" in html
    assert ";" not in unescape(re.sub(r"<[^<>]*>", "", html))


@pytest.mark.parametrize(
    ("size", "written"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1,023 bytes"),
        (1024, "1.0 KiB"),
        (155_796, "152.1 KiB"),
        (1024 * 1024 - 1, "1.0 MiB"),
        (548_000_000, "522.6 MiB"),
        (5 * 1024**4, "5,120.0 GiB"),
    ],
)
def test_memory_is_told_in_the_unit_that_reads_best(size: int, written: str) -> None:
    assert markup.memory(size) == written


def test_numbers_have_separators_of_thousands() -> None:
    assert markup.number(20317676) == "20,317,676"
    assert (markup.count(1, "claim"), markup.count(1200, "claim")) == ("1 claim", "1,200 claims")


@pytest.mark.parametrize("render", RENDERERS)
def test_a_link_has_its_title_and_target(render: Render) -> None:
    html = render(markup.link("A [b] `c`", "../a b/(c).md"))
    assert 'href="../a%20b/%28c%29.md"' in html
    assert "A [b] <code>c</code></a>" in html


def test_columns_of_numbers_stand_to_the_right() -> None:
    assert markup.table(("A", "B"), [("x", "1")], numbers=["B"]) == (
        "| A | B |\n| --- | ---: |\n| x | 1 |"
    )
