"""How much of a page is covered with ink."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from PIL import Image

PLACES = 4
"""Decimals that a share is rounded to."""


class Ink(msgspec.Struct, frozen=True):
    """Shares of the page, 0 for none and 1 for all of it: ``grey`` is the ink of a printer that
    has black alone. One that prints colours takes ``black``, and ``colour``, which is cyan,
    magenta and yellow added up: up to 3."""

    grey: float
    black: float
    colour: float


def ink_of(image: Image.Image) -> Ink:
    """The ink that a page takes, from its picture in red, green and blue. A tint counts as its
    share of solid ink, as printers screen it; colours become inks, and what is equal of the three
    black, as ISO 32000-1 says in section 10.3.4 (all of it removed, all of it black)."""
    from PIL import ImageChops, ImageStat

    cyan, magenta, yellow = ImageChops.invert(image.convert("RGB")).split()
    black = ImageChops.darker(ImageChops.darker(cyan, magenta), yellow)
    means = [ImageStat.Stat(ink).mean[0] / 255 for ink in (cyan, magenta, yellow, black)]
    grey = 0.3 * means[0] + 0.59 * means[1] + 0.11 * means[2]
    return _rounded(grey, means[3], sum(means[:3]) - 3 * means[3])


def mean(pages: Sequence[Ink]) -> Ink:
    """The ink of pages of one size, taken together."""
    count = len(pages) or 1
    return _rounded(
        sum(page.grey for page in pages) / count,
        sum(page.black for page in pages) / count,
        sum(page.colour for page in pages) / count,
    )


def _rounded(grey: float, black: float, colour: float) -> Ink:
    return Ink(round(grey, PLACES), round(black, PLACES), round(max(0.0, colour), PLACES))
