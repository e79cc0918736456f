"""A document that is written for Word: its growing parts, and paragraphs, numbers, controls and
fields in them.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias, TypeGuard
from xml.sax.saxutils import escape

from lxml import etree
from msgspec.structs import replace

from pipeline import model
from pipeline.features.word.inlines import counted, index_fields, inlines, text_run
from pipeline.features.word.sections import PageShape
from pipeline.features.word.styles import IDS, STYLES
from pipeline.model import Document, Node, Section
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import EDITIONS
from pipeline.model.late import late
from pipeline.model.metadata import direction_of
from pipeline.model.sheet.proportions import is_book
from pipeline.model.tree import STARTS, find, minutes_of, plain_text, walk
from pipeline.model.words import in_minutes, words
from pipeline.resolve.findings import Findings
from pipeline.verify.word import mark_name

# --- xml -------------------------------------------------------------------------------------
#
# Elements of WordprocessingML, and their place in a file.

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


def built(markup: str, *children: Element, **values: object) -> Element:
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


def written(part: Element) -> str:
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


# --- numbering -------------------------------------------------------------------------------
#
# The numbering of headings and lists: each list counts for itself.

LEVELS = 9
STEP = 360
"""The indent of a list's text, in twentieths of a point."""

BULLETS = ("•", "–", "▪")
FORMATS = {
    "": "decimal", "lower-alpha": "lowerLetter", "upper-alpha": "upperLetter",
    "lower-roman": "lowerRoman", "upper-roman": "upperRoman", "bullet": "bullet",
}  # fmt: skip
TEXTS = {"": "%{level}.", ")": "%{level})", "()": "(%{level})"}
HEADINGS = 1
"""The number of the numbering of headings."""


class ListNumbers:
    """The numbering definitions, which grow with each list."""

    def __init__(self, document: Document) -> None:
        self.numbers_headings = document.metadata.number_sections and _counts_as_word(document)
        self._kinds: dict[tuple[str, str], int] = {}
        self._lists: list[tuple[int, int, int]] = []

    def add(self, kind: str, form: str = "", start: int = 1, level: int = 0) -> int:
        """The number of a new list: of bullets, or counting in a style of `FORMATS`."""
        abstract = self._kinds.setdefault((kind, form), len(self._kinds) + HEADINGS + 1)
        self._lists.append((abstract, start, min(level, LEVELS - 1)))
        return len(self._lists) + HEADINGS

    def part(self) -> Element:
        kinds = (_kind(number, *key) for key, number in self._kinds.items())
        lists = (_list(number, *row) for number, row in enumerate(self._lists, start=HEADINGS + 1))
        return root("numbering", _headings(), *kinds, _number(HEADINGS, HEADINGS), *lists)


def _headings() -> Element:
    """The numbers of headings: 1, 1.1, 1.1.1 …"""
    texts = [".".join(f"%{n}" for n in range(1, level + 1)) for level in range(1, LEVELS + 1)]
    levels = (
        _level(number, "decimal", text, IDS.get(f"heading {number + 1}"), left=0, firstLine=0)
        for number, text in enumerate(texts)
    )
    kind = element("multiLevelType", val="multilevel")
    return element("abstractNum", kind, *levels, abstractNumId=HEADINGS)


def _kind(number: int, kind: str, form: str) -> Element:
    levels = []
    for level in range(LEVELS):
        text = TEXTS[form].replace("{level}", str(level + 1))
        sign = BULLETS[min(level, len(BULLETS) - 1)] if kind == "bullet" else text
        levels.append(_level(level, FORMATS[kind], sign, left=STEP * (level + 1), hanging=STEP))
    hybrid = element("multiLevelType", val="hybridMultilevel")
    return element("abstractNum", hybrid, *levels, abstractNumId=number)


def _level(number: int, form: str, text: str, style: str | None = None, **indent: int) -> Element:
    """A level of a numbering. One with a ``style``, or without an indent, is for headings."""
    return element(
        "lvl",
        element("start", val=1),
        element("numFmt", val=form),
        element("pStyle", val=style) if style else None,
        None if indent["left"] else element("suff", val="space"),
        element("lvlText", val=text),
        element("lvlJc", val="left"),
        element("pPr", element("ind", **indent)),
        ilvl=number,
    )


def _number(number: int, abstract: int, *overrides: Element) -> Element:
    return element("num", element("abstractNumId", val=abstract), *overrides, numId=number)


def _list(number: int, abstract: int, start: int, level: int) -> Element:
    """A list, which begins to count by itself."""
    override = element("lvlOverride", element("startOverride", val=start), ilvl=level)
    return _number(number, abstract, override)


def _counts_as_word(document: Document) -> bool:
    """Return whether Word would count the headings as the document does; it would not where a part
    or an appendix has numbers of its own."""
    counts = [0] * LEVELS
    for _, section, _ in find(document, Section):
        assert isinstance(section, Section)
        if not section.number:
            continue
        depth = min(section.depth, LEVELS)
        counts[depth - 1] += 1
        counts[depth:] = [0] * (LEVELS - depth)
        if section.number != ".".join(map(str, counts[:depth])):
            return False
    return True


def kind_of(node: model.List) -> tuple[str, str]:
    """The style in which a list counts, and its punctuation."""
    return (node.style, node.form) if node.ordered else ("bullet", "")


# --- draft -----------------------------------------------------------------------------------
#
# The parts that grow while a document is written for Word, and places in it.

LONGEST_NAME = 40
"""The characters that the name of a bookmark has at most."""

_UNNAMED = late(r"\W+", re.ASCII)


class TextLook(NamedTuple):
    """The look of characters, besides the style of their paragraph; ``lang`` is their language, if
    it is not the document's, and ``style`` a style for characters."""

    style: str = ""
    bold: bool | None = None
    italic: bool | None = None
    strike: bool = False
    underline: bool = False
    small_caps: bool = False
    color: str = ""
    fill: str = ""
    position: str = ""
    lang: str = ""
    is_rtl: bool = False
    is_hidden: bool = False


class SideBox(NamedTuple):
    """A bar at the left of paragraphs and the colour behind them; ``style`` is for their text."""

    color: str
    fill: str
    style: str = "Box Text"


class ItemMarker(NamedTuple):
    """The number or bullet of a list's item: the list's number, and the level."""

    number: int
    level: int


class Spot(NamedTuple):
    """Where blocks stand: their indent and width in twentieths of a point, the style of their text,
    a box, the depth of lists, and how their characters look. The first paragraph of a list's item
    gets its ``marker``. ``is_note``: in a note. ``is_free``: nothing is around it, so
    that a new section can begin. ``span`` is where the text stands in the source. Tables are
    ``is_framed`` where there are lines around all cells."""

    width: int
    left: int = 0
    style: str = "Normal"
    box: SideBox | None = None
    depth: int = 0
    look: TextLook = TextLook()
    marker: ItemMarker | None = None
    is_note: bool = False
    is_free: bool = False
    span: Span | None = None
    align: str = ""
    is_framed: bool = False

    def within(self, indent: int, **changes: object) -> Spot:
        """A place that is indented by as much."""
        inner = self._replace(
            left=self.left + indent, width=max(400, self.width - indent), is_free=False
        )
        return inner._replace(**changes)  # type: ignore[arg-type]


class WordFile:
    """A document that is being written: its notes, lists, images, bookmarks, and findings."""

    def __init__(
        self,
        document: Document,
        page: PageShape,
        blocks: Callable[[WordFile, Iterable[Node], Spot], list[Element]],
    ) -> None:
        self.document, self.page, self.width = document, page, page.width
        self.blocks = functools.partial(blocks, self)
        """Writes some blocks at a place."""
        self.is_book = is_book(document)
        self.next_section = ""
        self.words = words(document.metadata.lang)
        edition = EDITIONS.get(document.edition)
        self.is_for_pupils = edition is None or edition.audience == "student"
        self.is_rtl = document.metadata.direction == "rtl"
        self.findings = Findings(document)
        self.numbering = ListNumbers(document)
        self.images: set[str] = set()
        self.assets = {asset.path: asset for asset in document.assets}
        self.nodes = {
            node.attributes.id: node
            for _, node, _ in find(document, marked=True)
            if node.attributes.id
        }
        self.spans: list[Span] = []
        self.terms = _index_terms(document)
        self.notes = {note.label: note for note in document.notes}
        self.note_kind = "endnote" if document.metadata.notes == "end" else "footnote"
        self.note_style = f"{self.note_kind.title()}Reference"
        self.written_notes: dict[str, int] = {}
        self.counted_notes = 0
        self.listed: dict[str, tuple[int, str]] = {}
        self._ids = itertools.count(1)
        self._names: dict[str, str] = {}
        self._bookmarked: set[str] = set()

    def new_findings(self) -> tuple[Diagnostic, ...]:
        """The findings of writing."""
        return self.findings.added_to(replace(self.document, diagnostics=())).diagnostics

    def next_id(self) -> int:
        """A number that no other bookmark, drawing or control has."""
        return next(self._ids)

    def bookmark_name(self, identifier: str, kind: str = "") -> str:
        """The name of the bookmark for an id, or (``kind``) for something of its element."""
        key = f"{kind} {identifier}"
        if key not in self._names:
            name = f"{kind or 'id'}_{_UNNAMED.sub('_', identifier)}"
            if len(name) > LONGEST_NAME or name in self._names.values():
                digest = hashlib.sha256(key.encode()).hexdigest()[:10]
                name = f"{name[: LONGEST_NAME - 11]}_{digest}"
            self._names[key] = name
        return self._names[key]

    def source_mark(self, span: Span) -> list[Element]:
        """A hidden bookmark by which `review` knows a paragraph that stands in the source."""
        place = self.document.place(span)
        if place is None:
            return []
        self.spans.append(place)
        number = self.next_id()
        start = element("bookmarkStart", id=number, name=mark_name(len(self.spans)))
        return [start, element("bookmarkEnd", id=number)]

    def bookmark(self, name: str, content: list[Element]) -> list[Element]:
        """Content in a bookmark; a name is given once."""
        if name in self._bookmarked:
            return content
        self._bookmarked.add(name)
        number = self.next_id()
        start = element("bookmarkStart", id=number, name=name)
        return [start, *content, element("bookmarkEnd", id=number)]

    def anchored(self, node: Node, content: list[Element]) -> list[Element]:
        """The content of a node, with a bookmark for its id."""
        identifier = node.attributes.id
        return self.bookmark(self.bookmark_name(identifier), content) if identifier else content


def index_entries(document: Document) -> Iterator[model.IndexEntry]:
    """The entries of the index that are below no other."""
    for _, node, _ in find(document, model.Index):
        for group in node.groups:
            yield from group.entries


def _index_terms(document: Document) -> dict[str, list[tuple[str, ...]]]:
    """The entries of the index, each after those above it, by the ids of the places that they refer
    to."""
    terms: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for entry in index_entries(document):
        _collect_terms(entry, (), terms)
    return terms


def _collect_terms(
    entry: model.IndexEntry,
    above: tuple[str, ...],
    terms: Mapping[str, list[tuple[str, ...]]],
) -> None:
    path = (*above, plain_text(entry.term))
    for place in entry.places:
        terms[place.target].append(path)
    for child in entry.children:
        _collect_terms(child, path, terms)


def nested_notes(note: model.Note) -> list[str]:
    """The labels of the notes that a note refers to."""
    references = (node for node in walk(note) if isinstance(node, model.NoteReference))
    return list(dict.fromkeys(node.label for node in references))


# --- paragraphs ------------------------------------------------------------------------------
#
# Paragraphs, in their style and at their place.

INDENTS = {
    style.name: (round(style.left * 20), round(style.hanging * 20), round(style.right * 20))
    for style in STYLES
}
"""The indents of styles, in twentieths of a point: left, hanging, right."""

ALIGNED = {"center": "center", "right": "end", "left": "start"}


def paragraph(
    draft: WordFile,
    content: Iterable[Element],
    place: Spot,
    style: str = "",
    *,
    marker: ItemMarker | None = None,
    hanging: int = 0,
    with_next: bool = False,
    page_break: bool = False,
    align: str = "",
    is_plain: bool = False,
    tabs: tuple[tuple[str, int], ...] = (),
) -> Element:
    """A paragraph in a style, by default that of its place. One that ``is_plain`` has no number
    although headings of its style have."""
    name = style or place.style
    left, hung, right = INDENTS.get(name, (0, 0, 0))
    left += place.left
    hanging = hanging or hung
    if marker:
        left += STEP
        hanging = STEP
    is_rtl = place.look.is_rtl or draft.is_rtl
    align = align or place.align
    box = place.box
    number = None
    if marker:
        number = element(
            "numPr", element("ilvl", val=marker.level), element("numId", val=marker.number)
        )
    elif is_plain and draft.numbering.numbers_headings:
        number = element("numPr", element("ilvl", val=0), element("numId", val=0))
    indent = None
    if place.left or marker or (hanging and hanging != hung):
        indent = element("ind", left=left, right=right or None, hanging=hanging or None)
    properties = element(
        "pPr",
        element("pStyle", val=IDS.get(name, name)) if name != "Normal" else None,
        element("keepNext") if with_next else None,
        element("pageBreakBefore") if page_break else None,
        number,
        None
        if box is None
        else element("pBdr", element("left", val="single", sz=24, space=8, color=box.color)),
        element("shd", val="clear", color="auto", fill=box.fill) if box and box.fill else None,
        element("tabs", *(element("tab", val=val, pos=pos) for val, pos in tabs)) if tabs else None,
        element("bidi") if is_rtl else None,
        indent,
        element("jc", val=ALIGNED[align]) if align in ALIGNED else None,
    )
    mark = draft.source_mark(place.span) if place.span else []
    return element("p", properties if len(properties) else None, *mark, *content)


def text_paragraph(
    draft: WordFile, node: model.Paragraph | model.Plain, place: Spot, style: str = ""
) -> Element:
    """A paragraph of a node with text, with its language, and what marks it for the index."""
    inner = with_attributes(node, place)
    content = [
        *index_fields(draft, node),
        *inlines(draft, node.children, inner, inner.look),
    ]
    classes = node.attributes.classes
    align = next((name for name in classes if name in ALIGNED), "")
    return paragraph(
        draft, draft.anchored(node, content), inner, style, marker=place.marker, align=align
    )


def bare_line(draft: WordFile, content: list[Element], place: Spot) -> list[Element]:
    """A paragraph of some content, if there is any."""
    return [paragraph(draft, content, place)] if content else []


def with_attributes(node: Node, place: Spot) -> Spot:
    """The place in a node, which may have a language or a direction of its own."""
    look, lang = place.look, node.attributes.get("lang")
    direction = node.attributes.get("dir") or (direction_of(lang) if lang else "")
    if lang:
        look = look._replace(lang=lang)
    if direction:
        look = look._replace(is_rtl=direction == "rtl")
    return place._replace(look=look, span=node.span or place.span)


def at_beginning(node: Node, place: Spot) -> Spot:
    """The place of the title of a node, which stands where the node begins."""
    span = node.span or place.span
    return place._replace(span=span and replace(span, end=0))


def timing(draft: WordFile, node: Node) -> list[Element]:
    """The time that something takes, after its title, for teachers."""
    length = minutes_of(node)
    if not length or draft.is_for_pupils:
        return []
    start = node.attributes.get(STARTS)
    text = f"{start} · " if start else ""
    return [text_run(f"\u2002{text}{in_minutes(length, draft.words)}", TextLook(style="Marks"))]


def title(
    draft: WordFile,
    node: Node,
    text: Iterable[Node],
    place: Spot,
    style: str,
    fallback: str = "",
) -> Element:
    """The title of a box, or else a word for it."""
    text = tuple(text)
    content = inlines(draft, text, place, place.look) if text else [text_run(fallback, place.look)]
    content = [*index_fields(draft, node), *content, *timing(draft, node)]
    return paragraph(draft, draft.anchored(node, content), at_beginning(node, place), style)


def label(draft: WordFile, node: Node, sequence: str, number: int) -> list[Element]:
    """The label of a caption, with the number that Word counts: ``Table 2.``"""
    head, _, tail = draft.words[f"caption_{sequence.lower()}"].partition("{number}")
    look = TextLook(style="Label", bold=True)
    return [
        text_run(head, look),
        *counted(draft, node, sequence, number, look),
        text_run(tail + " ", look),
    ]


AFTER = 160
"""Twentieths of a point between a box, or lines to write on, and the text after it."""


def low_paragraph(draft: WordFile, place: Spot) -> Element:
    """A low paragraph after a table, since tables that touch become one."""
    low = paragraph(draft, [], place._replace(marker=None, box=None, style="Normal"))
    _set_spacing(low, before=0, after=0, line=AFTER, lineRule="exact")
    return low


def with_space(content: list[Element], after: int) -> list[Element]:
    """The content with as much space after the last paragraph."""
    if content and content[-1].tag == tag("p"):
        _set_spacing(content[-1], after=after)
    return content


def _set_spacing(written: Element, **spacing: object) -> None:
    properties = properties_of(written)
    space = element("spacing", **spacing)
    later = next((p for p in properties if p.tag in (tag("ind"), tag("jc"))), None)
    if later is None:
        properties.append(space)
    else:
        later.addprevious(space)


def is_text(node: Node) -> TypeGuard[model.Paragraph | model.Plain]:
    return isinstance(node, model.Paragraph | model.Plain)


# --- controls --------------------------------------------------------------------------------
#
# Content controls: what pupils fill in, choose or tick.

TICKED, EMPTY = "☒", "☐"
CHOSEN, UNCHOSEN = "◉", "○"
SIGN_FONT = "Segoe UI Symbol"
BLANKS = (10, 18, 30, 48)
"""The characters of a line to write on, for blanks of the sizes 1 to 4."""


def _control(number: int, title: str, line: Element, kind: Element) -> Element:
    is_empty = line.find(f"*/{tag('rStyle')}") is not None
    properties = element(
        "sdtPr",
        element("alias", val=title[:60]),
        element("tag", val=f"field-{number}"),
        element("id", val=number),
        element("showingPlcHdr") if is_empty else None,
        kind,
    )
    return element("sdt", properties, element("sdtContent", line))


def text_field(number: int, title: str, length: int, properties: Element | None) -> Element:
    """A field for some words, in a line; empty, it shows a line to write on."""
    return _control(number, title, _line("_" * length, properties), element("text"))


def date_field(number: int, title: str, length: int, lang: str) -> Element:
    return _control(number, title, _line("_" * length), built(_DATE, lang=lang))


_DATE = """<w:date>
  <w:dateFormat w:val="d MMMM yyyy"/><w:lid w:val="{lang}"/>
  <w:storeMappedDataAs w:val="dateTime"/><w:calendar w:val="gregorian"/>
</w:date>"""


def _line(text: str, properties: Element | None = None) -> Element:
    """A run that shows that nothing is filled in."""
    properties = element("rPr") if properties is None else properties
    properties.insert(0, element("rStyle", val="PlaceholderText"))
    return element("r", properties, element("t", text))


def check_box(
    number: int, title: str, *, is_checked: bool = False, is_one: bool = False
) -> Element:
    """A box to tick, or (``is_one``) a circle, for the only right answer."""
    on, off = (CHOSEN, UNCHOSEN) if is_one else (TICKED, EMPTY)
    fonts = element("rFonts", ascii=SIGN_FONT, hAnsi=SIGN_FONT, eastAsia=SIGN_FONT, cs=SIGN_FONT)
    sign = element("r", element("rPr", fonts), element("t", on if is_checked else off))
    kind = element(
        "w14:checkbox",
        element("w14:checked", val=int(is_checked)),
        element("w14:checkedState", val=f"{ord(on):04X}", font=SIGN_FONT),
        element("w14:uncheckedState", val=f"{ord(off):04X}", font=SIGN_FONT),
    )
    return _control(number, title, sign, kind)


def menu(number: int, title: str, options: list[str], chosen: str = "") -> Element:
    """A choice from a list."""
    line = element("r", element("t", chosen)) if chosen else _line("____")
    items = (element("listItem", displayText=option, value=option) for option in options)
    return _control(number, title, line, element("dropDownList", *items))


# --- fields ----------------------------------------------------------------------------------
#
# Fields: numbers that Word counts, references to them, the contents and the index.


def field(instruction: str, result: list[Element]) -> list[Element]:
    """A field and what it shows until Word computes it anew."""
    return [*opened(instruction), *result, closed()]


def page_of(bookmark: str, result: list[Element]) -> list[Element]:
    """The page that a bookmark is on."""
    return field(f"PAGEREF {bookmark} \\h", result)


def opened(instruction: str, *, is_dirty: bool = False) -> list[Element]:
    """The beginning of a field whose result may have several paragraphs. One that is dirty is
    computed when the file is opened."""
    dirty = {"dirty": 1} if is_dirty else {}
    return [
        element("r", element("fldChar", fldCharType="begin", **dirty)),
        element("r", element("instrText", f" {instruction} ", xml__space="preserve")),
        element("r", element("fldChar", fldCharType="separate")),
    ]


def closed() -> Element:
    return element("r", element("fldChar", fldCharType="end"))


def around(paragraphs: list[Element], instruction: str) -> list[Element]:
    """Some paragraphs as the result of a field, which is computed when the file is opened."""
    properties = paragraphs[0].find("{*}pPr")
    for part in reversed(opened(instruction, is_dirty=True)):
        properties.addnext(part)
    paragraphs[-1].append(closed())
    return paragraphs


def silent(instruction: str) -> list[Element]:
    """A field without a result, which marks a place for the index or the contents."""
    return [
        element("r", element("fldChar", fldCharType="begin")),
        element("r", element("instrText", f" {instruction} ", xml__space="preserve")),
        closed(),
    ]


def quoted(text: str) -> str:
    """Text as an argument of a field."""
    return f'"{_escaped(text)}"'


def entry(path: Iterable[str]) -> str:
    """An entry of the index, after those above it, as an argument of a field."""
    return '"' + ":".join(_escaped(term).replace(":", r"\:") for term in path) + '"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', "”")
