"""The fullness of a text's pages, and the blocks that take most room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pipeline.model.print_marks import PLACE
from pipeline.package.pdf.engine import boxes
from pipeline.package.pdf.engine.boxes import LayoutBox, children
from pipeline.package.pdf.markup import classes

KINDS = {
    "p": "paragraph",
    "ul": "list",
    "ol": "list",
    "dl": "list",
    "table": "table",
    "figure": "figure",
    "pre": "code",
    "blockquote": "quotation",
}
"""The names of elements in a message."""

NAMED = {"exercise": "exercise", "box": "box", "table-list": "table"}
"""The names of elements with certain classes; the last is a table shown as a list of its rows."""


class Block(NamedTuple):
    """A block of the text: its name, its position, and the number of pages it takes."""

    kind: str
    place: str
    pages: float


def filled(pages: Sequence[LayoutBox]) -> float:
    """The number of full pages: 1.4 if the second is filled to four tenths."""
    return len(pages) - 1 + _share(pages[-1])


def largest_blocks(pages: Sequence[LayoutBox], count: int) -> list[Block]:
    """The blocks that take most room, the largest first. A block is one with a place that is in
    no other."""
    found: dict[tuple[str, str], float] = {}
    for page in pages:
        for kind, place, height in _blocks(page):
            key = (kind, place)
            found[key] = found.get(key, 0) + height / page.height
    ordered = sorted(found.items(), key=lambda one: -one[1])[:count]
    return [Block(kind, place, share) for (kind, place), share in ordered]


def _share(page: LayoutBox) -> float:
    """The share of a page's height that is used. Footnotes add the height that they take."""
    top = page.content_box_y()
    bottom, notes = top, 0.0
    for part in children(page):
        if boxes.is_furniture(part):
            continue
        if boxes.is_notes(part):
            notes += part.margin_height()
            continue
        bottom = max([bottom, *(box.position_y + box.margin_height() for box in _drawn(part))])
    return float(min(1, (bottom - top + notes) / page.height))


def _drawn(box: LayoutBox) -> Iterator[LayoutBox]:
    """The lines and other content that does not consist of blocks."""
    inner = [] if boxes.is_line(box) else children(box)
    if not inner:
        yield box
    for child in inner:
        yield from _drawn(child)


def _blocks(box: LayoutBox) -> Iterator[tuple[str, str, float]]:
    for child in children(box):
        place = child.element.get(PLACE) if child.element is not None else None
        if place and not boxes.is_line(child) and not boxes.is_inline(child):
            yield _kind(child.element), place, child.margin_height()
        elif not boxes.is_line(child):
            yield from _blocks(child)


def _kind(element: Element) -> str:
    """The everyday name of an element."""
    named = next((NAMED[name] for name in NAMED if name in classes(element)), "")
    return named or KINDS.get(element.tag, "block")
