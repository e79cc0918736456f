"""A style with its locale, parsed and ready for use."""

from __future__ import annotations

from xml.etree.ElementTree import Element as Xml
from xml.etree.ElementTree import ParseError

import msgspec

from pipeline.features.citations.csl.csl_data import NAMESPACE, Element, from_xml
from pipeline.features.citations.csl.locales import Locale, locale_of

MOST_ELEMENTS = 100_000
"""The maximum number of a style's elements processed for one work, with macros counted at each
call; the largest existing styles have about 3,000."""

NEAR = 5
"""The number of notes within which a citation counts as near, unless the style says otherwise."""


class BadStyleError(Exception):
    """The message describes the problem, as the end of a sentence."""


class CitationStyle(msgspec.Struct, frozen=True, eq=False):
    """``is_note``: citations go into notes. ``options`` are those of the whole style;
    ``conditions`` is the number of provisions for citations that would be equal."""

    macros: dict[str, Element]
    citation: Element
    bibliography: Element | None
    locale: Locale
    options: dict[str, str]
    is_note: bool
    has_year_suffix: bool
    conditions: int

    @property
    def is_raised(self) -> bool:
        """True if citations are numbers set high."""
        return self.layout.get("vertical-align") == "sup"

    @property
    def near(self) -> int:
        """The number of notes within which a citation counts as near."""
        distance = self.citation.get("near-note-distance")
        return int(distance) if distance.isdecimal() else NEAR

    @property
    def layout(self) -> Element:
        """The layout of citations."""
        layout = self.citation.child("layout")
        assert layout is not None, "`read` refuses styles without one"
        return layout


def parent_of(root: Xml) -> str:
    """The name of the style that a dependent one refers to, or ""."""
    if root.find(f"{NAMESPACE}citation") is not None:
        return ""
    for link in root.iter(f"{NAMESPACE}link"):
        if link.get("rel") == "independent-parent":
            return link.get("href", "").rpartition("/")[2]
    return ""


def parse(data: bytes) -> Xml:
    """The root element of a style. Raises `BadStyleError`."""
    import defusedxml.ElementTree
    from defusedxml.common import DefusedXmlException

    try:
        root: Xml = defusedxml.ElementTree.fromstring(data, forbid_dtd=True)
    except ParseError as error:
        line, column = error.position
        raise BadStyleError(f"is not XML: line {line}, column {column + 1}") from None
    except (DefusedXmlException, ValueError, LookupError):
        raise BadStyleError("is not XML that can be read") from None
    if root.tag != f"{NAMESPACE}style":
        raise BadStyleError("is not a CSL style")
    return root


def read(root: Xml, lang: str) -> CitationStyle:
    """The style for a document in ``lang``. Raises `BadStyleError`."""
    try:
        style = from_xml(root)
    except RecursionError:
        raise BadStyleError("is nested too deeply") from None
    macros = {child.get("name"): child for child in style.children if child.tag == "macro"}
    citation = style.child("citation")
    if citation is None or citation.child("layout") is None:
        raise BadStyleError("does not define citations")
    _check_macros(style, macros)
    default = style.get("default-locale")
    return CitationStyle(
        macros=macros,
        citation=citation,
        bibliography=style.child("bibliography"),
        locale=locale_of(style, default or lang),
        options=style.attributes,
        is_note=style.get("class") == "note",
        has_year_suffix=any(
            element.get("variable") in ("year-suffix", "citation-label")
            for element in root.iter(f"{NAMESPACE}text")
        ),
        conditions=sum("disambiguate" in element.attrib for element in root.iter()),
    )


def _check_macros(style: Element, macros: dict[str, Element]) -> None:
    """All macros that are called must be there, and none may call itself, or others so often
    that a work takes more than `MOST_ELEMENTS`."""
    calls = {name: set(_calls(macro)) for name, macro in macros.items()}
    for name in _calls(style):
        if name not in macros:
            raise BadStyleError(f"calls the macro “{name}”, which does not exist")
    sizes: dict[str, int] = {}
    while unsized := calls.keys() - sizes.keys():
        ready = {name for name in unsized if calls[name] <= sizes.keys()}
        if not ready:
            raise BadStyleError("has a macro that calls itself")
        sizes |= {name: _size(macros[name], sizes) for name in ready}
    parts = (child for child in style.children if child.tag != "macro")
    if max((_size(part, sizes) for part in parts), default=0) > MOST_ELEMENTS:
        raise BadStyleError("has macros that call each other too often")


def _size(element: Element, macros: dict[str, int]) -> int:
    """The maximum number of elements visited for one element: of alternatives, the largest."""
    within = [_size(child, macros) for child in element.children]
    inside = max(within, default=0) if element.tag == "choose" else sum(within)
    macro = element.get("macro") if element.tag in ("text", "key") else ""
    return 1 + inside + (macros[macro] if macro else 0)


def _calls(element: Element) -> list[str]:
    calls = [name] if element.tag in ("text", "key") and (name := element.get("macro")) else []
    for child in element.children:
        calls += _calls(child)
    return calls
