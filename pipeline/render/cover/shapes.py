"""The picture of a modern cover: plain shapes in the squares of a grid."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import Asset
from pipeline.render.cover.colours import Palette
from pipeline.render.cover.papers import drawing

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
    seed: bytes, columns: int, rows: int, colours: Palette, *, before: int = 0, after: int = 0
) -> Asset:
    """So many squares, each with a shape, and further columns on both sides. Two neighbours have
    never the same shape."""
    start, end = -before, columns + after
    places = [(row, column) for row in range(rows) for column in range(start, end)]
    squares = "".join(_square(seed, row, column, start, colours) for row, column in places)
    return drawing(end - start, rows, lambda: squares)


def _square(seed: bytes, row: int, column: int, start: int, colours: Palette) -> str:
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


def _pairs(colours: Palette) -> Iterator[tuple[str, str]]:
    yield colours.deep, colours.second
    yield colours.tint, colours.paper
    yield colours.second, colours.deep
    yield colours.deep, colours.tint
    yield colours.ground, colours.paper
    yield colours.tint, colours.deep
