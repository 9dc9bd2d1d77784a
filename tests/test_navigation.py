import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shapesheet import navigation
from shapesheet.errors import SnippetError
from tests.strategies import PROSE, broken

FILE = """\
site_name: x
nav:
  - Home: index.md  # the first
  - Dense:
      - dense/index.md
      - Binary: dense/binary.md

      # a comment
  - Text:
      - text/index.md
plugins: []
"""


def add(text: str, page: str = "dense/new.md", title: str = "New") -> str:
    return navigation.add(text, "mkdocs.yml", page, title, "Family")


def added(old: str, new: str) -> list[str]:
    before = old.splitlines()
    lines = new.splitlines()
    assert [line for line in lines if line in before] == before
    return [line for line in lines if line not in before]


def test_an_entry_stands_after_the_last_of_its_family() -> None:
    new = add(FILE)
    assert added(FILE, new) == ["      - New: dense/new.md"]
    assert new.index("binary.md") < new.index("new.md") < new.index("# a comment")


def test_a_new_family_gets_a_section_at_the_end_of_the_navigation() -> None:
    new = add(FILE, "sampling/new.md")
    assert added(FILE, new) == [
        "  - Family:",
        "      - sampling/index.md",
        "      - New: sampling/new.md",
    ]
    assert new.index("text/index.md") < new.index("Family") < new.index("plugins")


def test_the_navigation_is_read_by_yaml_as_meant() -> None:
    nav = yaml.safe_load(add(add(FILE), "sampling/no.md", "No"))["nav"]
    assert nav[1]["Dense"][-1] == {"New": "dense/new.md"}
    assert nav[3] == {"Family": ["sampling/index.md", {"No": "sampling/no.md"}]}


def test_a_family_whose_folder_begins_alike_is_another() -> None:
    assert "Family" in add(FILE, "den/new.md")


def test_an_entry_that_is_there_is_not_added_again() -> None:
    assert add(FILE, "dense/binary.md") == FILE


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_other_byte_stays(newline: str) -> None:
    for page in ("dense/new.md", "sampling/new.md"):
        assert add(FILE.replace("\n", newline), page) == add(FILE, page).replace("\n", newline)


def test_a_file_without_a_last_newline_stays_so() -> None:
    text = "nav:\n  - dense/index.md"
    assert add(text) == "nav:\n  - dense/index.md\n  - New: dense/new.md"


def test_a_list_without_indentation_keeps_its_own() -> None:
    text = "nav:\n- Home: 'index.md'\n- \"dense/index.md\"\ntheme: x\n"
    assert add(text) == text.replace("theme", "- New: dense/new.md\ntheme")
    assert "\n- Family:\n    - text/index.md\n    - New: text/x.md\ntheme" in add(text, "text/x.md")


@pytest.mark.parametrize("text", ["nav:\n", "nav: # empty\nplugins: []\n"])
def test_an_empty_navigation_gets_its_first_section(text: str) -> None:
    nav = yaml.safe_load(add(text))["nav"]
    assert nav == [{"Family": ["dense/index.md", {"New": "dense/new.md"}]}]


@pytest.mark.parametrize("text", ["", "site_name: x\n", "nav: [index.md]\n", "  nav:\n"])
def test_a_file_without_a_navigation_is_refused(text: str) -> None:
    with pytest.raises(SnippetError, match=r"mkdocs\.yml: this file has no line 'nav:'") as caught:
        add(text)
    assert caught.value.cure == "write the navigation as a list, one entry a line"


@given(st.one_of(broken(FILE), PROSE, PROSE.map(lambda text: f"nav:\n{text}")))
def test_any_text_around_an_entry_survives(text: str) -> None:
    try:
        new = add(text)
    except SnippetError:
        return
    more = len(new) - len(text)
    assert any(new[:at] + new[at + more :] == text for at in range(len(text) + 1))
