"""Take the README's picture of a page of the built site: `make picture`."""

from __future__ import annotations

import shutil

from playwright.sync_api import sync_playwright

from tests.site.conftest import ARGUMENTS, BROWSERS
from tests.site.helpers import ROOT

PAGE = ROOT / "site" / "en" / "dense" / "binary-classifier" / "index.html"


def main() -> None:
    """Photograph the top of the page, light, at a desktop's width."""
    browser = next(path for name in BROWSERS if (path := shutil.which(name)))
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser, args=list(ARGUMENTS))
        page = started.new_page(viewport={"width": 1280, "height": 1150}, color_scheme="light")
        page.goto(PAGE.as_uri())
        page.screenshot(path=ROOT / "docs" / "picture.png")
        started.close()


if __name__ == "__main__":
    main()
