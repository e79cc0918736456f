"""The NCX: the contents as reading systems before EPUB 3 expect them."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from pipeline.model.rendered import NavList, NavPoint, PageListEntry, Pages

NAMESPACE = "http://www.daisy.org/z3986/2005/ncx/"

CLASSES = {"figures": "loi", "tables": "lot"}
"""The names of the lists that EPUB 2 knows."""


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
    order = _Order()
    _points(ET.SubElement(root, "navMap"), pages.contents, order)
    if pages.page_list:
        _targets(ET.SubElement(root, "pageList"), pages.page_list, order)
    for listing in pages.lists:
        _list(root, listing, order)
    ET.indent(root)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, "unicode").encode()


class _Order:
    """Numbers entries as they come, and places: the same place has the same number."""

    def __init__(self) -> None:
        self._entries = 0
        self._places: dict[str, int] = {}

    def attributes(self, href: str) -> dict[str, str]:
        """The attributes of an entry that leads to ``href``."""
        self._entries += 1
        return {"id": f"point-{self._entries}", "playOrder": self.place(href)}

    def place(self, href: str) -> str:
        return str(self._places.setdefault(href, len(self._places) + 1))


def _points(parent: ET.Element, points: tuple[NavPoint, ...], order: _Order) -> None:
    for point in points:
        _points(_entry(parent, "navPoint", point, order), point.children, order)


def _list(root: ET.Element, nav: NavList, order: _Order) -> None:
    kind = CLASSES.get(nav.kind)
    element = ET.SubElement(root, "navList", {"class": kind} if kind else {})
    _label(element, "navLabel", nav.title)
    for point in nav.points:
        _entry(element, "navTarget", point, order)


def _entry(parent: ET.Element, name: str, point: NavPoint, order: _Order) -> ET.Element:
    element = ET.SubElement(parent, name, order.attributes(point.href))
    _label(element, "navLabel", point.title)
    ET.SubElement(element, "content", {"src": point.href})
    return element


def _targets(parent: ET.Element, breaks: tuple[PageListEntry, ...], order: _Order) -> None:
    """The pages of the print edition; only those with Arabic numbers are ``normal``."""
    for number, page in enumerate(breaks, start=1):
        value = {"value": page.label} if _is_number(page.label) else {}
        kind = "normal" if value else "front"
        place = order.place(page.href)
        attributes = {"id": f"page-{number}", "type": kind, "playOrder": place, **value}
        element = ET.SubElement(parent, "pageTarget", attributes)
        _label(element, "navLabel", page.label)
        ET.SubElement(element, "content", {"src": page.href})


def _highest(breaks: tuple[PageListEntry, ...]) -> int:
    return max((int(page.label) for page in breaks if _is_number(page.label)), default=0)


def _is_number(label: str) -> bool:
    return label.isascii() and label.isdecimal()


def _label(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(ET.SubElement(parent, name), "text").text = text


def _depth(points: tuple[NavPoint, ...]) -> int:
    return 1 + max((_depth(point.children) for point in points), default=0) if points else 0
