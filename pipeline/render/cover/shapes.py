"""The picture of a modern cover: plain shapes in the squares of a grid."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from pipeline.model import Asset
from pipeline.render.cover.colours import Palette
from pipeline.render.cover.papers import drawing

SHAPES = (
    "M0 0H1A1 1 0 0 1 0 1Z",  # a quarter of a circle
    "M0 0A.5 .5 0 0 0 1 0Z",  # a half
    "M0 .5A.5 .5 0 0 1 1 .5A.5 .5 0 0 1 0 .5Z",  # a whole
    "M0 0H1L0 1Z",  # half of the square
    "M0 0H1V.5H0Z",
    "M0 0A1 1 0 0 0 1 1H1V.55A.45 .45 0 0 1 .45 0Z",  # a bend
    "M.25 .5A.25 .25 0 0 1 .75 .5A.25 .25 0 0 1 .25 .5Z",
)
TURNS = 4


def composition(seed: bytes, columns: int, rows: int, colours: Palette) -> Asset:
    """So many squares, each with a shape. Two neighbours are never alike."""
    return drawing(columns, rows, lambda: "".join(_squares(seed, columns, rows, colours)))


def _squares(seed: bytes, columns: int, rows: int, colours: Palette) -> Iterator[str]:
    numbers = _distinct([seed[at % len(seed)] for at in range(columns * rows)])
    pairs = (
        (colours.deep, colours.second),
        (colours.tint, colours.paper),
        (colours.second, colours.deep),
        (colours.deep, colours.tint),
        (colours.ground, colours.paper),
        (colours.tint, colours.deep),
    )
    for place, number in enumerate(numbers):
        row, column = divmod(place, columns)
        # neighbours differ in colour because the row counts double
        behind, before = pairs[(number // len(SHAPES) + column + 2 * row) % len(pairs)]
        turn = 90 * ((number + place) % TURNS)
        yield (
            f'<g transform="translate({column} {row})"><rect width="1.01" height="1.01"'
            f' fill="{behind}"/><path transform="rotate({turn} .5 .5)"'
            f' d="{SHAPES[number % len(SHAPES)]}" fill="{before}"/></g>'
        )


def _distinct(numbers: list[int]) -> list[int]:
    """The numbers, none with the shape of the one before."""
    found = numbers[:1]
    for one, other in pairwise(numbers):
        same = found[-1] % len(SHAPES) == other % len(SHAPES)
        found.append(other + 1 + one % 2 if same else other)
    return found
