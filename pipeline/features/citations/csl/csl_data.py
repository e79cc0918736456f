"""The data of a work, in the terms of CSL, and the elements of styles and locales."""

from __future__ import annotations

from xml.etree.ElementTree import Element as Xml

import msgspec

from pipeline.model.diagnostics import Span


class Name(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person; of a body, ``literal`` alone is set. Particles: ``dropping`` (de la Fontaine),
    ``non_dropping`` (van der Linden), which stays with the family name.
    ``comma_suffix``: the suffix follows a comma."""

    family: str = ""
    given: str = ""
    dropping: str = ""
    non_dropping: str = ""
    suffix: str = ""
    comma_suffix: bool = False
    literal: str = ""


class Date(msgspec.Struct, frozen=True, omit_defaults=True):
    """``start`` and ``end`` are year, month and day as far as they are known; an ``end`` of (0,) is
    open. A month from 13 is a season. ``literal`` is text instead of a date."""

    start: tuple[int, ...] = ()
    end: tuple[int, ...] = ()
    circa: bool = False
    literal: str = ""


class Reference(msgspec.Struct, frozen=True):
    """A work. ``values`` are marked text (see `marks`); ``span`` is its position, and ``doubt`` a
    sentence about a possible mistake there."""

    key: str
    kind: str
    values: dict[str, str] = {}
    names: dict[str, tuple[Name, ...]] = {}
    dates: dict[str, Date] = {}
    span: Span | None = None
    doubt: str = ""

    def has(self, variable: str) -> bool:
        return variable in self.values or variable in self.names or variable in self.dates


class Locator(msgspec.Struct, frozen=True):
    """``label`` is CSL's name of the unit: page, chapter …"""

    label: str
    text: str


class Cite(msgspec.Struct, frozen=True, kw_only=True):
    """A work as one citation names it. ``position`` are the positions of CSL that it is in
    besides first; ``first_note`` is the number of the note that cited it first; ``target`` is
    the address of its entry, or empty."""

    key: str
    prefix: str = ""
    suffix: str = ""
    locator: Locator | None = None
    suppress_author: bool = False
    position: frozenset[str] = frozenset()
    first_note: int = 0
    target: str = ""


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
