"""Elements of WordprocessingML, and their place in a file."""

from __future__ import annotations

from typing import Any, TypeAlias
from xml.sax.saxutils import escape

from lxml import etree

Element: TypeAlias = Any

NAMESPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "asvg": "http://schemas.microsoft.com/office/drawing/2016/SVG/main",
    "adec": "http://schemas.microsoft.com/office/drawing/2017/decorative",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "xml": "http://www.w3.org/XML/1998/namespace",
}
_ROOT = {name: uri for name, uri in NAMESPACES.items() if name in ("w", "r", "m", "w14", "mc")}

_DECLARED = " ".join(f'xmlns:{name}="{uri}"' for name, uri in NAMESPACES.items() if name != "xml")

IGNORABLE = "w14"
"""The namespaces of a root that older programs may ignore."""

QUALIFIED = frozenset({"w", "m", "w14"})
"""Prefixes of elements whose attributes have it as well."""

TWIPS = 1440 / 25.4
"""Twentieths of a point in a millimetre."""

EMU = 36_000
"""The units of drawings in a millimetre."""


def tag(name: str) -> str:
    """A qualified name: ``w:p``; without a prefix, one of `w`."""
    prefix, _, local = name.rpartition(":")
    return f"{{{NAMESPACES[prefix or 'w']}}}{local}"


def element(name: str, /, *children: Element | str | None, **attributes: object) -> Element:
    """An element with children and attributes; None is left out. Attributes have the prefix of
    their element if that is usual, or another before two underscores: ``r__id``."""
    prefix = name.rpartition(":")[0] or "w"
    created = etree.Element(tag(name), nsmap={prefix: NAMESPACES[prefix]})
    for key, value in attributes.items():
        if value is None:
            continue
        other, _, local = key.rpartition("__")
        usual = prefix if prefix in QUALIFIED else ""
        qualified = tag(f"{other or usual}:{local}") if other or usual else local
        created.set(qualified, str(value))
    for child in children:
        if isinstance(child, str):
            created.text = child
        elif child is not None:
            created.append(child)
    return created


def build_element(markup: str, *children: Element, **values: object) -> Element:
    """An element from markup, in which names in braces stand for values, with further children."""
    plain = {name: escape(str(value), {'"': "&quot;"}) for name, value in values.items()}
    text = f"<all {_DECLARED}>{markup.format_map(plain)}</all>"
    (created,) = etree.fromstring(text, etree.XMLParser(remove_blank_text=True))
    created.extend(children)
    return created


def root(name: str, *children: Element, **attributes: object) -> Element:
    """The root of a part, which declares all namespaces of text."""
    created = etree.Element(tag(name), nsmap=_ROOT)
    created.set(tag("mc:Ignorable"), IGNORABLE)
    for key, value in attributes.items():
        created.set(tag(key), str(value))
    created.extend(children)
    return created


def properties_of(paragraph: Element) -> Element:
    """The properties of a paragraph, or of a style, to which others can be added."""
    properties = paragraph.find(tag("pPr"))
    if properties is None:
        properties = element("pPr")
        paragraph.insert(0, properties)
    return properties


def write_part(part: Element) -> str:
    """A part as markup."""
    etree.cleanup_namespaces(part, keep_ns_prefixes=[*_ROOT])
    text: str = etree.tostring(part, encoding="unicode")
    return text


def on_off(name: str, value: bool | None) -> Element | None:
    """A switch: there, there and off, or (None) not there."""
    return None if value is None else element(name, **({} if value else {"val": "0"}))


def twips(millimetres: float) -> int:
    return round(millimetres * TWIPS)


def clean(text: str) -> str:
    """Text without the characters that XML cannot have."""
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n")
