"""Reads the ids, links and files in a file.

The same for web pages, the XHTML and SVG files of e-books, and style sheets.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from pipeline.model.css_addresses import loaded
from pipeline.model.diagnostics import Span
from pipeline.verify.positioned_xml import XLINK, attributes, place, words
from pipeline.verify.rules import Finding, finding

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
        yield from _of_element(element)


def _of_element(element: Element) -> Iterator[FileReference]:
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
    for address, line, column in loaded(css):
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
