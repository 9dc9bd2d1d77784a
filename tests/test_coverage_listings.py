import re
from pathlib import Path

import pytest

from shapesheet import backend, listings

ROOT = Path(__file__).parent.parent
FILE = ROOT / "docs" / "coverage.toml"
LISTINGS = listings.parse(FILE.read_text(encoding="utf-8"), "docs/coverage.toml")
RUN_AS_WRITTEN = {"000-6", *(f"001-{number}" for number in range(1, 8)), "002-6"}


def told(error: Exception) -> str:
    """Return an error as the coverage file tells it: no colours, no list of arguments."""
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    plain = re.sub(r"\x1b\[\d+m", "", text).partition("\n\nArguments received by")[0]
    return f"{type(error).__name__}: {plain}"


@pytest.mark.parametrize(
    "listing", [each for each in LISTINGS if each.excerpt], ids=lambda each: each.id
)
def test_an_excerpt_raises_what_the_file_says(listing: listings.Listing) -> None:
    backend.start()
    with pytest.raises(Exception) as caught:  # noqa: PT011 - its type is compared with its message
        exec(compile(listing.excerpt, "<excerpt>", "exec"), {})  # noqa: S102 - the project's own
    assert told(caught.value) == listing.raised.strip()


def test_the_listings_without_an_excerpt_are_those_that_run() -> None:
    assert {each.id for each in LISTINGS if not each.excerpt} == RUN_AS_WRITTEN
    assert all(bool(each.excerpt) == bool(each.raised) for each in LISTINGS)


def test_every_listing_became_a_snippet_that_exists() -> None:
    assert len(LISTINGS) == 21
    for listing in LISTINGS:
        for key in listing.snippets:
            assert (ROOT / "snippets" / f"{key}.py").is_file(), key


def test_every_listing_tells_what_was_wrong() -> None:
    assert all(each.wrong and all(text.endswith(".") for text in each.wrong) for each in LISTINGS)
