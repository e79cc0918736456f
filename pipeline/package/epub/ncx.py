"""The NCX: the contents as reading systems before EPUB 3 expect them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from pipeline.pages import NavPoint, Pages

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
        ("totalPageCount", "0"),
        ("maxPageNumber", "0"),
    ):
        ET.SubElement(head, "meta", {"name": f"dtb:{name}", "content": content})
    _label(root, "docTitle", metadata.title)
    for author in metadata.authors:
        _label(root, "docAuthor", author.name)
    _points(ET.SubElement(root, "navMap"), pages.contents, itertools.count(1))
    ET.indent(root)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, "unicode").encode()


def _points(parent: ET.Element, points: tuple[NavPoint, ...], order: Iterator[int]) -> None:
    for point in points:
        number = str(next(order))
        element = ET.SubElement(parent, "navPoint", {"id": f"point-{number}", "playOrder": number})
        _label(element, "navLabel", point.title)
        ET.SubElement(element, "content", {"src": point.href})
        _points(element, point.children, order)


def _label(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(ET.SubElement(parent, name), "text").text = text


def _depth(points: tuple[NavPoint, ...]) -> int:
    return 1 + max((_depth(point.children) for point in points), default=0) if points else 0
