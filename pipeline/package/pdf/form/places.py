"""Where the fields are: the areas of their boxes on the pages."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pipeline.package.pdf.engine.boxes import Box, children, has_class, is_furniture
from pipeline.package.pdf.engine.typesetter import POINT, Page


class Place(NamedTuple):
    """An area of a field, in points from the page's lower left corner. ``page`` is counted from
    0, ``size`` is that of the letters around it, and ``ruling`` the distance of the lines or the
    squares in it, 0 where there are none."""

    element: Element
    box: Box
    page: int
    left: float
    bottom: float
    right: float
    top: float
    size: float
    ruling: float
    is_rtl: bool


def places(pages: list[Page], fields: Container[Element]) -> Iterator[Place]:
    """The places of fields on pages, in the pages' order. One that goes on in the next
    column or page has several; in the head of a table that is repeated it is only once."""
    heads: set[Element] = set()
    for number, page in enumerate(pages):
        stack = [(box, False) for box in children(page.box) if not is_furniture(box)][::-1]
        while stack:
            box, is_head = stack.pop()
            element = box.element
            is_head = is_head or box.element_tag == "thead"
            if element in fields and "::" not in box.element_tag:
                if not (is_head and element in heads):
                    yield _place(element, box, number, page.height)
                if is_head:
                    heads.add(element)
                continue
            stack += [(child, is_head) for child in children(box)[::-1]]


def _place(element: Element, box: Box, number: int, height: float) -> Place:
    left, top = box.border_box_x(), box.border_box_y()
    right, bottom = left + box.border_width(), top + box.border_height()
    lines = [
        child for child in children(box) if has_class(child, "line") or has_class(child, "row")
    ]
    ruling = 0.0
    if lines:
        ruling = lines[0].border_height()
        top = lines[0].border_box_y()
        bottom = lines[-1].border_box_y() + lines[-1].border_height()
    return Place(
        element=element,
        box=box,
        page=number,
        left=left * POINT,
        bottom=(height - bottom) * POINT,
        right=right * POINT,
        top=(height - top) * POINT,
        size=float(box.style["font_size"]) * POINT,
        ruling=ruling * POINT,
        is_rtl=box.style["direction"] == "rtl",
    )
