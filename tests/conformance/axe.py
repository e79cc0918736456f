"""axe-core in a headless Chromium, with all its rules: axe.py AXE CHROMIUM WIDTH SCHEME FILE...

AXE is axe.min.js, WIDTH the width of the window in CSS pixels, SCHEME light or dark. Prints
one finding a line: file, rule, impact, what it asks, how often and the first place, with tabs
between them; and a finding "sideways-scroll" for a page that is wider than the window. Runs by
itself, in the Python that Playwright is installed for, and imports nothing of this project.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RUN = """() => {
    const rules = Object.fromEntries(axe.getRules().map(r => [r.ruleId, {enabled: true}]));
    return axe.run(document, {rules, resultTypes: ['violations']});
}"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def findings(page: Page, axe: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    wider = page.evaluate(OVERFLOW)
    if wider > 0:
        found.append(("sideways-scroll", "serious", f"{wider} px wider than the window"))
    page.evaluate(axe)
    for rule in page.evaluate(RUN)["violations"]:
        place = rule["nodes"][0]
        times = f"{len(rule['nodes'])} times"
        found.append(
            (rule["id"], rule["impact"], rule["help"], times, str(place["target"]), place["html"])
        )
    return found


def main(script: str, chromium: str, width: str, scheme: str, *files: str) -> None:
    axe = Path(script).read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for file in files:
            page = browser.new_page(
                viewport={"width": int(width), "height": 900},
                color_scheme="dark" if scheme == "dark" else "light",
            )
            page.goto(Path(file).resolve().as_uri())
            for finding in findings(page, axe):
                print("\t".join(" ".join(cell.split()) for cell in (file, *finding)))
            page.close()
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
