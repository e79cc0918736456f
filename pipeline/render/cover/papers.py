"""The printed paper that a classic cover is wrapped in: one small form, again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

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
"""How wide the place of one form is, in hundredths of the cover's width."""


def printed_paper(number: int, width: float, height: float, ground: str, ink: str) -> Asset:
    """A sheet of the paper of a number; lengths in hundredths of the cover's width."""
    paper = PAPERS[number % len(PAPERS)]
    return drawing(width, height, lambda: _forms(paper, width, height, ground, ink))


def drawing(width: float, height: float, inside: Callable[[], str]) -> Asset:
    """The picture of a cover's ground."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}"'
        f' viewBox="0 0 {width:g} {height:g}">{inside()}</svg>'
    )
    name = "ground.svg"
    size = (round(width), round(height))
    return Asset(f"cover:{name}", name, "image/svg+xml", *size, data=svg.encode())


def _forms(paper: Paper, width: float, height: float, ground: str, ink: str) -> str:
    """The paper as one tile that is repeated from the sheet's middle on, so that both its sides
    are cut alike."""
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
