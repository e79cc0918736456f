"""Whose a publication is: its logo, and the colours of formulas, which are drawings."""

from __future__ import annotations

import re

from pipeline.model import Document, Image

COLOUR = re.compile(r"--(ink|accent):\s*(#[0-9a-f]{6})\b", re.IGNORECASE)


def logo(document: Document) -> Image | None:
    """The logo as an image; None where there is none, or its file cannot be used."""
    brand = document.metadata.brand
    for asset in document.assets:
        if brand.logo and asset.path == brand.logo.text:
            return Image(
                source=asset.path,
                alt=brand.logo_alt,
                asset=asset.path,
                width=asset.width,
                height=asset.height,
            )
    return None


def colours(styles: str) -> dict[str, str]:
    """``ink`` and ``accent`` as style sheets set them, the last of each."""
    return {name.lower(): value.lower() for name, value in COLOUR.findall(styles)}
