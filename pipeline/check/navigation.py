"""The navigation of an e-book: its contents in the navigation document, and the NCX for older
readers; the list of the pages of the printed edition, and the marks where these begin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pipeline.check.findings import Findings, Place, quoted
from pipeline.check.markup import HTML, place, text_of, words
from pipeline.check.notes import EPUB_TYPE
from pipeline.check.references import Reference, Target, identifiers

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


MARKS = frozenset({"pagebreak", "doc-pagebreak"})


class PageMark(NamedTuple):
    """Where a page begins, and its number."""

    id: str
    label: str
    place: Place


def marks_of(root: Element) -> Iterator[PageMark]:
    """The marks of pages in a page, in order."""
    for element in root.iter():
        if not MARKS.isdisjoint((*words(element, EPUB_TYPE), *words(element, "role"))):
            label = element.get("aria-label") or element.get("title") or ""
            label = label or "".join(element.itertext())
            yield PageMark(element.get("id", ""), label.strip(), place(element))


def check_page_list(
    nav: Element,
    marks: dict[Target, tuple[PageMark, Findings]],
    goal: Callable[[str], Target | None],
    position: Callable[[Target], tuple[int, int]],
    findings: Findings,
) -> None:
    """Hold a list of pages against the marks in the text. ``goal`` says where a link of the
    navigation document leads, ``position`` where in the order of reading that is."""
    lists = [n for n in nav.iter(f"{HTML}nav") if "page-list" in words(n, EPUB_TYPE)]
    if not lists:
        return
    listed: list[Target] = []
    for link in lists[0].iter(f"{HTML}a"):
        where = goal(link.get("href", ""))
        if where is None:
            continue  # that it leads nowhere is said of all links
        if listed and position(where) < position(listed[-1]):
            findings.error(
                f"The list of pages has {quoted(link.get('href', ''))} later than it is read.",
                "Put the entries into the order of the text.",
                place(link),
            )
        listed.append(where)
    for where, (mark, inside) in marks.items():
        if where not in listed:
            inside.warning(
                f"The list of pages does not have the page that begins here, {quoted(mark.label)}.",
                "Give it an entry, so that readers who are told a page find it.",
                mark.place,
            )
