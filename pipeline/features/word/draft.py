"""A document that is written for Word: its growing parts, and paragraphs, numbers, controls and
fields in them.
The pages of its stretches of text: in columns, or on turned sheets.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from lxml import etree
from msgspec.structs import replace

from pipeline import model
from pipeline.features.word.styles import IDS
from pipeline.features.word.xml import TWIPS, Element, build_element, element, root, tag, twips
from pipeline.model import Document, Node, Section
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import EDITIONS, Edition
from pipeline.model.late import late
from pipeline.model.paper import WRITING_LINES, PageSize, PrintOptions
from pipeline.model.sheet import is_book, options_for, paper_for
from pipeline.model.tree import find, plain_text, walk
from pipeline.model.words import words
from pipeline.resolve.findings import Findings
from pipeline.verify.word import mark_name

# --- sections --------------------------------------------------------------------------------
# The page of a text, and stretches of it with another: in columns, or on a turned sheet.

MARGIN = 25
"""Millimetres around the text, unless the front matter says otherwise."""

FURNITURE = 12.5
"""Millimetres from the edge of the paper to the head and the foot of a page."""

A4 = {"w": 210.0, "h": 297.0}

GAP = 400
"""Twentieths of a point between columns."""


class PageReference(NamedTuple):
    """A head or a foot of some pages: ``kind`` is header or footer, ``pages``
    which it is for (default, first or even)."""

    kind: str
    pages: str
    name: str


OWN = (
    PageReference("header", "default", "header.xml"),
    PageReference("footer", "default", "footer.xml"),
)


class PageShape(NamedTuple):
    """A page: its paper, margins, and the distances of its head and foot from the edge, in
    millimetres."""

    size: PageSize
    top: float
    right: float
    bottom: float
    left: float
    gutter: float
    is_rtl: bool
    head: float = FURNITURE
    foot: float = FURNITURE
    references: tuple[PageReference, ...] = OWN
    has_first: bool = False

    @property
    def width(self) -> int:
        """The length of lines, in twentieths of a point."""
        return twips(self.size.width - self.left - self.right - self.gutter)

    @property
    def turned(self) -> PageShape:
        size = replace(self.size, width=self.size.height, height=self.size.width)
        return self._replace(size=size)


def page_of(document: Document, edition: Edition) -> PageShape:
    """The page of the template, or the one that the front matter asks for, or one with the usual
    margins."""
    is_rtl = document.metadata.direction == "rtl"
    if (word := document.metadata.word) and word.section:
        return _page_of_template(etree.fromstring(word.section), is_rtl=is_rtl)
    options = options_for(edition, document.metadata).page
    given = options.margins
    top, right, bottom, left = (
        MARGIN if edge is None else edge
        for edge in (given.top, given.outer, given.bottom, given.inner)
    )
    size = paper_for(edition, document.metadata)
    return PageShape(size, top, right, bottom, left, options.gutter or 0, is_rtl)


def _page_of_template(section: Element, *, is_rtl: bool) -> PageShape:
    """The page of a template. Of heads and feet of usual pages that it does not have, ours stand
    there."""
    paper, margins = section.find(tag("pgSz")), section.find(tag("pgMar"))
    width, height = (_millimetres(paper, side) or A4[side] for side in ("w", "h"))
    top, right, bottom, left = (
        abs(MARGIN if (edge := _millimetres(margins, side)) is None else edge)
        for side in ("top", "right", "bottom", "left")
    )
    references = [
        PageReference(
            etree.QName(part).localname.removesuffix("Reference"),
            part.get(tag("type"), "default"),
            part.get(tag("r:id")),
        )
        for part in section.iterfind(f"*[@{tag('r:id')}]")
    ]
    given = {(each.kind, each.pages) for each in references}
    references += [each for each in OWN if (each.kind, each.pages) not in given]
    return PageShape(
        PageSize("", width, height), top, right, bottom, left,
        _millimetres(margins, "gutter") or 0, is_rtl,
        _millimetres(margins, "header") or FURNITURE,
        _millimetres(margins, "footer") or FURNITURE,
        tuple(sorted(references, key=lambda each: each.kind, reverse=True)),
        section.find(tag("titlePg")) is not None,
    )  # fmt: skip


def _millimetres(node: Element | None, name: str) -> float | None:
    length = None if node is None else node.get(tag(name))
    return None if length is None else int(length) / TWIPS


def properties(page: PageShape, widths: tuple[int, ...] = (), kind: str = "") -> Element:
    """The properties of a section, in columns of some ``widths``; its ``kind`` is that of its
    beginning, by default on a new page."""
    columns = None
    if len(widths) > 1:
        gaps = (*(GAP for _ in widths[1:]), 0)
        parts = (element("col", w=w, space=gap) for w, gap in zip(widths, gaps, strict=True))
        columns = element("cols", *parts, num=len(widths), space=GAP, equalWidth=0)
    size, head, foot = page.size, min(page.head, page.top), min(page.foot, page.bottom)
    edges = zip(
        ("top", "right", "bottom", "left", "header", "footer", "gutter"),
        map(twips, (page.top, page.right, page.bottom, page.left, head, foot, page.gutter)),
        strict=True,
    )
    orient = "landscape" if size.width > size.height else None
    return element(
        "sectPr",
        *(element(f"{r.kind}Reference", type=r.pages, r__id=r.name) for r in page.references),
        element("type", val=kind) if kind else None,
        element("pgSz", w=twips(size.width), h=twips(size.height), orient=orient),
        element("pgMar", **dict(edges)),
        columns,
        element("bidi") if page.is_rtl else None,
    )


def begin_with_first(text: Element) -> None:
    """Let the first section begin with the page that has a head and foot of its own."""
    first = next(text.iter(tag("sectPr")))
    later = first.find(tag("bidi"))
    first.insert(len(first) if later is None else first.index(later), element("titlePg"))


def end(page: PageShape, widths: tuple[int, ...] = (), kind: str = "") -> Element:
    """A low paragraph with which a section ends."""
    low = element("spacing", before=0, after=0, line=20, lineRule="exact")
    return element("p", element("pPr", low, properties(page, widths, kind)))


# --- numbering -------------------------------------------------------------------------------
# The numbering of headings and lists: each list counts for itself.

LEVELS = 9
STEP = 360
"""The indent of a list's text, in twentieths of a point."""

BULLETS = ("•", "–", "▪")
FORMATS = {
    "": "decimal", "lower-alpha": "lowerLetter", "upper-alpha": "upperLetter",
    "lower-roman": "lowerRoman", "upper-roman": "upperRoman", "bullet": "bullet",
    "abjad": "arabicAbjad", "capital": "upperLetter", "cyrillic": "russianLower",
    "hangul": "ganada", "hebrew": "hebrew2", "katakana": "aiueoFullWidth", "thai": "thaiLetters",
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
        options = options_for(edition, document.metadata) if edition else PrintOptions()
        self.writing = WRITING_LINES[options.handwriting or "secondary"]
        """Millimetres from one line to write on to the next."""
        self.scale = 1.0
        """The size of the text, compared with the usual one."""
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
        return self.findings.add_to(replace(self.document, diagnostics=())).diagnostics

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

    def anchor(self, node: Node, content: list[Element]) -> list[Element]:
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


# --- controls --------------------------------------------------------------------------------
# Content controls: what pupils fill in, choose or tick.

TICKED, EMPTY = "☒", "☐"
CHOSEN, UNCHOSEN = "◉", "○"
SIGN_FONT = "Segoe UI Symbol"
LETTER = 130
"""Twentieths of a point that a letter takes, with some room."""

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
    return _control(number, title, _line("_" * length), build_element(_DATE, lang=lang))


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
# Fields: numbers that Word counts, references to them, the contents and the index.


def field(instruction: str, result: list[Element]) -> list[Element]:
    """A field and what it shows until Word computes it anew."""
    return [*open_field(instruction), *result, close_field()]


def page_reference(bookmark: str, result: list[Element]) -> list[Element]:
    """The page that a bookmark is on."""
    return field(f"PAGEREF {bookmark} \\h", result)


def open_field(instruction: str, *, is_dirty: bool = False) -> list[Element]:
    """The beginning of a field whose result may have several paragraphs. One that is dirty is
    computed when the file is opened."""
    dirty = {"dirty": 1} if is_dirty else {}
    return [
        element("r", element("fldChar", fldCharType="begin", **dirty)),
        element("r", element("instrText", f" {instruction} ", xml__space="preserve")),
        element("r", element("fldChar", fldCharType="separate")),
    ]


def close_field() -> Element:
    return element("r", element("fldChar", fldCharType="end"))


def put_in_field(paragraphs: list[Element], instruction: str) -> list[Element]:
    """Some paragraphs as the result of a field, which is computed when the file is opened."""
    properties = paragraphs[0].find("{*}pPr")
    for part in reversed(open_field(instruction, is_dirty=True)):
        properties.addnext(part)
    paragraphs[-1].append(close_field())
    return paragraphs


def silent(instruction: str) -> list[Element]:
    """A field without a result, which marks a place for the index or the contents."""
    return [
        element("r", element("fldChar", fldCharType="begin")),
        element("r", element("instrText", f" {instruction} ", xml__space="preserve")),
        close_field(),
    ]


def quote_argument(text: str) -> str:
    """Text as an argument of a field."""
    return f'"{_escape(text)}"'


def entry(path: Iterable[str]) -> str:
    """An entry of the index, after those above it, as an argument of a field."""
    return '"' + ":".join(_escape(term).replace(":", r"\:") for term in path) + '"'


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', "”")
