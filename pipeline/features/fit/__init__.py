"""Makes a text fill its pages by laying it out with several settings and choosing the best."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

import msgspec
from msgspec.structs import replace

from pipeline.model import kinds
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import Edition, Imposition
from pipeline.model.metadata import Audience, Metadata
from pipeline.model.page_map import PLACE
from pipeline.model.paper import FitOptions, Fitted, Margins, Sheet
from pipeline.model.rendered import Pages, Style
from pipeline.model.sheet import SMALLEST_NOTE, oldest_reader, options_for
from pipeline.package.pdf.engine.adapter import boxes
from pipeline.package.pdf.engine.adapter.boxes import LayoutBox, children
from pipeline.package.pdf.engine.adapter.page_layout import TooManyPagesError
from pipeline.package.pdf.engine.adapter.typesetter import POINT, Typesetter
from pipeline.package.pdf.layout import set_pages
from pipeline.package.pdf.print_markup import classes
from pipeline.render.style_sheets import css

# --- series ----------------------------------------------------------------------------------
# The settings of a page with which its text takes less room, or more: one series, from tight to
# loose, with the page's defaults in between. Text, leading, margins and measure change together,
# so that proportions are kept, and a search has one number to find.

STEPS = 60
"""Settings between two knots: a step changes the text's length by less than half a per cent."""

LEAST_LEADING = 1.2
"""The minimum leading relative to the text size."""

LEAST_MARGIN = 15
"""Millimetres that a margin is not narrowed below: printers leave some, and a foot needs some."""

NARROWEST = 0.85
"""The minimum share of a line's letters when the text grows but the sheet does not."""


NARROWEST_TABLE = 0.985
"""The minimum share for the lines of tables, so that no number is broken."""


SMALLEST_TYPE, AT_SCHOOL, FIRST_YEARS = 9.0, 10.0, 14.0
"""The smallest type size, that for an audience, and for one that learns to read, in points."""

AGE_OF_FIRST_YEARS = 8
"""The greatest age of those who learn to read."""

LARGEST_TYPE, GROWTH = 13.0, 1.25
"""The largest type size, in points, and relative to the smallest."""


class Knot(NamedTuple):
    """A setting between two knots, with linear interpolation. ``text`` is in points; the others are
    relative to the page's defaults: ``margins`` at top and bottom, ``sides`` the minimum of the
    others, ``measure`` the line length in terms of the type size, ``pictures`` the tallest's
    height."""

    text: float
    leading: float = 1
    margins: float = 1
    sides: float = 1
    measure: float = 1
    pictures: float = 1


class FitSettings(NamedTuple):
    """The sheets from tight to loose; that at ``natural`` is nearest to the page's defaults."""

    sheets: tuple[Sheet, ...]
    natural: int


def settings(
    sheet: Sheet, edition: Edition, metadata: Metadata, fit: FitOptions, *, has_tables: bool = False
) -> FitSettings:
    """The possible settings of a sheet with text between the sizes that ``fit`` gives, or that suit
    the audience. Large print only grows, and margins from the front matter are kept. Table columns
    are as wide as their words need: if there are any, they keep their width."""
    smallest, largest = _sizes(fit, metadata)
    is_large = edition.look == "large"
    if is_large:
        smallest = max(smallest, sheet.text)
        largest = max(largest, smallest * GROWTH)
    margins = options_for(edition, metadata).page.margins
    gutter = options_for(edition, metadata).page.gutter or 0
    if sheet.is_book and metadata.notes == "margin":
        margins = replace(margins, inner=sheet.inner - gutter, outer=sheet.outer)
    text = min(max(sheet.text, smallest), largest)
    tight = Knot(smallest, 1, 0.8, 0.8) if is_large else Knot(smallest, 0.9, 0.65, 0.65, 1.18)
    middle = Knot(smallest, 1, 0.9, 0.9) if is_large else Knot(smallest, 0.95, 0.82, 0.82, 1.1)
    if kinds.KINDS[metadata.kind].smallest:
        tight, middle = tight._replace(pictures=0.4), middle._replace(pictures=0.7)
    usual, large = Knot(text), Knot(largest, sides=0.8)

    def at(knot: Knot) -> Sheet:
        return reset(sheet, knot, margins, gutter)

    before = at(usual)

    def is_wide_enough(knot: Knot) -> bool:
        after = at(knot)
        if has_tables and cells(after) < cells(before) * NARROWEST_TABLE:
            return False
        return letters(after) >= letters(before) * NARROWEST

    shrunk = [*_between(tight, middle), *_between(middle, usual)]
    shrunk = [knot for knot in shrunk if is_wide_enough(knot)]
    # as long as the sides have room, lines keep their length in letters
    begin = usual._replace(sides=large.sides)
    grown = [knot for knot in (*_between(begin, large), large) if is_wide_enough(knot)]
    largest_knot = grown[-1] if grown else usual
    open_knot = largest_knot._replace(leading=1.12, margins=1.15)
    row = (*shrunk, *grown[:-1], *_between(largest_knot, open_knot), open_knot)
    return FitSettings(tuple(map(at, row)), natural=len(shrunk))


def _sizes(fit: FitOptions, metadata: Metadata) -> tuple[float, float]:
    """The smallest and the largest type size, in points."""
    usual = kinds.KINDS[metadata.kind].smallest or SMALLEST_TYPE
    if metadata.audience != Audience():
        is_first = 0 < oldest_reader(metadata) <= AGE_OF_FIRST_YEARS
        usual = max(usual, FIRST_YEARS if is_first else AT_SCHOOL)
    smallest = fit.smallest or min(usual, fit.largest or usual)
    return smallest, fit.largest or max(LARGEST_TYPE, GROWTH * smallest)


def letters(sheet: Sheet) -> float:
    """The length of a line, relative to the text size."""
    return sheet.measure / sheet.text


def cells(sheet: Sheet) -> float:
    """The length of table lines, relative to the size of their text, usual or small."""
    return min(sheet.measure / sheet.label, (sheet.measure + sheet.column) / sheet.note)


def room(sheet: Sheet) -> float:
    """The amount of text that a page holds, in squares of its size and leading."""
    height = sheet.size.height - sheet.top - sheet.bottom
    return height / sheet.leading * letters(sheet)


def reset(sheet: Sheet, knot: Knot, fixed: Margins, gutter: float) -> Sheet:
    """The page with another setting, but ``fixed`` margins; ``gutter`` is for binding."""
    text = round(knot.text, 2)
    scale = text / sheet.text
    ratio = sheet.leading / sheet.text
    leading = round(text * max(ratio * knot.leading, min(ratio, LEAST_LEADING)), 2)
    inner, outer = _sides(sheet, scale, knot, fixed, gutter)
    width = sheet.size.width - inner - outer
    column = sheet.column * scale
    return replace(
        sheet,
        top=_margin(sheet.top, knot.margins, fixed.top),
        bottom=_margin(sheet.bottom, knot.margins, fixed.bottom),
        inner=inner,
        outer=outer,
        column=column,
        gap=sheet.gap * scale,
        measure=width if sheet.is_book else width - column,
        text=text,
        leading=leading,
        note=_small(sheet.note, scale),
        note_leading=sheet.note_leading * leading / sheet.leading,
        label=_small(sheet.label, scale),
        label_leading=sheet.label_leading * leading / sheet.leading,
        code=_small(sheet.code, scale),
        heading=sheet.heading * scale,
        title=sheet.title * scale,
        picture=sheet.picture * knot.pictures,
    )


def _sides(
    sheet: Sheet, scale: float, knot: Knot, fixed: Margins, gutter: float
) -> tuple[float, float]:
    """The inner and outer margins: the space left by the lines, in the same proportion."""
    before = sheet.size.width - sheet.inner - sheet.outer
    width = before if sheet.columns > 1 else before * scale * knot.measure
    usual = sheet.inner - gutter
    least_inner = _margin(usual, knot.sides, fixed.inner)
    if sheet.is_book and sheet.hangs:  # into the inner margin
        least_inner = max(least_inner, min(usual, (sheet.column + 5) * scale))
    least_outer = _margin(sheet.outer, knot.sides, fixed.outer)
    if sheet.columns > 1:
        return least_inner + gutter, least_outer
    free = max(sheet.size.width - gutter - width, least_inner + least_outer)
    share = usual / (usual + sheet.outer) if usual + sheet.outer else 0.5
    inner = min(max(free * share, least_inner), free - least_outer)
    return inner + gutter, free - inner


def _margin(usual: float, factor: float, fixed: float | None) -> float:
    if fixed is not None:
        return usual
    return max(usual * factor, min(usual, LEAST_MARGIN))


def _small(size: float, scale: float) -> float:
    """A size smaller than the text's that is still legible."""
    return max(size * scale, min(size, SMALLEST_NOTE))


def _between(before: Knot, after: Knot) -> list[Knot]:
    """The settings between two knots: equal factors for the text, equal steps for the rest."""
    knots = []
    for share in (step / STEPS for step in range(STEPS)):
        text = before.text * math.pow(after.text / before.text, share)
        rest = (a + (b - a) * share for a, b in zip(before[1:], after[1:], strict=True))
        knots.append(Knot(text, *rest))
    return knots


# --- trials ----------------------------------------------------------------------------------
# Finds the setting with which a text fills its pages. This module does not know about layouts.
#
# Settings are numbers from the tightest to the loosest, and a text has a length with each: 1.4 is
# one page and four tenths of another. It increases with the number except for small steps back,
# when something unbreakable moves to the next page.

WELL_FILLED = 0.93
"""The share of the last page that ends the search for a better setting."""

AIM = 0.97
"""The share of the last page that a guess aims for."""

FULL_ENOUGH, BEGUN = 0.75, 0.3
"""The share of the last page that ends the search when a text is shortened to a full sheet, and the
minimum when it is stretched to one."""

MOST_TRIALS = 8
"""Of one length. Where a text grows evenly, four will do; where a high block moves to the next page
at some setting, more than these find nothing better."""

LITTLE = 0.04
"""Pages that it is not worth to look further for."""

NEAR_GOAL, STRIDE = 0.2, 8
"""A difference in pages, below which the goal is probably within this number of settings."""

SLACK = 1e-6
"""The maximum difference between lengths that count as equal."""

Trial = Callable[[int, float], float]
"""The length of the text at a setting. It need not be worked out further than the second number:
any length above that will do then."""


class _Result(NamedTuple):
    """The end of a search: between two settings, or ``here``."""

    low: int
    high: int
    here: int | None = None


class Search(msgspec.Struct):
    """A search among the settings; ``rooms`` is the capacity of a page with each. `lengths` are the
    known ones, and `over` has limits that the text is known to exceed."""

    trial: Trial
    rooms: Sequence[float]
    lengths: dict[int, float] = {}
    over: dict[int, float] = {}

    def length(self, setting: int, limit: float = math.inf) -> float:
        """The length of the text at a setting, or infinity if it is over the limit."""
        known = self.lengths.get(setting, math.inf)
        if math.isinf(known) and self.over.get(setting, 0) < limit:
            known = self.trial(setting, limit)
            if known <= limit + SLACK:
                self.lengths[setting] = known
            else:
                self.over[setting] = limit
        return known if known <= limit + SLACK else math.inf

    def fill(self, pages: int, first: int, enough: float = WELL_FILLED) -> int | None:
        """The loosest setting with which the text takes at most a number of pages, or one with
        which ``enough`` of the last one is full; None if the pages are too few. ``first`` is tried
        first."""
        result = self._search(pages, first, (pages - 1 + enough, pages))
        return result.here if result.here is not None else result.low if result.low >= 0 else None

    def draw_out(self, pages: int, first: int) -> int | None:
        """A setting near the tightest one with which the last page is sufficiently filled; None if
        there is none."""
        least = pages - 1 + BEGUN
        result = self._search(least, first, (least, least + BEGUN))
        setting = result.high if result.here is None else result.here
        if setting >= len(self.rooms):
            return None
        return setting if least <= self.length(setting, pages) <= pages + SLACK else None

    def _search(self, most: float, first: int, good: tuple[float, float]) -> _Result:
        """The last setting with which the text is no longer than ``most``, and the next one; or the
        first one found whose length is in the ``good`` range. One more page is laid out, to measure
        by how much a text is too long."""
        low, high = -1, len(self.rooms)
        guess = first
        for trial in range(MOST_TRIALS):
            before = high - low
            length = self.length(guess, max(math.floor(most) + 1, 2 * most * (trial == 0)))
            if good[0] <= length <= good[1] + SLACK:
                return _Result(low, high, guess)
            if length <= most + SLACK:
                low = guess
            else:
                high = guess
            if self._is_exhausted(most, low, high):
                break
            helps = trial == 0 or (high - low) * 2 <= before + 1
            guess = self._guess(most, low, high) if helps else self._between(most, low, high)
        return _Result(low, high)

    def _is_exhausted(self, most: float, low: int, high: int) -> bool:
        """Return whether there is nothing left between two settings, or hardly anything."""
        if high - low <= 1:
            return True
        if low < 0 or high == len(self.rooms):
            return False
        return (self.rooms[low] / self.rooms[high] - 1) * most < LITTLE

    def _between(self, most: float, low: int, high: int) -> int:
        """The middle, or closer to an end at which the text is almost right."""
        middle = (low + high) // 2
        if most - self.lengths.get(low, -math.inf) < NEAR_GOAL:
            return min(middle, low + STRIDE)
        if self.lengths.get(high, math.inf) - most < NEAR_GOAL:
            return max(middle, high - STRIDE)
        return middle

    def _guess(self, most: float, low: int, high: int) -> int:
        """The setting at which the text should end near the foot of the last page, judged by the
        capacity of pages and the nearest known length."""
        if not self.lengths:
            return (low + high) // 2
        near = min(self.lengths, key=lambda s: (abs(self.lengths[s] - most), s))
        capacity = self.rooms[near] * self.lengths[near] / (most - 1 + AIM)
        guess = sum(room >= capacity for room in self.rooms) - 1
        return min(max(guess, low + 1), high - 1)


def sheets_of(search: Search, first: int, multiple: int) -> int | None:
    """The setting nearest to ``first`` with which the text ends on a full sheet of ``multiple``
    pages, the previous or the next one; None if there is none."""
    length = search.length(first)
    pages = math.ceil(length - SLACK)
    if pages % multiple == 0:
        return first
    down, up = pages - pages % multiple, pages - pages % multiple + multiple
    shorter = down and length / down < (up - 1 + BEGUN) / length
    for target in (down, up) if shorter else (up, down):
        if not target:
            continue
        if target > pages:
            setting = search.draw_out(target, first)
        else:
            setting = search.fill(target, first, FULL_ENOUGH)
        if setting is not None and math.ceil(search.length(setting) - SLACK) == target:
            return setting
    return None


# --- fit -------------------------------------------------------------------------------------
# Makes a text fill its pages by laying it out with several settings and choosing the best.
#
# A trial is an ordinary layout of a copy of the markup, but stops after the requested number of
# pages; nothing of it is painted or tagged.

SHEET_STYLE = "sheet.css"

FULL_SHEETS: dict[Imposition, int] = {"none": 2, "booklet": 4, "tri-fold": 6, "2-up": 4, "4-up": 8}
"""The number of pages on the two sides of a sheet."""

MOST_NAMED = 3
"""The maximum number of blocks that a message names."""


class FilledPages(NamedTuple):
    """The pages to lay out, the settings chosen for them (None if there were none), and a
    finding."""

    pages: Pages
    fitted: Fitted | None = None
    diagnostics: tuple[Diagnostic, ...] = ()


class _Fit:
    """The search of one edition."""

    def __init__(self, setter: Typesetter, pages: Pages, root: Element) -> None:
        self._setter, self._pages, self._root = setter, pages, root

    def fill(self, fit: FitOptions) -> FilledPages:
        """The pages with the settings that fill them, or unchanged, and a finding: an error if the
        text is too long."""
        edition = self._pages.row
        assert self._pages.sheet is not None, "printed pages have a sheet"
        row = settings(
            self._pages.sheet,
            edition,
            self._pages.metadata,
            fit,
            has_tables=self._root.find(".//table") is not None,
        )
        search = Search(
            lambda setting, limit: self._length(row.sheets[setting], limit),
            [room(sheet) for sheet in row.sheets],
        )
        if fit.pages == "even":
            return self._full_sheets(fit, edition, search, row)
        chosen = search.fill(fit.pages, row.natural)
        if chosen is None:
            return FilledPages(self._pages, None, (self._too_long(fit, fit.pages, row.sheets[0]),))
        length = search.length(chosen, fit.pages)
        findings = () if length > fit.pages - 0.5 else (_too_short(fit, fit.pages, length),)
        sheet = row.sheets[chosen]
        return FilledPages(self._replace_sheet(sheet), describe_fit(sheet, length), findings)

    def _full_sheets(
        self, fit: FitOptions, edition: Edition, search: Search, row: FitSettings
    ) -> FilledPages:
        multiple = FULL_SHEETS[edition.imposition]
        chosen = sheets_of(search, row.natural, multiple)
        if chosen is None:
            finding = _uneven(fit, search.length(row.natural), multiple)
            return FilledPages(self._pages, None, (finding,))
        sheet = row.sheets[chosen]
        return FilledPages(self._replace_sheet(sheet), describe_fit(sheet, search.length(chosen)))

    def _replace_sheet(self, sheet: Sheet) -> Pages:
        new = Style(SHEET_STYLE, css(sheet, self._pages.metadata))
        styles = (new if old.name == SHEET_STYLE else old for old in self._pages.styles)
        return replace(self._pages, styles=tuple(styles), sheet=sheet)

    def _length(self, sheet: Sheet, limit: float) -> float:
        boxes = self._boxes(sheet, limit)
        return math.inf if boxes is None else count_filled(boxes)

    def _boxes(self, sheet: Sheet, limit: float = math.inf) -> list[LayoutBox] | None:
        """The pages' boxes, or None if there are more than allowed."""
        most = None if math.isinf(limit) else math.ceil(limit)
        root = copy.deepcopy(self._root)
        try:
            document = set_pages(self._setter, root, self._replace_sheet(sheet), most)
        except TooManyPagesError:
            return None
        return [page.box for page in document.pages]

    def _too_long(self, fit: FitOptions, pages: int, tightest: Sheet) -> Diagnostic:
        boxes = self._boxes(tightest)
        assert boxes is not None, "there was no limit"
        excess = count_filled(boxes) - pages
        lines = max(1, round(excess * boxes[0].height / (tightest.leading / POINT)))
        blocks = largest_blocks(boxes, MOST_NAMED)
        most = "1 line" if lines == 1 else f"{lines} lines"
        message = (
            f"The text does not fit on {_pages(pages)}, even in the smallest type that is easy to"
            f" read ({tightest.text:g} points): it is too long by {most}"
            f" ({_percent(excess)} of a page)."
        )
        hint = f"{_room_takers(blocks)} Leave something out, ask for more pages, or allow"
        return _finding(
            Code.DOES_NOT_FIT, fit, message, f"{hint} smaller type with `smallest`.".strip()
        )


def fit_pages(
    setter: Typesetter, pages: Pages, fit: FitOptions, root: Element, silenced: Callable[[], Any]
) -> FilledPages:
    """The pages to lay out. The engine's warnings about trials are ``silenced``."""
    with silenced():
        return _Fit(setter, pages, root).fill(fit)


def describe_fit(sheet: Sheet, length: float) -> Fitted:
    """The settings of a sheet, and the fullness of the last page of a text with a number of
    pages."""
    pages = math.ceil(length - SLACK)
    margins = (sheet.top, sheet.outer, sheet.bottom, sheet.inner)
    top, outer, bottom, inner = (round(margin, 1) for margin in margins)
    last = round(length - pages + 1, 2)
    return Fitted(sheet.text, sheet.leading, (top, outer, bottom, inner), pages, last)


def _too_short(fit: FitOptions, pages: int, length: float) -> Diagnostic:
    message = f"The text does not fill {_pages(pages)}, even at its largest: it fills {length:.1f}."
    hint = "Ask for fewer pages, or allow a larger text with `largest`."
    return _finding(Code.FILLS_TOO_LITTLE, fit, message, hint)


def _uneven(fit: FitOptions, length: float, multiple: int) -> Diagnostic:
    message = (
        f"The text fills {length:.1f} pages, and no legible size makes that a multiple of "
        f"{multiple}, so the last sheet is not full."
    )
    return _finding(Code.FILLS_TOO_LITTLE, fit, message, "Shorten the text, or add to it.")


def _finding(code: Code, fit: FitOptions, message: str, hint: str) -> Diagnostic:
    span = Span(fit.line, fit.column) if fit.line and not fit.forced else None
    return diagnostic(code, message, span=span, hint=hint)


def _room_takers(blocks: Sequence[Block]) -> str:
    if not blocks:
        return ""
    listed = [
        f"the {block.kind} at {block.place} ({_percent(block.pages)} of a page)" for block in blocks
    ]
    joined = " and ".join(filter(None, (", ".join(listed[:-1]), listed[-1])))
    return f"{'Largest is' if len(listed) == 1 else 'Largest are'} {joined}."


def _pages(count: int) -> str:
    return "1 page" if count == 1 else f"{count} pages"


def _percent(share: float) -> str:
    return f"{max(1, round(100 * share))}%"


# --- how full the pages are, and the blocks that take most room ---------------------------


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


def count_filled(pages: Sequence[LayoutBox]) -> float:
    """The number of full pages: 1.4 if the second is filled to four tenths."""
    return len(pages) - 1 + _share(pages[-1])


def largest_blocks(pages: Sequence[LayoutBox], count: int) -> list[Block]:
    """The blocks that take most room, the largest first. A block is one with a place that is in
    no other."""
    shares: dict[tuple[str, str], float] = {}
    for page in pages:
        for kind, place, height in _blocks(page):
            key = (kind, place)
            shares[key] = shares.get(key, 0) + height / page.height
    ordered = sorted(shares.items(), key=lambda entry: -entry[1])[:count]
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
        bottom = max([bottom, *(box.position_y + box.margin_height() for box in _leaves(part))])
    return float(min(1, (bottom - top + notes) / page.height))


def _leaves(box: LayoutBox) -> Iterator[LayoutBox]:
    """The lines and other content that does not consist of blocks."""
    inner = [] if boxes.is_line(box) else children(box)
    if not inner:
        yield box
    for child in inner:
        yield from _leaves(child)


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
