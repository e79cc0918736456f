"""Parses XML into element trees that know the position of each element.

The trees are those of `xml.etree`, with names in Clark's notation (``{namespace}name``). The
position of an element is kept as an attribute, `PLACE`; see `place`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from pipeline.model.diagnostics import Span
from pipeline.model.late import late

HTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"
MATHML = "{http://www.w3.org/1998/Math/MathML}"
XLINK = "{http://www.w3.org/1999/xlink}"
XML = "{http://www.w3.org/XML/1998/namespace}"
EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
PLACE = "{}place"

HEADING = late(rf"{re.escape(HTML)}h([1-6])\Z")

MAX_DEPTH = 500
MAX_ELEMENTS = 500_000


class MarkupError(Exception):
    """The markup cannot be read within reason; ``message`` is a sentence that says why."""

    def __init__(self, message: str, span: Span | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


class _XMLBuilder(TreeBuilder):
    """The target of the XML parser: stamps elements with their position, and stops at a bomb."""

    position: Callable[[], Span]
    depth = count = 0

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self.depth += 1
        self.count += 1
        span = self.position()
        if self.depth > MAX_DEPTH:
            raise MarkupError(f"Elements are nested more than {MAX_DEPTH} deep.", span)
        if self.count > MAX_ELEMENTS:
            raise MarkupError(f"There are more than {MAX_ELEMENTS} elements.", span)
        attrs[PLACE] = f"{span.line}:{span.column}"
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        self.depth -= 1
        return super().end(tag)


def parse_xml(data: bytes) -> Element:
    """The root of an XML file. Entities are not expanded, and nothing is loaded.

    Raises `MarkupError` if it is not well-formed.
    """
    builder = _XMLBuilder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=False, forbid_entities=True)
    expat = parser.parser
    builder.position = lambda: Span(expat.CurrentLineNumber, expat.CurrentColumnNumber + 1)
    try:
        parser.feed(data)
        return parser.close()
    except ParseError as error:
        line, column = error.position
        reason = str(error).partition(":")[0]
        raise MarkupError(
            f"This is not well-formed XML: {reason}.", Span(line, column + 1)
        ) from None
    except DefusedXmlException:
        raise MarkupError("The file declares entities, which could expand without end.") from None
    except (LookupError, ValueError) as error:
        raise MarkupError(f"This is not XML: {error}.") from None


def place(element: Element) -> Span:
    """The place where the start tag of an element begins; in a tree of lxml's, its line."""
    default = f"{getattr(element, 'sourceline', None) or 0}:0"
    line, _, column = element.get(PLACE, default).partition(":")
    return Span(int(line), int(column))


def attributes(element: Element) -> Iterator[tuple[str, str]]:
    """The attributes that the file itself has."""
    return ((name, value) for name, value in element.items() if name != PLACE)


def words(element: Element, name: str) -> list[str]:
    """The value of an attribute that is a list of words."""
    return element.get(name, "").split()


def text_of(element: Element) -> str:
    """The text of an element and all within it, with spaces collapsed."""
    return " ".join("".join(element.itertext()).split())


def has_text(element: Element) -> bool:
    """Return whether an element has text, or an alternative that is read aloud."""
    names = ("alt", "alttext", "aria-label")
    return bool(text_of(element)) or any(e.get(name) for e in element.iter() for name in names)


def kinds(element: Element) -> set[str]:
    """Its roles, and its types in an e-book."""
    return {*words(element, "role"), *words(element, EPUB_TYPE)}
