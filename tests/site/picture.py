"""Take the README's picture of a page of the built site: `make picture`."""

from __future__ import annotations

from playwright.sync_api import sync_playwright

from tests.site.helpers import ARGUMENTS, ROOT, chromium, serving

PAGE = "dense/binary-classifier/"


def main() -> None:
    """Photograph the top of the page, light, at a desktop's width."""
    with serving(ROOT / "site" / "en") as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1280, "height": 1500}, color_scheme="light")
        page.goto(address + PAGE)
        page.locator(".md-search__input").wait_for()
        page.screenshot(path=ROOT / "docs" / "picture.png")
        browser.close()


if __name__ == "__main__":
    main()
