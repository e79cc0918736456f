"""Where a print cover is cut and folded: short lines outside of what is printed."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import Asset
from pipeline.sheet.spread import MARKS, SpreadSheet

START, LENGTH = 4, 5
"""Millimetres from the edge: beyond the bleed."""


def crop_marks(sheet: SpreadSheet) -> Asset:
    """A drawing as large as the sheet with its margins."""
    width, height = sheet.width + 2 * MARKS, sheet.height + 2 * MARKS
    cut = "".join(_cuts(sheet))
    folds = "".join(
        f"M{fold:g} {-START:g}v{-LENGTH}M{fold:g} {sheet.height + START:g}v{LENGTH}"
        for fold in sheet.folds
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}mm" height="{height:g}mm"'
        f' viewBox="{-MARKS} {-MARKS} {width:g} {height:g}">'
        f'<g fill="none" stroke="#000" stroke-width=".09"><path d="{cut}"/>'
        f'<path d="{folds}" stroke-dasharray="1 .6"/></g></svg>'
    )
    return Asset("cover:marks.svg", "marks.svg", "image/svg+xml", data=svg.encode())


def _cuts(sheet: SpreadSheet) -> Iterator[str]:
    for x in (0, sheet.width):
        yield f"M{x:g} {-START:g}v{-LENGTH}M{x:g} {sheet.height + START:g}v{LENGTH}"
    for y in (0, sheet.height):
        yield f"M{-START:g} {y:g}h{-LENGTH}M{sheet.width + START:g} {y:g}h{LENGTH}"
