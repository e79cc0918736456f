"""The pages of a book under edit in the preview: those that change are shown before it is built."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import pipeline
from pipeline import Begun, Result, driver
from pipeline.commands.panes import page_images
from pipeline.commands.panes.pages import MOST_EARLY_PAGES, PrintedPage, pages_of, soonest
from pipeline.commands.panes.session import Session
from pipeline.driver import Listener, Memory
from pipeline.package.units import PageDigest
from tests.helpers import checkers
from tests.helpers.paths import ROOT
from tests.helpers.short_units import short_units

HANDOUT = "handout"
BOOK = "---\ntitle: Many wells\nlang: en\n---\n\n[TOC]\n\n# Preface\n\nA few words.\n" + "".join(
    f"\n# Chapter {n}\n\nNobody had counted well {n}.\n" for n in range(1, 5)
)
"""A book of four chapters of a page."""


class Writing:
    """Somebody who edits a book in a preview, whose builds wait when the units are set: until they
    are let `go`, to their end or to an error, or are overtaken by an edit."""

    def __init__(self, folder: Path) -> None:
        self.source, self.text = folder / "wells.md", BOOK
        self._news = threading.Condition()
        self._may_go = threading.Event()
        self._error = ""
        memory = Memory()

        def run(source: Path, editions: Sequence[str], listener: Listener, **views: Any) -> Result:
            def on_event(event: driver.Event) -> None:
                if isinstance(event, Begun) and event.stage == "compare":
                    while not self._may_go.wait(0.01) and not self._is_overtaken():
                        pass
                    if self._error and not self._is_overtaken():
                        raise RuntimeError(self._error)
                listener(event)

            out = folder / "out"
            return pipeline.build(
                source, editions, out=out, listener=on_event, memory=memory, **views
            )

        self.save(BOOK)
        self.session = Session(self.source, run, (HANDOUT,))
        self.session.changed = self._changed
        self.session.begin()
        self.first_seen = self.wait(lambda state: "Preface" in self.words(state))
        self.first_built = self.go()

    def book(self, **added: str) -> str:
        """The book that was built last, with words ``added`` to chapters: c2="more"."""
        text = self.text
        for chapter, words in added.items():
            start = f"Nobody had counted well {chapter[1:]}."
            text = text.replace(start, f"{start} {words}")
        return text

    def save(self, text: str) -> None:
        """Save at once: of a file that is seen empty and then full, there would be two builds."""
        new = self.source.with_suffix(".new")
        new.write_text(text, "utf-8")
        new.replace(self.source)

    def _is_overtaken(self) -> bool:
        return self.session.watcher._build_requested.is_set()

    def _changed(self) -> None:
        with self._news:
            self._news.notify_all()

    def wait(self, until: Callable[[Any], object]) -> Any:
        """The state as soon as it is as expected."""
        with self._news:
            self._news.wait_for(lambda: until(self.session.state))
            return self.session.state

    def go(self, error: str = "") -> Any:
        """The state when the build that waits has ended."""
        self._error = error
        self._may_go.set()
        state = self.wait(lambda state: not state.doing)
        self._may_go.clear()
        if not state.failed:
            self.text = self.source.read_text("utf-8")
        return state

    def edit(self, text: str) -> Any:
        """Save, and return the state when other pages can be seen. A build that waits is dropped;
        the next one waits, too, unless its result is known."""
        before = self.session.state.parts
        self.save(text)
        return self.wait(lambda state: state.parts != before)

    def pages(self, state: Any) -> tuple[PrintedPage, ...]:
        if HANDOUT not in state.parts:
            return ()
        shown = self.session.view(HANDOUT, state.parts[HANDOUT].digest)
        assert shown is not None
        assert tuple(page.for_browser for page in shown.pages) == state.parts[HANDOUT].pages
        return shown.pages

    def words(self, state: Any) -> str:
        """The words that are on the pages."""
        found = (
            self.session.draw(page_images.lines, page.path, page.number).result()
            for page in self.pages(state)
        )
        return " ".join(line[0] for page in found for line in page)

    def pictures(self, state: Any) -> list[bytes]:
        return [
            self.session.draw(page_images.picture, page.path, page.number, 300).result()
            for page in self.pages(state)
        ]

    def close(self) -> None:
        self._may_go.set()
        self.session.close()


@pytest.fixture(scope="module")
def writing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writing]:
    """One at whose preview a book is shown as it was last built."""
    with pytest.MonkeyPatch.context() as patch:
        short_units(patch, 10, 20, words=5)
        # it would look through all that tests have loaded
        with contextlib.closing(Writing(tmp_path_factory.mktemp("wells"))) as writing:
            yield writing


def test_the_first_pages_are_seen_before_a_book_is_built_at_all(writing: Writing) -> None:
    assert writing.first_seen.doing
    assert not writing.first_built.failed


def test_the_pages_of_an_edit_are_seen_before_the_book_is_built(writing: Writing) -> None:
    before = writing.session.state
    soon = writing.edit(writing.book(c2="A donkey came."))
    assert "A donkey came." in writing.words(soon)
    assert soon.findings == before.findings
    names = [[page.name for page in writing.pages(state)] for state in (before, soon)]
    assert [a == b for a, b in zip(*names, strict=True)].count(False) == 1
    pictures = writing.pictures(soon)
    after = writing.go()
    assert writing.pictures(after) == pictures  # nothing changes before one's eyes
    assert [page.name for page in writing.pages(after)] == names[1]


def test_pages_that_follow_keep_their_running_heads_until_it_is_built(writing: Writing) -> None:
    before = writing.session.state
    soon = writing.edit(writing.book(c1="A camel came. " * 400, c4="It rained."))
    pages, old = writing.pages(soon), writing.pages(before)
    assert len(pages) > len(old)
    words = writing.words(soon).split()
    assert [words.count(word) for word in ("camel", "rained.")] == [400, 1]
    pictures = writing.pictures(soon)
    after = writing.go()
    is_same = [a == b for a, b in zip(pictures, writing.pictures(after), strict=True)]
    moved = [page in old and old.index(page) != number for number, page in enumerate(pages)]
    assert is_same == [not page_moved for page_moved in moved]
    assert not all(is_same)
    assert [page.body for page in writing.pages(after)] == [page.body for page in pages]


def test_a_chapter_that_is_gone_is_gone_before_the_book_is_built(writing: Writing) -> None:
    before = writing.session.state
    soon = writing.edit(writing.book().replace("# Chapter 3\n\nNobody had counted well 3.", ""))
    assert "well 3" in writing.words(before)
    assert "well 3" not in writing.words(soon)
    assert "well 4" in writing.words(soon)
    after = writing.go()
    bodies = [[page.body for page in writing.pages(state)] for state in (soon, after)]
    assert bodies[0] == bodies[1]


def test_pages_of_a_build_that_fails_do_not_stay(writing: Writing) -> None:
    before = writing.session.state
    soon = writing.edit(writing.book(c2="A goat came."))
    assert soon.parts != before.parts
    failed = writing.go("The disc is full.")
    assert failed.failed
    assert "The disc is full." in failed.findings[0].text
    assert failed.parts == before.parts
    assert "goat" not in writing.words(failed)
    writing.edit(writing.book(c2="Two goats came."))
    mended = writing.go()
    assert "Two goats came." in writing.words(mended)


def test_the_pages_of_the_newest_edit_are_those_that_are_seen(writing: Writing) -> None:
    writing.edit(writing.book(c2="One cow came."))
    soon = writing.edit(writing.book(c1="It drank.", c2="Two cows came."))
    words = writing.words(soon)
    assert "It drank." in words
    assert "Two cows came." in words
    assert writing.words(writing.go()) == words


def test_an_edit_that_is_taken_back_leaves_nothing(writing: Writing) -> None:
    before = writing.session.state
    writing.edit(writing.book(c2="A horse came."))
    after = writing.edit(writing.book())
    assert after.parts == before.parts
    assert after.findings == before.findings


# --- which pages are shown -------------------------------------------------------------------


def a_page(body: str, number: int) -> PrintedPage:
    (page,) = pages_of("old.pdf", [(100, 200)], [PageDigest(body * 20, "head", 0)])
    return page._replace(number=number)


def soon_of(before: str, *bodies: str) -> list[str]:
    """The pages of units with pages of these bodies, each a letter: those known from before with
    their old numbers, and those that are drawn."""
    asked: list[int] = []

    def draw(numbers: Collection[int]) -> tuple[bytes, tuple[PageDigest, ...]]:
        asked.extend(numbers)
        new = "".join(bodies[number] for number in numbers)
        return new.encode(), tuple(PageDigest(body * 20, "head", 0) for body in new)

    units = [[body * 20 for body in unit] for unit in bodies]
    known = [a_page(body, number) for number, body in enumerate(before)]
    found = soonest(known, units, draw, lambda data: (data.decode(), [(100, 200)] * len(data)))
    return [f"{page.body[0]}{page.number}{'' if page.path == 'old.pdf' else '!'}" for page in found]


def test_only_units_that_have_changed_are_drawn() -> None:
    assert soon_of("abcdef", "ab", "xd", "ef") == ["a0", "b1", "x0!", "d1!", "e4", "f5"]
    assert soon_of("abcdef", "ab", "cxd", "ef", "yz")[2:5] == ["c0!", "x1!", "d2!"]
    assert soon_of("abcdef", "ef", "ab") == ["e4", "f5", "a0", "b1"]


def test_pages_that_look_the_same_are_taken_in_order() -> None:
    assert soon_of("_a_b", "_a", "_b") == ["_0", "a1", "_2", "b3"]
    assert soon_of("_a_b", "_x", "_a", "_b") == ["_0!", "x1!", "_0", "a1", "_2", "b3"]


def test_if_too_much_has_changed_nothing_is_shown_before_it_is_built() -> None:
    assert len(soon_of("a", "x" * MOST_EARLY_PAGES, "a")) == MOST_EARLY_PAGES + 1
    assert soon_of("a", "x" * MOST_EARLY_PAGES, "y", "a") == []
    assert soon_of("", "x", "y") != []


# --- in a browser ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The observations of a book of four chapters: see tests/conformance/preview_pages.py."""
    checkers.require("browser")
    folder = tmp_path_factory.mktemp("wells")
    source = folder / "wells.md"
    chapters = (
        f"# Chapter {number}\n\n" + f"Nobody had counted the wells in chapter {number} yet. " * 35
        for number in range(1, 5)
    )
    source.write_text("---\ntitle: Wells\nlang: en\n---\n\n" + "\n\n".join(chapters), "utf-8")
    (folder / "go").touch()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.helpers.waiting_preview", str(source), str(folder / "out")],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout
    try:
        yield checkers.preview_pages(process.stdout.readline().split()[1], source)
    finally:
        process.terminate()
        process.communicate()


@pytest.mark.checkers
@pytest.mark.slow
class TestInABrowser:
    def test_two_windows_show_an_edit_before_the_book_is_built(self, seen: dict[str, Any]) -> None:
        assert seen["soon"] == [True, True]
        assert seen["same"]

    def test_an_edit_above_leaves_the_page_where_it_is(self, seen: dict[str, Any]) -> None:
        assert seen["longer"]
        assert max(seen["read"]) - min(seen["read"]) <= 1

    def test_no_page_is_ever_empty(self, seen: dict[str, Any]) -> None:
        assert seen["empty"] == 0

    def test_the_newest_edit_is_shown(self, seen: dict[str, Any]) -> None:
        assert seen["dropped"] == [[True, True], [True, True]]

    def test_after_an_error_the_last_good_pages_come_back(self, seen: dict[str, Any]) -> None:
        assert seen["failing"] == [True, True]
        assert seen["failed"] == [True, False]
        assert "The disc is full." in seen["said"]

    def test_the_page_does_not_complain(self, seen: dict[str, Any]) -> None:
        assert seen["complaints"] == []
