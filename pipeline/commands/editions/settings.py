"""The settings of a document's editions: the result of the table of editions, the front matter and
the paper size, for people and programs."""

from __future__ import annotations

from typing import Literal

import msgspec

from pipeline.model import Document
from pipeline.model.editions import EDITIONS, Edition, chosen_editions, output_name, wanted
from pipeline.model.metadata import Metadata
from pipeline.model.sheet.fitting import fit_for
from pipeline.model.sheet.proportions import is_book, options_for, paper_for, sheet_for
from pipeline.select import select

PAGES_ON_SIDE = {"none": 1, "booklet": 2, "2-up": 2, "4-up": 4}
"""The number of pages that an imposition puts on one side of a sheet."""


class PageSettings(msgspec.Struct, frozen=True):
    """A printed page: its ``size`` and the ``paper`` it is on, by name; ``margins`` in millimetres
    (top, outer, bottom, inner); ``text`` and ``leading`` in points, before they are fitted to a
    number of pages (``fit``); ``writing_line`` is the distance of ruled lines in millimetres."""

    size: str
    paper: str
    pages_on_side: int
    margins: tuple[float, float, float, float]
    columns: int
    text: float
    leading: float
    theme: str
    fit: int | Literal["even"] | None
    writing_line: float


class EditionSettings(msgspec.Struct, frozen=True):
    """An edition: ``label`` describes it, ``file`` is its output, and ``listed`` whether it is
    built by default. ``page`` is that of a printed one."""

    name: str
    label: str
    format: str
    file: str
    listed: bool
    page: PageSettings | None = None


def settings_of(document: Document | None, stem: str) -> tuple[EditionSettings, ...]:
    """All editions, with the default ones first. Without a document, they have default print
    settings."""
    metadata = document.metadata if document else Metadata()
    listed = chosen_editions((), metadata)
    editions = dict.fromkeys((*listed, *EDITIONS.values()))
    return tuple(
        _settings(edition, metadata, document, stem, row in listed)
        for row in editions
        for edition in wanted(row, metadata)
    )


def _settings(
    edition: Edition, metadata: Metadata, document: Document | None, stem: str, listed: bool
) -> EditionSettings:
    page = None
    if edition.format == "pdf":
        book = document is not None and is_book(select(document, edition))
        page = _page(edition, metadata, book)
    file = output_name(stem, edition)
    return EditionSettings(edition.full_name, edition.label, edition.format, file, listed, page)


def _page(edition: Edition, metadata: Metadata, book: bool) -> PageSettings:
    sheet = sheet_for(edition, metadata, is_book=book)
    fit = fit_for(edition, metadata)
    margins = (sheet.top, sheet.outer, sheet.bottom, sheet.inner)
    top, outer, bottom, inner = (round(margin, 1) for margin in margins)
    return PageSettings(
        size=sheet.size.name,
        paper=paper_for(edition, metadata).name,
        pages_on_side=PAGES_ON_SIDE[edition.imposition],
        margins=(top, outer, bottom, inner),
        columns=sheet.columns,
        text=round(sheet.text, 2),
        leading=round(sheet.leading, 2),
        theme=options_for(edition, metadata).theme or "classic",
        fit=fit.pages if fit else None,
        writing_line=sheet.writing,
    )
