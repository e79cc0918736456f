"""The text of finished files: what somebody reads in them from the beginning to the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import NamedTuple
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from pipeline.check.archive import BROKEN, Archive
from pipeline.check.findings import Findings
from pipeline.check.markup import HTML, MATHML, SVG, MarkupError, parse_html, words
from pipeline.check.notes import BACK_LINKS, EPUB_TYPE, REFERENCES
from pipeline.check.package import XHTML, read_package, read_xml
from pipeline.pagination import letters

PASSED_OVER = frozenset(
    (
        *(f"{HTML}{name}" for name in "head nav script style template".split()),
        f"{MATHML}math",
        f"{SVG}svg",
    )
)
"""Elements that hold no text of the document, or hold it in another form."""

SIGNS = REFERENCES | BACK_LINKS | {"doc-pagebreak", "pagebreak"}
"""What leads from the text to a note, back, or says where a page begins."""


class UnreadableFile(ValueError):  # noqa: N818
    """The file is damaged; `pipeline.check` says how."""


class Texts(NamedTuple):
    """The letters of a file: of its text, and of its notes, which may be the same text."""

    text: str
    notes: str


def text_of_page(path: Path) -> Texts:
    """The letters of a web page. Raises `UnreadableFile`."""
    return text_of([_root(path)])


def _root(path: Path) -> Element:
    try:
        return parse_html(path.read_bytes().decode("utf-8-sig", errors="replace")).root
    except (MarkupError, OSError) as error:
        raise UnreadableFile(str(error)) from error


def text_of_site(path: Path) -> Texts:
    """The letters of a site, from its start page on from page to page. Raises `UnreadableFile`."""
    roots: dict[Path, Element] = {}
    next_one: Path | None = path
    while next_one and next_one not in roots:
        root = _root(next_one)
        roots[next_one] = root
        ways = (link for link in root.iter(f"{HTML}link") if "next" in words(link, "rel"))
        href = next((link.get("href", "") for link in ways), "")
        next_one = path.with_name(PurePath(unquote(href)).name) if href else None
    return text_of(roots.values())


def text_of_book(path: Path) -> Texts:
    """The letters of an e-book, in the order of its spine. Raises `UnreadableFile`."""
    try:
        with Archive(path, findings := Findings(str(path))) as archive:
            package = read_package(archive, findings)
            if package is None:
                raise UnreadableFile(str(path))
            roots = [
                read_xml(archive, name, findings)
                for name in package.spine
                if package.items[name].media_type == XHTML
            ]
    except BROKEN as error:
        raise UnreadableFile(str(error)) from error
    return text_of(root for root in roots if root is not None)


def text_of(roots: Iterable[Element]) -> Texts:
    """The letters of pages in the order of reading."""
    found = letters("".join(text for root in roots for text in _texts(root)))
    return Texts(found, found)


def _texts(root: Element) -> Iterator[str]:
    """The text of an element; of an image, its alternative."""
    stack: list[Element | str] = [root]
    while stack:
        top = stack.pop()
        if isinstance(top, str):
            yield top
            continue
        if _is_read(top):
            yield from (top.get("alt", ""), top.text or "")
            for child in reversed(top):
                stack += (child.tail or "", child)


def _is_read(element: Element) -> bool:
    if element.tag in PASSED_OVER or not isinstance(element.tag, str):
        return False
    return SIGNS.isdisjoint((*words(element, "role"), *words(element, EPUB_TYPE)))
