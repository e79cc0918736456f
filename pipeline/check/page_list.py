"""The pages of the printed edition in an e-book: the marks where they begin, and the list of them
in the navigation document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pipeline.check.findings import Findings, Place, quoted
from pipeline.check.markup import HTML, place, words
from pipeline.check.notes import EPUB_TYPE
from pipeline.check.references import Target

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
