"""The page numbers of an index, once the pages are known."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias
from xml.etree.ElementTree import Element

from pipeline.model.words.writing_conventions import roman as roman_numeral
from pipeline.package.pdf.engine.adapter.boxes import elements
from pipeline.package.pdf.engine.adapter.typesetter import TypesetPage
from pipeline.package.pdf.print_markup import classes

RANGE = "–"
"""The separator between the first and the last page of several."""


Labels: TypeAlias = Callable[[Sequence[TypesetPage]], list[str]]
"""A function for the page numbers as printed."""


class _Place(NamedTuple):
    """A place: the id ``target``, or (``is_range``) all pages of the element with this id."""

    target: str
    is_range: bool


class PageRange(NamedTuple):
    """First and last page, counted from 0, and the link target on the first."""

    first: int
    last: int
    target: str


class PageNumbers:
    """The places in the indexes of a tree. Each is a link in a `span` of the class ``pages``,
    with separators in between. ``labels`` gives the page numbers, if they differ from the sheet
    numbers."""

    def __init__(self, root: Element, labels: Labels | None = None) -> None:
        self._labels = labels or (lambda pages: folios(len(pages)))
        self._entries: list[tuple[Element, list[_Place], str]] = []
        for span in root.iter("span"):
            if "pages" in classes(span):
                links = list(span)
                places = [
                    _Place(link.get("href", "").removeprefix("#"), "whole" in classes(link))
                    for link in links
                ]
                self._entries.append((span, places, (links[0].tail or "") if links else ""))
        self.wholes = frozenset(
            place.target for _, places, _ in self._entries for place in places if place.is_range
        )

    def fill(self, pages: Sequence[TypesetPage]) -> bool:
        """Write the page numbers of ``pages`` into the tree; returns whether any has changed."""
        if not self._entries:
            return False
        starts = first_pages(page.anchors for page in pages)
        ends = {
            name: number
            for number, page in enumerate(pages)
            for name in names_on(page, self.wholes)
        }
        return self.write(starts, ends, self._labels(pages))

    def write(
        self, starts: Mapping[str, int], ends: Mapping[str, int], labels: Sequence[str]
    ) -> bool:
        """Write the first and last pages of places into the tree, by their labels; returns whether
        any has changed."""
        changed = False
        for span, places, between in self._entries:
            ranges = [
                PageRange(starts[target], ends.get(target, 0) if whole else 0, target)
                for target, whole in places
                if target in starts
            ]
            roman = [pages for pages in ranges if not labels[pages.first].isdecimal()]
            rest = [pages for pages in ranges if labels[pages.first].isdecimal()]
            new = list(_links([*merged(roman), *merged(rest)], labels, between))
            if _shown(new) != _shown(span):
                span[:] = new
                changed = True
        return changed


def merged(ranges: Iterable[PageRange]) -> list[PageRange]:
    """The pages in order, with adjacent and overlapping ranges joined."""
    result: list[PageRange] = []
    for first, last, target in sorted(ranges):
        last = max(first, last)
        if result and first <= result[-1].last + 1:
            result[-1] = result[-1]._replace(last=max(last, result[-1].last))
        else:
            result.append(PageRange(first, last, target))
    return result


def folios(pages: int, front: int = 0) -> list[str]:
    """The printed numbers of a number of pages, of which those in ``front`` have Roman ones."""
    numerals = (roman_numeral(number).lower() for number in range(1, front + 1))
    return [*numerals, *map(str, range(1, pages - front + 1))]


def _links(pages: list[PageRange], labels: Sequence[str], between: str) -> Iterator[Element]:
    for number, (first, last, target) in enumerate(pages, start=1):
        link = Element("a", {"href": f"#{target}"})
        label, last_label = labels[first], labels[last]
        link.text = label if label == last_label else f"{label}{RANGE}{last_label}"
        link.tail = between if number < len(pages) else None
        yield link


def _shown(links: Iterable[Element]) -> list[tuple[str | None, str | None]]:
    return [(link.get("href"), link.text) for link in links]


def first_pages(names: Iterable[Iterable[str]]) -> dict[str, int]:
    """The first page that each of the names is on."""
    firsts: dict[str, int] = {}
    for number, page in enumerate(names):
        for name in page:
            firsts.setdefault(name, number)
    return firsts


def names_on(page: TypesetPage, requested: Collection[str]) -> list[str]:
    """The requested ids that are on a page."""
    if not requested:
        return []
    names = dict.fromkeys(element.get("id", "") for element in elements(page.box))
    return [name for name in names if name in requested]
