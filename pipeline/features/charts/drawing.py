"""Scenes as SVG. Letters are drawn as shapes, so that they look the same everywhere."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from pipeline.features.charts import look
from pipeline.features.charts.letters import EM, Fonts
from pipeline.features.charts.scene import (
    Box,
    Fill,
    Label,
    Mark,
    Marker,
    Point,
    Rule,
    Scene,
    Slice,
    hatching,
)
from pipeline.model.sheet.colours import PAPER

_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' width="{w}pt" height="{h}pt" viewBox="0 0 {w} {h}">'
)


def draw(scene: Scene, fonts: Fonts) -> bytes:
    """The scene as an SVG file, on white paper."""
    canvas = _Canvas(fonts)
    width, height = _near(scene.width), _near(scene.height)
    paper = f'<path fill="{PAPER}" d="M0 0H{width}V{height}H0Z"/>'
    marks = "".join(part for mark in scene.marks for part in canvas.markup(mark))
    shapes = "".join(
        f'<path id="{name}" d="{outline}"/>' for outline, name in canvas.outlines.items()
    )
    shapes = f"<defs>{shapes}</defs>" if shapes else ""
    return f"{_HEAD.format(w=width, h=height)}{shapes}{paper}{marks}</svg>\n".encode()


class _Canvas:
    """Draws marks; ``outlines`` are those of glyphs, by their names."""

    def __init__(self, fonts: Fonts) -> None:
        self.outlines: dict[str, str] = {}
        self._fonts = fonts

    def markup(self, mark: Mark) -> Iterator[str]:
        match mark:
            case Box():
                right, bottom = mark.x + mark.width, mark.y + mark.height
                corners = ((mark.x, mark.y), (right, mark.y), (right, bottom), (mark.x, bottom))
                yield _area(_path(corners), mark.fill.colour)
                yield from map(_line, hatching(mark))
            case Rule():
                yield _line(mark)
            case Slice():
                yield _area(_wedge(mark), mark.fill.colour, mark.fill.ink or PAPER)
            case Marker():
                yield from _marker(mark)
            case Label():
                yield self._label(mark)

    def _label(self, label: Label) -> str:
        width, glyphs = self._fonts.shaped(label.text, label.bold)
        scale = look.SIZE / EM
        left = label.x - {"start": 0, "middle": width / 2, "end": width}[label.anchor] * scale
        uses = (
            f'<use xlink:href="#{self._outline_id(glyph.outline)}"'
            + (f' x="{_near(glyph.x)}"' if glyph.x else "")
            + (f' y="{_near(glyph.y)}"' if glyph.y else "")
            + "/>"
            for glyph in glyphs
        )
        place = f"translate({_near(left)} {_near(label.y)}) scale({scale} -{scale})"
        colour = label.colour or look.INK
        return f'<g fill="{colour}" transform="{place}">{"".join(uses)}</g>'

    def _outline_id(self, outline: str) -> str:
        return self.outlines.setdefault(outline, f"g{len(self.outlines)}")


def _line(rule: Rule) -> str:
    dashes = f' stroke-dasharray="{" ".join(map(_near, rule.dashes))}"' if rule.dashes else ""
    stroke = f'stroke="{rule.colour}" stroke-width="{_near(rule.width)}" stroke-linejoin="round"'
    return f'<path fill="none" {stroke}{dashes} d="{_path(rule.points, is_open=True)}"/>'


def _area(path: str, colour: str, edge: str = "") -> str:
    stroke = f' stroke="{edge}" stroke-linejoin="round"' if edge else ""
    return f'<path fill="{colour}"{stroke} d="{path}"/>'


def _path(points: Iterable[Point], *, is_open: bool = False) -> str:
    path = "L".join(f"{_near(x)} {_near(y)}" for x, y in points)
    return f"M{path}" if is_open else f"M{path}Z"


def _wedge(part: Slice) -> str:
    """The outline of a slice, or of a disc."""
    turns = part.end - part.start
    rim = [
        (part.x + part.radius * math.sin(angle), part.y - part.radius * math.cos(angle))
        for angle in (math.tau * (part.start + turns * share) for share in (0, 0.5, 1))
    ]
    radius = _near(part.radius)
    arcs = "".join(f"A{radius} {radius} 0 0 1 {_near(x)} {_near(y)}" for x, y in rim[1:])
    spokes = "" if turns > 0.9999 else f"L{_near(part.x)} {_near(part.y)}"
    return f"M{_near(rim[0][0])} {_near(rim[0][1])}{arcs}{spokes}Z"


def _marker(mark: Marker) -> Iterator[str]:
    if mark.shape in ("ring", "disc"):
        disc = Slice(mark.x, mark.y, 2.9, 0, 1, Fill(mark.colour))
        yield _area(_wedge(disc), mark.colour, PAPER)
        if mark.shape == "ring":
            yield _area(_wedge(disc._replace(radius=1.3)), PAPER)
        return
    outline = ((mark.x + x, mark.y + y) for x, y in _OUTLINES[mark.shape])
    yield _area(_path(outline), mark.colour, PAPER)


_OUTLINES: dict[str, tuple[Point, ...]] = {
    "square": ((-2.6, -2.6), (2.6, -2.6), (2.6, 2.6), (-2.6, 2.6)),
    "triangle": ((0, -3.4), (3.2, 2.4), (-3.2, 2.4)),
    "diamond": ((0, -3.7), (3.7, 0), (0, 3.7), (-3.7, 0)),
    "cross": (
        *((-3, -1.2), (-1.2, -1.2), (-1.2, -3), (1.2, -3), (1.2, -1.2), (3, -1.2)),
        *((3, 1.2), (1.2, 1.2), (1.2, 3), (-1.2, 3), (-1.2, 1.2), (-3, 1.2)),
    ),
}


def _near(number: float) -> str:
    """The number to a hundredth, because machines differ in the last digits of calculations."""
    return f"{round(number, 2) + 0.0:g}"
