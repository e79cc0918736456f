"""Sheets of paper and ink, and the cost of copies at given prices."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

import msgspec

from pipeline.model.editions import Imposition

if TYPE_CHECKING:
    from PIL import Image

USUAL_COVERAGE = Decimal("0.05")
"""The coverage for which yields of cartridges are stated (ISO/IEC 19752)."""

CENT = Decimal("0.01")


class Prices(msgspec.Struct, frozen=True):
    """Prices of a sheet of ``paper``, of printing a ``page`` (one side, whatever is on it), and of
    the ``ink`` for a side with 5 % coverage, in ``currency``, for a number of ``copies``."""

    copies: int = 1
    paper: Decimal = Decimal(0)
    page: Decimal = Decimal(0)
    ink: Decimal = Decimal(0)
    currency: str = "EUR"

    @property
    def is_priced(self) -> bool:
        return any((self.paper, self.page, self.ink))


class Cost(msgspec.Struct, frozen=True):
    """The number of ``sheets`` of paper for all copies, and the cost, rounded to cents."""

    sheets: int
    paper: Decimal
    printing: Decimal
    total: Decimal


def cost(sheets: int, sides: int, ink: float, prices: Prices) -> Cost:
    """The cost of all copies. ``sheets`` and ``sides`` are for one, ``ink`` is the coverage of a
    side."""
    needed = sheets * prices.copies
    printed = sides * prices.copies
    paper = needed * prices.paper
    printing = printed * (prices.page + prices.ink * Decimal(str(ink)) / USUAL_COVERAGE)
    return Cost(needed, _cents(paper), _cents(printing), _cents(paper + printing))


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


class Sheets(msgspec.Struct, frozen=True):
    """The paper for one copy: ``pages`` as readers count them, ``sides`` as a printer does; sheets
    printed on one side (None for a booklet, which cannot be), and on both."""

    pages: int
    sides: int
    simplex: int | None
    duplex: int


def sheets(pages: int, sides: int, imposition: Imposition) -> Sheets:
    """The sheets of an edition with a number of ``sides`` to print."""
    simplex = None if imposition == "booklet" else sides
    return Sheets(pages, sides, simplex, -(-sides // 2))


PLACES = 4
"""Decimals that a share is rounded to."""


class Ink(msgspec.Struct, frozen=True):
    """Shares of the page, from 0 to 1: ``grey`` is the coverage on a monochrome printer. A colour
    printer uses ``black``, and ``colour``, which is cyan, magenta and yellow added up: up to 3."""

    grey: float
    black: float
    colour: float


def ink_of(image: Image.Image) -> Ink:
    """The ink for a page, from its picture in red, green and blue. A tint counts as its share of
    solid ink, as printers screen it; colours are converted to inks, with complete black generation
    and undercolour removal as in ISO 32000-1, section 10.3.4."""
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
