"""Lays out the print edition: once, or again if the pages influence their own content.

The page numbers of an index are only known after layout, and so are the notes for which the margin
has no room, and the heights of content in columns. All of these are corrected in the markup for the
next layout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from xml.etree.ElementTree import Element

from pipeline.features import here
from pipeline.model.editions import EDITIONS
from pipeline.model.rendered import Pages
from pipeline.model.sheet.fitting import fit_for
from pipeline.package.pdf.engine.adapter import typesetter
from pipeline.package.pdf.engine.adapter.boxes import elements
from pipeline.package.pdf.even_pages import planning_for
from pipeline.package.pdf.index import Labels, PageNumbers
from pipeline.package.pdf.print_markup import classes

LAYOUTS = 4
"""The maximum number of times that a publication is laid out."""


def lay_out(
    setter: typesetter.Typesetter, root: Element, pages: Pages, labels: Labels | None = None
) -> typesetter.TypesetDocument:
    """The document, with pages whose content is marked. ``pages`` have its styles."""
    document = set_pages(setter, root, pages, labels=labels)
    finish_layout(root, document)
    return document


def finish_layout(root: Element, document: typesetter.TypesetDocument) -> None:
    """Have the pages marked, when they stay as they are."""
    document.mark()
    _drop_repeated_links(root, document.pages)


def set_pages(
    setter: typesetter.Typesetter,
    root: Element,
    pages: Pages,
    most_pages: int | None = None,
    labels: Labels | None = None,
) -> typesetter.TypesetDocument:
    """The document. Raises `TooManyPagesError` if there are more than ``most_pages``."""
    numbers, sheet, edition = PageNumbers(root, labels), pages.sheet, EDITIONS[pages.edition]
    planned = sheet is not None and sheet.planned
    # The number of pages stays what was fitted, and pages of another edition begin where they do.
    may_change = not edition.same_pages and not fit_for(edition, pages.metadata)
    planning = planning_for(lines=planned, pages=planned and may_change)
    styles = [style.css for style in pages.styles]
    line = sheet.leading / typesetter.POINT if sheet and sheet.columns > 1 else 0
    return settle(
        root, lambda: setter.set(root, styles, most_pages, planning=planning), numbers, line
    )


def settle(
    root: Element,
    lay_out: Callable[[], typesetter.TypesetDocument],
    numbers: PageNumbers | None = None,
    line: float = 0,
) -> typesetter.TypesetDocument:
    """The final document that `lay_out` returns for ``root``, when nothing changes any more.
    ``numbers`` are those of its index, and columns consist of whole lines of this height."""
    in_margin = [element for element in root.iter() if "margin" in classes(element)]
    for note in () if here("margin_notes") else in_margin:
        note.set("class", "note")
    for layout in range(LAYOUTS):
        document, is_last = lay_out(), layout == LAYOUTS - 1
        changed = numbers is not None and numbers.fill(document.pages)
        rejected: Iterable[Element] = ()
        if in_margin and here("margin_notes"):
            from pipeline.features.margin_notes import place_margin_notes

            rejected = place_margin_notes(document.pages, is_last)
        for note in rejected:
            note.set("class", "note")
        lost = _lost_notes(root, document.pages)
        for note in lost:
            note.set("class", "note stray")
        moved = False
        if line > 0 and here("columns"):
            from pipeline.features.columns import fill_lines

            moved = fill_lines(document.pages, line)
        if not changed and not rejected and not lost and not moved:
            break
    return document


def _lost_notes(root: Element, pages: list[typesetter.TypesetPage]) -> list[Element]:
    """The notes that are on no page: WeasyPrint loses those that are referred to from content out
    of the flow, as in a custom template. They are then set at their reference."""
    notes = [span for span in root.iter("span") if "note" in classes(span)]
    if not notes:
        return []
    shown = {element for page in pages for element in elements(page.box)}
    return [note for note in notes if note not in shown]


def _drop_repeated_links(root: Element, pages: list[typesetter.TypesetPage]) -> None:
    """Leave no links in the heads of tables that are repeated on further pages: they say
    nothing to a listener, and so may lead nowhere."""
    heads = {link for head in root.iter("thead") for link in head.iter("a")}
    seen: set[Element] = set()
    for page in pages:
        seen |= heads & page.without_links(seen)
