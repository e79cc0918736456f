"""Page layout with footnotes kept with their references, cached styles and short texts, and page
numbers of places in other units."""

from __future__ import annotations

import contextlib
import copy
import itertools
import math
import operator
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import weasyprint
import weasyprint.layout.inline
from weasyprint.css.targets import TargetLookupItem
from weasyprint.formatting_structure.build import create_anonymous_boxes
from weasyprint.layout import LayoutContext

from pipeline.package.pdf.engine.boxes import is_block, is_notes
from pipeline.package.pdf.engine.breaking import line_of_paragraph
from pipeline.package.pdf.engine.lines import (
    ShapedText,
    add_word_spacing,
    draw_first_line,
    remove_last_whitespace,
    skip_first_whitespace,
    trailing_whitespace_size,
)
from pipeline.package.pdf.engine.styles import (
    SharedStyles,
    is_in_normal_flow,
    resolve_percentages,
    strut,
)

original_block_level_layout = weasyprint.layout.block.block_level_layout


class TooManyPagesError(Exception):
    """A layout has more pages than it may have."""


class Targets(dict[str, Any]):
    """The places whose page numbers a part shows (``requested``). Their ``pages`` are those in the
    whole, if these are known yet."""

    def __init__(self, pages: Mapping[str, int] | None) -> None:
        super().__init__()
        self._pages = pages
        self.requested: dict[str, None] = {}

    def get(self, name: str, undefined: Any = None) -> Any:
        """The known position of a place; ``undefined`` if its page is still to be determined."""
        if undefined is None:
            return super().get(name)
        self.requested[name] = None
        if self._pages is not None and name not in self._pages:
            return undefined
        found = TargetLookupItem("up-to-date")
        found.target_box = _Elsewhere({"page": [(self._pages or {}).get(name, 0)]})
        return found


class _Elsewhere(NamedTuple):
    """A box of another part."""

    cached_counter_values: dict[str, list[int]]


class _Notes(dict[Any, None]):
    """The list interface that WeasyPrint expects of notes, with a fast membership test: for each
    box in each line it asks whether its note is still pending."""

    def append(self, note: Any) -> None:
        self[note] = None

    def remove(self, note: Any) -> None:
        del self[note]

    def copy(self) -> _Notes:
        return _Notes(self)


class Layout(LayoutContext):  # type: ignore[misc]
    """A layout whose notes stay on the page of their reference. WeasyPrint compares the end of the
    note area with that of the last note, to the last bit of two equal sums, and moves notes that
    fit to the next page. It also reserves room for a note area whose only note has been moved away,
    and then moves a paragraph that ends in that room as a whole. And it lays out all notes of a
    page again whenever one is added or removed; here each is laid out once per page.

    It may be given a maximum number of pages, beyond which it raises a `TooManyPagesError`.
    """

    current_page_footnotes: list[Any]
    page_bottom: float
    most_pages: int | None = None
    page_maker: list[tuple[Any, ...]]
    reported_footnotes: list[Any]
    _number: int | None = None
    _carries_notes = False

    @property
    def current_page(self) -> int | None:
        """The number of the page that is being made, from 1."""
        return self._number

    @current_page.setter
    def current_page(self, number: int | None) -> None:
        if number and self.most_pages and number > self.most_pages:
            raise TooManyPagesError
        self._number = number
        self._carries_notes = self._carries_notes or bool(self.reported_footnotes)

    @property
    def rendered_notes(self) -> list[Any]:
        """The notes of `@note-area`, for which no style sheet has any rules."""
        return self._rendered

    @rendered_notes.setter
    def rendered_notes(self, notes: list[Any]) -> None:
        """The start of every pass over the pages. If a page has left notes to the next, all pages
        are made again: otherwise the notes of an unchanged page would not reach the next one."""
        self._rendered = notes
        if self._carries_notes:
            for *_, state in self.page_maker:
                state["pages_wanted"] = True

    @property
    def footnotes(self) -> _Notes:
        """The notes that are still to come."""
        return self._to_come

    @footnotes.setter
    def footnotes(self, notes: Iterable[Any]) -> None:
        self._to_come = _Notes(dict.fromkeys(notes))

    def _update_footnote_area(self) -> bool:
        area, notes = self.current_footnote_area, self.current_page_footnotes
        if area.height != "auto" and not self.in_column:
            self.page_bottom += area.margin_height()
        if not notes and not self.in_column:
            area.children = notes
            area.height = "auto"  # as where there has been no note
            return False
        needed = sum(map(self._height_of, notes))
        for above, note in itertools.pairwise(notes):
            if not (_is_plain(above) and _is_plain(note)):
                apart = self._height_of(above) + self._height_of(note)
                needed += self._height_of(above, note) - apart if apart < math.inf else 0
        area.children = notes
        area.height = min(needed, area.max_height)
        if not self.in_column:
            self.page_bottom -= area.margin_height()
        return bool(needed > area.max_height + ROUNDING)

    def _height_of(self, *notes: Any) -> float:
        """The height of the area if it has these notes alone; infinite if that is too much."""
        laid_out = self._with_notes(notes)
        return float(laid_out.height) if laid_out else math.inf

    def _with_notes(self, notes: tuple[Any, ...]) -> Any | None:
        """The area laid out with these notes alone; none if they are too high for it."""
        area: Any = self.current_footnote_area
        known: dict[tuple[Any, ...], Any] = vars(area).setdefault("known", {})
        if notes not in known:
            area.children = list(notes)
            boxes = create_anonymous_boxes(area.deepcopy())
            made, *_ = original_block_level_layout(self, boxes, -math.inf, None, area.page)
            last = made.children[-1]
            end = last.position_y + last.margin_height() - last.margin_bottom
            overflows = end > made.position_y + made.margin_height() - made.margin_bottom
            is_full = overflows and made.height >= area.max_height - ROUNDING
            known[notes] = None if is_full else made
        return known[notes]

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
        made: Any = parts[0]
        top = made.content_box_y()
        for part in parts:
            for child in part.children:
                child.translate(0, top - part.content_box_y())
            top += part.height
        made.children = [child for part in parts for child in part.children]
        made.height = height
        return made


def block_level_layout(context: Any, box: Any, *given: Any, **named: Any) -> Any:
    """Lay out the page, or the area of its notes, each of which has been laid out alone already."""
    if is_notes(box) and (made := context.all_notes()):
        return (made,)
    return original_block_level_layout(context, box, *given, **named)


def _stays(note: Any) -> bool:
    """Return whether everything in a note stays in its place in the flow."""
    return all(
        box.style["position"] == "static" and box.style["float"] == "none"
        for box in note.descendants()
    )


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


ROUNDING = 1e-3
"""CSS pixels that two lengths may differ by and be the same."""

FEWEST, MOST_IN_EM = 100, 10
"""Characters of a text without spaces in which the end of a line is looked for first: at least, and
in an em of the line. Few letters are as narrow as that."""

_SPACES = re.compile(r"\s")
LONGEST_LINE = 2000
"""More characters than any line has; the end of the line is found within them."""

SHORT, KEPT = 30, 500
"""The maximum length of a text that is likely to recur, and the number of these kept per style."""


def _unexamined(page: Any) -> Any:
    """A page as its box, in which WeasyPrint would look for links and places before it moves."""
    return page


REPLACED = {
    "css.StyleFor": SharedStyles,
    "document.Page": _unexamined,
    "formatting_structure.boxes.Box.is_in_normal_flow": is_in_normal_flow,
    "layout.inline.add_word_spacing": add_word_spacing,
    "layout.inline.remove_last_whitespace": remove_last_whitespace,
    "layout.inline.skip_first_whitespace": skip_first_whitespace,
    "layout.inline.strut": strut,
    "layout.inline.trailing_whitespace_size": trailing_whitespace_size,
    "layout.page.block_level_layout": block_level_layout,
    "text.line_break.Layout": ShapedText,
} | {
    f"layout.{module}.resolve_percentages": resolve_percentages
    for module in ("absolute", "block", "column", "float", "inline", "page", "table")
}
"""The functions and classes that WeasyPrint uses during a layout instead of its own."""

_layout_lock = threading.RLock()


@contextlib.contextmanager
def economical(is_part: bool = False) -> Iterator[None]:
    """In this context, elements share styles, short texts that fit are measured once in each style,
    and lines are made of no more text than they can hold. For a text without line breaks, or with
    zero-width characters only, WeasyPrint would measure the whole rest for each line. A part has no
    running heads and feet."""
    with _layout_lock:
        splits = weasyprint.layout.inline.split_first_line

        def whole(text: str, *given: Any, **options: Any) -> Any:
            found = splits(text, *given, **options)
            found[0].lacks_space = found[2] is None and text.endswith(found[0].text + " ")
            return found

        def split_first_line(
            text: str, style: Any, context: Any, width: float | None, spacing: float, **options: Any
        ) -> Any:
            if len(text) <= SHORT:
                kept = vars(style).setdefault("kept", {})
                found = kept.get((text, spacing))
                if not found or (width is not None and found[3] > width):
                    found = whole(text, style, context, width, spacing, **options)
                    # A space that is left out at a line's end is there on others.
                    is_all = found[2] is None and found[1] == len(text.encode())
                    if not is_all or (width is not None and found[3] > width) or len(kept) >= KEPT:
                        return found
                    kept[text, spacing] = found
                return (copy.copy(found[0]), *found[1:])
            start = text[:LONGEST_LINE]
            if width is not None and not spacing and width < math.inf:
                line = line_of_paragraph(text, style, context, width)
                if line is not None:
                    return line
            if width is not None and width < math.inf and not _SPACES.search(start):
                few = start[: max(FEWEST, int(width / (style["font_size"] or 1) * MOST_IN_EM))]
                if few != text:
                    found = whole(few, style, context, width, spacing, **options)
                    if found[2] is not None:
                        return found
            if width is None or len(text) <= LONGEST_LINE or "\n" in start:
                return whole(text, style, context, width, spacing, **options)
            found = whole(start, style, context, width, spacing, **options)
            if found[2] is None:  # all of it stands on the line
                return (*found[:2], len(start.encode()), *found[3:])
            return found

        def width_of_line(
            text: str, style: Any, context: Any, width: float | None, spacing: float, **options: Any
        ) -> Any:
            """For the widths that a column has at least (of 0) and at most (of None)."""
            if width is None or len(text) > SHORT:
                return split_first_line(text, style, context, width, spacing, **options)
            kept = vars(style).setdefault("narrow", {})
            arguments = text, width, spacing, *options.values()
            if arguments not in kept:
                if len(kept) >= KEPT:
                    kept.clear()
                kept[arguments] = (
                    None,
                    *whole(text, style, context, width, spacing, **options)[1:],
                )
            return kept[arguments]

        replaced = REPLACED | {
            "layout.inline.split_first_line": split_first_line,
            "layout.preferred.split_first_line": width_of_line,
        }
        if is_part:
            replaced["layout.make_margin_boxes"] = lambda *_: ()
        with _replaced(replaced):
            yield


@contextlib.contextmanager
def _replaced(functions: Mapping[str, Any]) -> Iterator[None]:
    """While this lasts, WeasyPrint calls these functions instead of those of the same names."""
    before = [(*_place(name), name) for name in functions]
    try:
        for owner, attribute, _, name in before:
            setattr(owner, attribute, functions[name])
        yield
    finally:
        for owner, attribute, original, _ in before:
            setattr(owner, attribute, original)


def _place(name: str) -> tuple[Any, str, Any]:
    """The object in WeasyPrint that has an attribute, the name of that alone, and its value."""
    owner, _, attribute = name.rpartition(".")
    holder = operator.attrgetter(owner)(weasyprint)
    return holder, attribute, getattr(holder, attribute)


@contextlib.contextmanager
def drawing() -> Iterator[None]:
    """While this lasts, lines are drawn as they were set."""
    with _layout_lock, _replaced({"draw.text.draw_first_line": draw_first_line}):
        yield
