"""Headings at a page's foot, away from what they are over."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from pipeline.codes import Code
from pipeline.preflight.faults import Fault, quoted
from pipeline.preflight.layout import PageLayout, Run
from pipeline.preflight.lines import baselines, rules

HEADINGS = ("H", "H1", "H2", "H3", "H4", "H5", "H6")

LEAST = 2
"""Lines that should stand below a heading."""

FOOT = 5
"""Times the heading's size: no farther from the end of the page's text is its foot."""

TALL = 20
"""Points from which on an image or a drawing is worth lines."""


def stranded_headings(pages: Sequence[PageLayout]) -> Iterator[Fault]:
    """Looked for in tagged pages, but the last, where nothing could follow."""
    for page, following in itertools.pairwise(pages):
        headings: dict[int, list[Run]] = {}
        for run in page.body:
            if run.element and run.element.within(*HEADINGS):
                headings.setdefault(run.element.block, []).append(run)
        for runs in headings.values():
            if not _is_near_the_foot(runs, page, pages) or _is_complete(runs, page, following):
                continue
            if _lines_below(runs, page) < LEAST:
                text = " ".join(run.text.strip() for run in runs)
                yield Fault(
                    code=Code.STRANDED_HEADING,
                    pages=(page.number,),
                    message=f"The heading {quoted(text)} stands at the foot of the page.",
                    hint="Write `\\newpage` before it, or change what comes before it.",
                    text=text,
                )


def _is_complete(heading: Sequence[Run], page: PageLayout, following: PageLayout) -> bool:
    """Whether all that the heading is over stands on its page: the next page begins with another
    heading, of the same level or above."""
    own = _in_order(heading)[-1].element
    assert own, "it is a heading by its element"
    later = [run for run in page.body if run.element and run.element.order > own.order]
    levels = [_level(run) for run in (*_in_order(later), *_in_order(following.body)[:1])]
    level = next(filter(None, levels), "")
    return bool(level) and level <= _level(heading[-1])


def _in_order(runs: Sequence[Run]) -> list[Run]:
    """Text as its tags put it into order, without notes."""
    tagged = [run for run in runs if run.element and not run.element.within("Note")]
    return sorted(tagged, key=lambda run: run.element.order if run.element else 0)


def _level(run: Run) -> str:
    """The role of the heading that text is of, or nothing."""
    roles = run.element.roles if run.element else ()
    return next((role for role in roles if role in HEADINGS), "")


def _lines_below(heading: Sequence[Run], page: PageLayout) -> int:
    """How many lines of what the heading is over stand below it, in its column."""
    element = heading[-1].element
    assert element, "it is a heading by its element"
    foot = min(run.baseline for run in heading)
    below = [
        run
        for run in page.body
        if run.element
        and run.element.order > element.order
        and run.element.block != element.block
        and not run.element.within("Note")
        and run.baseline < foot + 1
    ]
    boxes = (*(picture.box for picture in page.pictures), *page.drawings)
    solid = sum(LEAST for box in boxes if box.height >= TALL and box.top <= foot + 2)
    written = baselines(below)
    ruled = sum(y < foot for y in rules(page.drawings, baselines(page.runs)))
    return len(written) + ruled + solid


def _is_near_the_foot(
    heading: Sequence[Run], page: PageLayout, pages: Sequence[PageLayout]
) -> bool:
    """Measured from the lowest text on any page of this size."""
    foot = min(
        run.baseline
        for other in pages
        if (other.width, other.height) == (page.width, page.height)
        for run in other.body
    )
    return heading[-1].baseline - foot < FOOT * heading[-1].size
