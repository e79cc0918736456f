"""Finished PDFs as they are seen and read, for the commands that look at them."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import msgspec
import pypdfium2
import pypdfium2.raw as pdfium
from pypdfium2 import PdfMatrix

from pipeline.model.late import late
from pipeline.model.page_map import printed_letters
from pipeline.model.paper import PageArea
from pipeline.package.units import DrawnText
from pipeline.verify.reading import UnreadableFile

if TYPE_CHECKING:
    from PIL import Image


# --- page content ----------------------------------------------------------------------------
# Values for the content of pages in a finished PDF, and for its lines.


class Colour(NamedTuple):
    """Red, green and blue, from 0 to 255."""

    red: int
    green: int
    blue: int

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


WHITE = Colour(255, 255, 255)


class PageCell(NamedTuple):
    """A table cell: its row, by the places of elements in others from the root of the structure
    tree on, which are the same on all pages; its column, and its span."""

    row: tuple[int, ...]
    column: int
    columns: int = 1


class PageElement(msgspec.Struct, frozen=True):
    """An element of the structure tree with content on a page. ``order`` counts from 0 in reading
    order; ``block`` is the same for everything in one paragraph, heading or cell; ``roles`` are the
    types from the outermost to its own (ISO 32000-1, section 14.8.4); ``alt`` is the nearest
    alternative text, ``cell`` the surrounding cell."""

    order: int
    block: int
    roles: tuple[str, ...]
    alt: str = ""
    cell: PageCell | None = None

    def within(self, *roles: str) -> bool:
        return any(role in self.roles for role in roles)


class TextRun(msgspec.Struct, frozen=True):
    """A piece of a line in one font and colour. ``size`` is the printed type size in points;
    ``background`` is the colour behind it. ``element`` is None for untagged text, running heads and
    the like."""

    text: str
    box: PageArea
    baseline: float
    size: float
    bold: bool
    colour: Colour
    background: Colour
    element: PageElement | None = None
    italic: bool = False
    font: str = ""

    @property
    def source_text(self) -> str:
        """The text to search for in the source: this one, or the description of its drawing."""
        return (self.element.alt if self.element else "") or self.text


class Picture(msgspec.Struct, frozen=True):
    """An image of ``pixels`` across and down, and how large it is printed, in points."""

    box: PageArea
    pixels: tuple[int, int]
    size: tuple[float, float]
    element: PageElement | None = None


class PageAddress(NamedTuple):
    """A place on a page that leads to an address."""

    box: PageArea
    address: str


class PageLayout(msgspec.Struct, frozen=True):
    """A page; sides in points. ``drawings`` are the boxes of lines and areas."""

    number: int
    width: float
    height: float
    runs: tuple[TextRun, ...] = ()
    pictures: tuple[Picture, ...] = ()
    drawings: tuple[PageArea, ...] = ()
    tagged: bool = False
    links: tuple[PageAddress, ...] = ()

    @property
    def boxes(self) -> tuple[PageArea, ...]:
        """The places of images and drawings."""
        return (*(picture.box for picture in self.pictures), *self.drawings)

    @property
    def body(self) -> tuple[TextRun, ...]:
        """The text without running heads and feet, where the page is tagged."""
        return tuple(run for run in self.runs if run.element) if self.tagged else self.runs


TextArea: TypeAlias = Callable[[PageLayout], PageArea | None]
"""Gives the place where the text of a page belongs; None where nobody knows."""

HALF_SLACK = 0.25
"""Points by which a size may miss half of another."""

SMALLER = 0.9
"""The size, relative to its neighbour's, below which a piece is raised or lowered."""

SHIFT, NEAR_IN_LINE = 0.7, 0.5
"""The largest shift of a raised or lowered piece, in its neighbour's size; and the points between
two pieces that touch."""


SHORTEST_RULE, TALLEST_RULE = 30, 60
"""Points that a rule to write on is long at least, and the box that it is an edge of is high."""

APART = 9
"""Points that lines are apart at least."""


def baselines(runs: Iterable[TextRun]) -> tuple[float, ...]:
    """The baselines of the lines with these pieces, from the top. Superscripts and subscripts
    belong to their line, and so does text next to it in another column."""
    lines: list[tuple[float, float]] = []
    for run in sorted(runs, key=lambda run: -run.size):
        if not any(abs(run.baseline - y) < max(size, run.size) * 0.5 for y, size in lines):
            lines.append((run.baseline, run.size))
    return tuple(sorted((y for y, _ in lines), reverse=True))


def is_raised_or_lowered(run: TextRun, others: Sequence[TextRun]) -> bool:
    """Recognise a note's number, an index or an exponent next to larger letters, or an index with
    an exponent after it; and how letters twice as large below it are read."""
    return (
        _is_reading(run, others)
        or any(
            0.3 < abs(run.baseline - other.baseline) < other.size * SHIFT
            and run.box.left - other.box.right < other.size
            and other.box.left - run.box.right < other.size
            for other in others
            if run.size < other.size * SMALLER
        )
        or any(
            0.3 < abs(run.baseline - other.baseline) < other.size * 2 * SHIFT
            and min(abs(run.box.left - other.box.right), abs(other.box.left - run.box.right))
            < NEAR_IN_LINE
            for other in others
            if run.size == other.size
        )
    )


def _is_reading(run: TextRun, others: Sequence[TextRun]) -> bool:
    """Recognise ruby."""
    return any(
        abs(run.size - other.size / 2) < HALF_SLACK
        and 0.7 < (run.baseline - other.baseline) / other.size < 1.3
        and run.box.left > other.box.left - other.size
        and run.box.right < other.box.right + other.size
        for other in others
        if run.size < other.size
    )


def line_of(run: TextRun, others: Iterable[TextRun]) -> str:
    """The text of the line that a piece is part of, as far as it is of one kind and block."""
    block = run.element and run.element.block
    pieces = [
        other
        for other in others
        if other.baseline == run.baseline
        and other.size == run.size
        and (other.element and other.element.block) == block
    ]
    pieces.sort(key=lambda piece: piece.box.left)
    text = ""
    for before, piece in zip((None, *pieces), pieces, strict=False):
        apart = before and piece.box.left - before.box.right > run.size * 0.3
        text += f" {piece.text}" if apart else piece.text
    return text


def rules(drawings: Iterable[PageArea], written: Iterable[float]) -> tuple[float, ...]:
    """The heights of writing lines, from the top: rules that are not at one of the ``written``
    lines. A rule may be the lower edge of a box, of which nothing else is drawn."""
    heights: list[float] = []
    occupied = list(written)
    for box in sorted(drawings, key=lambda box: -box.bottom):
        is_rule = box.height < TALLEST_RULE and box.width > SHORTEST_RULE
        if is_rule and not any(abs(box.bottom - y) < APART for y in occupied):
            heights.append(box.bottom)
            occupied.append(box.bottom)
    return tuple(heights)


# --- tag reading -----------------------------------------------------------------------------
# Reads the structure tree of a PDF's pages, with PDFium.

LEVELS = 64
"""Levels that are read of a structure tree."""

SHORT_TEXT = 128
"""Bytes of a text that most are not longer than."""

INLINE = frozenset(
    "Annot BibEntry Code Em Index Link NonStruct Quote Reference Ruby Span Strong Sub".split()
)
"""Elements that are part of a line (ISO 32000-1, section 14.8.4.4)."""


FORMER_TYPES = {"FENote": "Note"}
"""Types of PDF 2.0 by the names that they had before."""


def string_of(getter: Any, *of: Any) -> str:
    """The text that a function of PDFium gives of something. Most is short, and asked for once."""
    room, size = 0, SHORT_TEXT
    while size > room:
        buffer, room = (ctypes.c_ushort * (size // 2))(), size
        size = getter(*of, buffer, room)
    return bytes(buffer)[: max(0, size - 2)].decode("utf-16-le", errors="replace")


def _columns(cell: Any) -> int:
    number = ctypes.c_float()
    for index in range(pdfium.FPDF_StructElement_GetAttributeCount(cell)):
        attribute = pdfium.FPDF_StructElement_GetAttributeAtIndex(cell, index)
        value = pdfium.FPDF_StructElement_Attr_GetValue(attribute, b"ColSpan")
        if value and pdfium.FPDF_StructElement_Attr_GetNumberValue(value, number):
            return min(max(1, int(number.value)), 100)
    return 1


ILLUSTRATIONS = frozenset({"Figure", "Formula"})


def figures_of(page: Any) -> list[tuple[tuple[float, ...], str]]:
    """The figures and formulas in the structure tree that declare their place on the page (ISO
    32000-1, section 14.8.5.4): its corners, and their alternative texts."""
    figures: list[tuple[tuple[float, ...], str]] = []

    def read(element: Any, depth: int) -> None:
        if string_of(pdfium.FPDF_StructElement_GetType, element) in ILLUSTRATIONS:
            box = _declared_box(element)
            if len(box) == 4:
                figures.append((box, string_of(pdfium.FPDF_StructElement_GetAltText, element)))
        for index in range(pdfium.FPDF_StructElement_CountChildren(element)):
            child = pdfium.FPDF_StructElement_GetChildAtIndex(element, index)
            if child and depth < LEVELS:
                read(child, depth + 1)

    with _structure(page) as elements:
        for element in elements.values():
            read(element, 0)
    return figures


def _declared_box(element: Any) -> tuple[float, ...]:
    number = ctypes.c_float()
    for index in range(pdfium.FPDF_StructElement_GetAttributeCount(element)):
        attribute = pdfium.FPDF_StructElement_GetAttributeAtIndex(element, index)
        box = pdfium.FPDF_StructElement_Attr_GetValue(attribute, b"BBox")
        corners = []
        for corner in range(pdfium.FPDF_StructElement_Attr_CountChildren(box) if box else 0):
            value = pdfium.FPDF_StructElement_Attr_GetChildAtIndex(box, corner)
            if value and pdfium.FPDF_StructElement_Attr_GetNumberValue(value, number):
                corners.append(number.value)
        if corners:
            return tuple(corners)
    return ()


@contextlib.contextmanager
def _structure(page: Any) -> Iterator[dict[int, Any]]:
    """The topmost elements of the structure tree on a page, by their places among all of them."""
    tree = pdfium.FPDF_StructTree_GetForPage(page)
    count = pdfium.FPDF_StructTree_CountChildren(tree) if tree else 0
    children = (pdfium.FPDF_StructTree_GetChildAtIndex(tree, index) for index in range(count))
    try:
        yield {index: child for index, child in enumerate(children) if child}
    finally:
        if tree:
            pdfium.FPDF_StructTree_Close(tree)


def elements_of(page: Any) -> dict[int, PageElement]:
    """The elements of the structure tree by the number of their marked content."""
    by_content: dict[int, PageElement] = {}
    blocks = itertools.count(1)

    def read(
        element: Any,
        path: tuple[int, ...],
        roles: tuple[str, ...],
        alt: str,
        block: int,
        cell: PageCell | None,
    ) -> None:
        role = string_of(pdfium.FPDF_StructElement_GetType, element)
        role = FORMER_TYPES.get(role, role)
        roles = (*roles, role)
        alt = string_of(pdfium.FPDF_StructElement_GetAltText, element) or alt
        block = block if role in INLINE else next(blocks)
        column = 0
        for index in range(pdfium.FPDF_StructElement_CountChildren(element)):
            content = pdfium.FPDF_StructElement_GetChildMarkedContentID(element, index)
            child = pdfium.FPDF_StructElement_GetChildAtIndex(element, index)
            if role == "TR":  # an empty cell has nothing on the page, and no element
                cell = PageCell(path, column, _columns(child) if child else 1)
                column += cell.columns
            if content >= 0:
                by_content[content] = PageElement(len(by_content), block, roles, alt, cell)
            elif child and len(roles) < LEVELS:
                read(child, (*path, index), roles, alt, block, cell)

    with _structure(page) as elements:
        for index, element in elements.items():
            read(element, (index,), (), "", 0, None)
    return by_content


# --- seen ------------------------------------------------------------------------------------
# Reads PDFs into layouts of their pages as they are seen, with PDFium.

RESOLUTION = 72
"""Dots per inch at which pages are rendered, to find the background of text."""

FINE = 144
"""Dots per inch at which the thinnest line leaves a trace."""

POINT = 0.25
"""Points across or up that nobody sees more than a line of."""

LARGEST_DRAWING = 4000
"""Dots that a page is drawn in at most, across or up: a poster is drawn more coarsely."""

FORMS = 16
"""Forms within forms that are looked into."""

MOST_THINGS = 200_000
"""The maximum number of things on a page that are examined."""

BOLD = late("bold|black|heavy|demi|medi(?!um)|^(cm|sf)bx")
ITALIC = late("italic|oblique|(?<!dig)ital$|^(cm|sf)(b?x?ti|sl)")
"""The parts of the names of bold and italic fonts: files often give no weight."""


RIGHT_TO_LEFT = late("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
"""A letter beside which PDFium gives words from left to right in reverse order."""


NEAR_ON_PAGE = 0.5
"""The distance between two pieces of a word, in their size."""


class UnreadablePdf(ValueError):  # noqa: N818
    """It is not a PDF, is damaged, or needs a password."""


@contextlib.contextmanager
def _open(source: Path | bytes) -> Iterator[Any]:
    """The open document. Raises `UnreadablePdf`."""
    try:
        with contextlib.closing(pypdfium2.PdfDocument(source)) as document:
            yield document
    except pypdfium2.PdfiumError as error:
        raise UnreadablePdf(str(error)) from error


def read_pages(
    source: Path | bytes,
    *,
    on_page: Callable[[int, Image.Image], object] | None = None,
    on_picture: Callable[[int, Picture, pypdfium2.PdfImage], object] | None = None,
    coloured: bool = True,
) -> tuple[PageLayout, ...]:
    """The layouts of all pages. ``on_page`` is given the number of each page, from 1, and its
    picture at `RESOLUTION`, ``on_picture`` each image on it; without ``coloured`` all text is taken
    to be on white. Raises `UnreadablePdf`."""
    pages = []
    with _open(source) as document:
        for number in range(1, len(document) + 1):
            with contextlib.closing(document[number - 1]) as page:
                canvas = _Canvas(page)
                if on_page:
                    on_page(number, canvas.image)
                pages.append(_layout(page, number, canvas if coloured else None, on_picture))
    return tuple(pages)


def invisible_figures(source: Path | bytes) -> tuple[tuple[int, str], ...]:
    """The figures and formulas that are drawn in no size, or in a single colour that is also around
    them: the numbers of their pages, and their alternative texts. Raises `UnreadablePdf`."""
    unseen: list[tuple[int, str]] = []
    with _open(source) as document:
        for number in range(1, len(document) + 1):
            with contextlib.closing(document[number - 1]) as page:
                figures = [] if page.get_rotation() else figures_of(page)
                canvas, (x, y, _, _) = _Canvas(page, FINE), page.get_cropbox()
                for (left, bottom, right, top), alt in figures:
                    place = PageArea(left - x, bottom - y, right - x, top - y)
                    no_size = min(place.width, place.height) < POINT
                    if no_size or canvas.is_one_colour(place):
                        unseen.append((number, alt))
    return tuple(unseen)


def dead_ends(source: Path | bytes) -> tuple[tuple[int, str], ...]:
    """The links that lead nowhere: the numbers of their pages; and, with 0, the titles of such
    bookmarks. Raises `UnreadablePdf`."""
    places: list[tuple[int, str]] = []
    with _open(source) as document:
        for number in range(1, len(document) + 1):
            with contextlib.closing(document[number - 1]) as page:
                position, link = ctypes.c_int(0), pdfium.FPDF_LINK()
                while pdfium.FPDFLink_Enumerate(page, position, link):
                    goal = pdfium.FPDFLink_GetDest(document, link)
                    if _is_dead(document, goal, pdfium.FPDFLink_GetAction(link)):
                        places.append((number, ""))
        for mark in document.get_toc():
            goal = pdfium.FPDFBookmark_GetDest(document, mark)
            if _is_dead(document, goal, pdfium.FPDFBookmark_GetAction(mark)):
                places.append((0, string_of(pdfium.FPDFBookmark_GetTitle, mark)))
    return tuple(places)


def _is_dead(document: Any, goal: Any, action: Any) -> bool:
    """Return whether a destination, or an action, leads nowhere."""
    kind = pdfium.FPDFAction_GetType(action) if action else pdfium.PDFACTION_GOTO
    if kind == pdfium.PDFACTION_URI:
        return bool(pdfium.FPDFAction_GetURIPath(document, action, None, 0) < 2)
    if action and kind == pdfium.PDFACTION_GOTO:
        goal = goal or pdfium.FPDFAction_GetDest(document, action)
    is_there = goal and pdfium.FPDFDest_GetDestPageIndex(document, goal) >= 0
    return kind == pdfium.PDFACTION_GOTO and not is_there


class _Canvas:
    """The picture of a page, drawn on first use."""

    def __init__(self, page: Any, resolution: int = RESOLUTION) -> None:
        self._page = page
        self._image: Image.Image | None = None
        self._scale = min(resolution / 72, LARGEST_DRAWING / max(page.get_size()))

    @property
    def image(self) -> Image.Image:
        if self._image is None:
            bitmap = self._page.render(scale=self._scale, rev_byteorder=True)
            self._image = bitmap.to_pil().convert("RGB")
            bitmap.close()
        return self._image

    def behind(self, box: PageArea, colour: Colour) -> Colour:
        """The ground of letters of this colour: the commonest other colour in their box."""
        left, upper, right, lower = self._area(box, 1)
        if left >= right or upper >= lower:
            return WHITE
        part = self.image.crop((left, upper, right, lower))
        counts: list[tuple[int, Any]] = part.getcolors(part.width * part.height) or []
        _, ground = max((pair for pair in counts if pair[1] != colour), default=(0, colour))
        return Colour(*ground)

    def is_one_colour(self, box: PageArea) -> bool:
        """Recognise a place with a single colour, if most of its surroundings have the same."""
        left, upper, right, lower = self._area(box, 0)
        if left >= right or upper >= lower:
            return False
        image = self.image
        colours = image.crop((left, upper, right, lower)).getcolors(1)
        if not colours:
            return False
        ring = [
            image.getpixel((x, y))
            for xs, ys in (
                (range(left, right), (upper - 2, lower + 1)),
                ((left - 2, right + 1), range(upper, lower)),
            )
            for x in xs
            for y in ys
            if 0 <= x < image.width and 0 <= y < image.height
        ]
        return 2 * sum(colour == colours[0][1] for colour in ring) >= len(ring)

    def _area(self, box: PageArea, around: int) -> tuple[int, int, int, int]:
        """The pixels of an area, and a number of them around it, from the upper left."""
        width, height = self.image.size
        left, bottom, right, top = (  # numbers of a damaged file may be without end
            min(max(points * self._scale, -LARGEST_DRAWING), 2 * LARGEST_DRAWING) for points in box
        )
        return (
            max(0, math.floor(left) - around),
            max(0, height - math.ceil(top) - around),
            min(width, math.ceil(right) + around),
            min(height, height - math.floor(bottom) + around),
        )


def _layout(
    page: Any,
    number: int,
    canvas: _Canvas | None,
    on_picture: Callable[[int, Picture, pypdfium2.PdfImage], object] | None,
) -> PageLayout:
    tagged = elements_of(page)
    runs: list[tuple[TextRun, int]] = []
    pictures: list[Picture] = []
    drawings: list[PageArea] = []
    forms: dict[Any, tuple[PdfMatrix, PageElement | None]] = {None: (_upright(page), None)}
    with contextlib.closing(page.get_textpage()) as text:
        left_to_right = _left_to_right(text)
        for thing in itertools.islice(page.get_objects(max_depth=FORMS + 1), MOST_THINGS):
            # content of a form has the numbers of the form, and belongs to the page that shows it
            outer, element = forms[thing.container]
            if thing.container is None:
                element = tagged.get(pdfium.FPDFPageObj_GetMarkedContentID(thing))
            match thing.type:
                case pdfium.FPDF_PAGEOBJ_TEXT:
                    in_order = left_to_right.get(_address(thing), "")
                    runs += _read_text(thing, text, outer, element, in_order)
                case pdfium.FPDF_PAGEOBJ_IMAGE:
                    m = thing.get_matrix().multiply(outer)
                    size = math.hypot(m.a, m.b), math.hypot(m.c, m.d)
                    pictures.append(Picture(_box(thing, outer), thing.get_px_size(), size, element))
                    if on_picture:
                        on_picture(number, pictures[-1], thing)
                case pdfium.FPDF_PAGEOBJ_FORM:
                    forms[thing] = thing.get_matrix().multiply(outer), element
                case pdfium.FPDF_PAGEOBJ_PATH | pdfium.FPDF_PAGEOBJ_SHADING:
                    drawings.append(_box(thing, outer))
    runs = _join(runs)
    solid = (*drawings, *(picture.box for picture in pictures))
    width, height = page.get_size()
    return PageLayout(
        number,
        width,
        height,
        runs=tuple(
            _add_ground(run, alpha, solid, canvas) if canvas else run for run, alpha in runs
        ),
        pictures=tuple(pictures),
        drawings=tuple(drawings),
        tagged=bool(tagged),
        links=tuple(_links(page, forms[None][0])),
    )


def _join(runs: list[tuple[TextRun, int]]) -> list[tuple[TextRun, int]]:
    """The pieces of text, with those of a word from right to left that were drawn from left to
    right in one."""
    joined: list[tuple[TextRun, int]] = []
    for run, alpha in runs:
        before = joined[-1][0] if joined else None
        if before and _goes_on_to_the_right(before, run):
            edges = [(*pair,) for pair in zip(before.box, run.box, strict=True)]
            box = PageArea(min(edges[0]), min(edges[1]), max(edges[2]), max(edges[3]))
            whole = msgspec.structs.replace(before, text=run.text + before.text, box=box)
            joined[-1] = whole, alpha
        else:
            joined.append((run, alpha))
    return joined


def _goes_on_to_the_right(before: TextRun, run: TextRun) -> bool:
    return (
        before.element == run.element
        and before.size == run.size
        and abs(before.baseline - run.baseline) < run.size
        and before.box.left < run.box.left < before.box.right + run.size * NEAR_ON_PAGE
        and bool(RIGHT_TO_LEFT.search(before.text) and RIGHT_TO_LEFT.search(run.text))
    )


def _left_to_right(textpage: Any) -> dict[int | None, str]:
    """The pieces of text from left to right by their addresses, on a page with others."""
    pieces: dict[int | None, list[tuple[float, str]]] = {}
    x, y = ctypes.c_double(), ctypes.c_double()
    is_mixed = RIGHT_TO_LEFT.search(textpage.get_text_range())
    for index in range(textpage.count_chars() if is_mixed else 0):
        piece = ctypes.cast(pdfium.FPDFText_GetTextObject(textpage, index), ctypes.c_void_p)
        if pdfium.FPDFText_GetCharOrigin(textpage, index, x, y):
            character = chr(pdfium.FPDFText_GetUnicode(textpage, index))
            pieces.setdefault(piece.value, []).append((x.value, character))
    texts = {
        address: "".join(character for _, character in sorted(piece, key=lambda each: each[0]))
        for address, piece in pieces.items()
    }
    return {address: text for address, text in texts.items() if not RIGHT_TO_LEFT.search(text)}


def _address(thing: Any) -> int | None:
    return ctypes.cast(thing.raw, ctypes.c_void_p).value


def _read_text(
    value: Any, textpage: Any, outer: PdfMatrix, element: PageElement | None, in_order: str
) -> Iterator[tuple[TextRun, int]]:
    """A piece of text, if it can be seen, and how opaque it is, to 255. It is read by PDFium unless
    it is known ``in_order``."""
    mode = pdfium.FPDFTextObj_GetTextRenderMode(value)
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    has_colour = pdfium.FPDFPageObj_GetFillColor(value, red, green, blue, alpha)
    text = in_order or string_of(pdfium.FPDFTextObj_GetText, value, textpage)
    if mode == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE or not has_colour or not text.strip():
        return
    m, font = value.get_matrix().multiply(outer), _font_name(value)
    run = TextRun(
        text=text,
        box=_box(value, outer),
        baseline=m.f,
        size=value.get_font_size() * math.hypot(m.c, m.d),
        bold=bool(BOLD.search(font)) or mode == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE,
        italic=bool(ITALIC.search(font)),
        colour=Colour(red.value, green.value, blue.value),
        background=WHITE,
        element=element,
        font=font,
    )
    yield run, alpha.value


def _add_ground(run: TextRun, alpha: int, solid: tuple[PageArea, ...], canvas: _Canvas) -> TextRun:
    """A piece of text with its background, and with its actual colour."""
    if any(run.box.overlaps(other) for other in solid):
        run = msgspec.structs.replace(run, background=canvas.behind(run.box, run.colour))
    if alpha < 255:
        pairs = zip(run.colour, run.background, strict=True)
        colour = Colour(*(round((a * alpha + b * (255 - alpha)) / 255) for a, b in pairs))
        run = msgspec.structs.replace(run, colour=colour)
    return run


def _font_name(value: Any) -> str:
    """The name of a font, without the letters that name a subset of it."""
    try:
        return re.sub(r"^[a-z]{6}\+", "", str(value.get_font().get_base_name().lower()))
    except pypdfium2.PdfiumError:
        return ""  # it has none


def _box(value: Any, outer: PdfMatrix) -> PageArea:
    return PageArea(*outer.on_rect(*value.get_bounds()))


def _upright(page: Any) -> PdfMatrix:
    """From the coordinates of the file to those of the displayed page: cropped and rotated."""
    left, bottom, right, top = page.get_cropbox()
    match page.get_rotation():
        case 90:
            return PdfMatrix(0, -1, 1, 0, -bottom, right)
        case 180:
            return PdfMatrix(-1, 0, 0, -1, right, top)
        case 270:
            return PdfMatrix(0, 1, -1, 0, top, -left)
    return PdfMatrix(1, 0, 0, 1, -left, -bottom)


def _links(page: Any, upright: PdfMatrix) -> Iterator[PageAddress]:
    """The places on a page that lead to addresses."""
    position, link, box = ctypes.c_int(0), pdfium.FPDF_LINK(), pdfium.FS_RECTF()
    while pdfium.FPDFLink_Enumerate(page, position, link):
        action = pdfium.FPDFLink_GetAction(link)
        size = pdfium.FPDFAction_GetURIPath(page.pdf, action, None, 0) if action else 0
        if size > 1 and pdfium.FPDFLink_GetAnnotRect(link, box):
            address = ctypes.create_string_buffer(size)
            pdfium.FPDFAction_GetURIPath(page.pdf, action, address, size)
            area = upright.on_rect(box.left, box.bottom, box.right, box.top)
            yield PageAddress(PageArea(*area), address.value.decode("utf-8", "replace"))


# --- reading order ---------------------------------------------------------------------------
# Reads the text of finished PDFs in reading order.

NOTE = "Note"
NOT_TEXT = ("TOC", "Figure", "Formula", "Reference")
"""Elements that hold no text of the document, or lead from the text to a note."""


def text_of_pdf(path: Path) -> DrawnText:
    """The letters of a tagged PDF, and of its notes. Raises `UnreadableFile`."""
    try:
        pages = read_pages(path, coloured=False)
    except UnreadablePdf as error:
        raise UnreadableFile(str(error)) from error
    runs = list(_sort(pages))
    text, notes = (
        "".join(run.text for run in runs if _is_note(run) is is_note) for is_note in (False, True)
    )
    return DrawnText(printed_letters(text), printed_letters(notes))


def _sort(pages: Iterable[PageLayout]) -> Iterator[TextRun]:
    """The tagged text in reading order. A table row that goes on has parts of each cell on both
    pages, which are joined by column."""
    row: list[TextRun] = []
    for page in pages:
        tagged = [run for run in page.runs if run.element and _is_text(run)]
        tagged.sort(key=lambda run: run.element.order if run.element else 0)
        head = len(list(itertools.takewhile(_is_in_row_of(row[:1]), tagged)))
        if head:
            row = sorted((*row, *tagged[:head]), key=_column)
            tagged = tagged[head:]
        if tagged:
            yield from row
            tail = len(list(itertools.takewhile(_is_in_row_of(tagged[-1:]), reversed(tagged))))
            yield from tagged[: len(tagged) - tail]
            row = tagged[len(tagged) - tail :]
    yield from row


def _is_in_row_of(runs: Iterable[TextRun]) -> Callable[[TextRun], bool]:
    cells = [run.element.cell for run in runs if run.element and run.element.cell]
    return lambda run: any(
        run.element and run.element.cell and run.element.cell.row == cell.row for cell in cells
    )


def _column(run: TextRun) -> int:
    return run.element.cell.column if run.element and run.element.cell else 0


def _is_note(run: TextRun) -> bool:
    return bool(run.element and run.element.within(NOTE))


def _is_text(run: TextRun) -> bool:
    assert run.element is not None
    is_number = (NOTE, "Lbl") in itertools.pairwise(run.element.roles)
    return not is_number and not run.element.within(*NOT_TEXT)
