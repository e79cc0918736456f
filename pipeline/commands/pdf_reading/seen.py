"""Reads PDFs into layouts of their pages as they are seen, with PDFium."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pypdfium2
import pypdfium2.raw as pdfium
from pypdfium2 import PdfMatrix

from pipeline.commands.pdf_reading.page_content import (
    WHITE,
    Colour,
    PageAddress,
    PageElement,
    PageLayout,
    Picture,
    TextRun,
)
from pipeline.commands.pdf_reading.tag_reading import elements_of, figures_of, string_of
from pipeline.model.late import late
from pipeline.model.paper import PageArea

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

FORMS = 16
"""Forms within forms that are looked into."""

MOST = 200_000
"""The maximum number of things on a page that are examined."""

BOLD = late("bold|black|heavy|demi|medi(?!um)|^(cm|sf)bx")
ITALIC = late("italic|oblique|(?<!dig)ital$|^(cm|sf)(b?x?ti|sl)")
"""The parts of the names of bold and italic fonts: files often give no weight."""


RIGHT_TO_LEFT = late("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
"""A letter beside which PDFium gives words from left to right in reverse order."""


NEAR = 0.5
"""The distance between two pieces of a word, in their size."""


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
    on_page: Callable[[int, Image.Image], object] | None = None,
    on_picture: Callable[[int, Picture, pypdfium2.PdfImage], object] | None = None,
    coloured: bool = True,
) -> tuple[PageLayout, ...]:
    """The layouts of all pages. ``on_page`` is given the number of each page, from 1, and its
    picture at `RESOLUTION`, ``on_picture`` each image on it; without ``coloured`` all text is taken
    to be on white. Raises `UnreadablePdf`."""
    pages = []
    with _opened(source) as document:
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
    with _opened(source) as document:
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
    with _opened(source) as document:
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
    on_picture: Callable[[int, Picture, pypdfium2.PdfImage], object] | None,
) -> PageLayout:
    tagged = elements_of(page)
    runs: list[tuple[TextRun, int]] = []
    pictures: list[Picture] = []
    drawings: list[PageArea] = []
    forms: dict[Any, tuple[PdfMatrix, PageElement | None]] = {None: (_upright(page), None)}
    with contextlib.closing(page.get_textpage()) as text:
        left_to_right = _left_to_right(text)
        for thing in itertools.islice(page.get_objects(max_depth=FORMS + 1), MOST):
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
    runs = _joined(runs)
    solid = (*drawings, *(picture.box for picture in pictures))
    width, height = page.get_size()
    return PageLayout(
        number,
        width,
        height,
        runs=tuple(_grounded(run, alpha, solid, canvas) if canvas else run for run, alpha in runs),
        pictures=tuple(pictures),
        drawings=tuple(drawings),
        tagged=bool(tagged),
        links=tuple(_links(page, forms[None][0])),
    )


def _joined(runs: list[tuple[TextRun, int]]) -> list[tuple[TextRun, int]]:
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
        and before.box.left < run.box.left < before.box.right + run.size * NEAR
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
