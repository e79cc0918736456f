"""The bar code of an ISBN, as tills and libraries read it (EAN-13)."""

from __future__ import annotations

from pipeline.metadata import Metadata, isbn13
from pipeline.model import Asset

MODULE, HEIGHT, GUARD = 0.33, 22.85, 1.65
"""Millimetres at the standard's nominal size: of the narrowest bar, of the bars, and of what the
long ones have more."""

BEFORE, AFTER = 11, 7
"""Modules that stay white, before the bars and after them."""

DIGITS = 3.4
"""Millimetres that the line of digits takes."""

LONG_BARS = frozenset({*range(3), *range(45, 50), *range(92, 95)})


def isbn_in_print(metadata: Metadata) -> str:
    """The ISBN of the printed edition, or that of all formats, or nothing."""
    own = metadata.identifier
    return metadata.isbns.print or (own.value if own and own.scheme == "isbn" else "")


def bar_code(isbn: str) -> Asset | None:
    """The drawing for an ISBN; None where there is none."""
    if not isbn:
        return None
    from barcode import EAN13

    digits = isbn13(isbn)
    (modules,) = EAN13(digits[:12]).build()
    bars = "".join(
        f"M{BEFORE + place} 0h1v{(HEIGHT + GUARD * (place in LONG_BARS)) / MODULE:.2f}h-1z"
        for place, module in enumerate(modules)
        if module == "1"
    )
    width = BEFORE + len(modules) + AFTER
    height = (HEIGHT + DIGITS) / MODULE
    base = height - 1.2
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * MODULE:.2f}mm"'
        f' height="{height * MODULE:.2f}mm" viewBox="0 0 {width} {height:.2f}">'
        f'<path d="{bars}"/><g font-family="Source Code Pro" font-size="9.2">'
        f'<text x="2" y="{base:.2f}">{digits[0]}</text>'
        f"{_spaced(digits[1:7], BEFORE + 4, base)}{_spaced(digits[7:], BEFORE + 51, base)}"
        "</g></svg>"
    )
    size = (round(width * MODULE * 96 / 25.4), round(height * MODULE * 96 / 25.4))
    return Asset("cover:isbn.svg", "isbn.svg", "image/svg+xml", *size, data=svg.encode())


def _spaced(digits: str, start: float, base: float) -> str:
    """Digits of seven modules each, below the bars that say them."""
    return "".join(
        f'<text x="{start + 7 * place:g}" y="{base:.2f}">{digit}</text>'
        for place, digit in enumerate(digits)
    )
