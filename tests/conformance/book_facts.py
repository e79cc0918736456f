"""Facts about an e-book from which to judge whether a reading system shows it."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

HTML = "{http://www.w3.org/1999/xhtml}"
OPF = "{http://www.idpf.org/2007/opf}"
OPS = "{http://www.idpf.org/2007/ops}"
CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"


class Note(NamedTuple):
    """The first reference to a note: the file it is in, its id, the note's id and its text."""

    path: str
    reference: str
    id: str
    text: str


class Book(NamedTuple):
    """``folder`` is the package document's, to which paths are relative. ``spine`` has the text of
    each file, without spaces; ``linear`` are those reached by turning pages."""

    folder: str
    spine: dict[str, str]
    linear: tuple[str, ...]
    contents: tuple[str, ...]
    notes: tuple[Note, ...]

    def address(self, href: str, reader: str) -> str:
        """The form of an address that a reader expects."""
        return self.folder + href if reader == "foliate" else href


def read_book(path: Path) -> Book:
    with zipfile.ZipFile(path) as book:
        container = ElementTree.fromstring(book.read("META-INF/container.xml"))
        package = next(container.iter(f"{CONTAINER}rootfile")).get("full-path", "")
        folder = f"{posixpath.dirname(package)}/".removeprefix("/")
        root = ElementTree.fromstring(book.read(package))
        items = {item.get("id", ""): item for item in root.iter(f"{OPF}item")}
        references = [
            (unquote(items[one.get("idref", "")].get("href", "")), one.get("linear") != "no")
            for one in root.iter(f"{OPF}itemref")
        ]
        pages = {name: ElementTree.fromstring(book.read(folder + name)) for name, _ in references}
        nav = next(item for item in items.values() if "nav" in item.get("properties", "").split())
        contents = ElementTree.fromstring(book.read(folder + nav.get("href", "")))
    return Book(
        folder,
        {name: _text(page.find(f"{HTML}body")) for name, page in pages.items()},
        tuple(name for name, linear in references if linear),
        tuple(_contents(contents)),
        tuple(_notes(pages)),
    )


def _contents(nav: Element) -> Iterator[str]:
    for element in nav.iter(f"{HTML}nav"):
        if element.get(f"{OPS}type") == "toc":
            yield from (link.get("href", "") for link in element.iter(f"{HTML}a"))


def _notes(pages: dict[str, Element]) -> Iterator[Note]:
    ids = {
        (name, element.get("id", "")): element
        for name, page in pages.items()
        for element in page.iter()
        if element.get("id")
    }
    for name, page in pages.items():
        for link in page.iter(f"{HTML}a"):
            if link.get("role") == "doc-noteref":
                path, _, note = link.get("href", "").partition("#")
                goal = ids[path or name, note]
                first = next((p for p in goal.iter(f"{HTML}p")), goal)
                text = next(filter(None, map(str.strip, first.itertext())), "")
                yield Note(name, link.get("id", ""), note, "".join(text.split()))


def _text(element: Element | None) -> str:
    return "" if element is None else "".join("".join(element.itertext()).split())
