"""Text that runs out of its place: over the margin, or off the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from pipeline.codes import Code
from pipeline.paper import MILLIMETRE
from pipeline.preflight.faults import Fault, TextArea, quoted
from pipeline.preflight.layout import Box, PageLayout, Run

TOLERANCE = 2
"""Points by which letters may stand over: italics do, and points that hang."""


Kind = Literal["table", "code", "text"]


def overflow(pages: Iterable[PageLayout], area: TextArea) -> Iterator[Fault]:
    """One fault for each block of a page, about its longest line."""
    for page in pages:
        edge = Box(0, 0, page.width, page.height)
        place = area(page)
        worst: dict[tuple[Kind, int], tuple[float, bool, Run]] = {}
        for run in page.body:
            off = _over(run.box, edge, 0.5)
            # what is all in the margin, as notes and the numbers of pages may be, was put there
            is_begun = place and run.box.overlaps(place)
            over = off or (_over(run.box, place, TOLERANCE) if place and is_begun else 0)
            if over:
                kind = _kind(run)
                block = 0 if kind == "table" or not run.element else run.element.block
                found = (over, bool(off), run)
                worst[kind, block] = max(
                    worst.get((kind, block), found), found, key=lambda item: (item[1], item[0])
                )
        for (kind, _), (over, is_off, run) in worst.items():
            yield _fault(page, kind, over, is_off, run)


def _over(box: Box, place: Box, tolerance: float) -> float:
    """Points by which a box is out of its place, 0 where it is within."""
    over = max(
        place.left - box.left,
        box.right - place.right,
        place.bottom - box.bottom - box.height / 2,
        box.top - place.top - box.height / 2,
    )
    return over if over > tolerance else 0


def _kind(run: Run) -> Kind:
    if run.element and run.element.within("Table"):
        return "table"
    return "code" if run.element and run.element.within("Code") else "text"


def _fault(page: PageLayout, kind: Kind, over: float, is_off: bool, run: Run) -> Fault:
    where = "off the page" if is_off else "over the margin"
    by = f"{max(1, round(over / MILLIMETRE))} mm"
    match kind:
        case "table":
            said = f"A table runs {by} {where}, at {quoted(run.text)}."
            hint = "Give it fewer columns or shorter words, or a page on its side: `::: landscape`."
        case "code":
            said = f"A line of code runs {by} {where}: {quoted(run.text)}."
            hint = "Break the line in the source."
        case "text":
            said = f"A line runs {by} {where}: {quoted(run.text)}."
            hint = "Put a soft hyphen (`&shy;`) into the long word, or write it in another way."
    code = Code.OVERFULL_LINE if kind == "text" else Code.CUT_OFF
    return Fault(code, (page.number,), said, hint, run.wanted)
