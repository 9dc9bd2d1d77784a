from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import axe_playwright_python
import pytest

from tests.site.helpers import pages, snippet_pages, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, ViewportSize

    from tests.site.conftest import Site

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
TIMEOUT = 5_000
PHONE: ViewportSize = {"width": 360, "height": 740}
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SCHEMES = {"light": "default", "dark": "slate"}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SCHEME = "document.body.dataset.mdColorScheme"
BACKGROUND = "getComputedStyle(document.body).backgroundColor"
FAINT_OR_UNREACHABLE = """async (tags) => {
    const found = await axe.run({runOnly: tags, resultTypes: ["violations"]});
    return found.violations.flatMap(
        (violation) => violation.nodes.map((node) => `${violation.id}: ${node.html}`));
}"""
SEARCHES = {
    "Dense": ["Dense"],
    "fit": ["fit"],
    "return_sequences": ["return_sequences"],
    "binary_crossentropy": ["binary_crossentropy"],
    "sparse_categorical_crossentropy": ["sparse_categorical_crossentropy"],
    "keras.layers.Dense": ["keras", "layers", "Dense"],
    "model.fit": ["model", "fit"],
    "Conv1D": ["Conv1D"],
    "MaxPooling2D": ["MaxPooling2D"],
    "softmax": ["softmax"],
}


@dataclass(frozen=True)
class Opened:
    """A page in the browser, and what it asked for and complained of while it loaded."""

    name: str
    page: Page
    requests: list[str]
    complaints: list[str]


def kinds() -> dict[str, str]:
    """Return one page of each kind: its address by what it is."""
    indexes = [name for name, source in pages().items() if source.name == "index.md" and name]
    return {
        "home": "",
        "coverage": "coverage/",
        "tags": "tags/",
        "prose": "how-it-is-verified/",
        "reference": "reference/check/",
        "index": next((name for name in indexes if name != "reference/"), "reference/"),
        "snippet": next(iter(snippet_pages()), ""),
    }


def listen(page: Page, complaints: list[str], requests: list[str]) -> None:
    """Note all that the page asks for and complains of."""
    page.on("request", lambda request: requests.append(request.url))
    page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text) if message.type in {"error", "warning"} else None
        ),
    )


@pytest.fixture(scope="module", params=pages() or [""], ids=lambda name: name or "home")
def opened(request: pytest.FixtureRequest, browser: Browser, server: str) -> Iterator[Opened]:
    """Open each page once; the tests of one page run one after the other."""
    context = browser.new_context(viewport=DESKTOP, color_scheme="light")
    page = context.new_page()
    page.set_default_timeout(TIMEOUT)
    page_requests: list[str] = []
    complaints: list[str] = []
    listen(page, complaints, page_requests)
    page.goto(server + request.param, wait_until="load")
    yield Opened(request.param, page, page_requests, complaints)
    context.close()


def settled(page: Page) -> None:
    """Wait until the page has been laid out anew."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 60)))")


def violations(page: Page) -> list[str]:
    """Return what axe-core finds against WCAG A and AA, one line an element."""
    settled(page)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(FAINT_OR_UNREACHABLE, RULES)
    return found


def show(page: Page, viewport: ViewportSize, scheme: str) -> None:
    """Show the page in another size and scheme."""
    page.set_viewport_size(viewport)
    page.evaluate("scrollTo(0, 0)")
    if page.evaluate(SCHEME) != SCHEMES[scheme]:
        page.locator(f"label[title='Switch to {scheme}']").click()
        page.wait_for_function(f"{SCHEME} === '{SCHEMES[scheme]}'")
    settled(page)


def test_page_loads_without_a_complaint(opened: Opened) -> None:
    assert opened.page.locator("h1").count() == 1
    assert opened.complaints == []


def test_page_asks_no_other_host(opened: Opened, server: str) -> None:
    assert [url for url in opened.requests if not url.startswith((server, "data:", "blob:"))] == []


def test_page_keeps_to_wcag_a_and_aa(opened: Opened) -> None:
    assert violations(opened.page) == []


def test_page_fits_a_phone_without_scrolling_sideways(opened: Opened) -> None:
    show(opened.page, PHONE, "light")
    assert opened.page.evaluate(SIDEWAYS) == 0


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open an empty page that may use the clipboard."""
    context = browser.new_context(viewport=DESKTOP, color_scheme="light")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    empty = context.new_page()
    empty.set_default_timeout(TIMEOUT)
    yield empty
    context.close()


@pytest.mark.parametrize(("name", "file"), snippet_pages().items(), ids=snippet_pages())
def test_copy_button_gives_the_file_byte_for_byte(
    page: Page, server: str, name: str, file: Path
) -> None:
    page.goto(server + name)
    title = page.locator(f"span.filename:text-is('{file.name}')")
    page.locator(".highlight", has=title).locator("button[data-clipboard-target]").click()
    page.locator(".md-dialog--active").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.encode() == file.read_bytes()


@pytest.mark.parametrize(("query", "words"), SEARCHES.items(), ids=SEARCHES)
def test_search_answers_with_a_page_that_contains_the_words(
    page: Page, server: str, site: Site, query: str, words: list[str]
) -> None:
    page.goto(server)
    page.locator("input[name=query]").click()
    page.keyboard.type(query)
    answers = page.locator("a.md-search-result__link")
    answers.first.wait_for()
    found = answers.evaluate_all("links => links.map((link) => new URL(link.href).pathname)")
    best = list(dict.fromkeys(found))[:3]
    texts = [text_of(site.folder / path.lstrip("/") / "index.html") for path in best]
    assert [text for text in texts if all(word in text for word in words)], best


@pytest.mark.parametrize("kind", kinds())
@pytest.mark.parametrize(
    ("scheme", "viewport"),
    [("dark", DESKTOP), ("light", PHONE), ("dark", PHONE)],
    ids=["dark", "phone", "dark-phone"],
)
def test_kind_of_page_keeps_to_wcag_a_and_aa(
    page: Page, server: str, kind: str, scheme: str, viewport: ViewportSize
) -> None:
    page.goto(server + kinds()[kind])
    show(page, viewport, scheme)
    assert violations(page) == []


def test_scheme_follows_the_system_and_can_be_switched(page: Page, server: str) -> None:
    page.goto(server)
    light = page.evaluate(BACKGROUND)
    assert page.evaluate(SCHEME) == "default"
    page.locator("label[title='Switch to dark']").click()
    page.wait_for_function(f"{SCHEME} === 'slate'")
    assert page.evaluate(BACKGROUND) != light


def test_search_is_readable_in_both_schemes(page: Page, server: str) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(server)
        page.locator("input[name=query]").click()
        page.keyboard.type("Dense")
        page.locator("a.md-search-result__link").first.wait_for()
        page.wait_for_timeout(400)
        assert violations(page) == []


def test_scroll_boxes_of_a_phone_can_be_reached_with_the_keyboard(page: Page, server: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(server + next(iter(snippet_pages()), ""))
    settled(page)
    unreachable = page.evaluate(
        """() => [...document.querySelectorAll(".md-typeset__scrollwrap, pre > code")]
            .filter((box) => (box.scrollWidth > box.clientWidth) !== (box.tabIndex === 0))
            .map((box) => box.outerHTML.slice(0, 200))"""
    )
    assert unreachable == []
