"""Covers as pictures: a page of a PDF, or an image of the publication's own on a ground of its own
colour."""

from __future__ import annotations

import contextlib
import io
import operator
from collections.abc import Iterable
from typing import Any

import pypdfium2
from PIL import ImageOps

from pipeline.model.sheet.colours import mixed
from pipeline.package.result import FrontImage
from pipeline.system.pictures import Image

MARGIN = 0.05
"""The margin above and below the image, relative to the height."""

SHADE = 0.55
"""The share of black added to the ground, so that the image stands out."""


def backed(data: bytes, width: int, height: int) -> bytes:
    """A JPEG of a given size that shows the whole of an image, as large as possible, on a
    background of its mean colour. Raises `OSError` or `ValueError` for an unreadable image."""
    with Image.open(io.BytesIO(data)) as opened:
        image = ImageOps.exif_transpose(opened).convert("RGBA")
    mean = image.convert("RGB").resize((1, 1), Image.Resampling.BOX).tobytes().hex()
    ground = mixed("#000000", f"#{mean}", SHADE)
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


def drawn(pdf: bytes, width: int, height: int) -> Image.Image:
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
        palette.putpalette([value for colour in _apart(frequent) for value in colour])
        image = image.quantize(palette=palette, dither=Image.Dither.NONE)
    output = io.BytesIO()
    image.save(output, "PNG")
    return output.getvalue()


def _apart(colours: Iterable[tuple[int, ...]]) -> list[tuple[int, ...]]:
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
