"""The look of pages: pictures of all pages of a PDF, small, against accepted ones."""

from __future__ import annotations

import sys
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageFilter

from tests.helpers.paths import TESTS

ACCEPTED = TESTS / "look"
DOTS = 30
"""Dots per inch: letters are grey at this resolution, and shifts of a millimetre are visible."""

ACROSS = 8
"""Pages in a row."""

GREYS = 32
"""Colours of a picture."""

SEEN = 24
"""The smallest difference, in steps of 255, that counts at a place of a few dots. Other versions of
the layout and drawing libraries make letters slightly darker or lighter, by less than this."""


def picture(pdf: Path) -> Image.Image:
    """All pages of a PDF, in rows."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.render(scale=DOTS / 72).to_pil().convert("RGB") for page in document]
    width, height = (max(getattr(page, side) for page in pages) + 4 for side in ("width", "height"))
    rows = -(-len(pages) // ACROSS)
    sheet = Image.new("RGB", (width * min(ACROSS, len(pages)), height * rows), "#888")
    for number, page in enumerate(pages):
        sheet.paste(page, (number % ACROSS * width + 2, number // ACROSS * height + 2))
    return sheet.quantize(GREYS, dither=Image.Dither.NONE).convert("RGB")


def difference(one: Image.Image, other: Image.Image) -> Image.Image:
    """The places where two pictures are different, as somebody sees them: in grey, the lighter the
    more."""
    size = max(one.width, other.width), max(one.height, other.height)
    wide = [Image.new("RGB", size, "#f0f") for _ in (one, other)]
    for paper, image in zip(wide, (one, other), strict=True):
        paper.paste(image)
    red, green, blue = ImageChops.difference(*wide).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return most.filter(ImageFilter.BoxBlur(2))


def assert_looks_as_accepted(pdf: Path, name: str, accept: bool, folder: Path) -> None:
    """Compare the pages of a PDF with their accepted picture, or ``accept`` them. Where they are
    different, ``folder`` gets a picture of both, and of the difference."""
    if sys.platform != "linux":
        pytest.skip("the pictures are of pages that were set on Linux")
    file = ACCEPTED / f"{name}.png"
    now = picture(pdf)
    accepted = Image.open(file).convert("RGB") if file.exists() else Image.new("RGB", (1, 1))
    found = difference(accepted, now)
    if not found.point(lambda grey: 255 * (grey > SEEN)).getbbox():
        return
    if accept:
        file.parent.mkdir(parents=True, exist_ok=True)
        now.quantize(GREYS, dither=Image.Dither.NONE).save(file, optimize=True)
        return
    shown = Image.new("RGB", (found.width, accepted.height + now.height + found.height), "white")
    shown.paste(accepted, (0, 0))
    shown.paste(now, (0, accepted.height))
    shown.paste(found.point(lambda grey: min(255, 4 * grey)), (0, accepted.height + now.height))
    shown.save(folder / f"{file.stem}-different.png")
    pytest.fail(
        f"{pdf.name} looks different: see {folder / f'{file.stem}-different.png'} (accepted, now,"
        " and where they differ), and accept it with --accept"
    )
