"""Units of a printed text, each laid out separately, and their results once drawn: everything from
which the PDF of the whole is joined, as serialisable values."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec

from pipeline.model import Asset
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.editions import Edition
from pipeline.model.rendered import Pages

Pair: TypeAlias = tuple[float, float]
Side: TypeAlias = Literal["left", "right", ""]
Area: TypeAlias = tuple[float, float, float, float]


class PageLink(msgspec.Struct, frozen=True, array_like=True):
    """The area of a link on a page, in CSS pixels, and its target; ``kind`` is internal or
    external."""

    kind: str
    target: str
    area: Area

    @property
    def is_internal(self) -> bool:
        return self.kind == "internal"


class Bookmark(msgspec.Struct, frozen=True, array_like=True):
    """An entry of the outline."""

    level: int
    label: str
    place: Pair
    state: str


class PDFObject(msgspec.Struct, frozen=True, array_like=True):
    """An object of a PDF, whose references are `token`s: its text, or of a stream its dictionary,
    and its ``data`` as they are written."""

    text: str
    data: bytes | None = None


class FontUse(msgspec.Struct, frozen=True, array_like=True):
    """The use of a font: the engine knows it by ``key`` and its ``facts``; its file has a
    ``length`` and a ``digest``. Glyphs have widths and represent characters."""

    key: int
    facts: dict[str, Any]
    length: int
    digest: str
    widths: dict[int, float]
    characters: dict[int, str]


class DrawnPages(msgspec.Struct, frozen=True):
    """The drawing of some pages: a compressed stream for each, the fonts used in them in order, and
    other ``resources`` by kind and name, which refer to ``objects``. Pages with the same of
    the ``digests`` look the same."""

    streams: tuple[bytes, ...]
    fonts: tuple[FontUse, ...]
    resources: dict[str, dict[str, str]]
    objects: tuple[PDFObject, ...]
    digests: tuple[str, ...] = ()


class UnitFlow(msgspec.Struct, frozen=True, array_like=True):
    """As `layout.Flow`, with the number of the element in the order of the markup."""

    element: int
    letters: int
    lines: int


class MarkedContent(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """A piece of marked content: the page from 0, and its identifier there."""

    page: int
    mcid: int


class Annotation(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """The area of a link or a field on a page, and its name, if it is not its own. The ``object``
    is the annotation, or its number on the page."""

    page: int
    object: Any
    contents: str | None = None


class Tag(msgspec.Struct, frozen=True, array_like=True, tag=0):
    """A structure element as written: the entries of its dictionary in PDF syntax, its ID, and the
    area of a figure, for which `BOX` is the placeholder in the entries. Links lead to it by the
    names of its ``places``, and bookmarks by these ``entries``: the page of each from 0, and its
    index there. A formula has its ``mathml``."""

    kind: str
    dictionary: dict[str, str]
    kids: tuple[Tag | MarkedContent | Annotation, ...]
    name: str = ""
    box: tuple[float, ...] = ()
    places: tuple[str, ...] = ()
    entries: tuple[tuple[int, int], ...] = ()
    mathml: str = ""


BOX = "\x02"


class DrawnText(msgspec.Struct, frozen=True, array_like=True):
    """The letters of a text as they are drawn, in the order of the structure tree: those of the
    text, and those of its notes."""

    text: str = ""
    notes: str = ""


class LastHeading(msgspec.Struct, frozen=True, array_like=True):
    """A heading with too few lines below it on its page: its height on the page and its size in CSS
    pixels, its level and that of the next heading on the page (0 for none), its text, and the id of
    its section."""

    y: float
    size: float
    level: int
    next_level: int
    text: str
    section: str


class PageFoot(msgspec.Struct, frozen=True, array_like=True):
    """The size of a page, its lowest line, the level of the heading that it begins with (0 for
    none), and the headings that have too few lines below them."""

    size: Pair
    lowest: float
    opening: int
    headings: tuple[LastHeading, ...]


class UnitPage(msgspec.Struct, frozen=True):
    """A page without its running heads and feet: its ``name`` in the style sheets, its size and
    text area, in CSS pixels, the strings set on it for running heads, and the number of its marks.
    Ids that are also on earlier pages are in ``again``."""

    name: str | None
    width: float
    height: float
    area: Area
    strings: dict[str, tuple[str, ...]]
    marks: int
    links: tuple[PageLink, ...]
    anchors: dict[str, Area]
    bookmarks: tuple[Bookmark, ...]
    foot: PageFoot
    flows: tuple[UnitFlow, ...] = ()
    again: tuple[str, ...] = ()


class LineEnd(NamedTuple):
    """A place where a line may end: its last character and the first of the next line, counted from
    the paragraph's beginning. If it is ``hyphenated``, there is a hyphen, for which ``hyphen`` is
    added if it is not in the text."""

    end: int
    resume: int
    hyphen: float = 0
    hyphenated: bool = False


class LineBreaks(NamedTuple):
    """The ends of the lines of a paragraph, but for the last, and what they cost."""

    ends: tuple[LineEnd, ...]
    cost: float

    @property
    def lines(self) -> int:
        return len(self.ends) + 1

    def is_hyphenated(self, line: int) -> bool:
        """Return whether a line, counted from 1, ends in a hyphen."""
        return line <= len(self.ends) and self.ends[line - 1].hyphenated


class Mended(NamedTuple):
    """The number of pages before a chapter, the number of lines, which have a height, by which each
    of its own is taller than usual, and the lines of its paragraphs; as they come its pages cost
    something. All would be others on the other side if it ``is_sided``."""

    before: int
    taller: tuple[int, ...]
    lines: tuple[LineBreaks | None, ...]
    line: float = 0
    cost: float = 0
    is_sided: bool = False


class TypesetUnit(msgspec.Struct, frozen=True):
    """A unit that is laid out and drawn. It shows the page numbers of the ``requested`` places.
    ``messages`` are those of the engine, as `log.Log` gets them; ``files`` are
    those that were read, and ``diagnostics`` are about those that could not be. ``unfit`` names a
    feature that cannot be joined. There are ``choices`` for the ends of its pages by the side where
    it begins, if they end otherwise on each: it may have no pages until that is known."""

    pages: tuple[UnitPage, ...]
    drawing: DrawnPages
    tags: Tag
    text: DrawnText
    requested: tuple[str, ...]
    messages: tuple[tuple[str, str, str], ...]
    files: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]
    unfit: str = ""
    choices: dict[Side, tuple[Mended, ...]] = {}

    def length_on(self, side: Side) -> int:
        """The number of its pages if it begins on a side where they end otherwise."""
        return sum(len(choice.taller) for choice in self.choices[side])


class Heads(msgspec.Struct, frozen=True):
    """The running heads and feet of a unit's pages, and how far these pages are to the right of
    where the unit was set."""

    drawing: DrawnPages
    shifts: tuple[float, ...]
    messages: tuple[tuple[str, str, str], ...]
    unfit: str = ""


class Unit(msgspec.Struct, frozen=True):
    """A part of a text that begins a page, as ``markup``, with everything that the result depends
    on: the assets shown, the ``level`` of the preceding heading, its characters that are in no font
    (``missing``), and the pages of places that it refers to (``page_numbers``), if they are known.
    For the places in ``wholes``, all their pages are needed. Its first page is on a ``side``, if
    that makes a difference to its notes, or to how its pages end (``facing``, with the
    ``choices`` for both), if these are ``planned``."""

    markup: str
    styles: tuple[str, ...]
    fonts: tuple[str, ...]
    assets: tuple[Asset, ...]
    level: int
    missing: tuple[str, ...] = ()
    wholes: tuple[str, ...] = ()
    page_numbers: dict[str, int] | None = None
    side: Side = ""
    facing: Side = ""
    choices: dict[Side, tuple[Mended, ...]] = {}
    planned: bool = False


class Furniture(msgspec.Struct, frozen=True):
    """The pages of a unit in the whole, for their running heads and feet: those from ``first`` on
    of ``total``, whose text is in an ``area``, by the name of each and the strings set on it.
    ``before`` are the strings set on earlier pages."""

    markup: str
    styles: tuple[str, ...]
    fonts: tuple[str, ...]
    first: int
    total: int
    before: dict[str, str]
    pages: tuple[tuple[str | None, Area, dict[str, tuple[str, ...]]], ...]


class PageDigest(NamedTuple):
    """Digests of what is drawn on a page: of its ``body``, and of its running heads and feet. The
    body has a ``shift`` to the right, relative to the width of the page."""

    body: str
    above: str
    shift: float


class Proof(NamedTuple):
    """An event: the units of an edition are set, and their pages are final (unless they cannot be
    joined after all); the PDF is not there yet. One that is not whole has the first units, which
    may lack page numbers of others. The feature ``units`` makes a PDF of some, with these
    ``fonts``, and the ``furniture`` of each."""

    edition: Edition
    sets: tuple[TypesetUnit, ...]
    furniture: tuple[Furniture, ...]
    fonts: tuple[str, ...]
    is_whole: bool = True

    @property
    def bodies(self) -> tuple[tuple[str, ...], ...]:
        """The digests of the pages of each unit, without running heads and feet."""
        return tuple(unit.drawing.digests for unit in self.sets)


class UndividedError(Exception):
    """A text has to be set as a whole; the message is the reason."""


LENGTH = 12_000
"""Letters of markup after which a unit may end: about five pages of a novel. A unit has an overhead
of 15 ms, and an edit costs all pages of its own unit."""

WORTH_DIVIDING = 72_000
"""Letters of markup from which on a text is worth dividing."""


def may_divide(pages: Pages, edition: Edition) -> bool:
    """Return whether it is likely that a text is set in units: if it is a long book for print."""
    is_book = pages.sheet is not None and pages.sheet.is_book
    return edition.format == "pdf" and is_book and is_long(pages)


def is_long(pages: Pages) -> bool:
    """Return whether a text is worth dividing."""
    markup = (page.markup.encode("ascii", "xmlcharrefreplace") for page in pages.pages)
    return sum(map(len, markup)) >= WORTH_DIVIDING
