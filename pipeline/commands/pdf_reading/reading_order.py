"""Reads the text of finished PDFs in reading order."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from pipeline.commands.pdf_reading.page_content import PageLayout, TextRun
from pipeline.commands.pdf_reading.seen import UnreadablePdf, read_pages
from pipeline.model.page_map import printed_letters
from pipeline.package.units import DrawnText
from pipeline.verify.texts import UnreadableFile

NOTE = "Note"
NOT_TEXT = ("TOC", "Figure", "Formula", "Reference")
"""Elements that hold no text of the document, or lead from the text to a note."""


def text_of_pdf(path: Path) -> DrawnText:
    """The letters of a tagged PDF, and of its notes. Raises `UnreadableFile`."""
    try:
        pages = read_pages(path, coloured=False)
    except UnreadablePdf as error:
        raise UnreadableFile(str(error)) from error
    runs = list(_in_order(pages))
    text, notes = (
        "".join(run.text for run in runs if _is_note(run) is is_note) for is_note in (False, True)
    )
    return DrawnText(printed_letters(text), printed_letters(notes))


def _in_order(pages: Iterable[PageLayout]) -> Iterator[TextRun]:
    """The tagged text in reading order. A table row that goes on has parts of each cell on both
    pages, which are joined by column."""
    row: list[TextRun] = []
    for page in pages:
        tagged = [run for run in page.runs if run.element and _is_text(run)]
        tagged.sort(key=lambda run: run.element.order if run.element else 0)
        head = len(list(itertools.takewhile(_is_in_row_of(row[:1]), tagged)))
        if head:
            row = sorted((*row, *tagged[:head]), key=_column)
            tagged = tagged[head:]
        if tagged:
            yield from row
            tail = len(list(itertools.takewhile(_is_in_row_of(tagged[-1:]), reversed(tagged))))
            yield from tagged[: len(tagged) - tail]
            row = tagged[len(tagged) - tail :]
    yield from row


def _is_in_row_of(runs: Iterable[TextRun]) -> Callable[[TextRun], bool]:
    cells = [run.element.cell for run in runs if run.element and run.element.cell]
    return lambda run: any(
        run.element and run.element.cell and run.element.cell.row == cell.row for cell in cells
    )


def _column(run: TextRun) -> int:
    return run.element.cell.column if run.element and run.element.cell else 0


def _is_note(run: TextRun) -> bool:
    return bool(run.element and run.element.within(NOTE))


def _is_text(run: TextRun) -> bool:
    assert run.element is not None
    is_number = (NOTE, "Lbl") in itertools.pairwise(run.element.roles)
    return not is_number and not run.element.within(*NOT_TEXT)
