"""The NCX: the contents as reading systems before EPUB 3 expect them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from pipeline.pages import NavPoint, PageBreak, Pages

NAMESPACE = "http://www.daisy.org/z3986/2005/ncx/"


def ncx(pages: Pages, identifier: str) -> bytes:
    """The NCX file; ``identifier`` is the package's unique identifier."""
    metadata = pages.metadata
    root = ET.Element(
        "ncx",
        {
            "xmlns": NAMESPACE,
            "version": "2005-1",
            "xml:lang": metadata.lang,
            "dir": metadata.direction,
        },
    )
    head = ET.SubElement(root, "head")
    for name, content in (
        ("uid", identifier),
        ("depth", str(_depth(pages.contents))),
        ("totalPageCount", str(len(pages.page_list))),
        ("maxPageNumber", str(_highest(pages.page_list))),
    ):
        ET.SubElement(head, "meta", {"name": f"dtb:{name}", "content": content})
    _label(root, "docTitle", metadata.title)
    for author in metadata.authors:
        _label(root, "docAuthor", author.name)
    order = itertools.count(1)
    _points(ET.SubElement(root, "navMap"), pages.contents, order)
    if pages.page_list:
        _targets(ET.SubElement(root, "pageList"), pages.page_list, order)
    ET.indent(root)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, "unicode").encode()


def _points(parent: ET.Element, points: tuple[NavPoint, ...], order: Iterator[int]) -> None:
    for point in points:
        number = str(next(order))
        element = ET.SubElement(parent, "navPoint", {"id": f"point-{number}", "playOrder": number})
        _label(element, "navLabel", point.title)
        ET.SubElement(element, "content", {"src": point.href})
        _points(element, point.children, order)


def _targets(parent: ET.Element, breaks: tuple[PageBreak, ...], order: Iterator[int]) -> None:
    """The pages of the print edition; only those with Arabic numbers are ``normal``."""
    for number, page in enumerate(breaks, start=1):
        value = {"value": page.label} if _is_number(page.label) else {}
        kind = "normal" if value else "front"
        attributes = {"id": f"page-{number}", "type": kind, "playOrder": str(next(order)), **value}
        element = ET.SubElement(parent, "pageTarget", attributes)
        _label(element, "navLabel", page.label)
        ET.SubElement(element, "content", {"src": page.href})


def _highest(breaks: tuple[PageBreak, ...]) -> int:
    return max((int(page.label) for page in breaks if _is_number(page.label)), default=0)


def _is_number(label: str) -> bool:
    return label.isascii() and label.isdecimal()


def _label(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(ET.SubElement(parent, name), "text").text = text


def _depth(points: tuple[NavPoint, ...]) -> int:
    return 1 + max((_depth(point.children) for point in points), default=0) if points else 0
