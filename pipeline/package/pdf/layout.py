"""Lays the print edition out: once, or again where the pages decide about what is on them.

The page numbers of an index are known only when all is laid out, and so are the notes that the
margin has no room for. Both are put right in the markup, and the next layout has them.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

import weasyprint

from pipeline.package.pdf.boxes import elements
from pipeline.package.pdf.engine import Fonts, LocalFiles, MarkedPage, XMLDocument
from pipeline.package.pdf.index import PageNumbers
from pipeline.package.pdf.margin import place_notes
from pipeline.package.pdf.markup import classes

LAYOUTS = 4
"""How often a publication is laid out at most."""


def lay_out(root: Element, styles: list[weasyprint.CSS], files: LocalFiles, fonts: Fonts) -> Any:
    """The document of WeasyPrint, with pages whose content is marked."""
    numbers = PageNumbers(root)
    cache: dict[str, Any] = {}
    for layout in range(LAYOUTS):
        document = XMLDocument(root, files).render(
            font_config=fonts, stylesheets=styles, cache=cache
        )
        changed = numbers.fill(document.pages)
        rejected = place_notes(document.pages, is_last=layout == LAYOUTS - 1)
        for note in rejected:
            note.set("class", "note")
        lost = _lost_notes(root, document.pages)
        for note in lost:
            note.set("class", "note stray")
        if not changed and not rejected and not lost:
            break
    document.pages = [MarkedPage(page) for page in document.pages]
    _drop_repeated_links(root, document.pages)
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
