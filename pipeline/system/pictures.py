"""Pillow with this program's limit of pixels: it neither warns of images that are accepted, nor
opens larger ones."""

from __future__ import annotations

import io
import warnings

from PIL import Image as Image
from PIL import ImageFile as ImageFile

MOST_PIXELS = 100_000_000
"""The maximum number of pixels: larger images take more memory than e-readers and most computers
have."""

START_OF_SCAN = b"\xff\xda"
"""The marker of a pass over the picture in a JPEG, which its data never contain."""

Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def open_image(data: bytes) -> Image.Image:
    """An image in any format. Raises `DecompressionBombError` for one that is too large,
    `UnidentifiedImageError` for other files, and `OSError` for damaged ones."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            return Image.open(io.BytesIO(data))
        except Image.DecompressionBombWarning as warning:
            raise Image.DecompressionBombError(str(warning)) from None


def scans_of(data: bytes) -> int:
    """The number of passes over the picture in which a JPEG is stored, with those of thumbnails in
    it. Each takes as long as all pixels, even if it is empty."""
    return data.count(START_OF_SCAN)
