"""Images that have too few pixels for the size they are printed at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.codes import Code
from pipeline.paper import MILLIMETRE
from pipeline.preflight.faults import Fault, quoted
from pipeline.preflight.layout import PageLayout, Picture

LEAST = 200
"""Dots per inch, below which print shows the pixels."""

SMALLEST = 9
"""Points, under which an image is a mark that nobody looks into."""


def low_resolution(pages: Iterable[PageLayout]) -> Iterator[Fault]:
    for page in pages:
        for picture in page.pictures:
            if min(picture.size) >= SMALLEST and round(dots_per_inch(picture)) < LEAST:
                yield _fault(page, picture)


def dots_per_inch(picture: Picture) -> float:
    """The resolution as it is printed, across or down, whichever is less."""
    return min(
        pixels * 72 / size for pixels, size in zip(picture.pixels, picture.size, strict=True)
    )


def _fault(page: PageLayout, picture: Picture) -> Fault:
    alt = picture.element.alt if picture.element else ""
    width, height = (round(size / MILLIMETRE) for size in picture.size)
    across, down = picture.pixels
    dots = dots_per_inch(picture)
    named = f"The image {quoted(alt)}" if alt else "An image"
    return Fault(
        code=Code.LOW_RESOLUTION,
        pages=(page.number,),
        message=f"{named} is printed at {dots:.0f} dots per inch:"
        f" {across} × {down} pixels on {width} × {height} mm.",
        hint=f"Use a file of {-(-across * LEAST // max(1, round(dots)))} pixels across or more,"
        f" or show it {int(width * dots / LEAST)} mm wide.",
        text=alt,
    )
