"""Small pictures, as the bytes of their files."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image as Raster


def png(width: int = 1, height: int = 1, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    Raster.new("RGB", (width, height)).save(file, kind, **options)
    return file.getvalue()


def svg(content: str = "", root: str = 'width="20" height="10"', before: str = "") -> bytes:
    return (
        f'{before}<svg xmlns="http://www.w3.org/2000/svg"'
        f' xmlns:xlink="http://www.w3.org/1999/xlink" {root}>{content}</svg>'
    ).encode()
