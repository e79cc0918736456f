"""Checks the pages of a PDF as they are seen: that they will print well, that nothing on them is
invisible or empty, and that links lead somewhere. veraPDF knows the rules of accessible and
archived PDF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pikepdf

from pipeline.commands import pdf_reading
from pipeline.commands.pdf_reading import PageLayout
from pipeline.commands.print_faults import print_faults
from pipeline.verify.rules import FileFindings, Finding, finding, show_text

RULE = 2
"""Points of a drawing, across and up, up to which it is only a line."""


def check_pdf(path: Path, findings: FileFindings) -> None:
    """Check a PDF. Findings about a page have its number in the message, counted from 1."""
    try:
        pages = pdf_reading.read_pages(path)
        findings.put(*print_faults(pages), *_empty_pages(pages), *_unseen(path), *_dead(path))
    except pdf_reading.UnreadablePdf as error:
        findings.add("password" if "password" in str(error).lower() else "broken-pdf")
        return
    if _is_damaged(path):
        findings.add("mended-pdf")


def _is_damaged(path: Path) -> bool:
    """Return whether readers have to repair the file, which PDFium does without a word."""
    try:
        with pikepdf.open(path) as pdf:
            return bool(pdf.get_warnings())
    except (pikepdf.PdfError, OSError):
        return True


def _empty_pages(pages: Sequence[PageLayout]) -> Iterator[Finding]:
    """Pages of a tagged document with nothing on them but running heads and the like; a left-hand
    page may be empty, so that the next part begins on the right, and so may sheets to fold or cut,
    which are not tagged."""
    for page in pages if any(page.tagged for page in pages) else ():
        text = any(run.element for run in page.runs)
        drawn = any(min(area.width, area.height) > RULE for area in page.drawings)
        may_be = page.number % 2 == 0 and page.number < len(pages)
        if not (text or drawn or page.pictures or may_be):
            yield finding("empty-page", page=page.number)


def _unseen(path: Path) -> Iterator[Finding]:
    for number, alt in pdf_reading.invisible_figures(path):
        figure = f"“{show_text(alt)}”" if alt else "A figure"
        yield finding("empty-drawing", pages=(number,), what=figure)


def _dead(path: Path) -> Iterator[Finding]:
    for number, title in pdf_reading.dead_ends(path):
        if number:
            yield finding("dead-link", page=number)
        else:
            yield finding("dead-bookmark", title=title)
