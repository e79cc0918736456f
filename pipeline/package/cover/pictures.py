"""Covers as pictures: a page of a PDF, or an image of the publication's own on a ground of its own
colour."""

from __future__ import annotations

import contextlib
import io

import pypdfium2
from PIL import ImageOps

from pipeline.model.sheet.colours import mixed
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
    return _as_jpeg(picture)


QUALITY = 88


def jpeg(pdf: bytes, width: int, height: int) -> bytes:
    """The first page of a PDF as a JPEG of a given size."""
    with contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
        page = document[0]
        # PDFium draws this kind of pixels fastest, and it is written without a copy
        drawn = page.render(
            scale=width / page.get_width(), rev_byteorder=True, prefer_bgrx=True
        ).to_pil()
    if drawn.size != (width, height):  # half a pixel may have made one more
        drawn = drawn.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    return _as_jpeg(drawn)


def _as_jpeg(image: Image.Image) -> bytes:
    """It has no colour profile, which means sRGB, and is not progressive, which old e-readers do
    not support. Pillow can find codes of its own for an image, which takes half as long again, and
    of a flat ground an e-book then has more bytes, as it is compressed again."""
    output = io.BytesIO()
    image.save(output, "JPEG", quality=QUALITY, subsampling=0)
    return output.getvalue()
