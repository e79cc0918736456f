"""The elements of styles and locales, as they are in their files."""

from __future__ import annotations

from xml.etree.ElementTree import Element as Xml

import msgspec

TEXT = "#text"
"""The key under which an element keeps its own text."""

NAMESPACE = "{http://purl.org/net/xbiblio/csl}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class Element(msgspec.Struct, frozen=True, eq=False):
    """An element of a style, by its name without namespace."""

    tag: str
    attributes: dict[str, str]
    children: tuple[Element, ...] = ()

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def child(self, tag: str) -> Element | None:
        return next((child for child in self.children if child.tag == tag), None)


def from_xml(xml: Xml) -> Element:
    return Element(
        tag=str(xml.tag).removeprefix(NAMESPACE),
        attributes={**{str(key): value for key, value in xml.items()}, TEXT: xml.text or ""},
        children=tuple(from_xml(child) for child in xml if str(child.tag).startswith(NAMESPACE)),
    )
