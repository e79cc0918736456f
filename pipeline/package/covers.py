"""Pictures of covers."""

from __future__ import annotations

import contextlib
import io
import operator
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pypdfium2
from PIL import ImageOps

from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.faces import locate_faces
from pipeline.model.metadata import Metadata
from pipeline.model.paper import PageSize
from pipeline.model.rendered import CoverPage, tree_of
from pipeline.model.sheet import mix
from pipeline.model.words.writing_conventions import writing
from pipeline.package.result import (
    FrontImage,
    NoEngineError,
    asset_bytes,
    font_files,
    missing_characters,
)
from pipeline.system import store
from pipeline.system.pango import pango_problem
from pipeline.system.pictures import Image

# --- spread sheet ----------------------------------------------------------------------------
# The measures of a print cover: back, spine and front in one piece, in millimetres.

BLEED = 3
"""The area printed beyond the edges and cut off."""

SHEET_MARGIN = 9
"""The area of the sheet beyond the edges, with room for crop marks."""

LEAST_PAGES, LEAST_SPINE = 80, 6.0
"""The minimum number of pages, or millimetres, for text on the spine: thinner spines may be folded
slightly off, and the text would end up on the front."""


class SpreadSheet(NamedTuple):
    """``page`` is the size of front and back; ``from_right``: the spine is right of the front."""

    page: PageSize
    pages: int
    spine: float
    from_right: bool = False

    @property
    def width(self) -> float:
        return 2 * self.page.width + self.spine

    @property
    def height(self) -> float:
        return self.page.height

    @property
    def front(self) -> float:
        """The left edge of the front, from the left edge of the cover."""
        return 0 if self.from_right else self.page.width + self.spine

    @property
    def back(self) -> float:
        return self.page.width + self.spine if self.from_right else 0

    @property
    def folds(self) -> tuple[float, float]:
        """The edges of the spine, from the left edge of the cover."""
        return self.page.width, self.page.width + self.spine

    @property
    def has_spine_text(self) -> bool:
        return self.pages >= LEAST_PAGES or self.spine >= LEAST_SPINE


def measure_spread(
    page: PageSize, pages: int, thickness: float, *, from_right: bool = False
) -> SpreadSheet:
    """The cover for a number of pages on sheets of paper of a ``thickness``, two pages per sheet.
    The spine is rounded to a tenth of a millimetre, as binders do."""
    return SpreadSheet(page, pages, round(-(-pages // 2) * thickness, 1), from_right)


def reading(lang: str) -> Literal["up", "down"]:
    """The reading direction of the words on a spine."""
    return "up" if writing(lang).spine_upwards else "down"


# --- bitmaps ---------------------------------------------------------------------------------
# Covers as pictures: a page of a PDF, or an image of the publication's own on a ground of its own
# colour.

MARGIN = 0.05
"""The margin above and below the image, relative to the height."""

SHADE = 0.55
"""The share of black added to the ground, so that the image stands out."""


def put_on_ground(data: bytes, width: int, height: int) -> bytes:
    """A JPEG of a given size that shows the whole of an image, as large as possible, on a
    background of its mean colour. Raises `OSError` or `ValueError` for an unreadable image."""
    with Image.open(io.BytesIO(data)) as opened:
        image = ImageOps.exif_transpose(opened).convert("RGBA")
    mean = image.convert("RGB").resize((1, 1), Image.Resampling.BOX).tobytes().hex()
    ground = mix("#000000", f"#{mean}", SHADE)
    room = round(width * (1 - 2 * MARGIN)), round(height * (1 - 2 * MARGIN))
    image = ImageOps.contain(image, room, Image.Resampling.LANCZOS)
    picture = Image.new("RGB", (width, height), ground)
    place = ((width - image.width) // 2, (height - image.height) // 2)
    picture.paste(image, place, image)
    return as_jpeg(picture)


QUALITY = 88

FLAT = 4096
"""The number of colours up to which a page is a flat design: its own, and those at the edges of
letters."""

APART = 16
"""The difference between colours of a palette, of 255: less at an edge is not seen."""


def draw_first_page(pdf: bytes, width: int, height: int) -> Image.Image:
    """The first page of a PDF as an image of a given size."""
    with contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
        page = document[0]
        # PDFium draws this kind of pixels fastest, and they are taken over without a copy
        image: Image.Image = page.render(
            scale=width / page.get_width(), rev_byteorder=True, prefer_bgrx=True
        ).to_pil()
        if image.size != (width, height):  # half a pixel may have made one more
            image = image.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
        return image.convert("RGB")


def as_png(image: Image.Image) -> bytes:
    """A PNG, of a flat design with a palette: letters have clean edges, and it has a fifth to a
    tenth of the bytes of a JPEG."""
    if counted := image.getcolors(FLAT):
        palette = Image.new("P", (1, 1))
        frequent: list[Any] = [colour for _, colour in sorted(counted, reverse=True)]
        palette.putpalette([value for colour in _drop_similar(frequent) for value in colour])
        image = image.quantize(palette=palette, dither=Image.Dither.NONE)
    output = io.BytesIO()
    image.save(output, "PNG")
    return output.getvalue()


def _drop_similar(colours: Iterable[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The first of some colours, without those that are like one before."""
    chosen: list[tuple[int, ...]] = []
    for colour in colours:
        likeness = (map(abs, map(operator.sub, colour, other)) for other in chosen)
        if len(chosen) < 256 and all(max(differences) >= APART for differences in likeness):
            chosen.append(colour)
    return chosen


def cover_for_shops(front: FrontImage) -> FrontImage:
    """The cover of an e-book as shops want it by itself: some only take a JPEG, and none a
    palette."""
    if front.suffix != ".png":
        return front
    with Image.open(io.BytesIO(front.data)) as image:
        if image.mode != "P":
            return front
        data = as_jpeg(image.convert("RGB"))
    return FrontImage(data, "image/jpeg", ".jpg", front.width, front.height)


def as_jpeg(image: Image.Image) -> bytes:
    """It has no colour profile, which means sRGB, and is not progressive, which old e-readers do
    not support."""
    output = io.BytesIO()
    image.save(output, "JPEG", quality=QUALITY, subsampling=0)
    return output.getvalue()


# --- picture ---------------------------------------------------------------------------------
# Makes images of covers: of those laid out by Chapbook, and of the front matter's images.

LIBRARIES = ("weasyprint", "pypdfium2", "pillow")
"""The libraries that determine the bytes of a picture, besides its content."""

RECIPE = "7"
"""To be changed with anything here that changes the bytes of a picture."""


class CoverImage(NamedTuple):
    """An image, the files that went into it besides the pages, and its findings."""

    data: bytes
    diagnostics: tuple[Diagnostic, ...] = ()
    files: tuple[Path, ...] = ()


class PreparedCover(NamedTuple):
    """A cover ready for layout: its markup as a tree, the files of its fonts and images, their
    digests, and the texts that were left out."""

    root: Element
    fonts: tuple[Path, ...]
    files: tuple[Path, ...]
    content: tuple[bytes, ...]
    left_out: tuple[Diagnostic, ...]


def draw_cover(cover: CoverPage, folder: Path) -> CoverImage:
    """The picture of a cover, the same bytes for the same cover."""
    if not cover.markup:
        return _fit_image(cover, folder)
    prepared = prepare_cover(cover, folder)
    if isinstance(prepared, Diagnostic):
        return CoverImage(b"", (prepared,))

    def make() -> bytes:

        image = draw_first_page(_lay_out(cover, prepared, folder), cover.width, cover.height)
        return as_png(image) if cover.is_png else as_jpeg(image)

    try:
        data = store.from_cache(_name(cover, prepared), make)
    except NoEngineError as error:
        message = f"The cover cannot be made: {error}."
        hint = "Install it, or give an image of your own: `cover: cover.png`."
        finding = diagnostic(Code.COVER_NOT_SET, message, hint=hint)
        return CoverImage(b"", (finding,), prepared.files)
    return CoverImage(data, prepared.left_out, (*prepared.fonts, *prepared.files))


def _lay_out(cover: CoverPage, prepared: PreparedCover, folder: Path) -> bytes:
    if missing := pango_problem():
        raise NoEngineError(missing)
    from pipeline.package.pdf.cover_setting import set_cover

    return set_cover(cover, prepared.root, prepared.fonts, folder)


def draw_spread(cover: CoverPage, folder: Path, metadata: Metadata) -> CoverImage:
    """Back, spine and front as a PDF."""
    from pipeline.package.pdf.cover_setting import set_spread

    prepared = prepare_cover(cover, folder)
    if isinstance(prepared, Diagnostic):
        return CoverImage(b"", (prepared,))
    data = set_spread(cover, prepared.root, prepared.fonts, folder, metadata, BLEED)
    return CoverImage(data, prepared.left_out, (*prepared.fonts, *prepared.files))


def _fit_image(cover: CoverPage, folder: Path) -> CoverImage:

    (image,) = cover.assets
    file = folder / image.path
    try:
        data = asset_bytes(image, folder)
        return CoverImage(put_on_ground(data, cover.width, cover.height), files=(file,))
    except (OSError, ValueError):
        return CoverImage(b"", (_unreadable(image.path),), (file,))


def prepare_cover(cover: CoverPage, folder: Path) -> PreparedCover | Diagnostic:
    """The cover without texts for which no font has all characters; or a finding."""
    try:
        root = tree_of(cover.markup)
    except ElementTree.ParseError as error:
        message = f"The markup of the cover is not well-formed: {error}."
        return diagnostic(Code.TEMPLATE_ERROR, message)
    fonts = font_files(locate_faces(cover.faces, folder))
    left_out = tuple(_tell_left_out(text) for text in _leave_out(root, fonts))
    content = []
    for asset in cover.assets:
        try:
            content.append(asset_bytes(asset, folder))
        except OSError:
            return _unreadable(asset.path)
    files = tuple(folder / asset.path for asset in cover.assets if asset.is_file)
    return PreparedCover(root, fonts, files, tuple(content), left_out)


def _name(cover: CoverPage, prepared: PreparedCover) -> str:
    key = store.key(
        RECIPE,
        *(store.packages().get(library, "") for library in LIBRARIES),
        *(f"{file.name} {file.stat().st_size}" for file in prepared.fonts),
        f"{cover.width} {cover.height}",
        cover.markup,
        *(style.css for style in cover.styles),
        *prepared.content,
    )
    return f"{key}.{'png' if cover.is_png else 'jpg'}"


def _leave_out(root: Element, fonts: tuple[Path, ...]) -> Iterator[str]:
    """Remove paragraphs with characters that no font has, and return them."""
    body = root.find("body")
    assert body is not None
    missing = missing_characters(
        {c for text in body.itertext() for c in text if not c.isspace()}, fonts
    )
    if not missing:
        return
    for parent in list(body.iter()):
        for child in list(parent):
            text = " ".join("".join(child.itertext()).split())
            if child.tag == "p" and missing & set(text):
                parent.remove(child)
                yield text


def _unreadable(path: str) -> Diagnostic:
    return diagnostic(Code.UNREADABLE_FILE, f"The image `{path}` cannot be read.")


def _tell_left_out(text: str) -> Diagnostic:
    return diagnostic(
        Code.COVER_WITHOUT_TEXT,
        f"No font has all the characters of “{text}”, so the cover omits it.",
        hint="Give an image of your own: `cover: cover.png`.",
    )
