"""Pictures that are drawings: the logo, the colours of formulas, and the faces of letters."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.model import Asset, Document, Image
from pipeline.model.faces import DRAWING_FACES
from pipeline.model.rendered import Face
from pipeline.model.writing_systems import fonts_for


def drawing_faces(assets: Iterable[Asset]) -> tuple[Face, ...]:
    """The further faces for text in drawings, and those for their scripts."""
    drawings = [asset.data for asset in assets if asset.is_drawing and asset.data]
    named = (
        face for face in DRAWING_FACES if any(face.family.encode() in data for data in drawings)
    )
    text = "".join(data.decode() for data in drawings)
    return (*named, *(face for font in fonts_for(text) for face in font.faces))


COLOUR = re.compile(r"--(ink|accent):\s*(#[0-9a-f]{6})\b", re.IGNORECASE)


def logo(document: Document) -> Image | None:
    """The logo as an image; None if there is none, or its file cannot be used."""
    brand = document.metadata.brand
    for asset in document.assets:
        if brand.logo and asset.path == brand.logo.text:
            return asset.image(brand.logo_alt)
    return None


def colours(styles: str) -> dict[str, str]:
    """``ink`` and ``accent`` as style sheets set them, the last of each."""
    return {name.lower(): value.lower() for name, value in COLOUR.findall(styles)}
