"""The page numbers of an index, once the pages are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias
from xml.etree.ElementTree import Element

from pipeline.package.pdf.engine.boxes import elements
from pipeline.package.pdf.engine.typesetter import Page
from pipeline.package.pdf.markup import classes

RANGE = "–"
"""Stands between the first and the last page of several."""


Labels: TypeAlias = Callable[[Sequence[Page]], list[str]]
"""What gives the numbers that are printed on pages."""


class Place(NamedTuple):
    """Where something is: at the id ``target``, or (``whole``) on all pages that what has the
    id is on."""

    target: str
    whole: bool


class Pages(NamedTuple):
    """From one page to another, counted from 0, and what to link to on the first."""

    first: int
    last: int
    target: str


class PageNumbers:
    """The places in the indexes of a tree. Each is a link in a `span` of the class ``pages``;
    what stands between two is what stands between numbers. ``labels`` gives the pages' numbers,
    where they are not those of the sheets."""

    def __init__(self, root: Element, labels: Labels | None = None) -> None:
        self._labels = labels or folios
        self._entries: list[tuple[Element, list[Place], str]] = []
        for span in root.iter("span"):
            if "pages" in classes(span):
                links = list(span)
                places = [
                    Place(link.get("href", "").removeprefix("#"), "whole" in classes(link))
                    for link in links
                ]
                self._entries.append((span, places, (links[0].tail or "") if links else ""))
        self._wholes = {
            place.target for _, places, _ in self._entries for place in places if place.whole
        }

    def fill(self, pages: Sequence[Page]) -> bool:
        """Write the numbers of ``pages`` into the tree; whether any differs from what was
        there."""
        if not self._entries:
            return False
        starts: dict[str, int] = {}
        for number, page in enumerate(pages):
            for anchor in page.anchors:
                starts.setdefault(anchor, number)
        ends = _last_pages(pages, self._wholes)
        labels = self._labels(pages)
        changed = False
        for span, places, between in self._entries:
            found = (
                Pages(starts[target], ends.get(target, 0) if whole else 0, target)
                for target, whole in places
                if target in starts
            )
            new = list(_links(merged(found), labels, between))
            if _shown(new) != _shown(span):
                span[:] = new
                changed = True
        return changed


def merged(found: Iterable[Pages]) -> list[Pages]:
    """The pages in order; what touches or overlaps is one."""
    result: list[Pages] = []
    for first, last, target in sorted(found):
        last = max(first, last)
        if result and first <= result[-1].last + 1:
            result[-1] = result[-1]._replace(last=max(last, result[-1].last))
        else:
            result.append(Pages(first, last, target))
    return result


def folios(pages: Sequence[Page]) -> list[str]:
    """What is printed on the pages as their numbers."""
    return list(map(str, range(1, len(pages) + 1)))


def _links(pages: list[Pages], labels: list[str], between: str) -> Iterator[Element]:
    for number, (first, last, target) in enumerate(pages, start=1):
        link = Element("a", {"href": f"#{target}"})
        one, other = labels[first], labels[last]
        link.text = one if one == other else f"{one}{RANGE}{other}"
        link.tail = between if number < len(pages) else None
        yield link


def _shown(links: Iterable[Element]) -> list[tuple[str | None, str | None]]:
    return [(link.get("href"), link.text) for link in links]


def _last_pages(pages: Sequence[Page], wanted: set[str]) -> dict[str, int]:
    """The last page that what has each id is on."""
    found: dict[str, int] = {}
    if wanted:
        for number, page in enumerate(pages):
            names = (element.get("id", "") for element in elements(page.box))
            found.update((name, number) for name in names if name in wanted)
    return found
