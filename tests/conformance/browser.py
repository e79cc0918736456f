"""A headless Chromium, which all checks of a process use one after another."""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--font-render-hinting=none",  # as in a browser with windows
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@functools.cache
def _running(chromium: str) -> Browser:
    playwright = sync_playwright().start()
    atexit.register(playwright.stop)
    browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
    atexit.register(browser.close)
    return browser


@contextlib.contextmanager
def started(chromium: str) -> Iterator[Browser]:
    """A browser that remembers nothing of the check before."""
    browser = _running(chromium)
    try:
        yield browser
    finally:
        for context in browser.contexts:
            context.close()


def keep_picture(page: Page, name: str) -> None:
    """A screenshot of the window, if ``CHAPBOOK_SCREENSHOTS`` names a folder."""
    if folder := os.environ.get("CHAPBOOK_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png")


def once(page: Page, script: str, wanted: Any) -> Any:
    """The result of a script as soon as it is the expected one, or else after ten minutes."""
    found = page.evaluate(script)
    for _ in range(6000):
        if found == wanted:
            break
        page.wait_for_timeout(100)
        found = page.evaluate(script)
    return found


FRAMES = """(count) => new Promise((done) => {
    const next = (left) => left ? requestAnimationFrame(() => next(left - 1)) : done();
    next(count);
})"""


def frames(page: Page, count: int = 3) -> None:
    """Wait until a page has been drawn some more times: for whatever is done in the next frame."""
    page.evaluate(FRAMES, count)


def report(*cells: Any) -> None:
    """One finding, as a line."""
    print("\t".join(" ".join(str(cell).split()) for cell in cells))
