"""The drawings behind the words of a cover: for a classic one the printed paper that it is wrapped
in, a small form repeated; for a modern one plain shapes in the squares of a grid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.features.covers.cover_colours import CoverPalette
from pipeline.model import Asset


class Paper(NamedTuple):
    """A form around the middle of its place, as an SVG path of units of its place's width, and
    how far rows are from each other and from where the one above begins."""

    path: str
    row: float = 1.0
    shift: float = 0.5


LOZENGE = Paper("M0-.34L.19 0 0 .34-.19 0ZM0-.2L.11 0 0 .2-.11 0Z", row=0.5)
LEAF = Paper(
    "M0 .36C.02.2.02.1 0-.05L.03-.05C.06.1.05.2.03.36ZM0-.05C-.14-.12-.16-.28 0-.42"
    "C.17-.28.16-.12.03-.05ZM0 .16C-.14.15-.24.05-.24-.08-.1-.08 0 .02 0 .16Z"
    "M.03 .16C.17 .15 .27 .05 .27-.08 .13-.08 .03 .02 .03 .16Z",
    row=0.62,
)
SCALE = Paper(
    "M-.5 .12A.5 .5 0 0 1 .5 .12L.42 .12A.42 .42 0 0 0-.42 .12Z"
    "M-.28 .12A.28 .28 0 0 1 .28 .12L.2 .12A.2 .2 0 0 0-.2 .12Z"
    "M-.07 .12A.07 .07 0 0 1 .07 .12Z",
    row=0.36,
)
STAR = Paper("M0-.3L.06-.06 .3 0 .06 .06 0 .3-.06 .06-.3 0-.06-.06Z", row=0.5)
WAVE = Paper(
    "M-.5 .05C-.3-.25-.2-.25 0 .05S.3 .35 .5 .05L.5-.03C.3 .27 .2 .27 0-.03S-.3-.33-.5-.03Z",
    row=0.34,
    shift=0.0,
)
CROSS = Paper("M-.06-.26H.06V-.06H.26V.06H.06V.26H-.06V.06H-.26V-.06H-.06Z", row=0.5)
PAPERS = (LOZENGE, LEAF, SCALE, STAR, WAVE, CROSS)

PLACE = 8.0
"""The width of one form's place, in hundredths of the cover's width."""


def printed_paper(number: int, width: float, height: float, ground: str, ink: str) -> Asset:
    """A sheet of the paper of a number; lengths in hundredths of the cover's width."""
    paper = PAPERS[number % len(PAPERS)]
    return drawing(width, height, _forms(paper, width, height, ground, ink))


def drawing(width: float, height: float, inside: str) -> Asset:
    """The picture of a cover's ground."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}"'
        f' viewBox="0 0 {width:g} {height:g}">{inside}</svg>'
    )
    name = "ground.svg"
    size = (round(width), round(height))
    return Asset(f"cover:{name}", name, "image/svg+xml", *size, data=svg.encode())


def _forms(paper: Paper, width: float, height: float, ground: str, ink: str) -> str:
    """The paper as one tile, repeated from the sheet's middle, so that both sides are cut alike."""
    places = [
        (column + paper.shift * (row % 2), row * paper.row)
        for row in range(-1, 4)
        for column in range(-1, 3)
    ]
    forms = "".join(
        f'<path transform="translate({x:g} {y:g})" fill-rule="evenodd" d="{paper.path}"/>'
        for x, y in places
    )
    return (
        f'<rect width="{width:g}" height="{height:g}" fill="{ground}"/>'
        f'<pattern id="paper" width="1" height="{2 * paper.row:g}" patternUnits="userSpaceOnUse"'
        f' patternTransform="translate({width / 2:g} {height / 2:g}) scale({PLACE:g})">'
        f'<g fill="{ink}">{forms}</g></pattern>'
        f'<rect width="{width:g}" height="{height:g}" fill="url(#paper)"/>'
    )


SHAPES = (
    "M0 0H1A1 1 0 0 1 0 1Z",  # a quarter of a circle
    "M0 .5A.5 .5 0 0 1 1 .5A.5 .5 0 0 1 0 .5Z",  # a whole
    "M0 0A1 1 0 0 0 1 1H1V.55A.45 .45 0 0 1 .45 0Z",  # a bend
    "M0 0H1L0 1Z",  # half of the square
    "M0 0H1V.5H0Z",
    "M0 0A.5 .5 0 0 0 1 0Z",  # half a circle
    "M.5 0L1 .5L.5 1L0 .5Z",
    "M.25 .5A.25 .25 0 0 1 .75 .5A.25 .25 0 0 1 .25 .5Z",
)
TURNS = 4


def composition(
    seed: bytes, columns: int, rows: int, colours: CoverPalette, *, before: int = 0, after: int = 0
) -> Asset:
    """Squares, each with a shape that no neighbour has; further columns are on both sides."""
    start, end = -before, columns + after
    places = [(row, column) for row in range(rows) for column in range(start, end)]
    squares = "".join(_square(seed, row, column, start, colours) for row, column in places)
    return drawing(end - start, rows, squares)


def _square(seed: bytes, row: int, column: int, start: int, colours: CoverPalette) -> str:
    number = seed[(7 * row + column) % len(seed)]
    pairs = tuple(_pairs(colours))
    # neighbours differ: in shape as on a chessboard, in colour because the row counts double
    behind, before = pairs[(number // 8 + column + 2 * row) % len(pairs)]
    shape = SHAPES[2 * (number % 4) + (row + column) % 2]
    turn = 90 * ((number // 4 + column) % TURNS)
    return (
        f'<g transform="translate({column - start} {row})"><rect width="1.01" height="1.01"'
        f' fill="{behind}"/><path transform="rotate({turn} .5 .5)" d="{shape}"'
        f' fill="{before}"/></g>'
    )


def _pairs(colours: CoverPalette) -> Iterator[tuple[str, str]]:
    yield colours.deep, colours.second
    yield colours.tint, colours.paper
    yield colours.second, colours.deep
    yield colours.deep, colours.tint
    yield colours.ground, colours.paper
    yield colours.tint, colours.deep
