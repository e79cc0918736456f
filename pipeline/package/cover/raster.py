"""A page of a PDF as a picture."""

from __future__ import annotations

import contextlib
import io

import pypdfium2
from PIL import Image

QUALITY = 88


def jpeg(pdf: bytes, width: int, height: int) -> bytes:
    """The first page of a PDF as a JPEG of so many pixels."""
    with contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
        page = document[0]
        drawn = page.render(scale=width / page.get_width(), rev_byteorder=True).to_pil()
    image = drawn.convert("RGB")
    if image.size != (width, height):  # half a pixel may have made one more
        image = image.resize((width, height), Image.Resampling.LANCZOS)
    return as_jpeg(image)


def as_jpeg(image: Image.Image) -> bytes:
    """It says nothing of colours, which means sRGB, and is no progressive one, which old
    e-readers do not show."""
    output = io.BytesIO()
    image.save(output, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
    return output.getvalue()
