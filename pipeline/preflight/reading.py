"""Reading a finished PDF into layouts. The only module that knows PDFium, with `structure`."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2
import pypdfium2.raw as pdfium

from pipeline.preflight.layout import WHITE, Box, Colour, Element, PageLayout, Picture, Run
from pipeline.preflight.structure import elements_of

if TYPE_CHECKING:
    from PIL import Image

RESOLUTION = 72
"""Dots per inch that pages are drawn at, to see what stands behind the text."""

FINE = 144
"""Dots per inch at which the thinnest line leaves a trace."""

POINT = 0.25
"""Points across or up that nobody sees more than a line of."""

LARGEST = 4000
"""Dots that a page is drawn in at most, across or up: a poster is drawn more coarsely."""

DEEPEST = 16
"""Forms within forms that are looked into."""

MOST = 200_000
"""Things on a page that are looked at."""

BOLD = ("bold", "black", "heavy")
"""What is in the names of fonts that are: files often give no weight."""

Matrix = tuple[float, float, float, float, float, float]


class UnreadablePdf(ValueError):  # noqa: N818
    """It is no PDF, is damaged, or needs a password."""


def read_pages(
    source: Path | bytes, *, drawn: Callable[[int, Image.Image], object] | None = None
) -> tuple[PageLayout, ...]:
    """The layouts of all pages. ``drawn`` is given the number of each page, from 1, and its
    picture at `RESOLUTION`. Raises `UnreadablePdf`."""
    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        raise UnreadablePdf(str(error)) from error
    try:
        return tuple(_pages(document, drawn))
    except pypdfium2.PdfiumError as error:
        raise UnreadablePdf(str(error)) from error
    finally:
        document.close()


def is_blank(source: Path | bytes, places: Sequence[tuple[int, Box]]) -> tuple[bool, ...]:
    """Of each place, on a page by number, whether nothing is to be seen there: whether it has
    no size, or one colour in all, which is around it as well. Raises `UnreadablePdf`."""
    on_pages: dict[int, list[int]] = {}
    for index, (number, _) in enumerate(places):
        on_pages.setdefault(number, []).append(index)
    blank = [False] * len(places)
    try:
        document = pypdfium2.PdfDocument(source)
        for number, indices in on_pages.items():
            page = document[number - 1]
            if not page.get_rotation():
                left, bottom, right, top = page.get_cropbox()
                scale = min(FINE / 72, LARGEST / max(page.get_size()))
                bitmap = page.render(scale=scale, rev_byteorder=True)
                image = bitmap.to_pil().convert("RGB")
                bitmap.close()
                for index in indices:
                    box = places[index][1]
                    blank[index] = box.right - box.left < POINT or box.top - box.bottom < POINT
                    area = (
                        math.floor((max(box.left, left) - left) * scale),
                        math.floor((top - min(box.top, top)) * scale),
                        math.ceil((min(box.right, right) - left) * scale),
                        math.ceil((top - max(box.bottom, bottom)) * scale),
                    )
                    if not blank[index] and area[0] < area[2] and area[1] < area[3]:
                        blank[index] = _is_one_colour(image, area)
            page.close()
        document.close()
    except pypdfium2.PdfiumError as error:
        raise UnreadablePdf(str(error)) from error
    return tuple(blank)


def _is_one_colour(image: Image.Image, area: tuple[int, int, int, int]) -> bool:
    """Whether an area has one colour, and most of what is next to it has the same."""
    colours = image.crop(area).getcolors(1)
    if not colours:
        return False
    left, upper, right, lower = area
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


def _pages(
    document: Any, drawn: Callable[[int, Image.Image], object] | None
) -> Iterator[PageLayout]:
    for number in range(1, len(document) + 1):
        page = document[number - 1]
        try:
            canvas = _Canvas(page)
            if drawn:
                drawn(number, canvas.image)
            yield _Reader(page, canvas).layout(number)
        finally:
            page.close()


class _Canvas:
    """The picture of a page, drawn when it is first asked for."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self._image: Image.Image | None = None
        self._scale = min(RESOLUTION / 72, LARGEST / max(page.get_size()))

    @property
    def image(self) -> Image.Image:
        if self._image is None:
            bitmap = self._page.render(scale=self._scale, rev_byteorder=True)
            self._image = bitmap.to_pil().convert("RGB")
            bitmap.close()
        return self._image

    def behind(self, box: Box, colour: Colour) -> Colour:
        """What letters of this colour stand on: the commonest other colour in their box."""
        image, scale = self.image, self._scale
        area = (
            max(0, math.floor(box.left * scale) - 1),
            max(0, image.height - math.ceil(box.top * scale) - 1),
            min(image.width, math.ceil(box.right * scale) + 1),
            min(image.height, image.height - math.floor(box.bottom * scale) + 1),
        )
        if area[0] >= area[2] or area[1] >= area[3]:
            return WHITE
        part = image.crop(area)
        counts: list[tuple[int, Any]] = part.getcolors(part.width * part.height) or []
        others = sorted((count, value) for count, value in counts if Colour(*value) != colour)
        return Colour(*others[-1][1]) if others else colour


class _Reader:
    def __init__(self, page: Any, canvas: _Canvas) -> None:
        self._page = page
        self._canvas = canvas
        self._text = page.get_textpage()
        self._elements = elements_of(page)
        self._runs: list[tuple[Any, ...]] = []
        self._pictures: list[Picture] = []
        self._drawings: list[Box] = []
        self._seen = 0

    def layout(self, number: int) -> PageLayout:
        width, height = self._page.get_size()
        self._read(self._page, None, _upright(self._page), 0)
        self._text.close()
        solid = (*self._drawings, *(picture.box for picture in self._pictures))
        return PageLayout(
            number=number,
            width=width,
            height=height,
            runs=tuple(self._finished(found, solid) for found in self._runs),
            pictures=tuple(self._pictures),
            drawings=tuple(self._drawings),
            tagged=bool(self._elements),
        )

    def _finished(self, found: tuple[Any, ...], solid: tuple[Box, ...]) -> Run:
        text, box, baseline, size, bold, colour, alpha, element = found
        background = WHITE
        if any(box.overlaps(other) for other in solid):
            background = self._canvas.behind(box, colour)
        if alpha < 255:
            pairs = zip(colour, background, strict=True)
            colour = Colour(*(round((a * alpha + b * (255 - alpha)) / 255) for a, b in pairs))
        return Run(text, box, baseline, size, bold, colour, background, element)

    def _read(self, owner: Any, inherited: Element | None, outer: Matrix, depth: int) -> None:
        if depth:
            count, get = pdfium.FPDFFormObj_CountObjects, pdfium.FPDFFormObj_GetObject
        else:
            count, get = pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject
        for index in range(count(owner)):
            self._seen += 1
            if self._seen > MOST:
                return
            thing = get(owner, index)
            number = pdfium.FPDFPageObj_GetMarkedContentID(thing)
            # what is in a form has the numbers of the form, and belongs to what it is shown in
            element = inherited if depth else self._elements.get(number)
            match pdfium.FPDFPageObj_GetType(thing):
                case pdfium.FPDF_PAGEOBJ_TEXT:
                    self._read_text(thing, element, outer)
                case pdfium.FPDF_PAGEOBJ_IMAGE:
                    self._read_image(thing, element, outer)
                case pdfium.FPDF_PAGEOBJ_FORM if depth < DEEPEST:
                    self._read(thing, element, _times(_matrix(thing), outer), depth + 1)
                case pdfium.FPDF_PAGEOBJ_PATH | pdfium.FPDF_PAGEOBJ_SHADING:
                    self._drawings.append(_bounds(thing, outer))

    def _read_text(self, thing: Any, element: Element | None, outer: Matrix) -> None:
        mode = pdfium.FPDFTextObj_GetTextRenderMode(thing)
        colour = _fill(thing)
        text = self._string(thing)
        if mode == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE or colour is None or not text.strip():
            return
        matrix = _times(_matrix(thing), outer)
        size = ctypes.c_float()
        pdfium.FPDFTextObj_GetFontSize(thing, size)
        self._runs.append(
            (
                text,
                _bounds(thing, outer),
                matrix[5],
                size.value * math.hypot(matrix[2], matrix[3]),
                _is_bold(pdfium.FPDFTextObj_GetFont(thing)),
                Colour(*colour[:3]),
                colour[3],
                element,
            )
        )

    def _read_image(self, thing: Any, element: Element | None, outer: Matrix) -> None:
        width, height = ctypes.c_uint(), ctypes.c_uint()
        if not pdfium.FPDFImageObj_GetImagePixelSize(thing, width, height):
            return
        a, b, c, d, _, _ = _times(_matrix(thing), outer)
        self._pictures.append(
            Picture(
                box=_bounds(thing, outer),
                pixels=(width.value, height.value),
                size=(math.hypot(a, b), math.hypot(c, d)),
                element=element,
            )
        )

    def _string(self, thing: Any) -> str:
        size = pdfium.FPDFTextObj_GetText(thing, self._text, None, 0)
        if size <= 2:
            return ""
        buffer = (ctypes.c_ushort * (size // 2))()
        pdfium.FPDFTextObj_GetText(thing, self._text, buffer, size)
        return bytes(buffer)[: size - 2].decode("utf-16-le", errors="replace")


def _is_bold(font: Any) -> bool:
    size = pdfium.FPDFFont_GetBaseFontName(font, None, 0)
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFFont_GetBaseFontName(font, buffer, size)
    name = buffer.value.decode("utf-8", errors="replace").lower()
    return any(word in name for word in BOLD)


def _fill(thing: Any) -> tuple[int, int, int, int] | None:
    """Red, green, blue and how opaque, each to 255; None for a pattern."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not pdfium.FPDFPageObj_GetFillColor(thing, red, green, blue, alpha):
        return None
    return red.value, green.value, blue.value, alpha.value


def _matrix(thing: Any) -> Matrix:
    found = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(thing, found)
    return found.a, found.b, found.c, found.d, found.e, found.f


def _bounds(thing: Any, outer: Matrix) -> Box:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium.FPDFPageObj_GetBounds(thing, left, bottom, right, top)
    a, b, c, d, e, f = outer
    corners = [(x.value, y.value) for x in (left, right) for y in (bottom, top)]
    across = [a * x + c * y + e for x, y in corners]
    up = [b * x + d * y + f for x, y in corners]
    return Box(min(across), min(up), max(across), max(up))


def _times(inner: Matrix, outer: Matrix) -> Matrix:
    """First ``inner``, then ``outer`` (ISO 32000-1, section 8.3.4)."""
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return (
        a * p + b * r,
        a * q + b * s,
        c * p + d * r,
        c * q + d * s,
        e * p + f * r + t,
        e * q + f * s + u,
    )


def _upright(page: Any) -> Matrix:
    """From the coordinates of the file to those of the page as it is seen: cropped, turned."""
    left, bottom, right, top = page.get_cropbox()
    match page.get_rotation():
        case 90:
            return (0, -1, 1, 0, -bottom, right)
        case 180:
            return (-1, 0, 0, -1, right, top)
        case 270:
            return (0, 1, -1, 0, top, -left)
    return (1, 0, 0, 1, -left, -bottom)
