"""A last page that has next to nothing on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.codes import Code
from pipeline.preflight.faults import Fault
from pipeline.preflight.layout import PageLayout
from pipeline.preflight.lines import baselines, rules

LEAST = 5
"""Lines."""

TALL = 60
"""Points from which on an image or a drawing fills a page as well as lines do."""


def short_last_page(pages: Sequence[PageLayout]) -> Iterator[Fault]:
    """Only of tagged pages can it be said what is text, and what a page number."""
    last = pages[-1] if len(pages) > 1 else None
    if last is None or not last.tagged or not last.body:
        return
    boxes = (*(picture.box for picture in last.pictures), *last.drawings)
    if any(box.height >= TALL for box in boxes):
        return
    written = baselines(last.body)
    lines = len(written) + len(rules(last.drawings, written))
    if lines < LEAST:
        yield Fault(
            code=Code.SHORT_LAST_PAGE,
            pages=(last.number,),
            message=f"The last page has only {_count(lines)} on it.",
            hint=f"Shorten the text, or let it fill {_pages(len(pages) - 1)}:"
            f" `fit: {len(pages) - 1}` in the front matter.",
            text=last.body[-1].text,
        )


def _count(lines: int) -> str:
    return f"{lines} lines" if lines > 1 else "a line"


def _pages(number: int) -> str:
    return f"{number} pages" if number > 1 else "one page"
