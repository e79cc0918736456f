"""The facts of a report in words and figures, for the terminal and the page."""

from __future__ import annotations

from decimal import Decimal

from pipeline.commands.reading_level import ReadingLevel, ReadingTime
from pipeline.commands.report.cost import Cost, Ink, Prices, Sheets
from pipeline.commands.report.report_values import Printed

SHOWN = 6
"""The maximum number of images named."""

NARROW_SPACE = "\u202f"


def number_of(count: int, singular: str, plural: str = "") -> str:
    """3 pages, 1 page."""
    return f"{count:,} {singular if count == 1 else plural or f'{singular}s'}"


def percent(share: float) -> str:
    """Rounded to one decimal, and “under 0.1” for smaller positive values."""
    if 0 < share < 0.0005:
        return f"under 0.1{NARROW_SPACE}%"
    return f"{share * 100:.1f}{NARROW_SPACE}%"


def price(amount: Decimal, currency: str) -> str:
    """A price as given, with at least two decimals."""
    exact = f"{amount:,f}".rstrip("0")
    return f"{currency} {max(exact, f'{amount:,.2f}', key=len)}"


def paper_text(sheets: Sheets, paper: str) -> str:
    """9 pages on A4: 9 sheets single-sided, 5 double-sided."""
    pages = number_of(sheets.pages, "page")
    sides = f" on {number_of(sheets.sides, 'side')} of {paper}"
    placed = f" on {paper}" if sheets.sides == sheets.pages else sides
    double = number_of(sheets.duplex, "sheet")
    if sheets.simplex is None:
        return f"{pages}{placed}: {double}, double-sided"
    single = number_of(sheets.simplex, "sheet")
    return f"{pages}{placed}: {single} single-sided, {double} double-sided"


def ink_text(ink: Ink) -> str:
    in_colour = f"in colour {percent(ink.black)} black and {percent(ink.colour)} colour"
    return f"{percent(ink.grey)} of a page in black only; {in_colour}"


def images_text(printed: Printed) -> str:
    """2 scaled to 300 dpi: a.jpg, 6000 × 4000 to 1535 × 1024 pixels; b.jpg, …"""
    sizes = (
        (image.file, *(" × ".join(map(str, size)) for size in (image.pixels, image.printed)))
        for image in printed.images[:SHOWN]
    )
    each = (f"{file}, {before} to {after}" for file, before, after in sizes)
    more = len(printed.images) - SHOWN
    listed = "; ".join((*each, f"{more} more") if more > 0 else each)
    return f"{len(printed.images)} scaled to {printed.resolution} dpi: {listed} pixels"


def cost_text(cost: Cost, prices: Prices) -> str:
    """150 sheets, EUR 6.90 (paper 1.50, printing 5.40)."""
    parts = f"paper {cost.paper:,.2f}, printing {cost.printing:,.2f}"
    sheets = number_of(cost.sheets, "sheet")
    return f"{sheets}, {prices.currency} {cost.total:,.2f} ({parts})"


def prices_text(prices: Prices) -> str:
    """EUR 0.012 per sheet of paper, EUR 0.05 per printed side; "" if there are none."""
    parts = (
        (prices.paper, "per sheet of paper"),
        (prices.page, "per printed side"),
        (prices.ink, "per side with 5 % coverage, for ink"),
    )
    return ", ".join(f"{price(amount, prices.currency)} {unit}" for amount, unit in parts if amount)


def time_text(time: ReadingTime) -> str:
    unit = time.unit.removesuffix("s")
    return f"{time.text} ({number_of(time.amount, unit)})"


def level_text(level: ReadingLevel) -> str:
    if not level.formula:
        return level.text
    return f"{level.text} ({level.formula} {level.score:g})"
