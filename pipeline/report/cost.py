"""Sheets of paper, and what copies cost at prices that are given."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import msgspec

from pipeline.editions import Imposition

USUAL_COVERAGE = Decimal("0.05")
"""The share of a page that the yields of cartridges are stated for (ISO/IEC 19752)."""

CENT = Decimal("0.01")


class Prices(msgspec.Struct, frozen=True):
    """Prices of a sheet of ``paper``, of printing a ``page`` (one side, whatever is on it), and
    of the ``ink`` for a side of which 5 % is covered, in ``currency``, for so many ``copies``."""

    copies: int = 1
    paper: Decimal = Decimal(0)
    page: Decimal = Decimal(0)
    ink: Decimal = Decimal(0)
    currency: str = "EUR"

    @property
    def given(self) -> bool:
        return any((self.paper, self.page, self.ink))


class Cost(msgspec.Struct, frozen=True):
    """Of all copies: how many ``sheets`` of paper, and what they cost, to the cent."""

    sheets: int
    paper: Decimal
    printing: Decimal
    total: Decimal


def cost(sheets: int, sides: int, ink: float, prices: Prices) -> Cost:
    """The cost of all copies. ``sheets`` and ``sides`` are those of one, ``ink`` is the share of
    a side that is covered."""
    needed = sheets * prices.copies
    printed = sides * prices.copies
    paper = needed * prices.paper
    printing = printed * (prices.page + prices.ink * Decimal(str(ink)) / USUAL_COVERAGE)
    return Cost(needed, _cents(paper), _cents(printing), _cents(paper + printing))


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


class Sheets(msgspec.Struct, frozen=True):
    """What one copy takes: ``pages`` are what readers turn to, ``sides`` what a printer prints;
    sheets of paper printed on one side (None for a booklet, which cannot be), and on both."""

    pages: int
    sides: int
    simplex: int | None
    duplex: int


def sheets(pages: int, sides: int, imposition: Imposition) -> Sheets:
    """The sheets of an edition with so many ``sides`` to print."""
    simplex = None if imposition == "booklet" else sides
    return Sheets(pages, sides, simplex, -(-sides // 2))
