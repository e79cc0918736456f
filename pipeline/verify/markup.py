"""Reads HTML and XML into element trees that know where each element stands.

The trees are those of `xml.etree`, with names in Clark's notation (``{namespace}name``) for
both languages. The place of an element is kept as an attribute, `PLACE`; see `place`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

import html5lib
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from pipeline.diagnostics import Span

HTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"
MATHML = "{http://www.w3.org/1998/Math/MathML}"
XLINK = "{http://www.w3.org/1999/xlink}"
XML = "{http://www.w3.org/XML/1998/namespace}"
EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
PLACE = "{}place"

MAX_DEPTH = 500
MAX_ELEMENTS = 500_000
MAX_ATTRIBUTES = 1000
TOO_DEEP = f"Elements are nested more than {MAX_DEPTH} deep."
TOO_MANY = f"There are more than {MAX_ELEMENTS} elements."
TOO_WIDE = f"An element has more than {MAX_ATTRIBUTES} attributes."


class MarkupError(Exception):
    """The markup cannot be read, or only at a price that no publication is worth.

    ``message`` is a sentence that says why.
    """

    def __init__(self, message: str, span: Span | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


class Page(NamedTuple):
    """An HTML page: its ``doctype`` as written, and the mistakes a browser mends silently."""

    root: Element
    doctype: str | None
    mistakes: tuple[tuple[Span, str], ...]


def parse_html(text: str) -> Page:
    """The page as browsers read it. Raises `MarkupError` where it is too much to read."""
    parser = _HTMLParser(tree=_HTMLBuilder)
    try:
        root: Element = parser.parse(text)
    except MarkupError:
        raise
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError):
        # html5lib trips over a few kinds of nonsense
        line, column = parser.tokenizer.stream.position()
        raise MarkupError("This is too garbled to be read.", Span(line, column)) from None
    mistakes = tuple(
        (Span(line, max(column, 1)), _mistake(code, values or {}))
        for (line, column), code, values in parser.errors
    )
    return Page(root, parser.tree.doctype_name, mistakes)


def _mistake(code: str, values: dict[str, Any]) -> str:
    """What a code of html5lib's says, and of which element."""
    name = values.get("name", "")
    return code.replace("-", " ") + (f", `{name}`" if isinstance(name, str) and name else "")


def parse_xml(data: bytes) -> Element:
    """The root of an XML file. Entities are not expanded, and nothing is loaded.

    Raises `MarkupError` for what is not well formed.
    """
    builder = _XMLBuilder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=False, forbid_entities=True)
    expat = parser.parser
    builder.where = lambda: Span(expat.CurrentLineNumber, expat.CurrentColumnNumber + 1)
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
        raise MarkupError("The file declares entities, which could swell without end.") from None
    except (LookupError, ValueError) as error:
        raise MarkupError(f"This is not XML: {error}.") from None


def place(element: Element) -> Span:
    """Where the start tag of an element begins."""
    line, _, column = element.get(PLACE, "0:0").partition(":")
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
    """Whether an element has text, or holds something that is read aloud in its place."""
    names = ("alt", "alttext", "aria-label")
    return bool(text_of(element)) or any(e.get(name) for e in element.iter() for name in names)


def kinds(element: Element) -> set[str]:
    """Its roles, and its types in an e-book."""
    return {*words(element, "role"), *words(element, EPUB_TYPE)}


# --- HTML --------------------------------------------------------------------------------


class _HTMLBuilder(html5lib.getTreeBuilder("etree")):  # type: ignore[misc]
    """Stamps elements with the place where their tag began, and stops at a bomb."""

    where: tuple[int, int]
    count: int
    doctype_name: str | None

    def reset(self) -> None:
        super().reset()
        self.where = (1, 1)
        self.count = 0
        self.doctype_name = None

    def insertDoctype(self, token: dict[str, Any]) -> None:  # noqa: N802
        self.doctype_name = token["name"] or ""
        if token["publicId"] or token["systemId"]:
            self.doctype_name += " …"
        super().insertDoctype(token)

    def insertComment(self, token: dict[str, Any], parent: Any = None) -> None:  # noqa: N802
        """Nothing that is checked depends on comments."""

    def createElement(self, token: dict[str, Any]) -> Any:  # noqa: N802
        self._stamp(token)
        return super().createElement(token)

    def insertElementNormal(self, token: dict[str, Any]) -> Any:  # noqa: N802
        self._stamp(token)
        return super().insertElementNormal(token)

    def _stamp(self, token: dict[str, Any]) -> None:
        self.count += 1
        line, column = self.where
        if len(self.openElements) > MAX_DEPTH:
            raise MarkupError(TOO_DEEP, Span(line, column))
        if self.count > MAX_ELEMENTS:
            raise MarkupError(TOO_MANY, Span(line, column))
        token["data"][PLACE] = f"{line}:{column}"


class _HTMLParser(html5lib.HTMLParser):
    """Tells the builder where tags begin, which the tokenizer knows and the tokens do not."""

    def reset(self) -> None:
        super().reset()
        tokenizer: Any = self.tokenizer
        open_tag: Callable[[], bool] = tokenizer.tagOpenState
        name_attribute: Callable[[], bool] = tokenizer.attributeNameState

        def open_tag_there() -> bool:
            # the "<" has just been read: the column from 0 of what follows it is its own
            # column from 1
            self.tree.where = tokenizer.stream.position()
            return open_tag()

        def name_attribute_within_reason() -> bool:
            # the time for a tag grows with the square of their number
            if len(tokenizer.currentToken["data"]) > MAX_ATTRIBUTES:
                raise MarkupError(TOO_WIDE, Span(*self.tree.where))
            return name_attribute()

        tokenizer.tagOpenState = open_tag_there
        tokenizer.attributeNameState = name_attribute_within_reason


# --- XML ---------------------------------------------------------------------------------


class _XMLBuilder(TreeBuilder):
    """The target of the XML parser."""

    where: Callable[[], Span]
    depth = count = 0

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self.depth += 1
        self.count += 1
        span = self.where()
        if self.depth > MAX_DEPTH:
            raise MarkupError(TOO_DEEP, span)
        if self.count > MAX_ELEMENTS:
            raise MarkupError(TOO_MANY, span)
        attrs[PLACE] = f"{span.line}:{span.column}"
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        self.depth -= 1
        return super().end(tag)
