"""Lays the print edition out: once, or again where the pages decide about what is on them.

The page numbers of an index are known only when all is laid out, and so are the notes that the
margin has no room for, and the heights of what stands in columns. All is put right in the markup,
and the next layout has it.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

import weasyprint

from pipeline.package.pdf.boxes import elements
from pipeline.package.pdf.engine import Fonts, LocalFiles, MarkedPage, XMLDocument
from pipeline.package.pdf.index import Labels, PageNumbers
from pipeline.package.pdf.margin import place_notes
from pipeline.package.pdf.markup import classes
from pipeline.package.pdf.text_columns import fill_lines
from pipeline.paper import Sheet

PIXELS = 4 / 3
"""CSS pixels in a point."""

LAYOUTS = 4
"""How often a publication is laid out at most."""


def lay_out(
    root: Element,
    styles: list[weasyprint.CSS],
    files: LocalFiles,
    fonts: Fonts,
    sheet: Sheet | None = None,
    labels: Labels | None = None,
) -> Any:
    """The document of WeasyPrint, with pages whose content is marked."""
    document = set_pages(root, styles, files, fonts, sheet, {}, labels=labels)
    document.pages = [MarkedPage(page) for page in document.pages]
    _drop_repeated_links(root, document.pages)
    return document


def set_pages(
    root: Element,
    styles: list[weasyprint.CSS],
    files: LocalFiles,
    fonts: Fonts,
    sheet: Sheet | None,
    cache: dict[str, Any],
    most_pages: int | None = None,
    labels: Labels | None = None,
) -> Any:
    """The document of WeasyPrint; ``cache`` keeps images from one layout to the next. Raises
    `TooManyPagesError` where there are more than ``most_pages``."""
    numbers = PageNumbers(root, labels)
    line = sheet.leading * PIXELS if sheet and sheet.columns > 1 else 0
    for layout in range(LAYOUTS):
        document = XMLDocument(root, files).within(
            most_pages, font_config=fonts, stylesheets=styles, cache=cache
        )
        changed = numbers.fill(document.pages)
        rejected = place_notes(document.pages, is_last=layout == LAYOUTS - 1)
        for note in rejected:
            note.set("class", "note")
        lost = _lost_notes(root, document.pages)
        for note in lost:
            note.set("class", "note stray")
        moved = line > 0 and fill_lines(document.pages, line)
        if not changed and not rejected and not lost and not moved:
            break
    return document


def _lost_notes(root: Element, pages: list[Any]) -> list[Element]:
    """The notes that are on no page: WeasyPrint forgets those that are called from what is out
    of the flow, as a template may have it. They are set where they are called then."""
    notes = [span for span in root.iter("span") if "note" in classes(span)]
    if not notes:
        return []
    shown = {element for page in pages for element in elements(page._page_box)}
    return [note for note in notes if note not in shown]


def _drop_repeated_links(root: Element, pages: list[MarkedPage]) -> None:
    """Leave no links in the heads of tables that are repeated on further pages: they say
    nothing to a listener, and so may lead nowhere."""
    heads = {link for head in root.iter("thead") for link in head.iter("a")}
    seen: set[Element] = set()
    for page in pages:
        page.links = [link for link in page.links if link[3].element not in seen]
        seen |= heads & {link[3].element for link in page.links}
