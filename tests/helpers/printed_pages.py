"""Reads the page marks of a publication, and the printed pages themselves."""

from __future__ import annotations

import functools
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import html5lib

import pipeline
from pipeline import Ran, driver
from pipeline.model.page_map import letters
from tests.helpers.pdf_reading import marked_texts, open_pdf

XHTML = "{http://www.w3.org/1999/xhtml}"
TYPE = "{http://www.idpf.org/2007/ops}type"
NCX = "{http://www.daisy.org/z3986/2005/ncx/}"

OWN_WORDS = 45
"""Letters of Chapbook's own (a number, a speaker) that a page may have before its first word."""

ENOUGH = 14
"""Letters that identify a place."""


def build_in_units(source: Path, edition: str) -> None:
    """Build a long book, whose pages are made in several parts."""
    told: list[driver.Event] = []
    pipeline.build(source, [edition], out=source.parent / "build", listener=told.append)
    assert any(isinstance(event, Ran) and event.stage == "unit" for event in told)


class Mark(NamedTuple):
    """A mark in a file, and the letters that come after it."""

    label: str
    after: str


class Output(NamedTuple):
    """A publication in its default editions."""

    place: Path
    """The files, without the end of their names."""

    @functools.lru_cache(maxsize=1)  # noqa: B019 (several tests ask for the same)
    def printed(self) -> list[str]:
        """The letters of each page of the handout."""
        with open_pdf(self.place.with_suffix(".pdf").read_bytes()) as pdf:
            return [
                letters("".join(text for key, text in marked_texts(page).items() if key >= 0))
                for page in pdf.pages
            ]

    def book(self) -> zipfile.ZipFile:
        return zipfile.ZipFile(self.place.with_suffix(".epub"))

    def nav(self, kind: str) -> list[tuple[str, str]]:
        """The entries of a list of the e-book's navigation: text and address."""
        with self.book() as book:
            root = ET.fromstring(book.read("EPUB/nav.xhtml"))
        lists = (nav for nav in root.iter(f"{XHTML}nav") if nav.get(TYPE) == kind)
        return [
            ("".join(a.itertext()), a.get("href", ""))
            for found in lists
            for a in found.iter(f"{XHTML}a")
        ]

    def marks_in_book(self, name: str) -> dict[str, Mark]:
        """The marks of a file of the e-book by their ids."""
        with self.book() as book:
            root = ET.fromstring(book.read(f"EPUB/{name}"))
        return marks(root)

    def ncx_pages(self) -> tuple[list[tuple[str, str]], dict[str, str]]:
        """The entries of the page list for older reading systems, like those of `nav`, and the
        file's metadata."""
        with self.book() as book:
            root = ET.fromstring(book.read("EPUB/toc.ncx"))
        found = [
            (target.findtext(f"{NCX}navLabel/{NCX}text", ""), content.get("src", ""))
            for target in root.iter(f"{NCX}pageTarget")
            for content in target.iter(f"{NCX}content")
        ]
        return found, {m.attrib["name"]: m.attrib["content"] for m in root.iter(f"{NCX}meta")}

    def marks_on_page(self) -> dict[str, Mark]:
        page = self.place.with_suffix(".html").read_text("utf-8")
        return marks(html5lib.parse(page))


INLINE = frozenset(
    f"{XHTML}{name}" for name in "a abbr b bdi cite code dfn em i mark q small span strong".split()
)

HIDDEN = frozenset(f"{XHTML}{name}" for name in ("script", "style", "annotation"))

BOUNDARY = "\0"


def marks(root: ET.Element) -> dict[str, Mark]:
    """The elements with the role of a page break, by their ids. The text after each extends to the
    end of the block, because marginal text of the handout is drawn in another order."""
    found: dict[str, str] = {}
    texts: list[str] = []

    def walk(element: ET.Element) -> Iterator[ET.Element]:
        yield element
        if element.tag in HIDDEN:
            return
        edge = "" if element.tag in INLINE else BOUNDARY
        texts.append(edge + (element.text or ""))
        for child in element:
            yield from walk(child)
            texts.append(child.tail or "")
        texts.append(edge)

    places: dict[str, int] = {}
    for element in walk(root):
        if element.get("role") == "doc-pagebreak":
            places[element.attrib["id"]] = len(texts)
            found[element.attrib["id"]] = element.get("aria-label") or element.attrib["title"]
    return {name: Mark(label, first_words(texts[places[name] :])) for name, label in found.items()}


def first_words(texts: list[str]) -> str:
    """The letters of the first block that has some."""
    blocks = (letters(block) for block in "".join(texts[:80]).split(BOUNDARY))
    return next(filter(None, blocks), "")


def assert_right(mark: Mark, page: str) -> None:
    """Check that the words after a mark are the first of its page, up to a comma: in an index other
    links follow than on paper."""
    words = mark.after.partition(",")[0][:ENOUGH]
    assert words
    assert 0 <= page.find(words) <= OWN_WORDS, (mark, page[:80])
