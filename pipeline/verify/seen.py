"""Reads PDFs into layouts of their pages as they are seen. Only this module knows PDFium."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pypdfium2
import pypdfium2.raw as pdfium
from pypdfium2 import PdfMatrix

from pipeline.verify.layout import (
    WHITE,
    Colour,
    PageAddress,
    PageArea,
    PageCell,
    PageElement,
    PageLayout,
    Picture,
    TextRun,
)

if TYPE_CHECKING:
    from PIL import Image

RESOLUTION = 72
"""Dots per inch at which pages are rendered, to find the background of text."""

FINE = 144
"""Dots per inch at which the thinnest line leaves a trace."""

POINT = 0.25
"""Points across or up that nobody sees more than a line of."""

LARGEST = 4000
"""Dots that a page is drawn in at most, across or up: a poster is drawn more coarsely."""

FORMS, LEVELS = 16, 64
"""Forms within forms that are looked into, and levels that are read of a structure tree."""

SHORT = 128
"""Bytes of a text that most are not longer than."""

MOST = 200_000
"""The maximum number of things on a page that are examined."""

BOLD, ITALIC = ("bold", "black", "heavy"), ("italic", "oblique")
"""Words in the names of bold and italic fonts: files often give no weight."""

INLINE = frozenset(
    "Annot BibEntry Code Em Index Link NonStruct Quote Reference Ruby Span Strong Sub".split()
)
"""Elements that are part of a line (ISO 32000-1, section 14.8.4.4)."""


BEFORE = {"FENote": "Note"}
"""Types of PDF 2.0 by the names that they had before."""


class UnreadablePdf(ValueError):  # noqa: N818
    """It is not a PDF, is damaged, or needs a password."""


@contextlib.contextmanager
def _opened(source: Path | bytes) -> Iterator[Any]:
    """The open document. Raises `UnreadablePdf`."""
    try:
        with contextlib.closing(pypdfium2.PdfDocument(source)) as document:
            yield document
    except pypdfium2.PdfiumError as error:
        raise UnreadablePdf(str(error)) from error


def read_pages(
    source: Path | bytes,
    *,
    drawn: Callable[[int, Image.Image], object] | None = None,
    pictured: Callable[[int, Picture, pypdfium2.PdfImage], object] | None = None,
    coloured: bool = True,
) -> tuple[PageLayout, ...]:
    """The layouts of all pages. ``drawn`` is given the number of each page, from 1, and its
    picture at `RESOLUTION`, ``pictured`` each image on it; without ``coloured`` all text is taken
    to be on white. Raises `UnreadablePdf`."""
    pages = []
    with _opened(source) as document:
        for number in range(1, len(document) + 1):
            with contextlib.closing(document[number - 1]) as page:
                canvas = _Canvas(page)
                if drawn:
                    drawn(number, canvas.image)
                pages.append(_layout(page, number, canvas if coloured else None, pictured))
    return tuple(pages)


def is_blank(source: Path | bytes, places: Sequence[tuple[int, PageArea]]) -> tuple[bool, ...]:
    """Return, for each place on a numbered page, whether nothing is visible: it has no size, or a
    single colour that is also around it. Raises `UnreadablePdf`."""
    blank = [False] * len(places)
    by_page = sorted(range(len(places)), key=lambda index: places[index][0])
    with _opened(source) as document:
        for number, indices in itertools.groupby(by_page, lambda index: places[index][0]):
            with contextlib.closing(document[number - 1]) as page:
                canvas, (x, y, _, _) = _Canvas(page, FINE), page.get_cropbox()
                for index in indices if not page.get_rotation() else ():
                    left, bottom, right, top = places[index][1]
                    place = PageArea(left - x, bottom - y, right - x, top - y)
                    no_size = min(place.width, place.height) < POINT
                    blank[index] = no_size or canvas.is_one_colour(place)
    return tuple(blank)


class _Canvas:
    """The picture of a page, drawn on first use."""

    def __init__(self, page: Any, resolution: int = RESOLUTION) -> None:
        self._page = page
        self._image: Image.Image | None = None
        self._scale = min(resolution / 72, LARGEST / max(page.get_size()))

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
        _, ground = max((one for one in counts if one[1] != colour), default=(0, colour))
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
            min(max(points * self._scale, -LARGEST), 2 * LARGEST) for points in box
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
    pictured: Callable[[int, Picture, pypdfium2.PdfImage], object] | None,
) -> PageLayout:
    tagged = _elements(page)
    found: list[tuple[TextRun, int]] = []
    pictures: list[Picture] = []
    drawings: list[PageArea] = []
    forms: dict[Any, tuple[PdfMatrix, PageElement | None]] = {None: (_upright(page), None)}
    with contextlib.closing(page.get_textpage()) as text:
        for thing in itertools.islice(page.get_objects(max_depth=FORMS + 1), MOST):
            # content of a form has the numbers of the form, and belongs to the page that shows it
            outer, element = forms[thing.container]
            if thing.container is None:
                element = tagged.get(pdfium.FPDFPageObj_GetMarkedContentID(thing))
            match thing.type:
                case pdfium.FPDF_PAGEOBJ_TEXT:
                    found += _read_text(thing, text, outer, element)
                case pdfium.FPDF_PAGEOBJ_IMAGE:
                    m = thing.get_matrix().multiply(outer)
                    size = math.hypot(m.a, m.b), math.hypot(m.c, m.d)
                    pictures.append(Picture(_box(thing, outer), thing.get_px_size(), size, element))
                    if pictured:
                        pictured(number, pictures[-1], thing)
                case pdfium.FPDF_PAGEOBJ_FORM:
                    forms[thing] = thing.get_matrix().multiply(outer), element
                case pdfium.FPDF_PAGEOBJ_PATH | pdfium.FPDF_PAGEOBJ_SHADING:
                    drawings.append(_box(thing, outer))
    solid = (*drawings, *(picture.box for picture in pictures))
    width, height = page.get_size()
    return PageLayout(
        number,
        width,
        height,
        runs=tuple(_grounded(run, alpha, solid, canvas) if canvas else run for run, alpha in found),
        pictures=tuple(pictures),
        drawings=tuple(drawings),
        tagged=bool(tagged),
        links=tuple(_links(page, forms[None][0])),
    )


def _read_text(
    value: Any, textpage: Any, outer: PdfMatrix, element: PageElement | None
) -> Iterator[tuple[TextRun, int]]:
    """A piece of text, if it can be seen, and how opaque it is, to 255."""
    mode = pdfium.FPDFTextObj_GetTextRenderMode(value)
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    has_colour = pdfium.FPDFPageObj_GetFillColor(value, red, green, blue, alpha)
    text = _string(pdfium.FPDFTextObj_GetText, value, textpage)
    if mode == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE or not has_colour or not text.strip():
        return
    m, font = value.get_matrix().multiply(outer), _font_name(value)
    run = TextRun(
        text=text,
        box=_box(value, outer),
        baseline=m.f,
        size=value.get_font_size() * math.hypot(m.c, m.d),
        bold=any(word in font for word in BOLD),
        italic=any(word in font for word in ITALIC),
        colour=Colour(red.value, green.value, blue.value),
        background=WHITE,
        element=element,
    )
    yield run, alpha.value


def _grounded(run: TextRun, alpha: int, solid: tuple[PageArea, ...], canvas: _Canvas) -> TextRun:
    """A piece of text with its background, and with its actual colour."""
    if any(run.box.overlaps(other) for other in solid):
        run = msgspec.structs.replace(run, background=canvas.behind(run.box, run.colour))
    if alpha < 255:
        pairs = zip(run.colour, run.background, strict=True)
        colour = Colour(*(round((a * alpha + b * (255 - alpha)) / 255) for a, b in pairs))
        run = msgspec.structs.replace(run, colour=colour)
    return run


def _font_name(value: Any) -> str:
    try:
        return str(value.get_font().get_base_name().lower())
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


def _string(getter: Any, *of: Any) -> str:
    """The text that a function of PDFium gives of something. Most is short, and asked for once."""
    room, size = 0, SHORT
    while size > room:
        buffer, room = (ctypes.c_ushort * (size // 2))(), size
        size = getter(*of, buffer, room)
    return bytes(buffer)[: max(0, size - 2)].decode("utf-16-le", errors="replace")


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


def _columns(cell: Any) -> int:
    number = ctypes.c_float()
    for index in range(pdfium.FPDF_StructElement_GetAttributeCount(cell)):
        attribute = pdfium.FPDF_StructElement_GetAttributeAtIndex(cell, index)
        value = pdfium.FPDF_StructElement_Attr_GetValue(attribute, b"ColSpan")
        if value and pdfium.FPDF_StructElement_Attr_GetNumberValue(value, number):
            return min(max(1, int(number.value)), 100)
    return 1


def _elements(page: Any) -> dict[int, PageElement]:
    """The elements of the structure tree by the number of their marked content."""
    tree = pdfium.FPDF_StructTree_GetForPage(page)
    found: dict[int, PageElement] = {}
    blocks, rows = itertools.count(1), itertools.count(1)

    def read(
        element: Any, roles: tuple[str, ...], alt: str, block: int, cell: PageCell | None
    ) -> None:
        role = _string(pdfium.FPDF_StructElement_GetType, element)
        role = BEFORE.get(role, role)
        roles = (*roles, role)
        alt = _string(pdfium.FPDF_StructElement_GetAltText, element) or alt
        block = block if role in INLINE else next(blocks)
        row, column = next(rows) if role == "TR" else 0, 0
        for index in range(pdfium.FPDF_StructElement_CountChildren(element)):
            content = pdfium.FPDF_StructElement_GetChildMarkedContentID(element, index)
            child = pdfium.FPDF_StructElement_GetChildAtIndex(element, index)
            if row:  # an empty cell has nothing on the page, and no element
                cell = PageCell(row, column, _columns(child) if child else 1)
                column += cell.columns
            if content >= 0:
                found[content] = PageElement(len(found), block, roles, alt, cell)
            elif child and len(roles) < LEVELS:
                read(child, roles, alt, block, cell)

    try:
        for index in range(pdfium.FPDF_StructTree_CountChildren(tree) if tree else 0):
            if child := pdfium.FPDF_StructTree_GetChildAtIndex(tree, index):
                read(child, (), "", 0, None)
    finally:
        if tree:
            pdfium.FPDF_StructTree_Close(tree)
    return found
