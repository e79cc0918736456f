"""The PDF roles of the markup's elements (ISO 32000-1, 14.8.4)."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from pipeline.package.pdf.engine.adapter.page_layout import PAGE_FLOAT
from pipeline.package.pdf.print_markup import classes

ROLES = {
    "a": "Link", "abbr": "Span", "article": "Art", "aside": "Aside", "blockquote": "BlockQuote",
    "caption": "Caption", "code": "Code", "details": "Div", "em": "Em", "figcaption": "Caption",
    "figure": "Div", "img": "Figure", "nav": "Sect", "p": "P", "pre": "P", "q": "Quote",
    "section": "Sect", "strong": "Strong", "summary": "P", "table": "Table", "tbody": "TBody",
    "td": "TD", "tfoot": "TFoot", "th": "TH", "thead": "THead", "tr": "TR",
}  # fmt: skip
LISTS = frozenset({"ul", "ol", "dl"})
LINES = frozenset({"verse-line", "code-line"})
FLAT = frozenset({"address", "body", "div", "header", "footer", "main"})
"""Blocks that are nothing of their own in a PDF."""

DIVISIONS = frozenset(
    {"box", "dialogue", "turn", "exercise", "for-teachers", "equation", PAGE_FLOAT}
)
"""Classes of the divisions that are one for a listener too. What goes to the next page is read at
its place in the text."""

ILLUSTRATIONS = frozenset({"Figure", "Formula"})
"""Elements that are units with alternative text."""

GROUPS = frozenset({"Document", "Sect", "Art", "Aside", "Div", "BlockQuote"})
"""Elements that contain only blocks; stray text in them gets a paragraph."""

BLOCK_ONLY = GROUPS | {"L", "LI", "Table", "THead", "TBody", "TFoot", "TR", "TOC", "TOCI"}
"""Elements in which white space is insignificant."""

INLINE = frozenset({"Span", "Code", "Em", "Link", "Quote", "Reference", "Strong"})

NOT_BEFORE = {"Aside": "Div", "Em": "", "Strong": ""}
"""Structure types of PDF 2.0, and their equivalents in PDF 1.7, if any."""


def heading_level(heading: Element, before: int) -> int:
    """The level of a heading after one of the level ``before``: none is skipped."""
    return min(int(heading.get("aria-level", heading.tag[1:])), before + 1)


def role(element: Element) -> str:
    """The structure type of an element, or "" if it has none."""
    if element.tag == "div" and DIVISIONS & classes(element):
        return "Div"
    if element.tag == "aside" and "pull-quote" in classes(element):
        return "BlockQuote"
    if element.tag == "img" and "formula-image" in classes(element):
        return "Formula"
    if "page-label" in classes(element):
        return "Reference"
    return ROLES.get(element.tag, "")


def is_decoration(element: Element) -> bool:
    """Return whether an element is there for the eye alone."""
    return (
        element.tag == "hr"
        or element.get("aria-hidden") == "true"
        or (element.tag == "img" and not element.get("alt"))
    )


def is_line_of_its_own(element: Element | None) -> bool:
    """Return whether an element is a line of verse or of code, after which the next one begins."""
    return element is not None and bool(LINES & classes(element))


def is_code_line(element: Element | None) -> bool:
    """Return whether an element is a line of code, in which no space is left out."""
    return element is not None and "code-line" in classes(element)


def is_hidden(element: Element) -> bool:
    """Return whether an element is only for screen readers: it is laid out, but invisible."""
    return "visually-hidden" in classes(element)
