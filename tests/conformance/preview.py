"""A preview as its user sees it, in a headless Chromium:

ADDRESS is that of a preview of SOURCE, which tests/commands/test_preview.py wrote, and which is
edited here. Prints the observations as JSON. Runs in the Python that Playwright is installed for.
"""

from __future__ import annotations

import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route

from tests.conformance.browser import frames, keep_picture, once, started
from tests.conformance.web_page import RUN, change_window

PANES = ("html", "pdf", "epub")
BEFORE = "## The fifth"
CODE = ("short = 1", "the_longest_line = 2", "last = 4")
FENCE = "\n```\n{}\n{}\n\n{}\n```\n".format(*CODE)
SANDBOXED = "Blocked script execution"
"""The browser's message about what clicks in a frame run there, which are Playwright's."""

LONG, SEVERAL = 3_600_000, 60_000
"""Milliseconds, and looks at a page, that no machine needs."""

READ = """(pane) => {
    const frame = document.querySelector(`#${pane} iframe:not(.coming)`);
    const line = frame.clientHeight / 4;
    const texts = [...frame.contentDocument.querySelectorAll('h2, p')];
    const read = texts.filter((text) => text.getBoundingClientRect().top <= line).at(-1);
    return [read.textContent.slice(0, 20), Math.round(read.getBoundingClientRect().top)];
}"""
SCROLL = """(by) => document.querySelector('#html iframe').contentWindow.scrollBy(0, by)"""
TOPS = """[...['html', 'epub'].map((pane) =>
    document.querySelector(`#${pane} iframe:not(.coming)`).contentWindow.scrollY),
    document.querySelector('#pdf .view').scrollTop]"""
MARKED = """[...document.querySelectorAll('#pdf .found')].map((found) =>
    [found.closest('figure').dataset.number, found.style.top].join(' '))"""
STILL = f"""() => new Promise((done) => {{
    const seen = () => JSON.stringify([{TOPS}, {MARKED}, document.body.innerText]);
    const look = (before, same) => requestAnimationFrame(() => {{
        const now = seen();
        if (same === 30) done();
        else look(now, now === before ? same + 1 : 0);
    }});
    look('', 0);
}})"""
DIGESTS = "['html', 'pdf', 'epub'].map((pane) => document.getElementById(pane).dataset.digest)"
SHOWS = """(words) => ['html', 'epub'].map((pane) => document.querySelector(`#${pane} iframe`)
    .contentDocument.body.textContent.includes(words))"""


class Writer:
    """Somebody who edits a source and looks at its preview."""

    panes: tuple[str, ...] = PANES

    def __init__(self, browser: Browser, address: str, source: Path) -> None:
        self.complaints: list[str] = []
        self.browser, self.address, self.source = browser, address, source
        self.text = source.read_text("utf-8")
        self.page = self.open()

    def open(self, fragment: str = "", **options: Any) -> Page:
        window = {"width": 1400, "height": 900}
        page = self.browser.new_context(**{"viewport": window, **options}).new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text))
        page.on("request", lambda asked: self.requested(asked.url))
        page.set_default_timeout(LONG)
        page.goto(self.address + fragment)
        for pane in self.panes:
            page.wait_for_selector(f"#{pane}[data-digest]")
        page.wait_for_selector("#pdf img:not([hidden])")
        return page

    def requested(self, address: str) -> None:
        if not address.startswith((self.address, "data:")):
            self.complaints.append(f"asks for {address}")

    def save(self, text: str) -> None:
        """Save, and wait until the result is shown."""
        before = self.shown()
        self.put(text)
        self.page.wait_for_function("(n) => document.body.dataset.number != n", arg=before[0])
        if not self.page.evaluate("document.body.classList.contains('failed')"):
            for number, pane in enumerate(PANES, start=1):
                self.page.wait_for_function(
                    "([pane, digest]) => document.getElementById(pane).dataset.digest != digest",
                    arg=[pane, before[number]],
                )

    def put(self, text: str) -> None:
        """Save in the place of the old file, as editors do."""
        new = self.source.with_suffix(".new")
        new.write_text(text, "utf-8")
        new.replace(self.source)

    def built(self, edition: str = "handout") -> str:
        """The digest of the latest edition of that name, from the preview."""
        with urllib.request.urlopen(self.address + "events") as told:
            state = json.loads(told.readline().removeprefix(b"data: "))["state"]
        return str(state["parts"][edition]["digest"])

    def shown(self) -> list[str]:
        digests = "['html', 'pdf', 'epub'].map((pane) => document.getElementById(pane).dataset)"
        found = self.page.evaluate(f"[document.body.dataset, ...{digests}].map((d) => ({{...d}}))")
        return [found[0]["number"], *(one["digest"] for one in found[1:])]


def at_the_top(writer: Writer) -> list[float]:
    """The positions of the three views after an edit of the title."""
    writer.save(writer.text.replace("title: ", "title: Once more ", 1))
    found: list[float] = writer.page.evaluate(TOPS)
    return found


def half_way(writer: Writer) -> dict[str, Any]:
    """An edit above the reading position: all three views keep their place."""
    page = writer.page
    page.evaluate(SCROLL, 3000)
    before, where = settled(writer)
    text = "A new paragraph. " * 60
    writer.save(writer.text.replace("## The second", f"{text}\n\n{text}\n\n## The second"))
    after, _ = settled(writer)
    return {"before": before, "after": after, "line": where}


def still(page: Page) -> None:
    """Wait until nothing has moved or changed in thirty frames: scrolling of its own, which a page
    does not answer for a while, is over."""
    page.evaluate(STILL)


def settled(writer: Writer) -> tuple[list[Any], int]:
    """The text that is read in the web page and in the e-book, and its line, once nothing moves."""
    seen: list[Any] = []
    for attempt in range(1, 61):
        if attempt % 6 == 0:  # off a place where one of them reads the next text by a hair
            writer.page.evaluate(SCROLL, 15)
        for by in (30, -30):  # so that the others follow, and it says again where it is
            writer.page.evaluate(SCROLL, by)
            still(writer.page)
        seen.append(
            (
                [writer.page.evaluate(READ, pane) for pane in ("html", "epub")],
                int(writer.page.inner_text("#where").rpartition(":")[2] or 0),
            )
        )
        (web, _), (ebook, _) = seen[-1][0]
        if web == ebook and seen[-3:] == [seen[-1]] * 3:
            break
    found: tuple[list[Any], int] = seen[-1]
    return found


def error(writer: Writer) -> dict[str, Any]:
    """An edit that breaks all, and its mending."""
    page = writer.page
    writer.save(writer.text.replace("title:", "title: ]"))
    seen = {
        "said": page.inner_text("#findings li pre"),
        "headline": page.inner_text("#findings-title"),
        "still shown": page.evaluate(SHOWS, "The fifth"),
    }
    keep_picture(page, "preview-error")
    writer.save(writer.text.replace(BEFORE, "## The mended fifth"))
    return seen | {
        "after": page.is_visible("#findings"),
        "mended": page.frame_locator("#html iframe").locator("h2", has_text="mended").count() > 0,
    }


def places(writer: Writer, line: int) -> dict[str, Any]:
    """Clicks on the three, and an address that asks for a line."""
    writer.save(writer.text + FENCE)
    page = writer.open(f"#line={line}")
    found = "document.querySelectorAll('#pdf .found').length"
    seen = {"asked": once(page, found, 1)}
    still(page)
    box = page.locator("#pdf .found").bounding_box()
    assert box
    page.uncheck("#together")
    said = []
    page.frame_locator("#html iframe").get_by_role("heading", name="The second").click()
    said.append(page.inner_text("#where"))
    page.evaluate("location.hash = ''")
    page.fill("#line", str(line))
    page.press("#line", "Enter")
    still(page)
    page.frame_locator("#epub iframe").get_by_role("heading", name="The fifth").click()
    said.append(page.inner_text("#where"))
    page.frame_locator("#html iframe").get_by_role("heading", name="The first").click()
    still(page)
    page.fill("#line", str(line))
    page.press("#line", "Enter")
    still(page)
    box = page.locator("#pdf .found").bounding_box()
    assert box
    page.mouse.click(box["x"] + 5, box["y"] + 5)
    said.append(page.inner_text("#where"))
    keep_picture(page, "preview-places")
    return seen | {"said": [one.rpartition(":")[2] for one in said]} | code(page)


def line_said(page: Page) -> int:
    return int(page.inner_text("#where").rpartition(":")[2])


def code(page: Page) -> dict[str, Any]:
    """Clicks on lines of code, and beside one; and the last of them in print."""
    seen = []
    for pane in ("html", "epub"):
        for text in CODE:
            page.frame_locator(f"#{pane} iframe").get_by_text(text).click()
            seen.append(line_said(page))
    second = page.frame_locator("#html iframe").get_by_text(CODE[1])
    box = second.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] + 20, box["y"] + box["height"] / 2)
    beside = line_said(page)
    show(page, seen[2])
    found = page.locator("#pdf .found").bounding_box()
    assert found
    page.mouse.click(found["x"] + 5, found["y"] + found["height"] / 2)
    printed = line_said(page)
    show(page, seen[0] - 1)
    marked = page.frame_locator("#html iframe").locator("[style*=outline]:has-text('1')")
    fence = marked.last.inner_text().strip()
    return {"code": seen, "beside": beside, "printed": printed, "fence": fence}


def asking(writer: Writer, line: int) -> dict[str, Any]:
    """Lines that are asked for: before the first block, in a file with other names, of none; and
    what is marked after an edit above it."""
    page, name = writer.page, writer.source.name
    seen: dict[str, Any] = {}
    page.evaluate(SCROLL, 3000)
    still(page)
    show(page, 2)
    seen["front"] = [page.evaluate(TOPS), line_said(page)]
    for file in (str(writer.source), f"../{writer.source.parent.name}/{name}", "nope.md"):
        page.evaluate("(to) => { location.hash = to }", f"line={line}&file={file}")
        said = f"document.querySelector('#where').textContent.includes('{line}')"
        once(page, said, True)
        seen.setdefault("files", []).append(page.inner_text("#where"))
        show(page, 2)
    show(page, line)
    before = page.evaluate(MARKED)
    writer.save(writer.text.replace("## The second", f"{'A long one. ' * 80}\n\n## The second"))
    seen["marked"] = [before, page.evaluate(MARKED)]
    return seen


def hiding(writer: Writer, line: int) -> dict[str, Any]:
    """Each view alone, and all three again: they are where they were. Findings are folded."""
    writer.save(f"{writer.text}\n[](gone.md)\n")
    page = writer.page
    page.click("#findings-title")
    seen: dict[str, Any] = {"folded": page.is_visible("#findings li")}
    show(page, line)
    before = page.evaluate(TOPS)
    for alone in PANES:
        for pane in (alone, *PANES):
            page.set_checked(f"#views [value={pane}]", pane == alone)
        still(page)
    for pane in PANES:
        page.check(f"#views [value={pane}]")
    still(page)
    seen["apart"] = [abs(a - b) for a, b in zip(before, page.evaluate(TOPS), strict=True)]
    page.reload()
    page.wait_for_selector("#findings-title[aria-expanded=false]")
    return seen


def show(page: Page, line: int) -> None:
    """Ask for a line with the field."""
    page.fill("#line", str(line))
    page.press("#line", "Enter")
    still(page)


def one_view(writer: Writer) -> dict[str, Any]:
    """A preview in which only the handout was built: the other menus, and a choice from one."""
    with urllib.request.urlopen(writer.address + "events") as told:
        news = json.loads(told.readline().removeprefix(b"data: "))
    parts = news["state"]["parts"]
    news["state"]["parts"] = {"handout": parts["handout"]}
    page = writer.browser.new_page()
    stream = f"data: {json.dumps(news)}\n\n"
    page.route("**/events", lambda r: r.fulfill(body=stream, content_type="text/event-stream"))
    page.goto(writer.address)
    page.wait_for_selector("#pdf[data-digest]")
    chosen = "document.querySelector('#{} .edition').selectedOptions[0].textContent"
    shown = [page.evaluate(chosen.format(pane)) for pane in ("html", "epub")]
    with page.expect_request("**/views?*") as asked:
        page.select_option("#html .edition", "web")
    return {"shown": shown, "asked": asked.value.url.rpartition("?")[2]}


def many(writer: Writer, edits: int = 12) -> dict[str, Any]:
    """Edits in a row, faster than they are built, in two windows."""
    other = writer.open()
    for number in range(1, edits + 1):
        writer.put(writer.text.replace(BEFORE, f"## Edit {number}."))
        frames(writer.page)
    words = f"Edit {edits}."
    shows = f"({SHOWS})('{words}')[0]"
    windows = (writer.page, other)
    seen = [once(page, shows, True) or once(page, shows, True) for page in windows]
    built = writer.built()
    digest = "document.getElementById('pdf').dataset.digest"
    return {"windows": seen, "same": all(once(page, digest, built) == built for page in windows)}


def on_the_way(writer: Writer) -> list[bool]:
    """While frames of a new build are on their way, another file of the e-book is chosen; then all
    loads are ended, as by Escape. True if the last build is shown after that."""
    page = writer.browser.new_page()
    page.clock.install()
    page.goto(writer.address)
    page.wait_for_selector("#epub[data-digest]")
    held: dict[str, Route] = {}

    def hold(route: Route) -> None:
        """Let the first frame of each edition wait."""
        edition = route.request.url.split("/")[5]
        if not route.request.is_navigation_request() or held.setdefault(edition, route) != route:
            route.continue_()

    def edit(title: str) -> None:
        held.clear()
        writer.put(writer.text.replace("title: ", f"title: {title} ", 1))
        while len(held) < 2:
            page.wait_for_timeout(10)

    def shows_all(seconds: int) -> bool:
        """True as soon as it shows the last build, and hears of the next: it gets so many seconds
        of its clock for that, and minutes of ours."""
        for number in range(SEVERAL):
            built = [writer.built(edition) for edition in ("web", "handout", "ebook")]
            if page.evaluate(DIGESTS) == built and not page.inner_text("#doing"):
                return True
            page.wait_for_timeout(10)
            if number < seconds:
                page.clock.fast_forward(1000)
        return False

    page.route("**/file/**", hold)
    edit("Once")
    page.select_option("#epub .document", index=0)
    for route in held.values():
        route.continue_()
    seen = [shows_all(10)]
    edit("Twice")
    page.evaluate("window.stop()")
    return [*seen, shows_all(60)]


def findings(writer: Writer, axe: str) -> list[str]:
    """The findings of axe-core on the page around the views, and a page that is too wide."""
    page, seen = writer.open(), []
    page.evaluate(axe)
    for window in ("1280-light", "1280-dark", "320-light"):
        change_window(page, window)
        broken = page.evaluate(RUN.replace("axe.run(document,", "axe.run({exclude: ['iframe']},"))
        seen += [f"{window} {one['id']} {one['nodes'][0]['html']}" for one in broken]
        wider = page.evaluate("document.body.scrollWidth - innerWidth")
        seen += [f"{window} is {wider} px too wide"] if wider > 0 else []
        keep_picture(page, f"preview-{window}")
    return seen


def main(axe: str, chromium: str, address: str, file: str) -> None:
    with started(chromium) as browser:
        writer = Writer(browser, address, Path(file))
        lines = writer.text.splitlines()
        seen: dict[str, Any] = {
            "at the top": at_the_top(writer),
            "half_way": half_way(writer),
            "error": error(writer),
            "complaints": [*writer.complaints],
            "places": places(writer, lines.index(BEFORE) + 1),
            "asking": asking(writer, lines.index(BEFORE) + 1),
            "hiding": hiding(writer, lines.index(BEFORE) + 1),
            "one view": one_view(writer),
            "many": many(writer),
            "on the way": on_the_way(writer),
            "findings": findings(writer, Path(axe).read_text("utf-8")),
        }
        seen["complaints"] += [one for one in writer.complaints if SANDBOXED not in one]
    print(json.dumps(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])
