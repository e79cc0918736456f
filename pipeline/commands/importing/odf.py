"""OpenDocument texts, as LibreOffice writes them: read like a web page, with styles interpreted."""

from __future__ import annotations

import base64
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

import lxml.html
from lxml import etree
from lxml.etree import SubElement
from lxml.etree import _Element as Element
from msgspec.structs import replace

from pipeline.commands.importing.appearance import BOLD, SIZE, last_or_new, set_numbering, usual
from pipeline.commands.importing.article import drop
from pipeline.commands.importing.citations import Marks, with_marks
from pipeline.commands.importing.draft import (
    BOXES,
    CHANGED,
    COMMENT,
    HEADS,
    MATH_SENTINEL,
    TYPED,
    Changes,
    Draft,
    InputText,
    append_text,
    change_sentences,
    is_coloured,
    look_sentences,
    split_list,
    tell_loss,
    unread,
)
from pipeline.commands.importing.files import BrokenArchiveError, open_archive, parse_xml
from pipeline.commands.importing.formulas import mathml_as_tex, readable
from pipeline.commands.importing.metadata import TITLE, language_of, meaningful
from pipeline.commands.importing.web_article import draft_of_page
from pipeline.model.metadata import Contributor, Metadata

# --- odf names -------------------------------------------------------------------------------
# Names in OpenDocument texts, and those that only matter to their programs.

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
    return parse_xml(parts[name]) if name in parts else None


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
    return mathml_as_tex(math) if math is not None and math.tag == f"{MATH}math" else ""


def is_code(element: Element) -> bool:
    """Return whether an element of the page is in preformatted text."""
    return any(e.tag == "pre" for e in (element, *element.iterancestors()))


def fold_spaces(text: str | None) -> str:
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


# --- odf styles ------------------------------------------------------------------------------
# The styles of an OpenDocument text that carry meaning.

_DEEPEST = 20
"""Styles that a style is based on, one on the other."""


_CENTIMETRES = {"cm": 1, "mm": 0.1, "in": 2.54, "pt": 2.54 / 72}


class OdfStyles:
    """Styles by their names."""

    def __init__(self, roots: list[Element]) -> None:
        self._styles: dict[str, Element] = {}
        self._automatic: set[str] = set()
        self._lists: dict[str, Element] = {}
        self._fonts: dict[str, str] = {}
        self._pages: list[Element] = []
        self.language = ""
        self.default_size = 0.0
        for root in roots:
            self._pages += root.iter(f"{STYLE}page-layout")
            for face in root.iter(f"{STYLE}font-face"):
                family = face.get(f"{SVG}font-family", "").strip("'\"")
                self._fonts[face.get(f"{STYLE}name") or ""] = family
            for style in root.iter(f"{STYLE}style"):
                name = style.get(f"{STYLE}name") or ""
                self._styles[name] = style
                above = style.getparent()
                if above is not None and above.tag == f"{OFFICE}automatic-styles":
                    self._automatic.add(name)
            for levels in root.iter(f"{TEXT}list-style"):
                self._lists[levels.get(f"{STYLE}name") or ""] = levels
            for default in root.iter(f"{STYLE}default-style"):
                if default.get(f"{STYLE}family") == "paragraph":
                    self.language = self.language or _language_of(_text_style(default))
                    self.default_size = self.default_size or _points(_text_style(default))

    def _chain(self, name: str) -> Iterator[tuple[str, Element]]:
        for _ in range(_DEEPEST):
            style = self._styles.get(name)
            if style is None:
                return
            yield name, style
            name = style.get(f"{STYLE}parent-style-name") or ""

    def names(self, name: str) -> list[str]:
        """A style's name, and those of its parent styles."""
        chain = self._chain(name)
        return [name, *(style.get(f"{STYLE}parent-style-name") or "" for _, style in chain)]

    def _first(self, key: str, *names: str) -> str:
        """The first value of a text property that styles, or their parents, have."""
        chains = (_text_style(style) for name in names for _, style in self._chain(name))
        return next(filter(None, (properties.get(key) for properties in chains)), "")

    def _direct(self, name: str) -> dict[str, str]:
        """The properties of a style, if it is a direct format."""
        style = self._styles.get(name) if name in self._automatic else None
        groups = () if style is None else style
        return {str(key): str(value) for properties in groups for key, value in properties.items()}

    def is_bold(self, name: str) -> bool:
        """Return whether a whole paragraph has direct bold formatting, whatever its style."""
        return self._direct(name).get(f"{FO}font-weight") == "bold"

    def is_hidden(self, name: str) -> bool:
        """Return whether text in a style is hidden."""
        return self._first(f"{TEXT}display", name) == "none"

    def size(self, name: str) -> float:
        """The size of the letters in a style, in points; 0 if it gives none."""
        sizes = (_points(_text_style(style)) for _, style in self._chain(name))
        return next(filter(None, sizes), 0.0)

    def sizes(self, element: Element, size: float) -> Iterator[tuple[float, str]]:
        """The texts in an element, with the sizes of their letters."""
        yield size, element.text or ""
        for inner in element:
            inner_size = self.size(inner.get(f"{TEXT}style-name") or "")
            yield from self.sizes(inner, inner_size or size)
            yield size, inner.tail or ""

    def has_bold(self, name: str) -> bool:
        """Return whether the text in a style is bold."""
        return self._first(f"{FO}font-weight", name) in ("bold", "700")

    def colour(self, name: str) -> str:
        """The colour of the text in a style that is a direct format."""
        return self._direct(name).get(f"{FO}color", "")

    def font(self, element: Element) -> str:
        """The font of an element's text."""
        outer = (element, *element.iterancestors())
        names = (above.get(f"{TEXT}style-name") or "" for above in outer)
        font = self._first(f"{STYLE}font-name", *names)
        return self._fonts.get(font, font)

    def columns(self, sections: Iterable[str]) -> int:
        """The largest number of columns that pages have, or sections with these styles."""
        holders = [*self._pages, *(self._styles[name] for name in sections if name in self._styles)]
        numbers = (
            c.get(f"{FO}column-count", "") for e in holders for c in e.iter(f"{STYLE}columns")
        )
        return max((int(number) for number in numbers if number.isdecimal()), default=1)

    def language_in(self, name: str) -> str:
        """The language of a whole paragraph, if it is another than the text's."""
        languages = (_language_of(_text_style(style)) for _, style in self._chain(name))
        language = next(filter(None, languages), "")
        return language if language != self.language else ""

    def is_indented(self, name: str) -> bool:
        """Return whether a whole paragraph was directly indented by half a centimetre or more,
        whatever its style."""
        written = self._direct(name).get(f"{FO}margin-left", "")
        margin = re.match(r"(\d{1,4}(?:\.\d{1,6})?)(cm|mm|in|pt)", written)
        return margin is not None and float(margin[1]) * _CENTIMETRES[margin[2]] >= 0.5

    def breaks(self, name: str) -> tuple[bool, bool]:
        """Tell if there is a page break before a paragraph or a table, and after it, by itself."""
        values = self._direct(name)
        return values.get(f"{FO}break-before") == "page", values.get(f"{FO}break-after") == "page"

    def marks(self, name: str) -> list[str]:
        """The HTML elements for a character style."""
        chain = [*self._chain(name)]
        names = {style_name for style_name, _ in chain}
        if names & {"Source_20_Text", "Source_Text", "Teletype"}:
            return ["code"]
        values: dict[str, str] = {}
        for _, style in reversed(chain):
            values |= _text_style(style)
        marks = []
        if "Strong_20_Emphasis" in names or values.get(f"{FO}font-weight") in ("bold", "700"):
            marks.append("strong")
        if "Emphasis" in names or values.get(f"{FO}font-style") in ("italic", "oblique"):
            marks.append("em")
        position = values.get(f"{STYLE}text-position", "").split(" ")[0]
        if position.startswith("super") or position.rstrip("%").isdigit():
            marks += ["sup"] if position not in ("0%", "0") else []
        elif position.startswith(("sub", "-")):
            marks.append("sub")
        if values.get(f"{STYLE}text-line-through-style", "none") != "none":
            marks.append("s")
        is_link = names & {"Internet_20_link", "Visited_20_Internet_20_Link"}
        if values.get(f"{STYLE}text-underline-style", "none") != "none" and not is_link:
            marks.append("u")
        if values.get(f"{FO}background-color", "transparent") != "transparent":
            marks.append("mark")
        if "small-caps" in values.get(f"{FO}font-variant", ""):
            marks.append("span.small-caps")
        if "Citation" in names:
            marks.append("cite")
        language = _language_of(values)
        if language and language != self.language:
            marks.append(f"span:{language}")
        return marks

    def numbering(self, name: str, level: int) -> tuple[int, str, str]:
        """The first number of a list level, 0 for bullets; the style of its letters or numerals,
        and their punctuation."""
        listed = self._lists.get(name)
        for level_style in listed if listed is not None else ():
            sort = level_style.get(f"{STYLE}num-format") or ""
            if level_style.get(f"{TEXT}level") == str(level):
                if not level_style.tag.endswith("list-level-style-number") or not sort:
                    break
                start = max(1, number_of(level_style, f"{TEXT}start-value"))
                around = (level_style.get(f"{STYLE}num-{end}fix") or "" for end in ("pre", "suf"))
                return start, sort, "".join(around)
        return 0, "", ""


def _text_style(style: Element) -> dict[str, str]:
    """The properties of text that a style has."""
    properties = style.find(f"{STYLE}text-properties")
    values = () if properties is None else properties.items()
    return {str(key): str(value) for key, value in values}


def _points(properties: dict[str, str]) -> float:
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,3})?)pt", properties.get(f"{FO}font-size", ""))
    return float(match[1]) if match else 0.0


def _language_of(properties: dict[str, str]) -> str:
    language, country = (properties.get(f"{FO}{key}", "none") for key in ("language", "country"))
    if language in ("none", "zxx", ""):
        return ""
    return language if country in ("none", "") else f"{language}-{country}"


# --- changes ---------------------------------------------------------------------------------
# Tracked changes of an OpenDocument text, accepted, rejected or kept: the text without change
# marks. Deleted text is at the beginning of the file; inserted text is between marks.

INSERTED, DELETED = f"{TEXT}inserted", f"{TEXT}deleted"
"""Elements around kept changes, which do not occur in files."""

_PARAGRAPHS = (f"{TEXT}p", f"{TEXT}h")
_INLINE_PARENTS = (*_PARAGRAPHS, f"{TEXT}span", f"{TEXT}a")
_Slot = tuple[Element, Literal["text", "tail"]]


def settle(body: Element, changes: Changes) -> int:
    """Accept, reject or keep the changes of a text, and give their number."""
    regions = [*body.iter(f"{TEXT}changed-region")]
    if changes != "accept":
        _insertions(body, _ids(regions, "insertion"), changes)
        deleted = _ids(regions, "deletion")
        for point in [*body.iter(f"{TEXT}change")]:
            change = deleted.get(point.get(f"{TEXT}change-id") or "")
            if change is not None:
                copies = [deepcopy(block) for block in change if block.tag.startswith("{")]
                blocks = [block for block in copies if not block.tag.endswith("}change-info")]
                for block in blocks:
                    block.tail = None
                (_restore if changes == "reject" else _keep)(point, blocks)
    return len(regions)


def _ids(regions: list[Element], kind: str) -> dict[str, Element]:
    pairs = ((region, region.find(f"{TEXT}{kind}")) for region in regions)
    return {r.get(f"{TEXT}id") or "": inner for r, inner in pairs if inner is not None}


def _insertions(body: Element, inserted: dict[str, Element], changes: Changes) -> None:
    """Remove inserted content, or put an element around it."""
    slots: list[_Slot] = []
    whole: list[Element] = []
    joined: list[tuple[Element, Element]] = []
    began: dict[Element, int] = {}
    open_: dict[str, Element] = {}
    time = 0
    for event, element in [*etree.iterwalk(body, events=("start", "end"))]:
        key = element.get(f"{TEXT}change-id") or ""
        if event == "start":
            if open_ and element.tag != f"{TEXT}change-end":
                began[element] = time
                slots.append((element, "text"))
            if key in inserted and element.tag == f"{TEXT}change-start":
                open_[key] = element
            elif element.tag == f"{TEXT}change-end" and (start := open_.pop(key, None)) is not None:
                time += not open_
                joined.append((start, element))
        elif open_:
            if began.get(element) == time:
                whole.append(element)
            slots.append((element, "tail"))
    if changes == "keep":
        for element, place in slots:
            _wrap(element, place)
        return
    for element, place in slots:
        setattr(element, place, None)
    pairs = [(_paragraph(start), _paragraph(end)) for start, end in joined]
    for element in whole:
        drop(element)
    for first, last in pairs:
        if first is not None and last is not None and first is not last:
            _append(first, last)
            drop(last)


def _wrap(element: Element, place: Literal["text", "tail"]) -> None:
    """Put an element around a text that was inserted."""
    parent = element if place == "text" else element.getparent()
    text = getattr(element, place)
    if parent is None or parent.tag not in _INLINE_PARENTS or not (text and text.strip()):
        return
    wrapper = etree.Element(INSERTED)
    wrapper.text = text
    setattr(element, place, None)
    if place == "text":
        element.insert(0, wrapper)
    else:
        element.addnext(wrapper)


def _paragraph(mark: Element) -> Element | None:
    return next(mark.iterancestors(*_PARAGRAPHS), None)


def _append(to: Element, element: Element) -> None:
    """Append the contents of an element to those of another."""
    append_text(to, element.text or "")
    to.extend([*element])


def _keep(point: Element, blocks: list[Element]) -> None:
    """Put deleted content at its place, marked as deleted."""
    wrapper = etree.Element(DELETED)
    for number, block in enumerate(blocks):
        append_text(wrapper, " " if number else "")
        if block.tag in _PARAGRAPHS:
            _append(wrapper, block)
        else:
            append_text(wrapper, " ".join(str(text) for text in block.itertext()))
    if _paragraph(point) is not None:
        point.append(wrapper)
    else:
        paragraph = etree.Element(f"{TEXT}p")
        paragraph.append(wrapper)
        point.addprevious(paragraph)


def _restore(point: Element, blocks: list[Element]) -> None:
    """Put deleted content at its place, with the paragraph ends in it."""
    paragraph = point.getparent()
    if paragraph is None or paragraph.tag not in _INLINE_PARENTS:
        for block in blocks:
            point.addprevious(block)
        return
    first, *others = blocks or [etree.Element(f"{TEXT}p")]
    after, rest = [*point.itersiblings()], point.tail or ""
    if first.tag in _PARAGRAPHS:
        _append(point, first)
    else:
        others = blocks
    if not others or paragraph.tag not in _PARAGRAPHS:
        for block in others:
            append_text(point, " ")
            _append(point, block)
        return
    last = others[-1]
    if last.tag not in _PARAGRAPHS:
        last = etree.Element(paragraph.tag, dict(paragraph.attrib))
        others.append(last)
    point.tail = None
    append_text(last, rest)
    last.extend(after)
    for block in reversed(others):
        paragraph.addnext(block)


# --- page ------------------------------------------------------------------------------------

MOST_REPEATED = 100
"""The maximum number of times that a cell or a row is repeated; empty ones have more."""

_CITATION_ENDS = (f"{TEXT}reference-mark-end", f"{TEXT}bookmark-end")


class OdfPage:
    """Makes a page of HTML of a text."""

    def __init__(self, styles: OdfStyles, parts: dict[str, bytes]) -> None:
        self.comments = 0
        self.formulas = self.drawings = 0
        self.labels = 0
        self.indented = self.figures = 0
        self.messages: list[str] = []
        self.coloured: list[str] = []
        self.replaced: set[Element] = set()
        self._boxes: list[Element] = []
        self.marks = Marks()
        self._cited = self.subtitle = ""
        self._ends: dict[str, int] = {}
        self._styles = styles
        self._parts = parts
        self._notes: list[Element] = []
        self._waiting: list[str] = []
        self._inline: dict[str, bytes] = {}

    def compose(self, body: Element) -> str:
        """The page of a text."""
        root = lxml.html.Element("body")
        for child in body:
            name = child.get(f"{TEXT}style-name") or child.get(f"{TABLE}style-name") or ""
            before, after = self._styles.breaks(name)
            if before and len(root):
                SubElement(root, "hr", {"class": "page-break"})
            self._block(child, root)
            if after and child.getnext() is not None:
                SubElement(root, "hr", {"class": "page-break"})
            for comment in self._waiting:
                SubElement(root, "p").text = COMMENT + comment
            self._waiting = []
        for number, note in enumerate(self._notes, 1):  # they may refer to others
            aside = SubElement(root, "aside", id=f"note-{number}")
            for child in note:
                self._block(child, aside)
        html = lxml.html.Element("html")
        html.append(root)
        markup: str = lxml.html.tostring(html, encoding="unicode")
        return markup

    def image(self, address: str) -> bytes | None:
        """An image of the text."""
        name = posixpath.normpath(unquote(address))
        return self._inline.get(address) or self._parts.get(name)

    # --- blocks

    def _block(self, element: Element, to: Element) -> None:
        tag = element.tag
        if tag in LEAVE_OUT or not isinstance(tag, str):
            if tag == f"{OFFICE}annotation":
                self._comment(element)
            elif tag == f"{TEXT}alphabetical-index":
                self._replace_list(element, "INDEX", to)
            return
        if tag == f"{TEXT}bibliography" or (
            tag == f"{TEXT}section" and "BIBL" in (element.get(f"{TEXT}name") or "")
        ):
            self.labels += self._replace_list(element, "BIBLIOGRAPHY", to)
        elif tag in (f"{TEXT}p", f"{TEXT}h"):
            labels = self.labels
            self._paragraph(element, to)
            if self.labels > labels or self._cited:
                self.replaced.add(element)
            boxes, self._boxes = self._boxes, []
            for box in boxes:
                self._box(box, to)
        elif tag == f"{TEXT}list":
            self._list(element, to, "", 1)
        elif tag == f"{TABLE}table":
            self._table(element, to)
        elif tag == f"{DRAW}frame" and (box := element.find(f"{DRAW}text-box")) is not None:
            self._box(box, to)
        elif tag.startswith(DRAW):
            self._inlines_of(element, SubElement(to, "p"))
        else:
            for child in element:
                self._block(child, to)

    def _replace_list(self, element: Element, field: str, to: Element) -> int:
        """Replace a generated list by the mark from which Chapbook generates it, or else by its
        text. Return the number of words that the mark replaces."""
        if mark := self.marks.field(field):
            self.replaced.update(element.iter(f"{TEXT}p"))
            SubElement(to, "p").text = mark
            return sum(len("".join(p.itertext()).split()) for p in element.iter(f"{TEXT}p"))
        for child in element:
            self._block(child, to)
        return 0

    def _paragraph(self, element: Element, to: Element) -> None:
        style = element.get(f"{TEXT}style-name") or ""
        names = self._styles.names(style)
        before = to[-1] if len(to) else None
        level = number_of(element, f"{TEXT}outline-level") if element.tag == f"{TEXT}h" else 0
        heading = next((m for n in names if (m := re.fullmatch(r"Heading_20_(\d)", n))), None)
        if level := level or (int(heading[1]) if heading else 0):
            self._inlines_of(element, SubElement(to, f"h{min(6, level)}"))
            return
        if "Title" in names:
            block = SubElement(to, "h1", {"class": TITLE})
        elif "Preformatted_20_Text" in names:
            if before is not None and before.tag == "pre":
                append_text(before, "\n")
                block = before
            else:
                block = SubElement(to, "pre")
        elif "Quotations" in names or (to.tag == "body" and self._styles.is_indented(style)):
            self.indented += "Quotations" not in names
            block = SubElement(last_or_new(to, "blockquote"), "p")
        elif "Horizontal_20_Line" in names:
            SubElement(to, "hr")
            return
        elif {"Table", "Tabelle"} & set(names) and is_beside_table(element):
            self._count_label(element)
            return
        elif "Subtitle" in names and not self.subtitle and all(e.tag == "h1" for e in to):
            self.subtitle = " ".join("".join(element.itertext()).split())
            return
        else:
            block = SubElement(to, "p")
        if language := self._styles.language_in(style):
            block.set("lang", language)
        if block.tag == "p":
            size = self._styles.size(style) or self._styles.default_size
            block.set(SIZE, str(usual(self._styles.sizes(element, size))))
            block.attrib.update({BOLD: ""} if self._styles.has_bold(style) else {})
        if self._styles.is_bold(style) and block.tag == "p":
            block = SubElement(block, "strong")
        self._inlines_of(element, block)

    def _count_label(self, element: Element) -> None:
        """Count the words of a caption's label, which editions generate."""
        if element.find(f".//{TEXT}sequence") is not None:
            self.labels += 2

    def _list(self, element: Element, to: Element, style: str, level: int) -> None:
        style = element.get(f"{TEXT}style-name") or style
        start, sort, around = self._styles.numbering(style, level)
        list_ = SubElement(to, "ol" if start else "ul")
        set_numbering(list_, sort, around)
        items = [c for c in element if c.tag in (f"{TEXT}list-item", f"{TEXT}list-header")]
        first = number_of(items[0], f"{TEXT}start-value", 0) if items else start
        before = element.get(f"{TEXT}continue-list") or style
        is_next = element.get(f"{TEXT}continue-numbering") == "true" or before != style
        if not first:
            first = self._ends.get(before, 0) + 1 if start and level == 1 and is_next else start
        if first > 1:
            list_.set("start", str(first))
        last = first - 1
        for item in items:
            inner = SubElement(list_, "li")
            begins = number_of(item, f"{TEXT}start-value", 0)
            if begins and item is not items[0]:
                inner.set("value", str(begins))
            last = begins or last + 1
            for child in item:
                if child.tag == f"{TEXT}list":
                    self._list(child, inner, style, level + 1)
                else:
                    self._block(child, inner)
        if level == 1:
            list_id = element.get("{http://www.w3.org/XML/1998/namespace}id") or ""
            self._ends[style] = self._ends[list_id] = last

    def _table(self, element: Element, to: Element) -> None:
        table = SubElement(to, "table")
        for caption in (element.getprevious(), element.getnext()):
            if caption is not None and caption.tag == f"{TEXT}p":
                names = self._styles.names(caption.get(f"{TEXT}style-name") or "")
                if {"Table", "Tabelle"} & set(names):
                    self._inlines_of(caption, SubElement(table, "caption"))
                    break
        for row in element.iter(f"{TABLE}table-row"):
            if next(row.iterancestors(f"{TABLE}table")) is not element:
                continue
            above = row.getparent()
            is_head = above is not None and above.tag == f"{TABLE}table-header-rows"
            line = SubElement(table, "tr")
            for cell in row:
                if cell.tag != f"{TABLE}table-cell":
                    continue
                times = min(number_of(cell, f"{TABLE}number-columns-repeated"), MOST_REPEATED)
                for _ in range(times):
                    inner = SubElement(line, "th" if is_head else "td")
                    for key, name in (("columns", "colspan"), ("rows", "rowspan")):
                        spanned = number_of(cell, f"{TABLE}number-{key}-spanned")
                        if spanned > 1:
                            inner.set(name, str(spanned))
                    for child in cell:
                        self._block(child, inner)

    # --- within text

    def _inlines_of(self, element: Element, to: Element) -> None:
        self._say(element.text, element, to)
        for child in element:
            if isinstance(child.tag, str) and self._cited:
                self._pass(child)
            elif isinstance(child.tag, str):
                self._inline_of(child, to)
            self._say(child.tail, element, to)

    def _say(self, text: str | None, element: Element, to: Element) -> None:
        """A text of an element, unless it belongs to a citation, which is generated."""
        if self._cited:
            self.labels += len((text or "").split())
        else:
            append_text(
                to,
                readable(
                    fold_spaces(text), lambda: self._styles.font(element), self.messages.append
                ),
            )

    def _pass(self, element: Element) -> None:
        """Pass by an element of a citation's text, which may hold its end."""
        self.labels += len("".join(element.itertext()).split())
        ends = {element.get(f"{TEXT}name") for element in element.iter(*_CITATION_ENDS)}
        if self._cited in ends:
            self._cited = ""

    def _inline_of(self, element: Element, to: Element) -> None:
        tag = element.tag
        if tag == f"{OFFICE}annotation":
            self._comment(element)
        elif tag in LEAVE_OUT:
            return
        elif tag == f"{TEXT}s":
            append_text(to, " " * min(number_of(element, f"{TEXT}c"), 200))
        elif tag == f"{TEXT}tab":
            append_text(to, "\t")
        elif tag == f"{TEXT}line-break":
            if is_code(to):
                append_text(to, "\n")
            else:
                SubElement(to, "br")
        elif tag == f"{TEXT}span":
            self._span(element, to)
        elif tag == INSERTED:
            self._inlines_of(element, SubElement(to, "ins", datetime=""))
        elif tag == DELETED:
            self._inlines_of(element, SubElement(to, "del"))
        elif tag == f"{TEXT}a":
            self._inlines_of(element, SubElement(to, "a", href=element.get(f"{XLINK}href") or ""))
        elif tag in (f"{TEXT}bookmark-ref", f"{TEXT}reference-ref"):
            target = element.get(f"{TEXT}ref-name") or ""
            self._inlines_of(element, SubElement(to, "a", href=f"#{target}"))
        elif tag == f"{TEXT}bibliography-mark":
            fields = {key.removeprefix(TEXT): value for key, value in element.items()}
            if mark := self.marks.work(fields):
                self.labels += len("".join(element.itertext()).split())
                append_text(to, mark)
            else:
                self._inlines_of(element, to)
        elif tag.startswith(f"{TEXT}alphabetical-index-mark"):
            self._index_mark(element, to)
        elif tag.removeprefix(TEXT).startswith(("bookmark", "reference-mark")):
            place = element.get(f"{TEXT}name") or ""
            if tag.endswith("-start") and (mark := self.marks.field(place)):
                append_text(to, mark)
                self._cited = place
                return
            if re.fullmatch("h[1-6]", str(to.tag)) and not to.get("id"):
                to.set("id", place)
            elif not tag.endswith("-end"):
                SubElement(to, "span", id=place)
        elif tag == f"{TEXT}note":
            self._notes += element.findall(f"{TEXT}note-body")[:1]
            number, raised = str(len(self._notes)), SubElement(to, "sup")
            SubElement(raised, "a", href=f"#note-{number}", role="doc-noteref").text = number
        elif tag == f"{DRAW}frame":
            self._frame(element, to)
        elif tag in (f"{TEXT}p", f"{TEXT}h", f"{TEXT}list", f"{TABLE}table"):
            self._block(element, to)
        else:
            self._inlines_of(element, to)

    def _index_mark(self, element: Element, to: Element) -> None:
        """A mark for the index: of a place, or of the text up to its end."""
        if element.tag.endswith("-end"):
            return
        text = element.get(f"{TEXT}string-value") or ""
        if element.tag.endswith("-start"):
            text = (element.tail or "") or " ".join("".join(element.getnext().itertext()).split())
        keys = (element.get(f"{TEXT}key{number}") or "" for number in (1, 2))
        append_text(to, self.marks.index((*keys, text)))

    def _span(self, element: Element, to: Element) -> None:
        if is_coloured(self._styles.colour(element.get(f"{TEXT}style-name") or "")):
            self.coloured.append("".join(element.itertext()))
        for name in self._styles.marks(element.get(f"{TEXT}style-name") or ""):
            kind, _, lang = name.partition(":")
            kind, _, css_class = kind.partition(".")
            to = SubElement(to, kind, lang=lang) if lang else SubElement(to, kind)
            if css_class:
                to.set("class", css_class)
        self._inlines_of(element, to)

    def _frame(self, element: Element, to: Element) -> None:
        """An image, a formula, or a box of text, which may hold an image and its caption."""
        formula = formula_in(element, self._parts)
        if formula:
            self.formulas += 1
            self.drawings += element.find(f"{DRAW}image") is not None
            append_text(to, f"{MATH_SENTINEL}{formula}{MATH_SENTINEL}")
            return
        box = element.find(f"{DRAW}text-box")
        if box is not None:
            image = box.find(f".//{DRAW}image")
            paragraphs = box.findall(f"{TEXT}p")
            if image is not None and len(paragraphs) == 1:
                figure = SubElement(to, "figure")
                self._image(image, figure)
                caption = SubElement(figure, "figcaption")
                self.figures += 1
                self._count_label(paragraphs[0])
                self._without_images(paragraphs[0], caption)
                return
            self._boxes.append(box)
            return
        image = element.find(f"{DRAW}image")
        if image is not None:
            self._image(image, to)

    def _box(self, box: Element, to: Element) -> None:
        """A box of text, after the paragraph that it is at; in a cell or an item, only its text."""
        if to.tag in ("td", "th", "li"):
            text = " ".join("".join(p.itertext()) for p in box.iter(f"{TEXT}p"))[:60]
            kind = "list" if to.tag == "li" else "table"
            self.messages.append(f"The text box “{text}” becomes part of the {kind} it is in.")
        else:
            to = SubElement(to, "div", {"class": "sidebar"})
        for child in box:
            self._block(child, to)

    def _without_images(self, paragraph: Element, to: Element) -> None:
        span = SubElement(to, "span")
        self._inlines_of(paragraph, span)
        for image in [*span.iter("img")]:
            drop(image)

    def _image(self, image: Element, to: Element) -> None:
        frame = image.getparent()
        texts = [] if frame is None else [frame.findtext(f"{SVG}{n}") for n in ("desc", "title")]
        alt = " ".join(next((text for text in texts if text), "").split())
        address = image.get(f"{XLINK}href") or ""
        inside = image.findtext(f"{OFFICE}binary-data")
        if inside:
            address = f"image-{len(self._inline) + 1}.png"
            try:
                self._inline[address] = base64.b64decode(inside)
            except ValueError:
                return
        size = "" if frame is None else frame.get(f"{SVG}width", "")
        SubElement(to, "img", src=address, alt=alt, width=size)

    def _comment(self, element: Element) -> None:
        self.comments += 1
        self._waiting.append(comment_of(element))


# --- odf -------------------------------------------------------------------------------------


def read_odt(path: Path, name: str, changes: Changes = "accept") -> Draft:
    """An OpenDocument text, in an archive or flat, with its tracked ``changes`` accepted, rejected
    or kept as such."""
    data = path.read_bytes()
    try:
        if data.lstrip()[:1] == b"<":
            if b"<!ENTITY" in data:
                raise BrokenArchiveError("It defines XML entities, which is not safe.")
            parts = dict.fromkeys(("content.xml", "styles.xml", "meta.xml"), data)
        else:
            parts = open_archive(data)
        if b"encryption-data" in parts.get("META-INF/manifest.xml", b""):
            raise BrokenArchiveError("The file has a password.")
        content = xml_of(parts, "content.xml")
        body = None if content is None else content.find(f".//{OFFICE}body/{OFFICE}text")
        if content is None or body is None:
            raise BrokenArchiveError("This is not an OpenDocument text.")
        outer = xml_of(parts, "styles.xml")
        styles = OdfStyles([root for root in (outer, content) if root is not None])
        metadata = _metadata(xml_of(parts, "meta.xml"), styles)
    except (BrokenArchiveError, etree.LxmlError, ValueError) as error:
        is_ours = isinstance(error, BrokenArchiveError)
        message = str(error) if is_ours else "The OpenDocument text is damaged."
        hint = "Open it in LibreOffice, and save it again as .odt."
        return unread(message, name, hint)
    changed = settle(body, changes)
    hidden = _drop_hidden(body, styles)
    page = OdfPage(styles, parts)
    html = page.compose(body)
    draft = draft_of_page(html, name, page.image, whole_page=True, title=metadata.title)
    counts = _counts(body)
    counts["comments"], counts[CHANGED] = page.comments, changed
    counts["formulas"] = page.formulas
    counts["images"] -= page.drawings
    counts["words"] -= draft.counts[TYPED] + page.labels + len(page.subtitle.split())
    counts[BOXES] -= page.figures
    heads = [" ".join(_own_text(e).split()) for e in body.iter(f"{TEXT}h")]
    title = metadata.title or draft.metadata.title
    counts["headings"] -= title in heads
    head_messages = [*_heads(outer)]
    counts[HEADS] = len(head_messages)
    sentences = [
        *change_sentences(changed, changes),
        *hidden,
        *_findings(body),
        *head_messages,
        *page.messages,
    ]
    sections = (e.get(f"{TEXT}style-name") or "" for e in body.iter(f"{TEXT}section"))
    sentences += look_sentences(page.coloured, styles.columns(sections))
    if page.indented:
        paragraphs = "1 paragraph" if page.indented == 1 else f"{page.indented} paragraphs"
        sentences.append(f"Read as quotations because they are indented: {paragraphs}.")
    findings = [tell_loss(sentence, name) for sentence in sentences]
    draft = replace(
        draft,
        metadata=replace(metadata, title=title, subtitle=page.subtitle),
        counts={**draft.counts, **counts},
        findings=(*findings, *draft.findings),
        passages=tuple(
            InputText(line, paragraph=number)
            for number, e in enumerate(_texts(body), 1)
            if e not in page.replaced
            for line in _own_text(e).split("\v")
        ),
    )
    return with_marks(draft, page.marks, name, path.stem)


def _metadata(meta: Element | None, styles: OdfStyles) -> Metadata:
    def texts_of(*tags: str) -> list[str]:
        texts = (meaningful(e.text or "") for tag in tags for e in meta.iter(tag))  # type: ignore[union-attr]
        return [text for text in texts if text]

    if meta is None:
        return Metadata(lang=language_of(styles.language))
    keywords = [word for text in texts_of(f"{META}keyword") for word in split_list(text)]
    first = (texts_of(f"{META}initial-creator", f"{DC}creator") or [""])[0]
    title = (texts_of(f"{DC}title") or [""])[0]
    return Metadata(
        title=title,
        authors=tuple(map(Contributor, split_list(first, ";"))),
        description=(texts_of(f"{DC}description") or [""])[0],
        keywords=tuple(dict.fromkeys(keywords)),
        lang=language_of((texts_of(f"{DC}language") or [styles.language])[0]),
    )


def _drop_hidden(body: Element, styles: OdfStyles) -> list[str]:
    """Remove what is hidden by its style, its section or a condition; tell how much that is."""
    hidden = 0
    for element in [*body.iter("*")]:
        fields = (element, *element.findall(f"{TEXT}hidden-paragraph"))
        if (
            element.get(f"{TEXT}display") == "none"
            or any(field.get(f"{TEXT}is-hidden") == "true" for field in fields)
            or styles.is_hidden(element.get(f"{TEXT}style-name") or "")
        ):
            text = element.get(f"{TEXT}string-value") or " ".join(element.itertext())
            hidden += len(text.split())
            drop(element)
    words = "1 word" if hidden == 1 else f"{hidden} words"
    return [f"Hidden text ({words}) is left out."] if hidden else []


def _counts(body: Element) -> Counter[str]:
    """The counts of the text's content, without data of its program."""
    counts: Counter[str] = Counter()
    rows = {
        f"{TABLE}table": "tables",
        f"{TEXT}h": "headings",
        f"{TEXT}note": "notes",
        f"{DRAW}image": "images",
        f"{TEXT}a": "links",
        f"{DRAW}text-box": BOXES,
    }
    for element in _elements_of_text(body):
        if row := rows.get(str(element.tag)):
            counts[row] += 1
        if element.tag == f"{TABLE}table-cell":
            counts["cells"] += min(
                number_of(element, f"{TABLE}number-columns-repeated"), MOST_REPEATED
            )
        elif element.tag in (f"{TEXT}p", f"{TEXT}h"):
            counts["words"] += len(_own_text(element).split())
    return counts


def _elements_of_text(element: Element) -> Iterator[Element]:
    """The elements that are of the text."""
    stack = [element]
    while stack:
        inner = stack.pop()
        if inner.tag not in LEAVE_OUT:
            yield inner
            stack.extend(reversed(inner))


def _own_text(paragraph: Element) -> str:
    """The text of a paragraph, without paragraphs inside it."""
    parts = [paragraph.text or ""]
    for child in paragraph:
        if child.tag in (f"{TEXT}s", f"{TEXT}tab"):
            parts.append(" ")
        elif child.tag == f"{TEXT}line-break":
            parts.append("\v")
        elif child.tag not in (
            *LEAVE_OUT,
            f"{TEXT}p",
            f"{TEXT}note",
            f"{DRAW}frame",
        ):
            parts.append(_own_text(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _texts(body: Element) -> Iterator[Element]:
    """The paragraphs and headings of the text."""
    return (e for e in _elements_of_text(body) if e.tag in (f"{TEXT}p", f"{TEXT}h"))


def _findings(body: Element) -> Iterator[str]:
    """The findings about omissions and assumptions."""
    for name in INDEXES:
        if body.find(f".//{TEXT}{name}") is not None:
            subject = "table of contents" if name == "table-of-content" else "index"
            if name != "alphabetical-index":
                yield f"The {subject} is left out: editions have their own."


def _heads(outer: Element | None) -> Iterator[str]:
    """A finding for each header and footer."""
    elements = [] if outer is None else [*outer.iter(f"{STYLE}header", f"{STYLE}footer")]
    for element in elements:
        text = " ".join(" ".join(element.itertext()).split())
        if text:
            kind = "header" if element.tag.endswith("header") else "footer"
            yield f"The {kind} “{text[:60]}” is left out: editions have their own."
