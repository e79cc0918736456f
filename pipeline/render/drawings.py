"""The faces that the text in drawings is set in."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.faces import DRAWING_FACES
from pipeline.model import Asset
from pipeline.pages import Face
from pipeline.scripts import fonts_for


def drawing_faces(assets: Iterable[Asset]) -> tuple[Face, ...]:
    """The faces beside those of all texts that drawings name, and those for their scripts."""
    drawings = [asset.data for asset in assets if asset.is_drawing and asset.data]
    named = (
        face for face in DRAWING_FACES if any(face.family.encode() in data for data in drawings)
    )
    text = "".join(data.decode() for data in drawings)
    return (*named, *(face for font in fonts_for(text) for face in font.faces))
