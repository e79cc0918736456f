"""The script of a web page, tested in a headless Chromium:

FILE is the page that tests/render/test_web_reading.py builds; printed pages go to FOLDER.
Prints the observations as JSON. Runs in the Python that Playwright is installed for.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, Page

from tests.conformance.browser import frames, keep_picture, once, started

GROUND = "getComputedStyle(document.documentElement).backgroundColor"
CURRENT = "[...document.querySelectorAll('[aria-current]')].map((e) => e.textContent)"
FOCUSED = "document.activeElement.id || document.activeElement.className"
STATUS = "document.getElementById('page--status').textContent"
NO_MEMORY = """Object.defineProperty(window, 'localStorage', {
  get() { throw new DOMException('not here', 'SecurityError'); },
});"""
INJECTED = """() => {
  const script = document.createElement('script');
  script.textContent = 'window.injected = true';
  document.body.append(script);
  return Boolean(window.injected);
}"""
REPEATED_IDS = """() => {
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  return ids.filter((id, at) => ids.indexOf(id) !== at);
}"""


class Reader:
    """Somebody with a browser of their own, who has the page before them."""

    def __init__(self, browser: Browser, address: str, width: int = 1280, **options: Any) -> None:
        window = {"width": width, "height": 800}
        memory = options.pop("memory", True)
        permissions = ["clipboard-read", "clipboard-write"]
        self.context = browser.new_context(
            viewport=window, permissions=permissions, reduced_motion="reduce", **options
        )
        if not memory:
            self.context.add_init_script(NO_MEMORY)
        self.address = address
        self.complaints: list[str] = []
        self.page = self.open()

    def open(self, fragment: str = "") -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text))
        page.goto(self.address + fragment)
        return page

    def leave(self) -> None:
        self.page.goto("about:blank")
        self.page.close()

    def wait_until_stored(self) -> None:
        """Wait until another page would know of the one thing that this reader's have stored."""
        other = Path(unquote(urlsplit(self.address).path)).with_name("other.html")
        other.write_text("<!DOCTYPE html><title>Another page</title>", "utf-8")
        page = self.context.new_page()
        page.goto(other.as_uri())
        once(page, "localStorage.length", 1)
        page.close()


def colours(new: Callable[..., Reader]) -> dict[str, Any]:
    reader = new(color_scheme="light")
    seen = {"light": reader.page.evaluate(GROUND)}
    reader.page.select_option("#page--colours", "dark")
    seen["chosen"] = reader.page.evaluate(GROUND)
    reader.page.emulate_media(media="print")
    seen["printed"] = reader.page.evaluate(GROUND)
    reader.wait_until_stored()
    reader.page = reader.open()
    seen["remembered"] = reader.page.evaluate(GROUND)
    reader.page.select_option("#page--colours", "")
    seen["let go"] = reader.page.evaluate(GROUND)
    return seen | {"complaints": reader.complaints}


def without_memory(new: Callable[..., Reader]) -> dict[str, Any]:
    reader = new(memory=False)
    reader.page.select_option("#page--colours", "dark")
    seen = {"chosen": reader.page.evaluate(GROUND)}
    reader.page.locator("h2", has_text="Fourth").scroll_into_view_if_needed()
    reader.leave()
    reader.page = reader.open()
    return seen | {"after": reader.page.evaluate(GROUND), "complaints": reader.complaints}


def without_script(new: Callable[..., Reader]) -> dict[str, Any]:
    page = new(java_script_enabled=False).page
    seen = {"tools": page.locator(".tools").is_visible(), "text": page.locator("main").inner_text()}
    page.locator("[role=doc-noteref]").first.click()
    return seen | {"address": page.url.partition("#")[2]}


def contents(new: Callable[..., Reader]) -> dict[str, Any]:
    page = new().page
    seen = {}
    for name in ("Third", "Second", "Sixth"):
        page.get_by_role("link", name=name, exact=True).click()
        seen[name] = once(page, CURRENT, [name])
    return seen


def place(new: Callable[..., Reader]) -> dict[str, Any]:
    reader = new()
    text = reader.page.locator("#fourth p").nth(2)
    text.evaluate("(e) => e.scrollIntoView()")
    reader.leave()
    reader.wait_until_stored()
    reader.page = page = reader.open()
    at = "Math.round(document.querySelectorAll('#fourth p')[2].getBoundingClientRect().top)"
    note = page.locator("#page--resumed")
    note.wait_for()
    seen = {"top": page.evaluate(at), "said": page.evaluate(STATUS)}
    keep_picture(page, "place")
    note.get_by_role("link").click()
    seen["start"] = once(page, "scrollY", 0)
    note.wait_for(state="hidden")
    seen["note"] = note.is_visible()
    page.locator("#fourth p").nth(2).evaluate("(e) => e.scrollIntoView()")
    reader.leave()
    led = reader.open("#second")
    frames(led)
    top = "Math.round(document.getElementById('second').getBoundingClientRect().top) < 100"
    note = led.locator("#page--resumed")
    return seen | {"fragment": led.evaluate(top), "noted": note.is_visible()}


def section_links(new: Callable[..., Reader]) -> dict[str, Any]:
    page = new().page
    link = page.locator("#second > h2 > .section-link")
    seen = {"headings": page.get_by_role("heading", name="Second", exact=True).count()}
    seen["resting"] = link.evaluate("(e) => getComputedStyle(e).opacity")
    page.hover("#second > h2")
    seen["hovered"] = link.evaluate("(e) => getComputedStyle(e).opacity")
    link.focus()
    page.keyboard.press("Enter")
    page.locator(".section-link[data-said]").wait_for()
    keep_picture(page, "section-link")
    copied = page.evaluate("navigator.clipboard.readText()")
    return seen | {"copied": copied.rpartition("/")[2], "said": page.evaluate(STATUS)}


def notes(new: Callable[..., Reader]) -> dict[str, Any]:
    page = new().page
    box = page.locator("#page--note")
    page.clock.install()
    page.hover("#fnref-1")
    box.wait_for()
    seen: dict[str, Any] = {"hovered": box.inner_text(), "repeated": page.evaluate(REPEATED_IDS)}
    keep_picture(page, "note")
    page.mouse.move(1, 1)
    box.wait_for(state="hidden")
    page.keyboard.press("Shift")
    page.locator("#fnref-2").focus()
    seen["focused"] = box.inner_text()
    page.keyboard.press("Enter")
    seen["entered"] = page.evaluate(FOCUSED)
    seen["name"] = box.get_attribute("aria-label")
    page.keyboard.press("Escape")
    page.clock.run_for(700)  # longer than any of its timers
    seen |= {"closed": not box.is_visible(), "returned": page.evaluate(FOCUSED)}
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    return seen | {"next": page.evaluate("document.activeElement.getAttribute('href')")}


def scrollers(new: Callable[..., Reader]) -> dict[str, Any]:
    wide, narrow = new().page, new(width=320).page
    what = "[...document.querySelectorAll('main [tabindex=\"0\"]')].map((e) => e.ariaLabel)"
    seen = {"narrow": once(narrow, what, ["Table 1"])}
    frames(wide)
    return seen | {"wide": wide.evaluate(what)}


def pictures(new: Callable[..., Reader]) -> dict[str, Any]:
    page = new().page
    page.get_by_role("button", name="Enlarge: Figure 1").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    shown = dialog.locator("img")
    seen = {
        "width": shown.evaluate("(e) => e.width"),
        "alt": shown.get_attribute("alt"),
        "caption": dialog.locator("figcaption").inner_text(),
    }
    keep_picture(page, "picture")
    page.keyboard.press("Escape")
    return seen | {"open": dialog.is_visible(), "returned": page.evaluate(FOCUSED)}


def page_marks(new: Callable[..., Reader]) -> dict[str, Any]:
    reader = new()
    number = "getComputedStyle(document.querySelector('.page-mark'), '::before').content"
    seen = {"at first": reader.page.evaluate(number)}
    reader.page.get_by_role("button", name="Page numbers").click()
    seen["wanted"] = reader.page.evaluate(number)
    keep_picture(reader.page, "page-marks")
    reader.wait_until_stored()
    reader.page = reader.open()
    button = reader.page.get_by_role("button", name="Page numbers")
    return seen | {
        "remembered": reader.page.evaluate(number),
        "pressed": button.get_attribute("aria-pressed"),
    }


def filled_in(new: Callable[..., Reader], printed: Path) -> dict[str, Any]:
    reader = new()
    page, line = reader.page, reader.page.locator(".filled-in [role=status]")
    seen = {"at first": line.inner_text(), "visible": line.is_visible()}
    page.get_by_label("blank").fill("rope")
    page.get_by_label("Yes").check()
    page.get_by_label("No", exact=True).check()
    seen["two"] = line.inner_text()
    page.get_by_label("Your answer").fill("A long answer about wells. " * 60 + "Its end.")
    page.locator("td input").nth(1).check()
    page.locator("td input").nth(5).check()
    seen["all"] = line.inner_text()
    line.scroll_into_view_if_needed()
    keep_picture(page, "filled-in")
    page.evaluate("window.print = () => { window.printed = true; }")
    page.get_by_role("button", name="Print or save").click()
    seen["printed"] = page.evaluate("window.printed")
    page.pdf(path=printed, prefer_css_page_size=True)
    page.get_by_label("blank").fill(" ")
    page.get_by_label("blank").blur()
    seen["one less"] = line.inner_text()
    stored = "[localStorage, sessionStorage].map((s) => JSON.stringify(s)).join()"
    return seen | {"stored": page.evaluate(stored), "complaints": reader.complaints}


def main(chromium: str, file: str, folder: str) -> None:
    tried = (colours, without_memory, without_script, contents, place, section_links, notes)
    with started(chromium) as browser:

        def new(**options: Any) -> Reader:
            return Reader(browser, Path(file).resolve().as_uri(), **options)

        seen = {what.__name__: what(new) for what in (*tried, scrollers, pictures, page_marks)}
        seen["filled_in"] = filled_in(new, Path(folder) / "filled-in.pdf")
        page = new(color_scheme="dark").page
        seen["injected"] = page.evaluate(INJECTED)
        page.pdf(path=Path(folder) / "printed.pdf", prefer_css_page_size=True)
    print(json.dumps(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])
