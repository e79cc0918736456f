"""The settings of a page with which its text takes less room, or more: one series, from tight to
loose, with the page's defaults in between. Text, leading, margins and measure change together, so
that proportions are kept, and a search has one number to find."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from msgspec.structs import replace

from pipeline.model.editions import Edition
from pipeline.model.late import late
from pipeline.model.metadata import Audience, Metadata
from pipeline.model.paper import FitOptions, Margins, Sheet
from pipeline.model.sheet.proportions import SMALLEST_NOTE, options_for

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


SMALLEST, AT_SCHOOL, FIRST_YEARS = 9.0, 10.0, 14.0
"""The smallest type size, that for an audience, and for one that learns to read, in points."""

LARGEST, GROWTH = 13.0, 1.25
"""The largest type size, in points, and relative to the smallest."""

_FIRST_YEARS = late(
    r"\b(?:key stage|ks) ?1\b|\b(?:year|grade|class|klasse|klas|groep|grado|curso|ano) ?[12]\b"
    r"|\b[12](?:st|nd|[.ºª°])? ?(?:year|grade|class|klasse|schuljahr|année|grado|curso|ano)\b"
    r"|\b(?:cp|ce1|reception|kindergarten)\b",
    re.IGNORECASE,
)


class Knot(NamedTuple):
    """A setting between two knots, with linear interpolation. ``text`` is in points; the others are
    relative to the page's defaults: ``margins`` at top and bottom, ``sides`` the minimum of the
    others, and ``measure`` the line length in terms of the type size."""

    text: float
    leading: float = 1
    margins: float = 1
    sides: float = 1
    measure: float = 1


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
    smallest, largest = _sizes(fit, metadata.audience)
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


def _sizes(fit: FitOptions, audience: Audience) -> tuple[float, float]:
    """The smallest and the largest type size, in points."""
    usual = SMALLEST
    if audience != Audience():
        usual = FIRST_YEARS if _is_for_first_years(audience) else AT_SCHOOL
    smallest = fit.smallest or min(usual, fit.largest or usual)
    return smallest, fit.largest or max(LARGEST, GROWTH * smallest)


def _is_for_first_years(audience: Audience) -> bool:
    """Return whether the readers are learning to read."""
    ages = audience.oldest or audience.youngest
    return "preschool" in audience.groups or (
        0 < ages <= 8 if ages else _FIRST_YEARS.search(audience.level) is not None
    )


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
