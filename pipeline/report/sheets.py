"""Sheets of paper."""

from __future__ import annotations

import msgspec

from pipeline.editions import Imposition


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
