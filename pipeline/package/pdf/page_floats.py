"""Figures and tables that go to the top of the next page if there is no room (``float=top``), or to
the foot of a page (``float=foot``): the text goes on in their place, so that no page is left
short.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from pipeline.model.rendered import Pages
from pipeline.package.pdf.engine.adapter.page_layout import PAGE_FLOAT, PAGE_FOOT
from pipeline.package.pdf.print_markup import HEADINGS

KEY = "data-float"

CLASSES = {"top": PAGE_FLOAT, "foot": f"{PAGE_FLOAT} {PAGE_FOOT}"}
"""The classes of what floats to the places on a page."""

AROUND = frozenset({"body", "main", "section"})
"""The elements from which something can go to the next page: what is in a box stays in it."""

STYLE = "float: left; clear: both; width: 100%"

KEPT = "; break-after: avoid"
"""The style of what stands between a heading and its text."""


def float_to_pages(root: Element, pages: Pages) -> None:
    """Make page floats of what asks for it in a tree. A heading before one stays with the
    text below. Columns, and pages that are those of another edition, have none."""
    if pages.row.same_pages or (pages.sheet and pages.sheet.columns > 1):
        return
    for parent in [element for element in root.iter() if element.tag in AROUND]:
        for number, child in enumerate(parent):
            if names := CLASSES.get(child.get(KEY, "")):
                parent[number] = _page_float(child, names)
                if number and parent[number - 1].tag in HEADINGS:
                    parent[number].set("style", STYLE + KEPT)


def _page_float(block: Element, names: str) -> Element:
    """An element with classes around a block that is on the next page if it does not
    fit: the engine breaks the element after its empty first part."""
    wrapper = Element("div", {"class": names, "style": STYLE})
    wrapper.tail, block.tail = block.tail, None
    block.set("style", f"{block.get('style', '')}; break-inside: avoid")
    SubElement(wrapper, "div", {"style": "height: 0"})
    wrapper.append(block)
    return wrapper
