"""An image of the publication's own on a ground of its own colour."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from pipeline.package.cover.raster import as_jpeg
from pipeline.sheet.colours import mixed

MARGIN = 0.05
"""Of the height, above the image and below it."""

SHADE = 0.55
"""How much black is in the ground, so that the image stands out."""


def backed(data: bytes, width: int, height: int) -> bytes:
    """A JPEG of so many pixels that shows all of an image, as large as there is room, before the
    mean of its colours. Raises `OSError` or `ValueError` where it cannot be read."""
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
