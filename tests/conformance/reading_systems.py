"""E-books in a reading system: reading_systems READER CHROMIUM NODE_MODULES FILE...

Each book is opened in epub.js (``epubjs``) or foliate-js (``foliate``), from two vendors. All of
its spine must be shown, with its images; entries of the contents must lead to their targets;
turning pages must lead through the book and back; a reference to a note must open it. Prints one
finding per line, with its parts separated by tabs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route

from tests.conformance.book_facts import Book, read_book
from tests.conformance.browser import keep_picture, report, started

HERE = Path(__file__).parent
ORIGIN = "https://reader.invalid"
"""Where the readers think they are; all that they load is answered here, and nothing goes out."""

TYPES = {".html": "text/html", ".js": "text/javascript", ".epub": "application/epub+zip"}
MOST_PAGES = 2000


class Reading:
    """A book in a reading system."""

    def __init__(self, page: Page, name: str, file: str, book: Book) -> None:
        self._page = page
        self._name = name
        self._file = file
        self._book = book

    def check(self) -> None:
        opened: dict[str, list[str]] = self._page.evaluate("reader.open()")
        spine = [self._inside(href) for href in opened["spine"]]
        if spine != list(self._book.spine):
            self._report("spine", spine, "instead of", list(self._book.spine))
        self._check_spine()
        self._check_contents([self._inside(href) for href in opened["contents"]])
        self._check_leafing()
        self._check_note()

    def _check_spine(self) -> None:
        for number, (path, text) in enumerate(self._book.spine.items()):
            place = self._go(path)
            if self._inside(place["href"]) != path:
                self._report("shows-another", path, place["href"])
                continue
            if number < 4:
                self._keep(f"{number:02}")
            (shown,) = self._page.evaluate("look()")
            if "".join(shown["text"].split()) != text:
                self._report("text", path, "is not what the file has")
            if text and not shown["visible"].strip():
                self._report("not-visible", path)
            for source in shown["broken"]:
                self._report("image", path, source)

    def _check_contents(self, contents: list[str]) -> None:
        if contents != list(self._book.contents):
            self._report("contents", contents, "instead of", list(self._book.contents))
        for entry in self._book.contents:
            path, _, name = entry.partition("#")
            place = self._go(entry)
            if self._inside(place["href"]) != path:
                self._report("contents", entry, "leads to", place["href"])
            elif name and not self._page.evaluate("id => isShown(id)", name):
                self._report("contents", entry, "is not on the screen")

    def _check_leafing(self) -> None:
        """From the beginning to the end and back."""
        linear = list(self._book.linear)
        self._go(linear[0])
        forwards = self._leaf("next", "atEnd")
        if forwards != linear:
            self._report("next", forwards, "instead of", linear)
        backwards = self._leaf("prev", "atStart")
        if backwards != linear[::-1]:
            self._report("prev", backwards, "instead of", linear[::-1])

    def _leaf(self, turn: str, end: str) -> list[str]:
        """The files that turning pages comes to, up to the last."""
        places = self._page.evaluate(
            """async ([turn, end, most]) => {
                const found = [];
                let last = "";
                for (let times = 0; times < most; times++) {
                    const place = await reader[turn]();
                    if (place.cfi === last) break;
                    last = place.cfi;
                    found.push(place.href);
                    if (place[end]) break;
                }
                return found;
            }""",
            [turn, end, MOST_PAGES],
        )
        first = self._book.linear[0 if turn == "next" else -1]
        return list(dict.fromkeys([first, *map(self._inside, places)]))

    def _check_note(self) -> None:
        for note in self._book.notes[:1]:
            self._go(f"{note.path}#{note.reference}")
            opened = self._page.evaluate("([a, b]) => openNote(a, b)", [note.reference, note.id])
            if note.text not in "".join((opened or "").split()):
                self._report("note", note.path, note.id, "is not opened", opened)
            self._keep("note")

    def _go(self, href: str) -> dict[str, Any]:
        found: dict[str, Any] = self._page.evaluate(
            "href => reader.go(href)", self._book.address(href, self._name)
        )
        return found

    def _inside(self, href: str) -> str:
        return href.removeprefix(self._book.folder)

    def _keep(self, what: str) -> None:
        keep_picture(self._page, f"{Path(self._file).stem}-{self._name}-{what}")

    def _report(self, *cells: Any) -> None:
        report(self._file, self._name, *cells)


def opened(browser: Browser, name: str, modules: Path, file: str) -> Page:
    """A page with a reader that loads the book next to it."""
    page = browser.new_page(viewport={"width": 800, "height": 1100}, reduced_motion="reduce")

    def answer(route: Route) -> None:
        url = route.request.url
        path = url.removeprefix(f"{ORIGIN}/").partition("?")[0]
        found = Path(file) if path == "book.epub" else modules / path
        if path.startswith("readers/"):
            found = HERE / path
        if not url.startswith(f"{ORIGIN}/") or not found.is_file():
            if not path.endswith("favicon.ico"):
                report(file, name, "not-in-the-book", url)
            route.abort()
            return
        route.fulfill(body=found.read_bytes(), content_type=TYPES.get(found.suffix, "text/plain"))

    page.route(lambda url: not url.startswith(("blob:", "data:", "about:")), answer)
    page.on("pageerror", lambda error: report(file, name, "script-error", error))
    page.goto(f"{ORIGIN}/readers/{name}.html")
    page.wait_for_function("'reader' in window")
    return page


def main(name: str, chromium: str, modules: str, *files: str) -> None:
    with started(chromium) as browser:
        for file in files:
            book = read_book(Path(file))
            page = opened(browser, name, Path(modules), file)
            Reading(page, name, file, book).check()
            page.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
