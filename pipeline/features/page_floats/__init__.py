"""Figures and tables that go to the top of the next page if there is no room (``float=top``): the
text goes on in their place, so that no page is left short."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from pipeline.model.rendered import Pages
from pipeline.package.pdf.engine.adapter.page_layout import PAGE_FLOAT

KEY, TOP = "data-float", "top"

AROUND = frozenset({"body", "main", "section"})
"""The elements from which something can go to the next page: what is in a box stays in it."""

STYLE = "float: left; clear: both; width: 100%"


def float_to_pages(root: Element, pages: Pages) -> None:
    """Make page floats of what asks for it in a tree. Columns, and pages that are those of another
    edition, have none."""
    if pages.row.same_pages or (pages.sheet and pages.sheet.columns > 1):
        return
    for parent in [element for element in root.iter() if element.tag in AROUND]:
        for number, child in enumerate(parent):
            if child.get(KEY) == TOP:
                parent[number] = _page_float(child)


def _page_float(block: Element) -> Element:
    """An element around a block that stands at the top of the next page if the block does not fit:
    the engine breaks it after its empty first part."""
    wrapper = Element("div", {"class": PAGE_FLOAT, "style": STYLE})
    wrapper.tail, block.tail = block.tail, None
    SubElement(wrapper, "div", {"style": "height: 0"})
    wrapper.append(block)
    return wrapper
