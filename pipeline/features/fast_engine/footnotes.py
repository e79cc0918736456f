"""Footnotes that are laid out once per page. WeasyPrint lays out all notes of a page again whenever
one is added or removed, and searches for the note of each box in each line."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from typing import Any

from pipeline.package.pdf.engine.adapter.boxes import is_block, is_notes
from pipeline.package.pdf.engine.adapter.page_layout import Layout
from pipeline.package.pdf.engine.adapter.short_pages import page_layout


class PendingNotes(dict[Any, None]):
    """The list interface that WeasyPrint expects of notes, with a fast membership test: for each
    box in each line it asks whether its note is still pending."""

    def append(self, note: Any) -> None:
        self[note] = None

    def remove(self, note: Any) -> None:
        del self[note]

    def copy(self) -> PendingNotes:
        return PendingNotes(self)


class FastLayout(Layout):
    """A layout in which the heights of notes are added, and their area is put together of those
    that were laid out alone."""

    _pending: PendingNotes

    @property
    def footnotes(self) -> PendingNotes:
        """The notes that are still to come."""
        return self._pending

    @footnotes.setter
    def footnotes(self, notes: Iterable[Any]) -> None:
        self._pending = PendingNotes(dict.fromkeys(notes))

    def height_of_notes(self, notes: tuple[Any, ...]) -> float:
        """The sum of their heights. If margins could collapse, two are measured together; and if
        there is a float in one, which those below might stand beside, all are."""
        if any(map(_floats, notes)):
            return super().height_of_notes(notes)
        needed = sum(map(self._height_of, notes))
        for above, note in itertools.pairwise(notes):
            if not (_is_plain(above) and _is_plain(note)):
                apart = self._height_of(above) + self._height_of(note)
                needed += self._height_of(above, note) - apart if apart < math.inf else 0
        return needed

    def _height_of(self, *notes: Any) -> float:
        on_page: Any = self.current_footnote_area
        known: dict[tuple[Any, ...], Any] = vars(on_page).setdefault("known", {})
        if notes not in known:
            known[notes] = self.area_with(notes)
        area = known[notes]
        return float(area.height) if area else math.inf

    def all_notes(self) -> Any | None:
        """The area with all notes of the page, each as it was laid out alone; none if they cannot
        simply be put one below the other."""
        area, notes = self.current_footnote_area, self.current_page_footnotes
        parts = [vars(area).get("known", {}).get((note,)) for note in notes]
        if not all(parts) or not all(map(_is_plain, notes)) or not all(map(_stays, notes)):
            return None
        height = sum(part.height for part in parts)
        if not parts or height > area.max_height or not all(map(_has_blocks, parts)):
            return None
        area_of_all: Any = parts[0]
        top = area_of_all.content_box_y()
        for part in parts:
            for child in part.children:
                child.translate(0, top - part.content_box_y())
            top += part.height
        area_of_all.children = [child for part in parts for child in part.children]
        area_of_all.height = height
        return area_of_all


def block_level_layout(context: Any, box: Any, *arguments: Any, **options: Any) -> Any:
    """Lay out the page, or the area of its notes, each of which has been laid out alone already."""
    if is_notes(box) and (notes := context.all_notes()):
        return (notes,)
    return page_layout(context, box, *arguments, **options)


def _stays(note: Any) -> bool:
    """Return whether everything in a note stays in its place in the flow."""
    return all(
        box.style["position"] == "static" and box.style["float"] == "none"
        for box in note.descendants()
    )


def _floats(note: Any) -> bool:
    """Return whether something in a note is at its side."""
    return any(box.style["float"] != "none" for box in note.descendants())


def _has_blocks(area: Any) -> bool:
    return all(map(is_block, area.children))


def _is_plain(note: Any) -> bool:
    """Return whether a note has no margins that could collapse with its neighbour's."""
    return not any(
        getattr(box.style[margin], "value", 0)
        for box in note.descendants()
        if is_block(box)
        for margin in ("margin_top", "margin_bottom")
    )
