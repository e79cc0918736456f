"""Text that is too small to be read on paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pipeline.codes import Code
from pipeline.preflight.faults import Fault, quoted
from pipeline.preflight.layout import PageLayout, Run
from pipeline.preflight.lines import is_raised_or_lowered, line_of

LEAST = 8
"""Points. Files round their sizes, so that a hair less is still as much."""

HAIR = 0.06


def small_text(pages: Iterable[PageLayout]) -> Iterator[Fault]:
    """One fault for each size. Raised and lowered figures are smaller than their line, and are
    not counted."""
    found: dict[float, tuple[Run, str, list[int]]] = {}
    for page in pages:
        for run in page.runs:
            if run.size < LEAST - HAIR and not _is_figure(run, page.runs):
                found.setdefault(round(run.size, 1), (run, line_of(run, page.runs), []))[2].append(
                    page.number
                )
    for size, (run, line, numbers) in sorted(found.items()):
        yield Fault(
            code=Code.SMALL_TEXT,
            pages=tuple(dict.fromkeys(numbers)),
            message=f"{quoted(line)} is set in {size:g} points.",
            hint=f"Nothing should be smaller than {LEAST} points: make the text larger, show the"
            " chart or drawing it is in larger, or put fewer pages on a sheet.",
            text=run.wanted,
        )


def _is_figure(run: Run, others: Sequence[Run]) -> bool:
    """Whether it is raised or lowered, or the number of a note."""
    is_reference = run.element is not None and run.element.within("Reference")
    return (is_reference and run.text.strip().isdigit()) or is_raised_or_lowered(run, others)
