"""Figures side by side: which share of the line each has; and how large images are in print."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from pipeline.model import Asset, Container, Document, Figure, FigureGroup, Image, Node
from pipeline.model.late import late
from pipeline.model.paper import POINT, Sheet
from pipeline.model.tree import has, top_level, walk_with

GAP = 4
"""Per cent of the line between two figures of a row."""

NARROWEST = 0.6
"""The least share of an equal width: a panorama leaves a portrait room for its caption."""

_PER_CENT = late(r"(\d+(?:\.\d+)?)%")


INCH = 25.4
"""Millimetres."""

_LENGTH = late(r"(\d+(?:\.\d+)?)(px|cm|mm|in|pt)?")
_MILLIMETRES = {"px": INCH / 96, "": INCH / 96, "cm": 10.0, "mm": 1.0, "in": INCH, "pt": POINT}


class _Placed(NamedTuple):
    """A figure, and the per cent of the line that it takes."""

    figure: Figure
    share: float


def figure_rows(group: FigureGroup) -> Iterator[tuple[_Placed, ...]]:
    """The figures in rows. In a row all images are as high, so that their captions begin
    on one line; the last row's are as wide as if it were full."""
    columns = group.columns or len(group.figures)
    for start in range(0, len(group.figures), columns):
        yield tuple(_place(group.figures[start : start + columns], columns))


def _place(row: tuple[Figure, ...], columns: int) -> Iterator[_Placed]:
    shapes = [_shape(figure) for figure in row]
    missing = (columns - len(row)) * sum(shapes) / len(shapes)
    parts = _at_least([shape / (sum(shapes) + missing) for shape in shapes], NARROWEST / columns)
    room = 100 - GAP * (columns - 1)
    for figure, part in zip(row, parts, strict=True):
        share = _own_share(figure) or room * part
        yield _Placed(figure, math.floor(share * 10) / 10)


def _at_least(parts: list[float], least: float) -> list[float]:
    """The parts, with the smallest enlarged at the expense of the others."""
    small: set[int] = set()
    factor = 1.0
    while new := {i for i, part in enumerate(parts) if part * factor < least} - small:
        small |= new
        rest = sum(part for i, part in enumerate(parts) if i not in small)
        factor = (sum(parts) - len(small) * least) / rest
    return [least if i in small else part * factor for i, part in enumerate(parts)]


def _shape(figure: Figure) -> float:
    """The aspect ratio of an image: width by height."""
    image = figure.image
    return image.width / image.height if image.width and image.height else 1.0


def _own_share(figure: Figure) -> float:
    """The per cent that the author gives it."""
    match = _PER_CENT.fullmatch(figure.attributes.get("width"))
    return min(100.0, float(match[1])) if match else 0


def for_print(
    document: Document, sheet: Sheet, resolution: int, *, is_large: bool
) -> tuple[Asset, ...]:
    """The document's assets; images with more pixels than print shows have a reduced size. In large
    print all are as wide as possible."""
    upright = sheet.measure
    turned = sheet.size.height - sheet.top - sheet.bottom

    def room(node: Node, above: float) -> float:
        """The millimetres that a node's images can be wide."""
        if isinstance(node, Container) and node.name == "landscape":
            return turned
        if is_large:
            return above
        if isinstance(node, FigureGroup):
            shares = [placed.share for row in figure_rows(node) for placed in row]
            return above * max(shares, default=100) / 100
        return _requested_width(node.attributes.get("width"), above)

    widest: dict[str, float] = {}
    nodes = top_level(document) if has(document, Image) else ()
    for node, width in walk_with(nodes, upright, room):
        if isinstance(node, Image) and node.asset:
            is_sized = is_large or node.attributes.get("width")
            printed_width = width if is_sized else min(width, node.width * _MILLIMETRES["px"])
            widest[node.asset] = max(printed_width, widest.get(node.asset, 0.0))
    if logo := document.metadata.brand.logo:
        widest[logo.text] = max(upright, widest.get(logo.text, 0.0))

    def fitted(asset: Asset) -> Asset:
        scale = widest.get(asset.path, 0.0) / INCH * resolution / max(1, asset.width)
        if asset.is_drawing or not asset.is_file or not 0 < scale < 1:
            return asset
        return replace(asset, longest=math.ceil(scale * max(asset.width, asset.height)))

    return tuple(map(fitted, document.assets))


def _requested_width(width: str, above: float) -> float:
    """The author's length in millimetres, or the available one if it is in another unit."""
    if match := _PER_CENT.fullmatch(width):
        return above * min(100.0, float(match[1])) / 100
    if match := _LENGTH.fullmatch(width):
        return min(above, float(match[1]) * _MILLIMETRES[match[2] or ""])
    return above
