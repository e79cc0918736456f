"""The text of printed pages, by the elements that it is from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pipeline.model.page_map import letters
from pipeline.model.print_marks import HYPHEN
from pipeline.package.pdf.engine.adapter.boxes import (
    LayoutBox,
    children,
    has_class,
    is_furniture,
    is_text,
)
from pipeline.package.pdf.engine.adapter.page_layout import PAGE_FLOAT
from pipeline.package.pdf.engine.adapter.typesetter import TypesetPage


class Flow(NamedTuple):
    """A number of letters of an element's own text, and of lines to write on."""

    element: Element
    letters: int
    lines: int


def text_flows(pages: Sequence[TypesetPage]) -> list[list[Flow]]:
    """The text of each page."""
    heads: set[Element] = set()
    flows_of_pages: list[list[Flow]] = []
    for page in pages:
        flows: list[Flow] = []
        shown: set[Element] = set()
        for box in _text_flow(page.box, heads):
            element = box.element
            shown.add(element)
            count = len(letters(box.text.removesuffix(HYPHEN))) if is_text(box) else 0
            lines = 0 if is_text(box) else sum(has_class(child, "line") for child in children(box))
            if flows and flows[-1].element is element:
                count, lines = count + flows[-1].letters, lines + flows[-1].lines
                flows.pop()
            flows.append(Flow(element, count, lines))
        heads |= {element for element in shown if element.tag == "thead"}
        flows_of_pages.append(flows)
    return flows_of_pages


def _text_flow(page: LayoutBox, heads: set[Element]) -> Iterator[LayoutBox]:
    """The boxes of elements on a page that are of the text: without running heads and feet,
    and the heads of tables that an earlier page has already."""
    stack = [box for box in children(page) if not is_furniture(box)][::-1]
    while stack:
        box = stack.pop()
        element = box.element
        if has_class(box, PAGE_FLOAT):  # the text before it may be on the same page
            continue
        if element is not None and (element in heads or "::" in (box.element_tag or "")):
            continue
        if element is not None:
            yield box
        stack += children(box)[::-1]
