"""HTML derived from a tagged PDF by an algorithm of the PDF Association ("Deriving HTML from PDF",
version 1.0), and what there is to compare in two pages."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element as Tag

import html5lib
import pikepdf

from tests.helpers.pdf_reading import Element, Piece, open_pdf, read, spaced

ELEMENTS = {
    "Document": "div", "Part": "div", "Art": "article", "Sect": "section", "Div": "div",
    "Aside": "aside", "BlockQuote": "blockquote", "Caption": "figcaption", "TOC": "ol",
    "TOCI": "li", "Index": "section", "P": "p", "Title": "h0", "H7": "p", "LI": "li",
    "LBody": "div", "Lbl": "span", "Table": "table", "TR": "tr", "TH": "th", "TD": "td",
    "THead": "thead", "TBody": "tbody", "TFoot": "tfoot", "Span": "span", "Quote": "q",
    "Note": "p", "FENote": "aside", "Reference": "a", "Code": "code", "Link": "a",
    "Form": "input", "Figure": "figure", "Formula": "figure", "Em": "em", "Strong": "strong",
    **{f"H{level}": f"h{level}" for level in range(1, 7)},
}  # fmt: skip
"""Types of structure elements, and the HTML elements that they become (4.3.5.2)."""

UNORDERED = frozenset({"/None", "/Disc", "/Circle", "/Square", "/Unordered"})
ATTRIBUTES = {"ColSpan": "colspan", "RowSpan": "rowspan", "Scope": "scope", "Headers": "headers"}
SCOPES = {"/Column": "col", "/Row": "row"}


def derive(tree: Element) -> Tag:
    """The body of the page."""
    body = Tag("body")
    _derive(tree, body, "", "")
    if body.find(".//h0") is not None:  # a title is above all headings, of which HTML has six
        for element in body.iter():
            if re.fullmatch("h[0-5]", element.tag):
                element.tag = f"h{int(element.tag[1]) + 1}"
    return body


def _derive(element: Element, into: Tag, parent: str, listed: str) -> None:
    kind = element.kind
    if kind == "L":
        listed = _list(element)
    name = listed if kind == "L" else ELEMENTS[kind]
    if kind == "LI" and listed == "dl":
        name = "div"
    elif kind in ("Lbl", "LBody") and parent == "LI" and listed == "dl":
        name = "dt" if kind == "Lbl" else "dd"
    elif kind == "Caption" and parent == "Table":
        name = "caption"
    elif kind == "Link" and parent == "Reference":
        name = ""
    if kind in ("Figure", "Formula"):
        made = ElementTree.SubElement(into, "img", alt=element.text)
        return
    made = ElementTree.SubElement(into, name, _attributes(element)) if name else into
    if name == "a":
        made.attrib |= _target(element)
    if kind == "H7":
        made.attrib |= {"role": "heading", "aria-level": "7"}
    if (name == "span" and kind == "Lbl") or kind == "TOC":
        made.set("class", "marker")
    elif kind in ("Note", "FENote"):
        made.set("class", "footnote")
    if "/E" in element.entries:
        made = ElementTree.SubElement(made, "abbr", title=str(element.entries.E))
    if "/ActualText" in element.entries:
        _write(made, element.text)
        return
    for kid in element.kids:
        if isinstance(kid, Piece):
            _write(made, kid)
        else:
            _derive(kid, made, kind, listed)


def _write(into: Tag, text: str) -> None:
    if len(into):
        into[-1].tail = (into[-1].tail or "") + text
    else:
        into.text = (into.text or "") + text


def _list(element: Element) -> str:
    """PDF 1.7 does not tell lists of descriptions from others without numbers, as 2.0 does; those
    have labels."""
    numbering = str(element.attribute("ListNumbering"))
    if numbering == "/Description" or (numbering == "/None" and list(element.all("Lbl"))):
        return "dl"
    return "ul" if numbering in UNORDERED else "ol"


def _attributes(element: Element) -> dict[str, str]:
    """Of the list in 4.3.7, those that our PDFs have."""
    found = {}
    if "/ID" in element.entries:
        found["id"] = str(element.entries.ID)
    if "/Lang" in element.entries:
        found["lang"] = str(element.entries.Lang)
    for key, name in ATTRIBUTES.items():
        value = element.attribute(key)
        if isinstance(value, pikepdf.Array):
            found[name] = " ".join(map(str, value))
        elif value is not None:
            found[name] = SCOPES.get(str(value), str(value))
    return found


def _target(element: Element) -> dict[str, str]:
    """The target of the first annotation, of this or of the link in it."""
    for kid in element.entries.get("/K", ()):
        if isinstance(kid, pikepdf.Dictionary) and "/Obj" in kid:
            action: Any = kid.Obj.get("/A", {})
            if "/URI" in action:
                return {"href": str(action.URI)}
            target = kid.Obj.get("/Dest", action.get("/D"))
            return {"href": f"#{target}"}
    links = [kid for kid in element.children if kid.kind == "Link"]
    return _target(links[0]) if links else {}


# --- what there is to compare ---------------------------------------------------------------

BLOCKS = frozenset(
    "article aside blockquote body caption dd details div dl dt fieldset figcaption figure footer"
    " form h1 h2 h3 h4 h5 h6 header hgroup hr label legend li main ol p pre section summary table"
    " tbody td tfoot th thead tr ul".split()
)
SAID = frozenset(
    "blockquote caption dd dl dt figcaption h1 h2 h3 h4 h5 h6 ol table td th ul".split()
)
"""Blocks that are something of their own, for a listener too."""

LEFT_OUT = frozenset("button dialog footer head nav script style svg textarea".split())
LEFT_OUT_CLASSES = frozenset(
    "back byline data downloads hint marker skip task tools versions".split()
)
"""The surroundings of a web page's text; labels of lists, which it leaves to browsers; and the
data of charts, which print has in the chart."""

AS = {"aside pull-quote": "blockquote", "fieldset choices": "ol", "div option": "li"}
"""Elements with classes of the web page, and those of print that are the same to a listener."""

OF_PRINT = (
    r"p: (?:Name|Class|Date|Your answer)(?: blank)?",  # lines to write on
    r"p: [^·]+ · \d+ \w+ \d{4}(?: · .*)?",  # who wrote it, and when
    r"p: (?:Interview by:|Published by|Funded by:) .*",  # the imprint
    r"p: (?:space to write or draw|Draw on paper, or answer here in words)",
    r"h\d: Contents",
)
"""Lines that one page has and the other lacks, or has otherwise."""


class Outline:
    """The words of a page: its ``lines``, each after the blocks that it is in, those of its
    ``notes``, the addresses and texts of ``links`` and the ``languages`` of other texts."""

    def __init__(self, root: Tag) -> None:
        self.lines: list[str] = []
        self.notes: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.languages: list[tuple[str, str]] = []
        self.imprint: set[str | None] = set()
        self._into, self._text = self.lines, ""
        self._read(root, ())
        self.lines = [
            re.sub(r"^([\w/]*[ou]l: )blank ", r"\1", one)  # on the web page, a menu after the item
            for one in self.lines
            if not re.fullmatch("|".join(OF_PRINT), one)
        ]

    def _read(self, element: Tag, around: tuple[str, ...]) -> None:
        name = str(element.tag).rpartition("}")[2]
        classes = frozenset(element.get("class", "").split())
        name = next((AS[f"{name} {one}"] for one in classes if f"{name} {one}" in AS), name)
        if name == "footer":
            self.imprint = {link.get("href") for link in element.iter() if link.get("href")}
        if name in LEFT_OUT or classes & LEFT_OUT_CLASSES or "hidden" in element.attrib:
            return
        if name in ("img", "math"):
            self._text += f"[{element.get('alt') or element.get('alttext', '')}]"
            return
        if name in ("br", "input", "select"):
            self._text += " blank " if "blank" in classes else " "
            return
        before, start = self._into, len(self._text)
        is_note = "footnote" in classes or "notes" in classes
        is_block = name in BLOCKS or is_note or around[-1:] == ("legend",)
        if is_block:
            self._end(around)
            start = 0
        if is_note:
            self._into, around = self.notes, ()
        if name == "li" and around[-1:] == ("notes",):
            around = ()
        elif name in ("li", "tr"):
            self._into.append("/".join((*around, name)))
        inside = around
        if name in SAID and around[-1:] != ("notes",):
            inside = (*around, name + "".join(_spans(element)))
        elif "notes" in classes:
            inside = ("notes",)
        elif name == "legend":
            inside = (*around[:-1], name)
        self._text += element.text or ""
        for kid in element:
            self._read(kid, inside)
            self._text += kid.tail or ""
        said = spaced(self._text[start:])
        if name == "a" and element.get("href"):
            self.links.append((element.get("href", ""), said))
        if element.get("lang") and around:
            self.languages.append((element.get("lang", ""), said))
        if is_block:
            self._end(inside)
        self._into = before

    def _end(self, around: tuple[str, ...]) -> None:
        where = "/".join(one for one in around if one != "legend")
        if (text := spaced(self._text)) and around[-1:] != ("notes",):
            self._into.append(f"{where or 'p'}: {text}")
        self._text = ""


def _spans(cell: Tag) -> Iterator[str]:
    for name in ("colspan", "rowspan", "scope"):
        value = cell.get(name, "1").removesuffix("group")
        if value != "1":
            yield f" {name}={value}"


TOLD = re.compile("(?<=\\d) on page \\d+")
"""The page of a figure or a table, which only paper has."""


def compare(pdf: bytes, page: str) -> dict[str, str]:
    """The differences between the HTML of a PDF and a page with the same text."""
    derived = Outline(derive(read(open_pdf(pdf))))
    own = Outline(html5lib.parse(page))
    found = {}
    for name in ("lines", "notes", "links", "languages"):
        one, other = ([str(line) for line in getattr(each, name)] for each in (derived, own))
        if name == "links":  # notes are elsewhere
            one, other = (
                sorted(str(link) for link in each.links if link[0] not in own.imprint)
                for each in (derived, own)
            )
        one = [TOLD.sub("", line) for line in one]
        difference = difflib.unified_diff(one, other, "PDF", "page", n=0, lineterm="")
        found[name] = "\n".join(difference)
    return found
