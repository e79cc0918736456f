"""The front cover, taken out of a finished e-book."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePosixPath
from typing import NamedTuple
from xml.etree import ElementTree as ET

from PIL import Image, UnidentifiedImageError

OPF = "{http://www.idpf.org/2007/opf}"


class Front(NamedTuple):
    """``suffix`` is that of its file, with a dot; sizes in pixels, 0 for a drawing."""

    data: bytes
    media_type: str
    suffix: str
    width: int = 0
    height: int = 0


def front_of(book: bytes) -> Front | None:
    """The cover image of an e-book of ours."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".opf"))
        for item in ET.fromstring(archive.read(name)).iter(f"{OPF}item"):
            if "cover-image" in item.get("properties", "").split():
                path = PurePosixPath(name).parent / item.get("href", "")
                data = archive.read(str(path))
                return Front(data, item.get("media-type", ""), path.suffix, *_size(data))
    return None


def _size(data: bytes) -> tuple[int, int]:
    try:
        with Image.open(io.BytesIO(data)) as image:
            return image.size
    except (UnidentifiedImageError, OSError):
        return 0, 0
