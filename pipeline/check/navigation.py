"""The contents of an e-book: the navigation document, and the NCX for older readers."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from pipeline.check.findings import Findings, quoted
from pipeline.check.markup import HTML, place, text_of, words
from pipeline.check.notes import EPUB_TYPE
from pipeline.check.references import Reference, identifiers

_NCX = "{http://www.daisy.org/z3986/2005/ncx/}"


def check_nav(root: Element, findings: Findings) -> tuple[Reference, ...]:
    """Check the form of a navigation document; the links of its contents, in order."""
    navs = [
        (set(words(nav, EPUB_TYPE)), nav) for nav in root.iter(f"{HTML}nav") if nav.get(EPUB_TYPE)
    ]
    contents = [nav for kinds, nav in navs if "toc" in kinds]
    if len(contents) != 1:
        findings.error(
            f"There are {len(contents)} tables of contents.",
            'Mark one list with `<nav epub:type="toc">`.',
            place(contents[-1] if contents else root),
        )
    for _, nav in navs:
        _check_lists(nav, findings)
    landmarks = [nav for kinds, nav in navs if "landmarks" in kinds]
    for link in (link for nav in landmarks for link in nav.iter(f"{HTML}a")):
        if not link.get(EPUB_TYPE):
            findings.error("A landmark has no `epub:type`.", "Say what it is.", place(link))
    return tuple(
        Reference("link", link.get("href", ""), "The contents", place(link))
        for nav in contents[:1]
        for link in nav.iter(f"{HTML}a")
    )


def _check_lists(nav: Element, findings: Findings) -> None:
    lists = nav.findall(f"{HTML}ol")
    if len(lists) != 1 or not lists[0].findall(f"{HTML}li"):
        findings.error("A `nav` has not just one `ol` with entries.", "", place(nav))
    for item in nav.iter(f"{HTML}li"):
        labels = [child for child in item if child.tag in (f"{HTML}a", f"{HTML}span")]
        if len(labels) != 1 or not (text_of(labels[0]) or _has_alternative(labels[0])):
            findings.error(
                "An entry has no text.", "It begins with `a` or `span` with text.", place(item)
            )
        elif labels[0].tag == f"{HTML}span" and item.find(f"{HTML}ol") is None:
            findings.error(
                f"The entry {quoted(text_of(labels[0]))} leads nowhere.",
                "Make it a link, or put entries below it.",
                place(item),
            )


def _has_alternative(element: Element) -> bool:
    return any(image.get("alt") for image in element.iter(f"{HTML}img"))


def check_ncx(root: Element, identifier: str, findings: Findings) -> tuple[Reference, ...]:
    """Check an NCX; its links, in order. ``identifier`` is the book's."""
    identifiers(root, findings)
    for meta in root.iter(f"{_NCX}meta"):
        if meta.get("name") == "dtb:uid" and meta.get("content", "").strip() != identifier:
            findings.error(
                f"`dtb:uid` is {quoted(meta.get('content', ''))}.",
                f"The book's identifier is {quoted(identifier)}.",
                place(meta),
            )
    found = []
    for point in root.iter(f"{_NCX}navPoint"):
        label, content = point.find(f"{_NCX}navLabel"), point.find(f"{_NCX}content")
        if label is None or not text_of(label) or content is None:
            findings.error("An entry has no text or leads nowhere.", "", place(point))
        if content is not None:
            found.append(Reference("link", content.get("src", ""), "An entry", place(content)))
    return tuple(found)
