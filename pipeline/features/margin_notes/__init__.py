"""Margin notes: each is placed next to the line that refers to it, as near as other notes and
hanging content allow.

They are laid out outside the flow, so that the text does not depend on them; here their boxes are
moved once the pages are complete. Notes that do not fit into a page's margin become footnotes,
which makes another layout necessary.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element

import msgspec

from pipeline.package.pdf.engine.adapter import boxes
from pipeline.package.pdf.engine.adapter.boxes import (
    LayoutBox,
    all_boxes,
    bare,
    children,
    has_class,
)
from pipeline.package.pdf.engine.adapter.typesetter import TypesetPage

GAP, CLEARANCE = 6.0, 10.0
"""CSS pixels between two notes, and between a note and content that it must not touch."""

DISTANCE = 11.4
"""CSS pixels between a note in the outer margin of a book and the text: 3 mm."""

LARGEST_SHARE = 0.5
"""The share of the margin's height above which a note is better as a footnote."""


class Extent(NamedTuple):
    """The range between two heights on a page."""

    top: float
    bottom: float


class MarginNote(msgspec.Struct, eq=False):
    """A note: ``wanted`` is its ideal position next to its line."""

    element: Element
    box: LayoutBox
    wanted: float
    height: float
    top: float = 0.0


class Margin(msgspec.Struct, eq=False):
    """The margin of a page: its existing content, and the notes to be placed."""

    page: LayoutBox
    column: Extent
    blocked: list[Extent]
    left: float = 0.0
    notes: list[MarginNote] = []

    def fit(self) -> list[MarginNote]:
        """Set the heights of the notes; those left over are removed."""
        longest = (self.column.bottom - self.column.top) * LARGEST_SHARE
        superseded = [note for note in self.notes if note.height > longest]
        self.notes = sorted(
            (note for note in self.notes if note.height <= longest), key=lambda note: note.wanted
        )
        while not _stack(self.notes, self.blocked, self.column):
            tallest = max(self.notes, key=lambda note: note.height)
            self.notes.remove(tallest)
            superseded.append(tallest)
        return superseded

    def takes(self, note: MarginNote) -> bool:
        """Return whether the margin has room for a note of another page, and take it if so."""
        moved = msgspec.structs.replace(note, wanted=self.column.top)
        notes = sorted((moved, *self.notes), key=lambda entry: entry.wanted)
        if not _stack(notes, self.blocked, self.column):
            return False
        self.notes = notes
        return True


def place_margin_notes(pages: Sequence[TypesetPage], is_last: bool = False) -> tuple[Element, ...]:
    """Place the notes of ``pages``. Those that do not fit into the margin are returned; in the last
    layout they go into that of the nearest page with room, so that none is lost."""
    seen: set[Element] = set()
    contents = [_Page(page.box) for page in pages]
    for page in contents:
        page.collect(page.box, None, seen)
    width = max((box.width for page in contents for box, _ in page.notes), default=0.0)
    if not width:
        return ()
    margins = [_margin(page, width) for page in contents]
    rejected = [(number, note) for number, margin in enumerate(margins) for note in margin.fit()]
    if rejected and not is_last:
        return tuple(note.element for _, note in rejected)
    for number, note in rejected:
        others = (*margins[number + 1 :], *margins[number::-1])
        home = next((margin for margin in others if margin.takes(note)), margins[number])
        if not any(placed.box is note.box for placed in home.notes):
            home.notes.append(msgspec.structs.replace(note, top=home.column.bottom))
        _move(note.box, margins[number].page, home.page)
    for margin in margins:
        for note in margin.notes:
            note.box.translate(margin.left - note.box.position_x, note.top - note.box.position_y)
    return ()


def _stack(notes: list[MarginNote], blocked: list[Extent], column: Extent) -> bool:
    """Move each note down as far as necessary, then all up from the bottom if they extend too far;
    returns whether they fit."""
    top = column.top
    for note in notes:
        note.top = _down(max(note.wanted, top), note.height, blocked)
        top = note.top + note.height + GAP
    bottom = column.bottom
    for note in reversed(notes):
        note.top = _up(min(note.top, bottom - note.height), note.height, blocked)
        bottom = note.top - GAP
    return not notes or notes[0].top >= column.top


def _down(top: float, height: float, blocked: list[Extent]) -> float:
    for span in blocked:
        if top < span.bottom and top + height > span.top:
            top = span.bottom
    return top


def _up(top: float, height: float, blocked: list[Extent]) -> float:
    for span in reversed(blocked):
        if top < span.bottom and top + height > span.top:
            top = span.top - height
    return top


# --- from boxes to notes and obstacles -----------------------------------------------------


class _Page(msgspec.Struct):
    """The content of a page: notes, each with the line that refers to it; other drawn content, with
    its line; and the text area."""

    box: LayoutBox
    notes: list[tuple[LayoutBox, LayoutBox | None]] = []
    drawn: list[tuple[LayoutBox, LayoutBox | None]] = []
    text: LayoutBox | None = None

    def collect(self, box: LayoutBox, line: LayoutBox | None, seen: set[Element]) -> None:
        """Sort the boxes below ``box``, which is in ``line``. A note that is on an earlier page,
        because it is in a repeated table header, is removed."""
        again = []
        for child in children(box):
            if has_class(child, "margin"):
                if child.element in seen:
                    again.append(child)
                else:
                    self.notes.append((child, line))
                    seen.add(child.element)
            elif boxes.is_text(child) or boxes.is_image(child):
                self.drawn.append((child, line))
            elif not boxes.is_furniture(child):
                if child.element_tag == "main" and self.text is None:
                    self.text = child
                self.collect(child, child if boxes.is_line(child) else line, seen)
        if again:
            box.children = [c for c in box.children if bare(c) not in again]


def _margin(content: _Page, width: float) -> Margin:
    """The margin of a page with its notes."""
    page = content.box
    column = Extent(page.content_box_y(), page.content_box_y() + page.height)
    margin = Margin(page, column, [], _left(page, content.text, width))
    for box, line in content.notes:
        assert line is not None, "a note is called from a line"
        text = next(inner for inner in all_boxes(box) if has_class(inner, "note-text"))
        first = next(inner for inner in all_boxes(text) if boxes.is_line(inner))
        baseline = first.position_y - box.position_y + first.baseline
        height = text.position_y + text.height - box.position_y
        ideal = line.position_y + line.baseline - baseline
        margin.notes.append(MarginNote(box.element, box, ideal, height))
    for box, line in content.drawn:
        if box.position_x < margin.left + width and box.position_x + box.width > margin.left:
            holder = line or box
            top, bottom = holder.position_y, holder.position_y + holder.height
            margin.blocked.append(Extent(top - CLEARANCE, bottom + CLEARANCE))
    margin.blocked.sort()
    return margin


def _move(box: LayoutBox, before: LayoutBox, after: LayoutBox) -> None:
    """Take a box out of a page, and put it into another."""
    if before is after:
        return
    for parent in all_boxes(before):
        kept = [child for child in getattr(parent, "children", ()) if bare(child) is not box]
        if len(kept) < len(children(parent)):
            parent.children = kept
    after.children = [*after.children, box]


def _left(page: LayoutBox, text: LayoutBox | None, width: float) -> float:
    """The left edge of the margin: in the margin column, or else outside the text."""
    start, end = page.content_box_x(), page.content_box_x() + page.width
    if text is not None and text.content_box_x() - start >= width:
        return float(start)
    if text is not None and end - text.content_box_x() - text.width >= width:
        return float(end - width)
    if page.margin_left > page.margin_right:
        return float(start - DISTANCE - width)
    return float(end + DISTANCE)
