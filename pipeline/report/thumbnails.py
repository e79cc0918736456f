"""Small pictures of pages."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

WIDTH = 300
"""Pixels across: twice what it is shown at, for fine screens."""

COLOURS = 24


def thumbnail(image: Image.Image) -> str:
    """A page as a ``data:`` address of a small PNG."""
    from PIL import Image

    height = max(1, round(image.height * WIDTH / image.width))
    small = image.resize((WIDTH, height), Image.Resampling.LANCZOS)
    small = small.quantize(COLOURS, dither=Image.Dither.NONE)
    output = io.BytesIO()
    small.save(output, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(output.getvalue()).decode('ascii')}"
