import contextlib
from dataclasses import replace

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shapesheet import listings
from shapesheet.errors import SnippetError
from shapesheet.listings import Listing
from shapesheet.sheet import Place, Sheet, Spot
from tests.examples import KEY, RECORD
from tests.strategies import PROSE, broken

FILE = '''
[[listing]]
id = "a-1"
lines = "37-41"
shows = "Dense: two classes"
snippets = ["dense/binary_classifier"]
excerpt = """
Dense(32, activation='relu)
"""
raised = "SyntaxError: unterminated string literal (detected at line 5)"
wrong = ["The quote is not closed.", "`models.add` for `model.add`."]

[[listing]]
id = "a-2"
lines = "50"
shows = "It runs"
snippets = ["dense/binary_classifier", "dense/binary_classifier"]
'''
PLACE = Place("dense/binary-classifier.md", "docs/en/dense/binary-classifier.md", "Binary")
SHEET = Sheet({KEY: RECORD}, {}, {KEY: PLACE}, (), FILE, "docs/coverage.toml")
SPOT = Spot("coverage.md", "docs/en/coverage.md", 3)


def problem(text: str) -> SnippetError:
    with pytest.raises(SnippetError) as caught:
        listings.coverage(replace(SHEET, listings=text), SPOT, ())
    return caught.value


def test_each_listing_has_a_row_and_those_that_raised_their_excerpt() -> None:
    assert (
        listings.coverage(SHEET, SPOT, ())
        == """\
| Listing | Lines | Shows | Became | Raised | What was wrong |
| --- | --- | --- | --- | --- | --- |
| a-1 | 37-41 | Dense: two classes | [binary_classifier](dense/binary-classifier.md) \
| `SyntaxError` | The quote is not closed.<br>`models.add` for `model.add`. |
| a-2 | 50 | It runs | [binary_classifier](dense/binary-classifier.md), \
[binary_classifier](dense/binary-classifier.md) | nothing | nothing |

**Listing a-1**, lines 37-41:

```python
Dense(32, activation='relu)
```

```text
SyntaxError: unterminated string literal (detected at line 5)
```"""
    )


def test_a_listing_without_an_excerpt_has_its_error_alone() -> None:
    text = FILE.replace("Dense(32, activation='relu)\n", "")
    written = listings.coverage(replace(SHEET, listings=text), SPOT, ())
    assert "```python" not in written
    assert "```text" in written


def test_a_project_without_the_file_is_told_to_write_it() -> None:
    error = problem("")
    assert error.place == "docs/en/coverage.md:3"
    assert "docs/coverage.toml" in error.cure


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[listing", "this is not TOML"),
        ("# nothing\n", "this file lists no listing"),
        ("listings = 3\n", "a listing is wrong: Object contains unknown field `listings`"),
        (FILE.replace("lines", "line", 1), "a listing is wrong: Object"),
        (FILE.replace('"37-41"', "37"), "a listing is wrong: Expected `str`, got `int`"),
    ],
)
def test_a_file_that_is_no_list_of_listings_is_refused(text: str, message: str) -> None:
    error = problem(text)
    assert error.place == "docs/coverage.toml"
    assert error.message.startswith(message)


def test_a_listing_that_is_there_twice_is_refused() -> None:
    error = problem(FILE.replace("a-2", "a-1"))
    assert error.message == "the listing 'a-1' is there twice"
    assert error.place == "docs/coverage.toml:3"


def test_a_listing_of_no_snippet_is_refused_at_its_line() -> None:
    error = problem(FILE.replace('["dense/binary_classifier"]', "[]"))
    assert (error.place, error.message) == (
        "docs/coverage.toml:3",
        "the listing 'a-1' became no snippet",
    )


def test_a_listing_of_an_unknown_snippet_is_refused_at_its_line() -> None:
    error = problem(FILE.replace('"dense/binary_classifier", ', '"dense/other", '))
    assert error.place == "docs/coverage.toml:14"
    assert error.message == "there is no snippet 'dense/other'"


def test_a_line_that_can_not_be_found_is_left_out() -> None:
    error = problem(FILE.replace("id =", '"id" =').replace("a-2", "a-1"))
    assert error.place == "docs/coverage.toml"


@given(st.lists(st.tuples(st.text(), st.text(), st.lists(st.text())), min_size=1))
def test_listings_printed_are_read_again(drawn: list[tuple[str, str, list[str]]]) -> None:
    made = tuple(
        Listing(str(number), lines, shows, tuple(snippets))
        for number, (lines, shows, snippets) in enumerate(drawn)
    )
    keys = ("id", "lines", "shows", "snippets")
    text = "\n".join(
        "\n".join(["[[listing]]", *(f"{key} = {quoted(getattr(each, key))}" for key in keys)])
        for each in made
    )
    assert listings.parse(text, "docs/coverage.toml") == made


def quoted(value: str | tuple[str, ...]) -> str:
    """Return a value as TOML has it: JSON's strings are its basic strings, but for one letter."""
    return msgspec.json.encode(value).decode().replace("\x7f", r"\u007f")


@given(st.one_of(broken(FILE), PROSE))
@example(f"x = {'[' * 2000}")
@example(f"x = 1{'0' * 5000}")
def test_no_text_raises_anything_but_our_error(text: str) -> None:
    with contextlib.suppress(SnippetError):
        listings.coverage(replace(SHEET, listings=text), SPOT, ())
