"""Lays the print edition out: once, or again where the pages decide about what is on them.

The page numbers of an index are known only when all is laid out, and so are the notes that the
margin has no room for, and the heights of what stands in columns. All is put right in the markup,
and the next layout has it.
"""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element

from pipeline.model.rendered import Pages
from pipeline.package.pdf.engine.boxes import elements
from pipeline.package.pdf.engine.typesetter import POINT, TypesetDocument, TypesetPage, Typesetter
from pipeline.package.pdf.index import Labels, PageNumbers
from pipeline.package.pdf.margin import place_notes
from pipeline.package.pdf.markup import classes
from pipeline.package.pdf.text_columns import fill_lines

LAYOUTS = 4
"""The maximum number of times that a publication is laid out."""


def lay_out(
    setter: Typesetter, root: Element, pages: Pages, labels: Labels | None = None
) -> TypesetDocument:
    """The document, with pages whose content is marked. ``pages`` have its styles."""
    document = set_pages(setter, root, pages, labels=labels)
    finish_layout(root, document)
    return document


def finish_layout(root: Element, document: TypesetDocument) -> None:
    """Have the pages marked, when they stay as they are."""
    document.mark()
    _drop_repeated_links(root, document.pages)


def set_pages(
    setter: Typesetter,
    root: Element,
    pages: Pages,
    most_pages: int | None = None,
    labels: Labels | None = None,
) -> TypesetDocument:
    """The document. Raises `TooManyPagesError` where there are more than ``most_pages``."""
    numbers, sheet = PageNumbers(root, labels), pages.sheet
    styles = [style.css for style in pages.styles]
    line = sheet.leading / POINT if sheet and sheet.columns > 1 else 0
    return settle(root, lambda: setter.set(root, styles, most_pages), numbers, line)


def settle(
    root: Element,
    lay_out: Callable[[], TypesetDocument],
    numbers: PageNumbers | None = None,
    line: float = 0,
) -> TypesetDocument:
    """The document that `lay_out` gives of ``root``, when nothing moves in it any more. ``numbers``
    are those of its index, and columns are made of whole lines of a height."""
    for layout in range(LAYOUTS):
        document = lay_out()
        changed = numbers is not None and numbers.fill(document.pages)
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


def _lost_notes(root: Element, pages: list[TypesetPage]) -> list[Element]:
    """The notes that are on no page: WeasyPrint forgets those that are called from what is out
    of the flow, as a template may have it. They are set where they are called then."""
    notes = [span for span in root.iter("span") if "note" in classes(span)]
    if not notes:
        return []
    shown = {element for page in pages for element in elements(page.box)}
    return [note for note in notes if note not in shown]


def _drop_repeated_links(root: Element, pages: list[TypesetPage]) -> None:
    """Leave no links in the heads of tables that are repeated on further pages: they say
    nothing to a listener, and so may lead nowhere."""
    heads = {link for head in root.iter("thead") for link in head.iter("a")}
    seen: set[Element] = set()
    for page in pages:
        seen |= heads & page.without_links(seen)
