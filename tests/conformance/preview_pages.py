"""The preview of a book as its writer sees it, in a headless Chromium, before a build has ended:

ADDRESS is that of tests/helpers/waiting_preview.py for SOURCE, a book which is edited here.
Prints the observations as JSON. Runs in the Python that Playwright is installed for.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.conformance.browser import keep_picture, once, started
from tests.conformance.preview import Writer

BEFORE = "in chapter 4 "

IN_VIEW = """[...document.querySelectorAll('#pdf figure')].filter((page) => {
    const [box, view] = [page, page.parentNode].map((one) => one.getBoundingClientRect());
    return box.bottom > view.top && box.top < view.bottom;
})"""
WATCH = f"""() => {{
    window.empty = 0;
    const look = () => {{
        const images = {IN_VIEW}.map((page) => page.querySelector('img'));
        window.empty += images.filter((image) => image.hidden || !image.naturalWidth).length;
        requestAnimationFrame(look);
    }};
    look();
}}"""
WORDS = f"""Promise.all({IN_VIEW}.map(async ({{dataset: page}}) => {{
    if (page.drawn !== page.name) return '';
    const answer = await fetch(`lines/handout/${{pdf.dataset.digest}}?pages=${{page.number}}`);
    return answer.ok ? (await answer.json())[0].map((line) => line[0]).join(' ') : '';
}})).then((pages) => pages.join(' '))"""
READ = """Math.round(document.querySelector('#pdf .found').getBoundingClientRect().top)"""
DOING = "document.getElementById('doing').textContent !== ''"
PICTURE = f"""(async () => {{
    const image = {IN_VIEW}.find((page) => page.querySelector('.found')).querySelector('img');
    const own = image.src.replace(/handout\\/\\w+/, `handout/${{pdf.dataset.digest}}`);
    const [one, other] = await Promise.all([image.src, own].map(
        async (address) => new Uint8Array(await (await fetch(address)).arrayBuffer())));
    return one.length > 999 && one.join() === other.join() && image.src !== own;
}})()"""


class BookWriter(Writer):
    """One who lets builds go on, and has two windows."""

    panes = ("pdf",)

    def open_another(self, fragment: str) -> None:
        self.windows = (self.page, self.open(fragment))

    def go(self, words: str = "") -> None:
        """Let the build go on, perhaps to an error."""
        new = self.source.with_name("new")
        new.write_text(words, "utf-8")
        new.replace(self.source.with_name("go"))

    def end(self, words: str = "") -> None:
        """Let the build end, and wait until its result is shown."""
        self.go(words)
        once(self.page, DOING, False)
        built = self.built()
        once(self.page, "pdf.dataset.digest", built)

    def says(self, page: Page, words: str) -> bool:
        """True as soon as words are on the pages in view, while all is still being built."""
        found = f"{WORDS}.then((words) => words.includes('{words}') && {DOING})"
        return bool(once(page, found, True))

    def edit(self, words: str, *, in_vain: bool = False) -> list[bool]:
        """Write some words; true for each window that shows them before the build has ended. The
        last build may have been ``in_vain``."""
        self.put(self.text.replace(BEFORE, f"{BEFORE}{words} ", 1))
        if in_vain:
            noticed = self.source.with_name("noticed")
            while not noticed.exists():
                self.page.wait_for_timeout(10)
            self.go()
        return [self.says(page, words) for page in self.windows]


def main(chromium: str, address: str, file: str) -> None:
    with started(chromium) as browser:
        writer = BookWriter(browser, address, Path(file))
        page = writer.page
        lines = writer.text.splitlines()
        place = f"#line={next(n for n, line in enumerate(lines, start=1) if BEFORE in line)}"
        writer.open_another(place)
        page.evaluate("(to) => { location.hash = to }", place)
        once(page, "document.querySelectorAll('#pdf .found').length", 1)
        once(page, f"{IN_VIEW}.every((page) => page.dataset.drawn === page.dataset.name)", True)
        page.evaluate(WATCH)
        read = [page.evaluate(READ)]

        seen: dict[str, Any] = {"soon": writer.edit("camels")}
        keep_picture(page, "preview-soon")
        writer.end()
        seen["same"] = page.evaluate(PICTURE)
        read.append(page.evaluate(READ))

        writer.put(writer.text.replace("in chapter 2 ", "in chapter 2 " + "and water " * 300, 1))
        pages = "document.querySelectorAll('#pdf figure').length"
        before = page.evaluate(pages)
        more = f"{DOING} && {pages} > {before}"
        seen["longer"] = once(page, more, True)
        read.append(page.evaluate(READ))
        keep_picture(page, "preview-longer")
        writer.end()
        read.append(page.evaluate(READ))

        seen["dropped"] = [writer.edit("horses")]
        seen["dropped"].append(writer.edit("mules", in_vain=True))
        writer.end()
        seen["failing"] = writer.edit("donkeys")
        writer.end("The disc is full.")
        seen["failed"] = [
            once(page, f"{WORDS}.then((it) => it.includes('{one}'))", is_there)
            for one, is_there in (("mules", True), ("donkeys", False))
        ]
        seen["said"] = page.inner_text("#findings li pre")
        seen |= {"read": read, "empty": page.evaluate("window.empty")}
        seen["complaints"] = [*writer.complaints]
    print(json.dumps(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])
