"""Rules about printing problems in the pages of a finished PDF, Chapbook's or others'."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from pipeline.commands import pdf_reading as layout
from pipeline.model.paper import MILLIMETRE, PageArea
from pipeline.model.sheet import contrast_of_luminances, luminance
from pipeline.model.words import understood
from pipeline.verify.rules import Finding, finding

LEAST_DOTS, SMALLEST_IMAGE = 200, 9
"""Dots per inch below which pixels show; points below which an image does not matter."""

LEAST_SIZE, HAIR = 8, 0.06
"""Points that text is large at least. Files round their sizes, so that a hair less is as much."""

CONTRAST, CONTRAST_LARGE = 4.5, 3.0
"""Contrast ratios of text and of large text (WCAG 2.2, success criterion 1.4.3)."""

LARGE_TEXT, LARGE_BOLD_TEXT = 18, 14
"""Points from which on text is large, and bold text."""

MOST_FITTED = 8
"""Pages of a text that can be made to lose the last one by smaller type."""

LAST_LINES, TALL_LAST = 5, 60
"""Lines that a last page has at least; points from which on an image or a drawing fills it."""

HEADINGS = ("Title", "H", "H1", "H2", "H3", "H4", "H5", "H6", "H7")
LINES_BELOW, TALL = 2, 20
"""Lines that should follow a heading; points from which an image counts as one."""

FOOT = 5
"""Times a heading's size: no farther from the end of the page's text is its foot."""

TOLERANCE = 2
"""Points by which letters may extend beyond the margin: italics and hanging punctuation do."""

UNKNOWN = frozenset("\ufffd\ufffe\uffff\0")
"""Characters in the text of a PDF that stand for a missing glyph."""

MEANINGS = ("one_table", "several_tables", "one_figure", "several_figures", "above", "below")
"""The words of authors for the place of others."""

Pages: TypeAlias = Sequence[layout.PageLayout]


def print_faults(pages: Pages, area: layout.TextArea | None = None) -> tuple[Finding, ...]:
    """The findings of all rules, in the order of the pages. ``area`` is the place of their text."""
    findings = (
        *_coarse_images(pages),
        *_small_text(pages),
        *_low_contrast(pages),
        *_short_last_page(pages),
        *_stranded_headings(pages),
        *_places_in_captions(pages),
        *_overflow(pages, area),
        *_missing_glyphs(pages),
    )
    return tuple(
        sorted(findings, key=lambda finding: (finding.pages[0], finding.code.slug, finding.message))
    )


def _coarse_images(pages: Pages) -> Iterator[Finding]:
    """Images that have too few pixels for the size they are printed at."""
    for page in pages:
        for picture in page.pictures:
            if min(picture.size) < SMALLEST_IMAGE or round(_dots_per_inch(picture)) >= LEAST_DOTS:
                continue
            dots = _dots_per_inch(picture)
            alt = picture.element.alt if picture.element else ""
            width, height = (round(size / MILLIMETRE) for size in picture.size)
            across, down = picture.pixels
            yield finding(
                "coarse-image" if alt else "coarse-image-unnamed",
                pages=(page.number,),
                about=alt or f"{across} × {down}",
                alt=alt,
                dots=dots,
                pixels=f"{across} × {down} pixels on {width} × {height} mm",
                wanted=-(-across * LEAST_DOTS // max(1, round(dots))),
                width=int(width * dots / LEAST_DOTS),
            )


def _dots_per_inch(picture: layout.Picture) -> float:
    """The resolution as it is printed, across or down, whichever is less."""
    both = zip(picture.pixels, picture.size, strict=True)
    return min(pixels * 72 / size for pixels, size in both)


class _Text:
    """Text of one kind: its first line, and the numbers of the pages that it is on."""

    def __init__(self, first: layout.TextRun, page: layout.PageLayout) -> None:
        self.about = first.source_text
        self.line = layout.line_of(first, page.runs)
        self.on: dict[int, None] = {}

    def add(self, page: layout.PageLayout) -> None:
        self.on[page.number] = None


def _small_text(pages: Pages) -> Iterator[Finding]:
    """Text too small to be read on paper: one finding for each size. Superscripts and subscripts
    are smaller than their line, and are not counted."""
    by_size: dict[float, _Text] = {}
    for page in pages:
        for run in page.runs:
            if run.size < LEAST_SIZE - HAIR and not _is_figure(run, page.runs):
                by_size.setdefault(round(run.size, 1), _Text(run, page)).add(page)
    for size, text in sorted(by_size.items()):
        yield finding("small-text", pages=(*text.on,), about=text.about, line=text.line, size=size)


def _is_figure(run: layout.TextRun, others: Sequence[layout.TextRun]) -> bool:
    """Return whether a piece is raised or lowered, or is the number of a note."""
    is_reference = run.element is not None and run.element.within("Reference")
    return (is_reference and run.text.strip().isdigit()) or layout.is_raised_or_lowered(run, others)


def _low_contrast(pages: Pages) -> Iterator[Finding]:
    """Text with low contrast, in colour or in greyscale: one finding for each pair of colours."""
    by_colours: dict[tuple[layout.Colour, layout.Colour, float], _Text] = {}
    for page in pages:
        for run in page.runs:
            is_large = run.size >= (LARGE_BOLD_TEXT if run.bold else LARGE_TEXT) - HAIR
            least = CONTRAST_LARGE if is_large else CONTRAST
            if min(_contrasts(run.colour, run.background)) < least:
                key = run.colour, run.background, least
                by_colours.setdefault(key, _Text(run, page)).add(page)
    for (colour, background, least), text in by_colours.items():
        coloured, greyed = _contrasts(colour, background)
        yield finding(
            "low-contrast",
            pages=(*text.on,),
            about=text.about,
            line=text.line,
            colour=colour,
            background=background,
            ratio=int(min(coloured, greyed) * 10) / 10,  # never up to what it does not reach
            printed=" where it is printed in grey" if greyed < coloured else "",
            least=least,
        )


def _contrasts(colour: layout.Colour, background: layout.Colour) -> tuple[float, float]:
    return contrast(colour, background), contrast(grey(colour), grey(background))


def contrast(colour: layout.Colour, ground: layout.Colour) -> float:
    """The contrast ratio of two colours, from 1 to 21 (WCAG 2.2, section 5, “contrast ratio”)."""
    first, second = (luminance(*(part / 255 for part in c)) for c in (colour, ground))
    return contrast_of_luminances(first, second)


def grey(colour: layout.Colour) -> layout.Colour:
    """The grey of a colour on a printer that has black alone (ISO 32000-1, section 10.3.5)."""
    value = round(0.3 * colour.red + 0.59 * colour.green + 0.11 * colour.blue)
    return layout.Colour(value, value, value)


def _short_last_page(pages: Pages) -> Iterator[Finding]:
    """A last, tagged page with little on it: only tags tell text from page numbers."""
    last = pages[-1] if len(pages) > 1 else None
    if last is None or not last.tagged or not last.body:
        return
    if any(box.height >= TALL_LAST for box in last.boxes):
        return
    written = layout.baselines(last.body)
    lines, fit = len(written) + len(layout.rules(last.drawings, written)), len(pages) - 1
    if lines < LAST_LINES:
        yield finding(
            "short-last-page" if fit <= MOST_FITTED else "short-end",
            pages=(last.number,),
            about=last.body[-1].text,
            lines=f"{lines} lines" if lines > 1 else "a line",
            pages_before=f"{fit} pages" if fit > 1 else "one page",
            fit=fit,
        )


def _stranded_headings(pages: Pages) -> Iterator[Finding]:
    """Headings at the foot of a page without their text: searched for on tagged pages except the
    last, where nothing could follow."""
    for page, following in itertools.pairwise(pages):
        headings: dict[int, list[layout.TextRun]] = {}
        for run in page.body:
            if run.element and run.element.within(*HEADINGS) and not run.element.within("Title"):
                headings.setdefault(run.element.block, []).append(run)
        for runs in headings.values():
            if not _is_near_the_foot(runs, page, pages) or _is_complete(runs, page, following):
                continue
            if _lines_below(runs, page) < LINES_BELOW:
                words = (run for run in runs if run.element and not run.element.within("Reference"))
                text = " ".join(run.text.strip() for run in words)
                yield finding("stranded-heading", pages=(page.number,), about=text, heading=text)


@functools.cache
def _place_of_others() -> re.Pattern[str]:
    """Tables or figures, and where they are, in the words of a caption in any language."""
    table, tables, figure, figures, above, below = (
        "|".join(map(re.escape, understood(meaning))) for meaning in MEANINGS
    )
    several = f"(?P<several>(?P<tables>{tables})|{figures})"
    kind = f"(?:{several}|(?P<table>{table})|{figure})"
    return re.compile(rf"\b{kind} (?:(?P<above>{above})|{below})\b", re.IGNORECASE)


def _places_in_captions(pages: Pages) -> Iterator[Finding]:
    """Captions that speak of tables or figures above or below that are on another page."""
    for page in pages:
        captions: dict[int, list[layout.TextRun]] = {}
        for run in page.body:
            if run.element and run.element.within("Caption"):
                captions.setdefault(run.element.block, []).append(run)
        heights = {block: runs[0].baseline for block, runs in captions.items()}
        for block, runs in captions.items():
            text = " ".join(run.text.strip() for run in runs)
            if not (match := _place_of_others().search(text)):
                continue
            is_table, is_above = bool(match["table"] or match["tables"]), bool(match["above"])
            others = [
                other
                for other, of_other in captions.items()
                if other != block
                and _is_in_table(of_other[0]) == is_table
                and (heights[other] > heights[block]) == is_above
            ]
            if len(others) < (2 if match["several"] else 1):
                yield finding("place-in-caption", pages=(page.number,), about=text, said=match[0])


def _is_in_table(run: layout.TextRun) -> bool:
    return bool(run.element and run.element.within("Table"))


def _is_complete(
    heading: Sequence[layout.TextRun], page: layout.PageLayout, following: layout.PageLayout
) -> bool:
    """Recognise a heading whose whole content is on its page: it is that of a list of contents, or
    the next page begins with another heading, of the same level or above."""
    element = _sort_by_tags(heading)[-1].element
    assert element, "it is a heading by its element"
    later = [run for run in page.body if run.element and run.element.order > element.order]
    if any(run.element and run.element.within("TOC") for run in _sort_by_tags(later)[:1]):
        return True
    levels = [_level(run) for run in (*_sort_by_tags(later), *_sort_by_tags(following.body)[:1])]
    level = next(filter(None, levels), "")
    return bool(level) and level <= _level(heading[-1])


def _sort_by_tags(runs: Sequence[layout.TextRun]) -> list[layout.TextRun]:
    """Text as its tags put it into order, without notes."""
    tagged = [run for run in runs if run.element and not run.element.within("Note")]
    return sorted(tagged, key=lambda run: run.element.order if run.element else 0)


def _level(run: layout.TextRun) -> str:
    """The role of the heading that a text belongs to, or nothing."""
    roles = run.element.roles if run.element else ()
    return next((role for role in roles if role in HEADINGS), "")


def _lines_below(heading: Sequence[layout.TextRun], page: layout.PageLayout) -> int:
    """The number of lines of its section below a heading, with notes except its own."""
    element = heading[-1].element
    assert element, "it is a heading by its element"
    has_notes = any(run.element and run.element.within("Reference") for run in heading)
    foot = min(run.baseline for run in heading)
    below = [
        run
        for run in page.body
        if run.element
        and run.element.order > element.order
        and run.element.block != element.block
        and not (has_notes and run.element.within("Note"))
        and run.baseline < foot + 1
    ]
    solid = sum(box.height >= TALL and box.top <= foot + 2 for box in page.boxes)
    ruled = sum(y < foot for y in layout.rules(page.drawings, layout.baselines(page.runs)))
    return len(layout.baselines(below)) + ruled + LINES_BELOW * solid


def _is_near_the_foot(
    heading: Sequence[layout.TextRun], page: layout.PageLayout, pages: Pages
) -> bool:
    """Measured from the lowest text on any page of this size."""
    foot = min(
        run.baseline
        for other in pages
        if (other.width, other.height) == (page.width, page.height)
        for run in other.body
    )
    lowest, size = min(run.baseline for run in heading), max(run.size for run in heading)
    return lowest - foot < FOOT * size


def _overflow(pages: Pages, area: layout.TextArea | None) -> Iterator[Finding]:
    """Text over the margin or off the page: the longest line of each block of a page."""
    for page in pages:
        edge = PageArea(0, 0, page.width, page.height)
        place = area(page) if area else None
        worst: dict[tuple[str, int], tuple[bool, float, layout.TextRun]] = {}
        for run in page.body:
            off = _excess(run.box, edge, 0.5)
            # content entirely in the margin, such as notes and page numbers, is there on purpose
            is_begun = place and run.box.overlaps(place)
            over = off or (_excess(run.box, place, TOLERANCE) if place and is_begun else 0)
            if over:
                rule = _rule(run)
                block = 0 if rule == "wide-table" or not run.element else run.element.block
                overflow = bool(off), over, run
                worst[rule, block] = max(
                    worst.get((rule, block), overflow), overflow, key=lambda o: o[:2]
                )
        for (rule, _), (is_off, over, run) in worst.items():
            # code is in coloured pieces
            line = layout.line_of(run, page.runs) if rule == "long-code" else ""
            yield finding(
                rule,
                pages=(page.number,),
                about=line or run.source_text,
                over=max(1, round(over / MILLIMETRE)),
                where="off the page" if is_off else "over the margin",
                at=line or run.text,
            )


def _excess(box: PageArea, place: PageArea, tolerance: float) -> float:
    """Points by which a box is outside its area, 0 if it is inside."""
    over = max(
        place.left - box.left,
        box.right - place.right,
        place.bottom - box.bottom - box.height / 2,
        box.top - place.top - box.height / 2,
    )
    return over if over > tolerance else 0


def _rule(run: layout.TextRun) -> str:
    """The rule that text breaks which runs out of its place."""
    if run.element and run.element.within("Table"):
        return "wide-table"
    return "long-code" if run.element and run.element.within("Code") else "long-line"


def _missing_glyphs(pages: Pages) -> Iterator[Finding]:
    """Characters that the page shows as an empty box: one finding a page."""
    for page in pages:
        missing = [run.text for run in page.runs if not UNKNOWN.isdisjoint(run.text)]
        if missing:
            count = sum(c in UNKNOWN for text in missing for c in text)
            yield finding(
                "missing-glyph",
                pages=(page.number,),
                about=missing[0],
                those=f"{count} characters have" if count > 1 else "A character has",
                line="".join("�" if c in UNKNOWN else c for c in missing[0]),
            )
