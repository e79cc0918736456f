"""Web pages as people use them: web_page AXE CHROMIUM WINDOWS FILE...

AXE is axe.min.js, WINDOWS a list such as 320-light,768,1280-dark: widths in CSS pixels, and colour
schemes. In no window may the page scroll sideways; in those with a scheme, axe-core runs with all
its rules. Then the page is operated with the keyboard alone. Nothing may be loaded from elsewhere,
and the browser must not complain. Prints one finding per line, with its parts separated by tabs.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from tests.conformance.browser import keep_picture, report, started
from tests.conformance.keyboard import keyboard_findings

RUN = """() => {
    const rules = Object.fromEntries(axe.getRules().map(r => [r.ruleId, {enabled: true}]));
    return axe.run(document, {rules, resultTypes: ['violations']}).then(found => found.violations);
}"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FORBIDDEN = """addEventListener('securitypolicyviolation',
    event => console.error(`against the policy: ${event.violatedDirective} ${event.blockedURI}`))"""
OWN = ("file:", "data:", "blob:", "about:")
"""The sources that a page may load: itself, and the files next to it."""


def window_findings(page: Page, window: str, picture: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    change_window(page, window)
    keep_picture(page, f"{picture}-{window}")
    wider = page.evaluate(OVERFLOW)
    if wider > 0:
        found.append(("sideways-scroll", "serious", f"{wider} px wider than the window"))
    for rule in page.evaluate(RUN) if "-" in window else ():
        place = rule["nodes"][0]
        times = f"{len(rule['nodes'])} times"
        found.append(
            (rule["id"], rule["impact"], rule["help"], times, str(place["target"]), place["html"])
        )
    return found


def change_window(page: Page, window: str) -> None:
    """Show the page in a width and a colour scheme, such as 320-light, until its scripts have seen
    it."""
    width, _, scheme = window.partition("-")
    page.set_viewport_size({"width": int(width), "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.evaluate("new Promise(seen => requestAnimationFrame(() => requestAnimationFrame(seen)))")


def check(browser: Browser, axe: str, windows: list[str], file: str) -> None:
    page = browser.new_page(reduced_motion="reduce")  # no smooth scrolling to wait for
    folder = Path(file).resolve().parent.as_uri()

    def on_request(request: Request) -> None:
        inside = request.url.startswith(folder) or not request.url.startswith("file:")
        if not (request.url.startswith(OWN) and inside):
            report(file, "leaves-the-page", request.url)

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            report(file, "console", message.type, message.text)

    page.on("request", on_request)
    page.on("console", on_console)
    page.on("pageerror", lambda error: report(file, "script-error", error))
    page.add_init_script(FORBIDDEN)
    page.goto(Path(file).resolve().as_uri())
    page.evaluate(axe)
    for window in windows:
        for finding in window_findings(page, window, Path(file).stem):
            report(file, window, *finding)
    for finding in keyboard_findings(page):
        report(file, "keyboard", *finding)
    page.close()


def main(script: str, chromium: str, windows: str, *files: str) -> None:
    axe = Path(script).read_text(encoding="utf-8")
    with started(chromium) as browser:
        for file in files:
            check(browser, axe, windows.split(","), file)


if __name__ == "__main__":
    main(*sys.argv[1:])
