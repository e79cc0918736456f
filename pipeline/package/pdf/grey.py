"""Takes the colours out of a PDF: every colour becomes the grey of the same luminance, which on
white has the same contrast (WCAG 2.2, “contrast ratio”), and images become grey."""

from __future__ import annotations

import io
import math

from PIL import ImageOps

from pipeline.model.sheet.colours import luminance
from pipeline.package.pdf.printer_colours import Inks, luminance_of, rgb_of
from pipeline.system.pictures import Image

QUALITY = 90
"""JPEG quality of photographs."""


def grey_image(data: bytes, media_type: str) -> tuple[bytes, str]:
    """A bitmap in greyscale, and its media type. A drawing is unchanged: its colours are converted
    with the page's."""
    if media_type == "image/svg+xml":
        return data, media_type
    with Image.open(io.BytesIO(data)) as opened:
        kind = "JPEG" if opened.format in ("JPEG", "MPO") else "PNG"
        image = ImageOps.exif_transpose(opened)
        if image.has_transparency_data:
            image = image.convert("RGBA").convert("LA")
        else:
            image = image.convert("L")
    output = io.BytesIO()
    image.save(output, kind, **({"quality": QUALITY} if kind == "JPEG" else {}))
    return output.getvalue(), f"image/{kind.lower()}"


def grey_of(red: float, green: float, blue: float) -> float:
    """The grey of the luminance of a colour, or the next darker one."""
    return _from_luminance(luminance(red, green, blue))


def _from_luminance(light: float) -> float:
    grey = light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
    return math.floor(min(1.0, max(0.0, grey)) * 1000 + 1e-6) / 1000


GREYS = Inks(
    "/DeviceGray",
    b"g",
    {3: lambda *rgb: (grey_of(*rgb),), 4: lambda *cmyk: (grey_of(*rgb_of(*cmyk)),)},
    lambda lightness, *_: (_from_luminance(luminance_of(lightness)),),
)
