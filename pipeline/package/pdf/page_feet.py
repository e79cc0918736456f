"""Headings at the foot of a page without their text.

The rule is that of `verify.printing` for finished files, where the lines of the text are known
without reading the file again.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pipeline.model.print_marks import OUTLINE
from pipeline.package.pdf.engine.adapter import boxes
from pipeline.package.pdf.engine.adapter.typesetter import POINT, TypesetPage
from pipeline.package.pdf.print_markup import classes
from pipeline.package.result import StrandedHeading
from pipeline.package.units import LastHeading, PageFoot

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

LINES_BELOW, TALL = 2, 20 / POINT
"""Lines that should follow a heading; the height from which an image or a frame counts as one."""

FOOT = 5
"""Times a heading's size: no farther from the lowest line of all pages of its size is the foot."""


class _Piece(NamedTuple):
    """A line or a block without lines: where it is, what it counts as, and the heading and the id
    of the section that it belongs to."""

    y: float
    lines: int
    heading: Element | None
    size: float
    section: str
    is_note: bool = False


def page_foot(page: TypesetPage) -> PageFoot:
    """The headings on a page that have too few lines below them, and where the page ends."""
    pieces = [*_pieces(page.box)]
    text = [piece for piece in pieces if not piece.is_note]
    headings = [*dict.fromkeys(piece.heading for piece in text if piece.heading is not None)]
    opening = text[0].heading if text else None
    lowest = max((piece.y for piece in pieces), default=0)
    last = (_last_heading(heading, pieces) for heading in headings)
    size = page.width, page.height
    return PageFoot(size, lowest, _level(opening), tuple(heading for heading in last if heading))


def _last_heading(heading: Element, pieces: Sequence[_Piece]) -> LastHeading | None:
    """A heading with too few lines below it, None if it has enough or is complete."""
    last = max(number for number, piece in enumerate(pieces) if piece.heading is heading)
    ending, later = pieces[last], pieces[last + 1 :]
    levels = (_level(piece.heading) for piece in later)
    next_level = next(filter(None, levels), 0)
    if next_level and next_level <= _level(heading):
        return None  # it has all of its text
    has_note = any("note" in classes(element) for element in heading.iter())
    below = {
        round(piece.y): piece.lines
        for piece in later
        if piece.y > ending.y and not (has_note and piece.is_note)
    }
    if sum(below.values()) >= LINES_BELOW:
        return None
    text = heading.get(OUTLINE) or " ".join("".join(heading.itertext()).split())
    return LastHeading(ending.y, ending.size, _level(heading), next_level, text, ending.section)


def _level(heading: Element | None) -> int:
    return 0 if heading is None else int(heading.tag[1])


def _pieces(page: boxes.LayoutBox) -> Iterator[_Piece]:
    """The content of a page, in order, without running heads and feet."""
    stack: list[tuple[boxes.LayoutBox, Element | None, str, bool]] = []
    stack += [
        (box, None, "", False) for box in boxes.children(page)[::-1] if not boxes.is_furniture(box)
    ]
    while stack:
        box, heading, section, is_note = stack.pop()
        element = box.element
        if boxes.is_floating(box) or (element is not None and boxes.has_class(box, "title-page")):
            continue
        if element is not None and element.tag in HEADINGS:
            heading = element
        elif element is not None and element.tag == "section":
            section = element.get("id", section)
        is_note = is_note or boxes.is_notes(box)
        inner = boxes.children(box)
        lines = _lines(box, is_leaf=not inner)
        if lines:
            y = box.position_y + (box.baseline if boxes.is_line(box) else 0)
            yield _Piece(y, lines, heading, box.style["font_size"], section, is_note)
        elif not boxes.is_line(box):
            stack += [(child, heading, section, is_note) for child in inner[::-1]]


def _lines(box: boxes.LayoutBox, *, is_leaf: bool) -> int:
    """The number of lines that a box counts as, 0 if those within it count."""
    if boxes.is_line(box):
        inner = [inner_box for inner_box in boxes.all_boxes(box) if boxes.shows(inner_box)]
        is_tall = any(boxes.is_image(inner_box) and inner_box.height >= TALL for inner_box in inner)
        return LINES_BELOW if is_tall else int(bool(inner))
    if not is_leaf:
        return 0
    if box.border_height() >= TALL:
        return LINES_BELOW
    return int(boxes.has_class(box, "line"))


def stranded(feet: Sequence[PageFoot]) -> tuple[StrandedHeading, ...]:
    """The headings at the foot whose text follows on the next page. Nothing could follow on the
    last."""
    lowest: dict[tuple[float, float], float] = {}
    for page in feet:
        lowest[page.size] = max(lowest.get(page.size, 0), page.lowest)
    return tuple(
        StrandedHeading(number, heading.text, heading.section)
        for number, (page, following) in enumerate(itertools.pairwise(feet), start=1)
        for heading in page.headings
        if lowest[page.size] - heading.y < FOOT * heading.size
        and (heading.next_level or not 0 < following.opening <= heading.level)
    )
