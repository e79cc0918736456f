"""Reads finished web pages and e-books: their files, with positions, and their text in order."""

from __future__ import annotations

import lzma
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePath
from typing import Any, BinaryIO, Literal, NamedTuple, TypeAlias
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser
from lxml import etree, html

from pipeline.model.css_addresses import addresses_loaded
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.page_map import FORMULA, letters
from pipeline.package.units import DrawnText
from pipeline.verify.rules import Finding, finding

# --- positioned xml --------------------------------------------------------------------------
# Parses XML into element trees that know the position of each element.
#
# The trees are those of `xml.etree`, with names in Clark's notation (``{namespace}name``). The
# position of an element is kept as an attribute, `PLACE`; see `place`.

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


# --- zip reading -----------------------------------------------------------------------------
# Reads the zip that an e-book is, with care: it may be broken, or a bomb.

MAX_TEXT = 64 * 1024 * 1024
"""Bytes that are read of all markup together."""

IMAGE_HEAD = 1 << 20
"""Bytes of an image, among which its size is."""

BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,  # encrypted, or packed in a way that is not known
    ValueError,
    OverflowError,
)


class BrokenBook(Exception):  # noqa: N818
    """A file of the book ``name`` cannot be read, "" for the book itself; ``message`` is a sentence
    that says why."""

    def __init__(self, message: str, name: str = "", span: Span | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.name = name
        self.span = span


class Archive:
    """The files of an e-book by their paths. Raises `BrokenBook` if it is not a zip archive."""

    def __init__(self, file: Path | BinaryIO) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except BROKEN:
            raise BrokenBook("The book is not a zip file, or is damaged.") from None
        self._left = MAX_TEXT
        self.names = frozenset(self._zip.namelist())

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def read(self, name: str) -> bytes:
        """The bytes of a file. Raises `BrokenBook` if it cannot be read."""
        data = self.start(name, self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise BrokenBook("The text of the book unpacks to more than 64 MB.", name)
        return data

    def read_xml(self, name: str) -> Element:
        """The root of an XML file. Raises `BrokenBook` if it cannot be read."""
        try:
            return parse_xml(self.read(name))
        except MarkupError as error:
            raise BrokenBook(error.message, name, error.span) from None

    def start(self, name: str, size: int = IMAGE_HEAD) -> bytes:
        """The first bytes of a file. Raises `BrokenBook` if they cannot be read."""
        try:
            with self._zip.open(name) as file:
                return file.read(size)
        except KeyError:
            raise BrokenBook(f"The book has no file “{name}”.") from None
        except BROKEN:
            raise BrokenBook("The file is damaged or encrypted.", name) from None


# --- file references -------------------------------------------------------------------------
# Reads the ids, links and files in a file.
#
# The same for web pages, the XHTML and SVG files of e-books, and style sheets.

Kind: TypeAlias = Literal["link", "file", "id"]
Style: TypeAlias = Literal["attribute", "element", "file"]


class FileReference(NamedTuple):
    """``kind``: a "link" is followed by readers, a "file" is loaded to show the page, an "id" is an
    id of the same file. ``value`` is as written; ``subject`` names the attribute and element to
    begin a sentence."""

    kind: Kind
    value: str
    subject: str
    span: Span


class Target(NamedTuple):
    """A place in the publication: a path, "" if unknown, and an id, "" for the whole file."""

    path: str
    fragment: str


LOADED = frozenset("img source audio video track embed iframe script input frame".split())
LOADED_RELATIONS = frozenset(
    "stylesheet icon apple-touch-icon mask-icon preload prefetch modulepreload preconnect"
    " dns-prefetch manifest pronunciation".split()
)
ID_LISTS = frozenset(
    "aria-activedescendant aria-controls aria-describedby aria-details aria-errormessage"
    " aria-flowto aria-labelledby aria-owns".split()
)
PAINTED = frozenset(
    "style fill stroke filter mask clip-path marker-start marker-mid marker-end".split()
)
"""Attributes that may refer to files and places as styles do."""

OWN_ID_LISTS = {"label": ("for",), "td": ("headers",), "th": ("headers",), "input": ("list",)}


def identifiers(root: Element) -> dict[str, int]:
    """The ids in a file, each with the number of the first element that has it."""
    ids: dict[str, int] = {}
    for number, element in enumerate(root.iter()):
        if (name := element.get("id")) is not None:
            ids.setdefault(name, number)
    return ids


def id_faults(root: Element) -> Iterator[Finding]:
    """Invalid ids, and duplicates in a file."""
    seen: set[str] = set()
    for element in root.iter():
        if (name := element.get("id")) is None:
            continue
        if not name or name.split() != [name]:
            yield finding("bad-id", place(element), id=name)
        elif name in seen:
            yield finding("doubled-id", place(element), id=name)
        seen.add(name)


def references(root: Element) -> Iterator[FileReference]:
    """Everything that the elements of a page or a drawing refer to; names of HTML may be without
    their namespace."""
    for element in root.iter():
        yield from _references_of(element)


def _references_of(element: Element) -> Iterator[FileReference]:
    name = element.tag.rpartition("}")[2]
    at = place(element)
    own_lists = OWN_ID_LISTS.get(name, ())
    for attribute, value in attributes(element):
        key = "href" if attribute in (f"{XLINK}href", "xlink:href") else attribute
        subject = f"`{key}` of `{name}`"
        if key in ID_LISTS or key in own_lists:
            for word in value.split():
                yield FileReference("id", word, subject, at)
        elif kind := _kind(element, name, key):
            addresses = _candidates(value) if key == "srcset" else (value,)
            for address in addresses:
                yield FileReference(kind, address.strip(), subject, at)
        elif key in PAINTED and "url(" in value:
            yield from css_references(value, subject, at, "attribute")
    if name == "style" and element.text:
        yield from css_references(element.text, "a style", at, "element")


def _kind(element: Element, name: str, attribute: str) -> Literal["link", "file", ""]:
    """The way in which an attribute leads to another place, or "" if it does not."""
    match name, attribute:
        case _, "src" | "srcset" | "poster" if name in LOADED:
            return "file"
        case "object", "data":
            return "file"
        case "link", "href":
            relations = {word.lower() for word in words(element, "rel")}
            return "file" if relations & LOADED_RELATIONS else "link"
        case "a" | "area", "href":
            return "link"
        case "base", "href":
            return ""
        case _, "href":  # of a drawing
            return "file"
    return ""


def _candidates(srcset: str) -> Iterator[str]:
    """The addresses of a ``srcset``: first words, and a comma within one is part of it."""
    rest = srcset.strip()
    while rest:
        address, _, rest = rest.partition(" ")
        if not address.endswith(","):
            rest = rest.partition(",")[2]
        yield address.rstrip(",")
        rest = rest.strip()


def css_references(css: str, subject: str, start: Span, style: Style) -> Iterator[FileReference]:
    """The files that a style loads. It is in the element at ``start``, or a file of its own."""
    for address, line, column in addresses_loaded(css):
        # where the text of an element begins is known to the line
        known = style == "file" or (style == "element" and line > 1)
        at = Span(start.line + line - 1, column) if known else start
        yield FileReference("file", address, f"`url()` in {subject}", at)


def target_of(base: str, address: str) -> tuple[str, Target]:
    """The target of an address in the file ``base``: its scheme in lower case, which is "//" for a
    scheme-relative address and "" within the publication; and a place there. A path begins with
    ``../`` if it leads outside, and is "" for an invalid address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", Target("", "")
    scheme = parts.scheme or ("//" if address.startswith(("//", "\\\\")) else "")
    path = posixpath.join(posixpath.dirname(base), unquote(parts.path))
    path = posixpath.normpath(path) if parts.path else base
    if parts.path.startswith("/"):
        path = f"..{parts.path}"
    return scheme, Target(path, unquote(parts.fragment))


# --- package ---------------------------------------------------------------------------------
# Reads the package document of an e-book (OPF): the files, their order, and the claims.

CONTAINER = "META-INF/container.xml"
CONFORMS = "dcterms:conformsTo"
OPF = "{http://www.idpf.org/2007/opf}"
_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"

XHTML = "application/xhtml+xml"
SVG_TYPE = "image/svg+xml"


class Claim(NamedTuple):
    """A claim of the book's accessibility: ``name`` is the property, such as
    ``schema:accessibilityFeature``."""

    name: str
    value: str
    span: Span


class EpubPackage(NamedTuple):
    """``items`` are the media types of the files by their paths, which start at the root of the
    archive; ``spine`` the paths in reading order."""

    path: str
    items: dict[str, str]
    spine: tuple[str, ...]
    claims: tuple[Claim, ...] = ()


def read_package(archive: Archive) -> EpubPackage:
    """The package document that the container names. Raises `BrokenBook` if there is none."""
    container = archive.read_xml(CONTAINER)
    path = next((e.get("full-path", "") for e in container.iter(f"{_CONTAINER}rootfile")), "")
    if not path:
        raise BrokenBook("The file names no package document.", CONTAINER)
    root = archive.read_xml(path)
    paths: dict[str, str] = {}
    items: dict[str, str] = {}
    for item in root.iterfind(f"{OPF}manifest/{OPF}item"):
        remote, (file, _) = target_of(path, item.get("href", ""))
        if not remote and file in archive:
            paths[item.get("id", "")] = file
            items[file] = item.get("media-type", "")
    references = (e.get("idref", "") for e in root.iterfind(f"{OPF}spine/{OPF}itemref"))
    spine = tuple(paths[name] for name in references if name in paths)
    return EpubPackage(path, items, spine, tuple(_claims(root.find(f"{OPF}metadata"))))


def _claims(metadata: Element | None) -> Iterator[Claim]:
    """The claims in the metadata about the book as a whole."""
    for element in () if metadata is None else metadata:
        name = element.get("property", "")
        if element.get("refines") is not None:
            continue
        if element.tag == f"{OPF}meta" and name.startswith(("schema:acc", CONFORMS)):
            yield Claim(name, text_of(element), place(element))
        elif element.tag == f"{OPF}link" and CONFORMS in words(element, "rel"):
            yield Claim(CONFORMS, element.get("href", ""), place(element))


# --- texts -----------------------------------------------------------------------------------
# Reads the text of finished web pages and e-books in reading order.

PASSED_OVER = ("head", "nav", "script", "style", "template", "math", "svg", "select")
"""Elements that hold no text of the document, or hold it in another form, or again."""

SIGNS = frozenset("doc-noteref noteref doc-backlink backlink doc-pagebreak pagebreak".split())
"""Signs that lead from the text to a note, back, or say where a page begins."""


class UnreadableFile(ValueError):  # noqa: N818
    """The file is damaged; its message says how."""


def text_of_pages(read: Callable[[str], bytes], name: str) -> DrawnText:
    """The letters of a web page, or a site, from page to page. Raises `UnreadableFile`."""
    # quicker than the parser that finds the position of each fault
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True)
    roots: dict[str, Any] = {}
    try:
        while name and name not in roots:
            roots[name] = root = html.document_fromstring(read(name), parser)
            ways = (link for link in root.iter("link") if "next" in words(link, "rel"))
            name = next((PurePath(unquote(link.get("href", ""))).name for link in ways), "")
    except (etree.LxmlError, OSError) as error:
        raise UnreadableFile(str(error)) from error
    return _letters_of(roots.values())


def text_of_book(file: Path | BinaryIO) -> DrawnText:
    """The letters of an e-book, in the order of its spine. Raises `UnreadableFile`."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True
    )
    try:
        with Archive(file) as archive:
            package = read_package(archive)
            names = (name for name in package.spine if package.items[name] == XHTML)
            roots = [etree.fromstring(archive.read(name), parser) for name in names]
    except (etree.LxmlError, BrokenBook) as error:
        raise UnreadableFile(str(error)) from error
    return _letters_of(roots)


_ANY_SPACE = tuple(f"{{*}}{name}" for name in PASSED_OVER)
_NAMED = etree.XPath("//*[@role or @e:type]", namespaces={"e": EPUB_TYPE[1:].partition("}")[0]})
_DESCRIBED = etree.XPath("//*[@alt]")


def _letters_of(roots: Iterable[Any]) -> DrawnText:
    """The letters of pages in the order of reading; of an image, those of its alternative, and a
    sign for each formula."""
    pieces = list[str]()
    for root in roots:
        signs = (element for element in _NAMED(root) if not SIGNS.isdisjoint(kinds(element)))
        for element in (*root.iter(*_ANY_SPACE), *signs):
            element.clear(keep_tail=True)
            if etree.QName(element).localname == "math":
                element.text = FORMULA
        for image in _DESCRIBED(root):
            image.text = f"{image.get('alt')}{image.text or ''}"
        pieces += root.itertext()
    content = letters("".join(pieces))
    return DrawnText(content, content)
