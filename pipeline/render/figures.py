"""Figures side by side: which share of the line each has."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.model import Figure, FigureGroup

GAP = 4
"""Per cent of the line between two figures of a row."""

NARROWEST = 0.6
"""What part of an equal share each figure has at least: a panorama beside a portrait would
leave the portrait no room for its caption."""

_PER_CENT = re.compile(r"(\d+(?:\.\d+)?)%")


class Placed(NamedTuple):
    """A figure, and the per cent of the line that it takes."""

    figure: Figure
    share: float


def figure_rows(group: FigureGroup) -> Iterator[tuple[Placed, ...]]:
    """The figures in rows. In a row all images are as high, so that their captions begin
    on one line; the last row's are as wide as if it were full."""
    columns = group.columns or len(group.figures)
    for start in range(0, len(group.figures), columns):
        yield tuple(_place(group.figures[start : start + columns], columns))


def _place(row: tuple[Figure, ...], columns: int) -> Iterator[Placed]:
    shapes = [_shape(figure) for figure in row]
    missing = (columns - len(row)) * sum(shapes) / len(shapes)
    parts = _at_least([shape / (sum(shapes) + missing) for shape in shapes], NARROWEST / columns)
    room = 100 - GAP * (columns - 1)
    for figure, part in zip(row, parts, strict=True):
        share = _given(figure) or room * part
        yield Placed(figure, math.floor(share * 10) / 10)


def _at_least(parts: list[float], least: float) -> list[float]:
    """The parts with those that are too small made larger at the cost of the others."""
    small: set[int] = set()
    factor = 1.0
    while new := {i for i, part in enumerate(parts) if part * factor < least} - small:
        small |= new
        rest = sum(part for i, part in enumerate(parts) if i not in small)
        factor = (sum(parts) - len(small) * least) / rest
    return [least if i in small else part * factor for i, part in enumerate(parts)]


def _shape(figure: Figure) -> float:
    """How wide an image is for its height."""
    image = figure.image
    return image.width / image.height if image.width and image.height else 1.0


def _given(figure: Figure) -> float:
    """The per cent that the author gives it."""
    match = _PER_CENT.fullmatch(figure.attributes.get("width"))
    return min(100.0, float(match[1])) if match else 0
