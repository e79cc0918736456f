"""A site on a disk, used by a reader in a headless Chromium: python -m tests.conformance.site AXE
CHROMIUM FOLDER QUERY...

AXE is axe.min.js; FOLDER is the site that tests/render/test_site_reading.py builds. Prints the
observations as JSON: the results for each QUERY, the targets of keys and links, the findings of
axe-core with all its rules, and all complaints of the browser. Runs in the Python that Playwright
is installed for.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.conformance.browser import keep_picture, once, started
from tests.conformance.web_page import window_findings

IN_SIGHT = """() => {
    const [nav, marked] = ['.contents', '.contents [aria-current=page]']
        .map(name => document.querySelector(name).getBoundingClientRect().top);
    return nav <= marked && marked <= innerHeight;
}"""
KINDS = ("index", "search", "404", "wells", "rivers-and-wells")
WINDOWS = ("1280-light", "768", "320-dark")


class Site:
    """The site in a browser window, which records complaints."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self.folder = folder
        self.complaints: list[str] = []
        self.context = browser.new_context(viewport={"width": 1280, "height": 800})
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: self.complaints.append(said.text))

    def go(self, name: str) -> Page:
        self.page.goto((self.folder / name).as_uri())
        return self.page

    @property
    def at(self) -> str:
        """The page that is shown, as its address ends."""
        return str(self.page.url).rpartition("/")[2]


def found(site: Site, queries: list[str]) -> dict[str, Any]:
    """The text and results for each query."""
    page = site.go("search.html")
    seen = {}
    for query in queries:
        page.fill("#page--query", query)
        page.keyboard.press("Enter")
        results = page.locator("#page--results > li")
        seen[query] = {
            "said": page.inner_text("#page--found"),
            "titles": results.locator(".result").all_inner_texts(),
            "marked": results.locator(".excerpt mark").all_inner_texts(),
        }
    return seen


def by_keyboard(site: Site, query: str) -> dict[str, Any]:
    """From the start page to a passage and back, without a mouse."""
    page = site.go("index.html")
    while page.evaluate("document.activeElement.id") != "page--query":
        page.keyboard.press("Tab")
    page.keyboard.type(query)
    page.keyboard.press("Enter")
    page.wait_for_selector("#page--results > li")
    seen: dict[str, Any] = {"search": site.at, "asked": page.input_value("#page--query")}
    keep_picture(page, "site-search")
    while page.evaluate("document.activeElement.closest('.results')") is None:
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("main > section")
    seen["found"] = site.at
    seen["in sight"] = once(page, "scrollY > 0", True)
    page.go_back()
    page.wait_for_selector("#page--results > li")
    return seen | {"kept": page.input_value("#page--query")}


def read_on(site: Site) -> list[str]:
    """The pages that the links to the next one lead through."""
    page = site.go("index.html")
    seen = []
    while page.locator("body a[rel=next]").count():
        page.click("body a[rel=next]")
        page.wait_for_load_state()
        seen.append(site.at)
    return seen


def place(site: Site) -> dict[str, bool]:
    """Return whether the reading position in a chapter is restored: in a new window, and by a
    link."""
    page = site.go("wells.html")
    page.evaluate("scrollTo({top: 1800, behavior: 'instant'})")
    page.goto("about:blank")
    page.close()
    page = site.context.new_page()
    page.goto((site.folder / "wells.html").as_uri())
    page.wait_for_load_state()
    seen = {"opened": once(page, "scrollY > 1000", True)}
    page.evaluate("document.querySelector('.pager .next').click()")
    page.wait_for_url("**/rivers-and-wells.html")
    page.click(".pager .prev")
    page.wait_for_url("**/wells.html")
    page.wait_for_load_state()
    return seen | {"followed": page.evaluate("scrollY > 1000")}


def contents(site: Site, name: str) -> dict[str, Any]:
    """The marked entry of the contents, and whether it is in sight."""
    site.page.set_viewport_size({"width": 1280, "height": 400})  # too low for all
    page = site.go(name)
    marked = page.locator(".contents [aria-current=page]")
    return {"marked": marked.inner_text(), "in sight": once(page, IN_SIGHT, True)}


def without_script(browser: Browser, folder: Path) -> dict[str, bool]:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto((folder / "search.html").as_uri())
    return {
        "form": page.locator("form.search").is_visible(),
        "way out": page.locator("noscript a, main p > a[href='index.html']").is_visible(),
    }


def findings(browser: Browser, folder: Path, axe: str) -> list[str]:
    """The findings of axe-core on each kind of page in two windows, and pages that are too wide."""
    page, seen = browser.new_page(reduced_motion="reduce"), []
    for file in (folder / f"{name}.html" for name in KINDS):
        page.goto(f"{file.as_uri()}?q=well" if file.stem == "search" else file.as_uri())
        page.evaluate(axe)
        for window in WINDOWS:
            broken = window_findings(page, window, f"site-{file.stem}")
            seen += [f"{file.name} {window} {finding}" for finding in broken]
    return seen


def main(axe: str, chromium: str, name: str, *queries: str) -> None:
    folder = Path(name).resolve()
    with started(chromium) as browser:
        site = Site(browser, folder)
        fresh = Site(browser, folder)
        seen = {
            "found": found(site, list(queries)),
            "by keyboard": by_keyboard(site, queries[0]),
            "read on": read_on(fresh),
            "place": place(Site(browser, folder)),
            "contents": contents(site, "chapter-11.html"),
            "without script": without_script(browser, folder),
            "findings": findings(browser, folder, Path(axe).read_text("utf-8")),
            "complaints": site.complaints + fresh.complaints,
        }
    print(json.dumps(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])
