"""Tell what became of each listing that a project set out to correct."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from shapesheet import markup, tables, toml_files
from shapesheet.errors import SnippetError

if TYPE_CHECKING:
    from shapesheet.sheet import Sheet, Spot


class Listing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One listing as it was found.

    Attributes:
        id: Its name.
        lines: Where it stood.
        shows: What it was meant to show.
        snippets: What it became, ``family/name``.
        excerpt: A few of its lines that are wrong.
        raised: The exact exception of the excerpt, empty when it runs.
        wrong: What was wrong with it, a sentence each.
    """

    id: str
    lines: str
    shows: str
    snippets: tuple[str, ...]
    excerpt: str = ""
    raised: str = ""
    wrong: tuple[str, ...] = ()


class _File(msgspec.Struct, forbid_unknown_fields=True):
    listing: tuple[Listing, ...] = ()


def parse(text: str, shown: str) -> tuple[Listing, ...]:
    """Return the listings of the coverage file.

    Raises:
        SnippetError: The file is not TOML, lacks a key, or has a listing twice or none.
    """
    try:
        listings = msgspec.convert(toml_files.parse(text, shown), _File).listing
    except msgspec.ValidationError as error:
        keys = ", ".join(Listing.__struct_fields__)
        cure = f"give each [[listing]] the keys: {keys}"
        raise SnippetError(shown, 0, f"a listing is wrong: {error}", cure) from error
    if not listings:
        message = "this file lists no listing"
        raise SnippetError(shown, 0, message, "add one: [[listing]]")
    seen: set[str] = set()
    for listing in listings:
        if listing.id in seen:
            message = f"the listing {listing.id!r} is there twice"
            raise SnippetError(shown, _line(text, listing), message, "delete one of the two")
        seen.add(listing.id)
    return listings


def _line(text: str, listing: Listing) -> int:
    for number, line in enumerate(text.splitlines(), start=1):
        key, _, value = line.partition("=")
        if key.strip() == "id" and value.strip().strip("\"'") == listing.id:
            return number
    return 0


def coverage(sheet: Sheet, spot: Spot, _arguments: tuple[str, ...]) -> str:
    """Return the table of the listings, then each that raised with its error."""
    if not sheet.listings:
        cure = f"write {sheet.listings_shown or 'the file'} with a [[listing]] for each"
        message = "there is no coverage file to tell of"
        raise spot.error(message, cure)
    listings = parse(sheet.listings, sheet.listings_shown)
    header = ("Listing", "Lines", "Shows", "Became", "Raised", "What was wrong")
    table = markup.table(header, [_row(sheet, spot, listing) for listing in listings])
    details = [_detail(listing) for listing in listings if listing.raised]
    return "\n\n".join((table, *details))


def _row(sheet: Sheet, spot: Spot, listing: Listing) -> list[str]:
    # What is wrong here is mended in the coverage file, not on the page.
    entry = type(spot)(spot.page, sheet.listings_shown, _line(sheet.listings, listing))
    if not listing.snippets:
        message = f"the listing {listing.id!r} became no snippet"
        raise entry.error(message, 'name it: snippets = ["family/name"]')
    links = [
        tables.linked(sheet.place(key, entry), spot, key.partition("/")[2])
        for key in listing.snippets
    ]
    return [
        markup.text(listing.id),
        markup.text(listing.lines),
        markup.text(listing.shows),
        ", ".join(links),
        markup.code(listing.raised.partition(":")[0]) or "nothing",
        "<br>".join(map(markup.text, listing.wrong)) or "nothing",
    ]


def _detail(listing: Listing) -> str:
    heading = f"**Listing {markup.text(listing.id)}**, lines {markup.text(listing.lines)}:"
    fences = [markup.fence("text", listing.raised)]
    if listing.excerpt:
        fences.insert(0, markup.fence("python", listing.excerpt))
    return "\n\n".join((heading, *fences))
