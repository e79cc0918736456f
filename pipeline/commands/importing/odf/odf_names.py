"""Names in OpenDocument texts, and those that only matter to their programs."""

from __future__ import annotations

import posixpath
import re

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.commands.importing.archive import parsed_xml
from pipeline.commands.importing.mathml import as_tex

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
DC = "{http://purl.org/dc/elements/1.1/}"
XLINK = "{http://www.w3.org/1999/xlink}"
MATH = "{http://www.w3.org/1998/Math/MathML}"
FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"

INDEXES = ("table-of-content", "alphabetical-index", "illustration-index", "table-index",
            "object-index", "user-index")  # fmt: skip
_SKIPPED = frozenset(
    {f"{TEXT}{name}" for name in ("tracked-changes", "sequence-decls", "variable-decls",
     "user-field-decls", "dde-connection-decls", "note-citation", "index-title-template")}
    | {f"{TEXT}hidden-text", f"{TEXT}hidden-paragraph", f"{OFFICE}forms",
       f"{OFFICE}annotation-end", f"{OFFICE}scripts", f"{SVG}title", f"{SVG}desc"}
)  # fmt: skip
LEAVE_OUT = frozenset({*_SKIPPED, f"{OFFICE}annotation", *(f"{TEXT}{n}" for n in INDEXES)})


def xml_of(parts: dict[str, bytes], name: str) -> Element | None:
    """A part of an archive, if it is there."""
    return parsed_xml(parts[name]) if name in parts else None


def number_of(element: Element, key: str, default: int = 1) -> int:
    """The value of an attribute, if it is a number."""
    value = element.get(key) or ""
    return int(value) if value.isdigit() and len(value) < 7 else default


def formula_in(frame: Element, parts: dict[str, bytes]) -> str:
    """The formula that a frame holds, in TeX."""
    embedded = frame.find(f"{DRAW}object")
    if embedded is None:
        return ""
    math = embedded.find(f".//{MATH}math")
    if math is None:
        folder = posixpath.normpath(embedded.get(f"{XLINK}href") or "")
        try:
            math = xml_of(parts, f"{folder}/content.xml")
        except etree.XMLSyntaxError:
            return ""
    return as_tex(math) if math is not None and math.tag == f"{MATH}math" else ""


def is_code(element: Element) -> bool:
    """Return whether an element of the page is in preformatted text."""
    return any(e.tag == "pre" for e in (element, *element.iterancestors()))


def folded(text: str | None) -> str:
    """A text with OpenDocument's treatment of white space."""
    return re.sub(r"[ \t\r\n]+", " ", text or "")


def comment_of(element: Element) -> str:
    """The text of a comment, with who made it."""
    paragraphs = (" ".join(p.itertext()) for p in element.iter(f"{TEXT}p"))
    text = " ".join(" ".join(paragraphs).split())
    author = " ".join((element.findtext(f"{DC}creator") or "").split())
    return f"{author}: {text}" if author else text


def is_beside_table(element: Element) -> bool:
    """Return whether an element stands next to a table."""
    around = (element.getnext(), element.getprevious())
    return any(e is not None and e.tag == f"{TABLE}table" for e in around)
