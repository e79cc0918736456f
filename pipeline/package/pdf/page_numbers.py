"""Page numbers: those of an index, once the pages are known, and Roman ones before the text."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from pipeline.model.css_addresses import string
from pipeline.model.rendered import Pages, Style
from pipeline.model.words.writing_conventions import roman as roman_numeral
from pipeline.package.pdf.engine.adapter.boxes import elements
from pipeline.package.pdf.engine.adapter.objects import PDF, Array, Dictionary
from pipeline.package.pdf.engine.adapter.typesetter import TypesetPage, Typesetter
from pipeline.package.pdf.layout import set_pages
from pipeline.package.pdf.print_markup import classes, first_blocks

# --- index -----------------------------------------------------------------------------------
#
# The page numbers of an index, once the pages are known.

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


# --- roman folios ----------------------------------------------------------------------------
#
# Roman page numbers before the text of a book, which begins with page 1 (``front_numbers``).

TRIALS = 3
"""The maximum number of layouts until the number of front pages stays the same."""

SPARE = 20
"""Numbers for pages that the next layout may have more."""

RULES = """\
@page :left { @bottom-left { content: counter(page, folio) } }
@page :right { @bottom-right { content: counter(page, folio) } }
.contents a::after { content: " " target-counter(attr(href), page, folio) }
.page-of::before { content: target-counter(attr(data-target), page, folio) }
"""


class NumberedPages(NamedTuple):
    """The pages with styles for their numbers, and how many there are before the text."""

    pages: Pages
    front: int = 0


def number_front(setter: Typesetter, root: Element, pages: Pages) -> NumberedPages:
    """The pages of a book, which are laid out on trial to know where its text begins."""
    numbered, blocks = NumberedPages(pages), first_blocks(root)
    if not blocks:
        return numbered
    number = [*root.iter()].index(blocks[-1])
    for _ in range(TRIALS):
        trial = copy.deepcopy(root)
        begins = [*trial.iter()][number]
        document = set_pages(setter, trial, numbered.pages)
        shown = [begins in set(elements(page.box)) for page in document.pages]
        front = shown.index(True) if True in shown else 0
        if front == numbered.front:
            break
        numbered = NumberedPages(_styled(pages, front, len(document.pages)), front)
    return numbered


def _styled(pages: Pages, front: int, count: int) -> Pages:
    symbols = " ".join(map(string, folios(count + SPARE, front)))
    numerals = f"@counter-style folio {{ system: fixed; symbols: {symbols}; suffix: '' }}\n"
    return replace(pages, styles=(*pages.styles, Style("folios.css", numerals + RULES)))


def label_pages(pdf: PDF, front: int) -> None:
    """Give the pages of a PDF the numbers printed on them (ISO 32000-1, 12.4.2)."""
    numbers = Array([0, Dictionary({"S": "/r"}), front, Dictionary({"S": "/D"})])
    pdf.catalog["PageLabels"] = Dictionary({"Nums": numbers})
