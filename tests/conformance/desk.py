"""The desk as a teacher uses it, in a headless Chromium:

ADDRESS is that of the desk of FOLDER, which tests/commands/test_desk.py started. FOLDER has a
picture ``map.png`` and a Word file ``old.docx`` beside it. Prints the observations as JSON.
"""

from __future__ import annotations

import base64
import contextlib
import copy
import json
import sys
import zipfile
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from playwright.sync_api import Browser, Locator, Page, Route

from tests.conformance.browser import keep_picture, once, started
from tests.conformance.preview import LONG
from tests.conformance.web_page import RUN, change_window

TEXT = "document.querySelector('.cm-content, textarea').{}"
UNANSWERED = "Nothing answers"

SEVERAL_LINES = 12
MANY = 400
"""Looks for something that has to come, however busy the computer is."""


class Teacher:
    """Somebody at the desk, who follows what is on the screen."""

    def __init__(self, browser: Browser, address: str, folder: Path) -> None:
        self.browser, self.address, self.folder = browser, address, folder
        self.complaints: list[str] = []
        self.page = self.open(address)

    def open(self, address: str, **options: Any) -> Page:
        window = {"width": 1400, "height": 900}
        page = self.browser.new_context(**{"viewport": window, **options}).new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text))
        page.on("request", lambda asked: self._requested(asked.url))
        page.set_default_timeout(LONG)
        page.goto(address)
        return page

    def _requested(self, address: str) -> None:
        base = self.address.partition("/open/")[0]
        if not address.startswith((base, "data:", "about:")):
            self.complaints.append(f"asks for {address}")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def begin(self, title: str) -> None:
        """A new worksheet, from the first button of the page."""
        self.press("Worksheet, with exercises and answers")
        self.page.get_by_label("Title").fill(title)
        keep_picture(self.page, "desk-1-new")
        self.press("Begin")
        self.ready()

    def ready(self) -> None:
        self.page.wait_for_selector("body[data-ready]")
        self.page.wait_for_selector("#pdf img:not([hidden])")

    def type(self, text: str) -> None:
        """Type at the end of the text, key by key."""
        self.page.click("#editor .cm-content, #editor textarea")
        self.page.keyboard.press("Control+End")
        self.page.keyboard.type(text, delay=20)

    def saved(self, words: str) -> bool:
        """True once the file has some words."""
        for _ in range(MANY):
            if any(words in path.read_text("utf-8") for path in self.folder.glob("*.md")):
                return True
            self.page.wait_for_timeout(50)
        raise AssertionError(f"not saved: {words}; {self._state()}")

    def _state(self) -> str:
        """The words on the screen, and the ends of the files, for who waited in vain."""
        there = {path.name: path.read_text("utf-8")[-300:] for path in self.folder.glob("*.md")}
        script = "['#saved', '#doing', 'dialog[open]'].map((each) => document.querySelector(each))"
        told = self.page.evaluate(f"{script}.map((each) => each?.innerText)")
        typed = self.page.evaluate(TEXT.format("innerText.slice(-300)"))
        return f"screen: {told}; editor: {typed!r}; files: {there}; console: {self.complaints}"

    def built(self, words: str) -> bool:
        """True once a printed page has some words, of which the positions are looked for."""
        for _ in range(MANY):
            news = json.loads(self.line("events").removeprefix("data: "))
            if part := news["state"]["parts"].get("handout"):
                pages = ",".join(map(str, range(len(part["pages"]))))
                with contextlib.suppress(HTTPError):  # of pages that there are no more
                    if words in self.line(f"lines/handout/{part['digest']}?pages={pages}"):
                        return True
            self.page.wait_for_timeout(100)
        raise AssertionError(f"not shown: {words}; {self._state()}")

    def line(self, name: str) -> str:
        """The first line of what the desk answers about this text."""
        with urlopen(f"{self.page.url}{name}", timeout=60) as answer:
            line: bytes = answer.readline()
        return line.decode()

    def given(self, name: str) -> Path:
        """The file that a button saves."""
        with self.page.expect_download() as download:
            self.press(name)
        path: Path = self.folder.parent / download.value.suggested_filename
        download.value.save_as(path)
        return path


def write(teacher: Teacher) -> dict[str, Any]:
    """A worksheet of one's own: words, a picture, a gap and a setting."""
    page = teacher.page
    teacher.begin("Our well: a test")
    keep_picture(page, "desk-2-begun")
    first = page.evaluate("getSelection().toString()")
    page.keyboard.press("Control+a")  # the cursor is in the text, of which this is all
    page.keyboard.type("Z")  # a single key, which is a single step back
    seen: dict[str, Any] = {"all": teacher.saved("---\nZ")}
    teacher.press("Undo")
    teacher.type("\n\n::: exercise Read {#ex-read}\nWhat is it?\n:::\n")
    for kind in ("Choice", "Gap text"):  # the second not in the first
        teacher.press("Exercise …")
        teacher.press(kind)
    seen["exercises"] = teacher.saved("a wrong answer\n:::\n\n::: exercise Fill the gaps")
    teacher.type("\n\nThe rope is seventy")
    page.keyboard.press("Shift+Control+ArrowLeft")
    teacher.press("Gap")
    teacher.type("\n")
    with page.expect_file_chooser() as chooser:
        teacher.press("Picture")
    chooser.value.set_files(teacher.folder.parent / "map.png")
    page.get_by_label("What does the picture show?").fill("A map")
    keep_picture(page, "desk-3-picture")
    page.keyboard.press("Enter")
    seen |= {
        "typed": teacher.saved("A map"),
        "first": first == "Heading",
        "shown": teacher.built("The rope is"),
    }
    teacher.press("Title and settings …")
    page.get_by_label("Subtitle", exact=True).fill("For: 7b")
    teacher.press("Use these")
    seen["settled"] = teacher.saved('subtitle: "For: 7b"') and teacher.built("For: 7b")
    keep_picture(page, "desk-4-written")
    return seen


EDITED = """---
title: A rope
lang: en
---

## Wells {#w}

It is ______ deep.

::: exercise Choose
- (x) right
- ( ) wrong
:::

| One | Two |
|-----|-----|
| a   | b   |

End.
"""
COPIED = """<title>Page</title><body><h2>Copied</h2><p>A <b>rope</b> and <i>a lid</i>.<o:p></o:p>
<ul><li>one<li>two</ul><table><tr><th>A<th>B<tr><td>1<td>2</table>
<img alt="A dot" src="data:image/png;base64,{}">"""
PASTE = """([html, text]) => {
    const clipboardData = new DataTransfer();
    if (html) clipboardData.setData('text/html', html);
    clipboardData.setData('text/plain', text);
    document.querySelector('.cm-content').dispatchEvent(
        new ClipboardEvent('paste', {clipboardData, bubbles: true, cancelable: true}));
}"""


def edit(teacher: Teacher) -> dict[str, Any]:
    """Words typed over others, by three clicks and by a click on a label; a gap of a row of
    underscores, a picture that is changed, and a text that is pasted, with looks and without."""
    path = teacher.folder / "edited.md"
    path.write_text(EDITED, "utf-8")
    found = json.loads(urlopen(f"{teacher.address}sources", timeout=60).read())
    key = next(each["key"] for each in found if each["name"] == path.name)
    other = copy.copy(teacher)
    other.page = page = teacher.open(f"{teacher.address}open/{key}/")
    page.wait_for_selector("body[data-ready]")
    for words in ("Wells", "right", "| a"):
        page_line(page, words).click(click_count=3)
        page.keyboard.type(f"New {words[-1]}")
    label = page.locator(".cm-content .quiet[title]", has_text="Exercise")
    label.click()
    page.keyboard.type("Pick")
    page.get_by_text("______", exact=True).or_(page_line(page, "It is")).dblclick(
        position={"x": 80, "y": 8}
    )
    other.press("Gap")
    page.keyboard.type("ten")
    page.click("#editor .cm-content")
    page.keyboard.press("Control+End")
    with page.expect_file_chooser() as chooser:
        other.press("Picture")
    chooser.value.set_files(teacher.folder.parent / "map.png")
    other.press("Put it in")
    other.press("Picture")
    page.get_by_label("Words below it").fill("Our map")
    page.get_by_label("Size", exact=True).select_option("Half the width")
    other.press("Use these")
    wanted = {
        "heading": "## New s {#w}\n",
        "choice": "- (x) New t\n",
        "cell": "| New a   |\n",
        "label": "::: exercise Pick\n",
        "gap": "______{ten} deep",
        "picture": '.png "Our map"){.decorative width=50%}',
    }
    seen = {name: other.saved(words) for name, words in wanted.items()}
    image = base64.b64encode((teacher.folder.parent / "map.png").read_bytes()).decode()
    page.keyboard.press("Control+End")
    page.evaluate(PASTE, [COPIED.format(image), "not this"])
    seen["pasted"] = other.saved("## Copied\n\nA **rope** and *a lid*.\n\n- one\n- two\n\n| A ")
    seen["pictures"] = other.saved("![A dot](images/pasted-")
    other.press("Undo")
    once(page, TEXT.format("innerText.includes('Copied')"), False)
    page.evaluate(PASTE, ["", "## *plain*"])
    seen["plain"] = other.saved("width=50%}\n## *plain*")
    keep_picture(page, "desk-4-edited")
    page.close(run_before_unload=True)
    path.unlink()
    return seen


def type_on_a_slow_computer(teacher: Teacher) -> list[str]:
    """The lines that are not in the file after typing fast on a slow computer."""
    page, lines = teacher.page, [f"## Rope {number}" for number in range(SEVERAL_LINES)]
    processor = page.context.new_cdp_session(page)
    processor.send("Emulation.setCPUThrottlingRate", {"rate": 6})
    teacher.type("\n\n" + "\n\n".join(lines))
    teacher.type("\n\nThat is all.\n")
    teacher.saved("That is all.")
    processor.detach()
    text = next(teacher.folder.glob("*.md")).read_text("utf-8")
    return [line for line in lines if line not in text.splitlines()]


def complete(teacher: Teacher) -> dict[str, Any]:
    """A reference of which only the beginning is typed."""
    page = teacher.page
    teacher.type("\n\n")
    page.keyboard.type("See @ex-r", delay=100)
    names = page.locator(".cm-tooltip-autocomplete [aria-selected]")
    while not names.count():  # the names may have come after the last key
        page.keyboard.press("Control+Space")
        page.wait_for_timeout(1000)
    offered = page.inner_text(".cm-tooltip-autocomplete .cm-completionLabel")
    page.wait_for_timeout(200)  # before that, Enter is not taken for a choice
    page.keyboard.press("Enter")
    return {"offered": offered, "taken": teacher.saved("See @ex-read")}


def mend(teacher: Teacher) -> dict[str, Any]:
    """A mistake, its underline, and one press that mends it."""
    page = teacher.page
    teacher.type("\n\nLook at @ex-rea again.\n")
    page.wait_for_selector("#findings li >> text=ex-rea")
    keep_picture(page, "desk-5-broken")
    marked = page.locator(".cm-content .finding").all_inner_texts()
    teacher.press("Mend it")
    mended = teacher.saved("@ex-read again")
    page.wait_for_selector("#findings", state="hidden")
    teacher.type("\n![A rope](rope.png)\n")
    page.wait_for_selector("#findings li >> text=rope.png")
    with page.expect_file_chooser() as chooser:
        teacher.press("Mend it")
    chooser.value.set_files(teacher.folder.parent / "map.png")
    return {"marked": marked, "mended": mended, "chosen": teacher.saved("![A rope](images/map")}


NAMES = """[...document.querySelectorAll(
    'body > nav button, main :is(button, label, legend, [aria-label])')]
    .filter((part) => part.checkVisibility() && !part.closest('.cm-editor, #sources, #findings'))
    .map((part) => (part.ariaLabel || part.textContent).trim())
    .filter((name) => /[a-z]/i.test(name))"""
ALARMS = """() => {
    window.alarms = 0;
    new MutationObserver(() => { window.alarms += 1; })
        .observe(document.querySelector('#alarm'), { childList: true });
}"""
DIALOGS_OF_FILES = ("New …", "Paste a text …", "Rename, copy, delete …")
DIALOGS = (
    *("Title and settings …", "Print and hand out …", "Exercise …", "Signs …", "Reference"),
    *DIALOGS_OF_FILES,
)
IS_BELOW = "document.querySelector('#html iframe')?.contentWindow.scrollY > 100"
VIEW = """(() => {
    const view = document.querySelector('#pdf .view');
    const small = document.querySelector('.thumbnails button');
    return [Boolean(small?.checkVisibility()), view.scrollTop > 100,
        view.querySelector('figure').clientWidth > view.clientWidth];
})()"""


def see_signs(teacher: Teacher) -> dict[str, Any]:
    """The first exercise, in words and as it is written; the bar of buttons, by arrows alone."""
    page, line = teacher.page, page_line(teacher.page, "Read")
    page.click("#editor .cm-content")
    page.keyboard.press("Control+Home")
    seen = {"folded": line.inner_text()}
    line.click()
    seen["written"] = line.inner_text()
    bar = "#tools button[tabindex='0']"
    page.focus(bar)
    for key in ("ArrowRight", "ArrowRight", "End", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
    seen["bar"] = [page.inner_text(":focus"), page.locator(bar).count()]
    return seen


def page_line(page: Page, words: str) -> Locator:
    """The first line of the text that has some words."""
    return page.locator("#editor .cm-line", has_text=words).first


def look(teacher: Teacher) -> dict[str, Any]:
    """The next page, small pages and a larger one; the names of all controls in two languages."""
    page = teacher.page
    page.get_by_label("Go to page").fill("1")
    page.keyboard.press("Enter")
    seen: dict[str, Any] = {"before": once(page, VIEW, [False, False, False])}
    for name in ("Next page", "Larger", "Larger", "Small pages"):
        teacher.press(name)
    seen["after"] = once(page, VIEW, [True, True, True])
    teacher.press("Small pages")
    seen["closed"] = once(page, VIEW, [False, True, True])
    other = teacher.open(page.url, locale="de-DE")
    other.wait_for_selector("body[data-ready]")
    other.wait_for_selector("#pdf img:not([hidden])")
    names = page.evaluate(NAMES)
    once(other, f"{NAMES}.length", len(names))
    seen["names"] = [names, other.evaluate(NAMES)]
    with other.expect_navigation():
        other.get_by_label("Sprache des Schreibtischs").select_option("fr")
    other.wait_for_selector("body[data-ready]")
    seen["chosen"] = other.get_by_label("Langue du bureau").input_value()
    other.close()
    for name in ("Smaller", "Smaller"):
        teacher.press(name)
    page.locator(".cm-scroller").evaluate("one => one.scrollTo(0, one.scrollHeight)")
    shown = page.get_by_role("group", name="Show").get_by_label("Web page")
    shown.check()
    seen["web page"] = once(page, IS_BELOW, True)
    shown.uncheck()
    return seen


def hand_out(teacher: Teacher) -> dict[str, Any]:
    """A mistake that stops a build, and the way to it. Print, the files for pupils and for the
    teacher, and what it costs."""
    page = teacher.page
    half = "\n\nHe ____draws}.\n"
    teacher.type(half)
    teacher.press("Print and hand out …")
    teacher.press("Save for pupils")
    page.wait_for_selector("#dialog-said li")
    stopped = page.inner_text("#dialog-said")
    page.locator("#dialog-said").get_by_role("button").click()
    page.wait_for_selector("dialog", state="hidden")
    page.keyboard.press("Control+End")
    for _ in half:
        page.keyboard.press("Backspace")
    teacher.press("Print and hand out …")
    page.get_by_label("Copies").fill("30")
    page.get_by_label("Price of a sheet of paper").fill("0,01")
    teacher.press("Paper and cost")
    page.wait_for_selector("dialog table")
    seen = {"costs": page.inner_text("dialog table"), "stopped": stopped}
    keep_picture(page, "desk-6-hand-out")
    with page.context.expect_page() as opened:
        teacher.press("Open to print")
    page.wait_for_selector("#dialog-said a")
    seen["printed"] = page.get_attribute("#dialog-said a", "href") or ""
    opened.value.close()
    page.locator("dialog").get_by_label("Web page").check()
    with zipfile.ZipFile(teacher.given("Save for pupils")) as archive:
        names = sorted(archive.namelist())
        page_text = archive.read("our-well-a-test.html").decode()
    seen["pupils"] = " ".join(names)
    seen["leaked"] = str("seventy" in page_text)
    seen["teacher"] = teacher.given("Save for the teacher").name
    seen["questions"] = str("seventy" in teacher.given("Save the questions").read_text("utf-8"))
    teacher.press("Close")
    return seen


def bring_in(teacher: Teacher) -> dict[str, Any]:
    """A Word file that is dropped: the text, and what was found in it."""
    page = teacher.page
    page.set_input_files("#file", teacher.folder.parent / "old.docx")
    page.get_by_role("button", name="Open it", exact=True).wait_for()
    told = page.inner_text("dialog table")
    keep_picture(page, "desk-7-import")
    with page.expect_navigation():
        teacher.press("Open it")
    teacher.ready()
    return {"told": told, "text": page.evaluate(TEXT.format("innerText"))}


def elsewhere(teacher: Teacher) -> dict[str, Any]:
    """Another window on the same file, and another program that changes it."""
    page, address = teacher.page, teacher.page.url
    other = teacher.open(address)
    other.wait_for_selector("body[data-ready]")
    page.wait_for_selector("#others:not([hidden])")
    seen: dict[str, Any] = {"told": page.is_visible("#others")}
    teacher.type("\n\nFrom the first window.")
    has = "document.querySelector('.cm-content').innerText.includes('{}')"
    seen["both"] = once(other, has.format("From the first window."), True)
    path = teacher.folder / "old.md"
    path.write_text(f"{path.read_text('utf-8')}\nFrom a program.\n", "utf-8")
    seen["program"] = once(page, has.format("From a program."), True)
    other.close()
    page.wait_for_selector("#others", state="hidden")
    page.evaluate("document.querySelector('.cm-content').focus()")
    page.keyboard.press("Control+Home")
    while "From a program." not in str(json.loads(teacher.line("text"))["kept"]):
        page.wait_for_timeout(100)
    page.reload()
    page.wait_for_selector("body[data-ready]")
    teacher.press("Undo")
    seen["undone"] = not once(page, has.format("From the first window."), False)
    return seen


def disagree(teacher: Teacher) -> dict[str, Any]:
    """Another program that changes the line that is typed, and no answer at first."""
    page, path = teacher.page, teacher.folder / "old.md"
    teacher.type("\n\nSurely")
    teacher.saved("Surely")
    page.wait_for_selector("#saved:text-is('Saved')")

    def save_after_a_program(route: Route) -> None:
        path.write_text(path.read_text("utf-8").replace("Surely", "Hardly"), "utf-8")
        route.continue_()

    page.route("**/save", save_after_a_program, times=1)
    teacher.type("?")  # a single key: the question comes before the next
    page.get_by_role("dialog", name="Which text is right?").wait_for()
    page.keyboard.press("Escape")
    again = page.locator("#saved").get_by_role("button", name="Which text is right?")
    again.wait_for()
    typed = "Surely?" in page.evaluate(TEXT.format("innerText"))
    seen: dict[str, Any] = {"kept": [typed, teacher.saved("Hardly")]}
    seen["marked"] = again.is_visible()
    again.click()
    teacher.press("Keep what I wrote")
    seen["chosen"] = teacher.saved("Surely?")
    return seen


def lose(teacher: Teacher) -> dict[str, Any]:
    """A desk that answers no more, of which is told once; and one that is there again."""
    page = teacher.page
    page.evaluate(ALARMS)
    page.evaluate(f"() => {{ fetch = async () => {{ throw new TypeError('{UNANSWERED}') }} }}")
    teacher.type("\n\nNever heard of")
    page.get_by_role("alert").wait_for()
    with page.expect_console_message(lambda said: UNANSWERED in said.text):
        teacher.type(" before")
    seen: dict[str, Any] = {"alarms": page.evaluate("window.alarms")}
    keep_picture(page, "desk-9-alarm")
    page.once("dialog", lambda dialog: dialog.accept())  # whether to leave what is not saved
    page.reload()
    page.get_by_role("dialog", name="Which text is right?").wait_for()
    keep_picture(page, "desk-9-offered")
    teacher.press("Keep what I wrote")
    seen["kept"] = teacher.saved("Never heard of before")
    page.wait_for_selector("#saved:text-is('Saved')")
    page.reload()
    page.wait_for_selector("body[data-ready]")
    seen["asked again"] = page.locator("dialog[open]").count()
    return seen


def plain(teacher: Teacher) -> dict[str, Any]:
    """The editor of who has not installed the one with colours."""
    page = teacher.browser.new_page()
    page.set_default_timeout(LONG)
    page.route("**/codemirror/**", lambda route: route.fulfill(status=404))
    page.goto(teacher.page.url)
    page.wait_for_selector("body[data-ready]")
    page.click("textarea")
    page.keyboard.press("Control+End")
    page.keyboard.type("\n\nVery plain")
    page.keyboard.press("Shift+Control+ArrowLeft")
    page.get_by_role("button", name="Bold", exact=True).click()
    saved = teacher.saved("Very **plain**")
    path = teacher.folder / "old.md"
    path.write_text(path.read_text("utf-8").replace("a program", "another"), "utf-8")
    value = "document.querySelector('textarea').value"
    once(page, f"{value}.includes('From another.')", True)
    page.get_by_role("button", name="Undo", exact=True).click()
    undone = once(page, f"{value}.endsWith('\\nVery plain')", True)
    page.keyboard.press("Shift+Control+z")
    redone = once(page, f"{value}.endsWith('Very **plain**')", True)
    page.close(run_before_unload=True)
    return {"saved": saved, "undone": undone, "redone": redone}


def findings(teacher: Teacher, axe: str) -> list[str]:
    """The findings of axe-core on the page and on its dialogs, and a page that is too wide."""
    page, seen = teacher.page, []
    page.evaluate(axe)
    for window in ("1280-light", "1280-dark", "320-light", "320-dark"):
        change_window(page, window)
        for part in ("", *DIALOGS):
            if window.startswith("320"):
                tab = "files" if part in DIALOGS_OF_FILES else "write"
                page.click(f"#tabs [data-tab={tab}]")
            if part:
                teacher.press(part)
                page.wait_for_selector("dialog[open]")
            broken = page.evaluate(
                RUN.replace("axe.run(document,", "axe.run({exclude: ['iframe']},")
            )
            seen += [f"{window} {part} {one['id']} {one['nodes'][0]['html']}" for one in broken]
            wider = page.evaluate("document.body.scrollWidth - innerWidth")
            seen += [f"{window} {part} is {wider} px too wide"] if wider > 0 else []
            keep_picture(page, f"desk-8-{window}-{part[:5].strip() or 'page'}")
            if part:
                page.keyboard.press("Escape")
                if page.inner_text(":focus") != part:
                    seen.append(f"{window} {part} leaves the focus elsewhere")
    return seen


def main(axe: str, chromium: str, address: str, folder: str) -> None:
    with started(chromium) as browser:
        teacher = Teacher(browser, address, Path(folder))
        seen: dict[str, Any] = {
            "write": write(teacher),
            "edit": edit(teacher),
            "misplaced": type_on_a_slow_computer(teacher),
            "complete": complete(teacher),
            "mend": mend(teacher),
            "signs": see_signs(teacher),
            "look": look(teacher),
            "hand out": hand_out(teacher),
            "bring in": bring_in(teacher),
            "elsewhere": elsewhere(teacher),
            "disagree": disagree(teacher),
            "lost": lose(teacher),
            "plain": plain(teacher),
            "complaints": [one for one in teacher.complaints if UNANSWERED not in one],
            "findings": findings(teacher, Path(axe).read_text("utf-8")),
        }
        teacher.page.close(run_before_unload=True)
    print(json.dumps(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])
