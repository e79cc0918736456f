"""Scenes as SVG. Letters are shapes in it, so that it is the same wherever it is shown."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

from pipeline.resolve.charts import look
from pipeline.resolve.charts.engine import SETTINGS, Fonts, engine, lock
from pipeline.resolve.charts.scene import (
    Box,
    Fill,
    Label,
    Marker,
    Point,
    Rule,
    Scene,
    Slice,
    hatching,
)

_NOISE = re.compile(r"<\?xml[^<]*?\?>|<!DOCTYPE[^<]*?>|<!--[^<]*?-->|(?<=>)\s+(?=<)|(?<!\s)\s*\n")
_BLANK = re.compile(r'<path id="([^"]*)" transform="[^"]*"/>')
NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))


def draw(scene: Scene, fonts: Fonts, lang: str) -> bytes:
    """The scene as an SVG file, on white paper."""
    output = io.StringIO()
    size = _near(scene.width), _near(scene.height)
    mpl = engine().matplotlib
    defaults = {key: value for key, value in mpl.rcParamsDefault.items() if key != "backend"}
    with lock, mpl.rc_context({**defaults, **SETTINGS}):
        renderer = engine().svg.RendererSVG(*size, output, metadata=NO_METADATA)
        canvas = _Canvas(renderer, scene.height, fonts, lang)
        canvas.draw(Box(0, 0, *size, Fill(look.PAPER)))
        for mark in scene.marks:
            canvas.draw(mark)
        renderer.finalize()
    return _cleaned(output.getvalue()).encode() + b"\n"


def _cleaned(svg: str) -> str:
    """The file without prolog, comments, white space, and the shapes of spaces, which lack
    what a shape must have."""
    svg = _NOISE.sub("", svg)
    for name in _BLANK.findall(svg):
        svg = re.sub(rf'<use xlink:href="#{re.escape(name)}"[^>]*/>', "", svg)
    return _BLANK.sub("", svg).replace("<defs></defs>", "").replace("<defs/>", "")


class _Canvas:
    def __init__(self, renderer: Any, height: float, fonts: Fonts, lang: str) -> None:
        self._renderer = renderer
        self._height = height
        self._fonts = fonts
        self._lang = lang

    def draw(self, mark: Box | Rule | Slice | Marker | Label) -> None:
        match mark:
            case Box():
                right, bottom = mark.x + mark.width, mark.y + mark.height
                corners = ((mark.x, mark.y), (right, mark.y), (right, bottom), (mark.x, bottom))
                self._area(corners, mark.fill.colour)
                for rule in hatching(mark):
                    self._line(rule)
            case Rule():
                self._line(mark)
            case Slice():
                self._area(_wedge(mark), mark.fill.colour, mark.fill.ink or look.PAPER)
            case Marker():
                self._marker(mark)
            case Label():
                self._label(mark)

    def _line(self, rule: Rule) -> None:
        context = engine().backends.GraphicsContextBase()
        context.set_foreground(rule.colour)
        context.set_linewidth(rule.width)
        if rule.dashes:
            context.set_dashes(0, rule.dashes)
        self._path(context, rule.points)

    def _area(self, points: Iterable[Point], colour: str, edge: str = "") -> None:
        context = engine().backends.GraphicsContextBase()
        context.set_foreground(edge or colour)
        context.set_linewidth(1 if edge else 0)
        numbers = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        self._path(context, points, (*numbers, 1.0))

    def _path(self, context: Any, points: Iterable[Point], face: Any = None) -> None:
        vertices = [(_near(x), _near(self._height - y)) for x, y in points]
        if face:
            vertices.append(vertices[0])
        path = engine().path.Path(vertices, closed=face is not None)
        self._renderer.draw_path(context, path, engine().transforms.IdentityTransform(), face)

    def _marker(self, mark: Marker) -> None:
        if mark.shape in ("ring", "disc"):
            disc = Slice(mark.x, mark.y, 2.9, 0, 1, Fill(mark.colour))
            self._area(_wedge(disc), mark.colour, look.PAPER)
            if mark.shape == "ring":
                self._area(_wedge(disc._replace(radius=1.3)), look.PAPER)
            return
        outline = [(mark.x + x, mark.y + y) for x, y in _OUTLINES[mark.shape]]
        self._area(outline, mark.colour, look.PAPER)

    def _label(self, label: Label) -> None:
        width = self._fonts.width(label.text, look.SIZE, label.bold)
        left = label.x - {"start": 0, "middle": width / 2, "end": width}[label.anchor]
        context = engine().backends.GraphicsContextBase()
        context.set_foreground(label.colour or look.INK)
        self._renderer.draw_text(
            context,
            _near(left),
            _near(label.y),
            label.text,
            self._fonts.properties(look.SIZE, label.bold),
            0,
            mtext=engine().text.Text(text=label.text, language=self._lang),
        )


_OUTLINES: dict[str, tuple[Point, ...]] = {
    "square": ((-2.6, -2.6), (2.6, -2.6), (2.6, 2.6), (-2.6, 2.6)),
    "triangle": ((0, -3.4), (3.2, 2.4), (-3.2, 2.4)),
    "diamond": ((0, -3.7), (3.7, 0), (0, 3.7), (-3.7, 0)),
    "cross": (
        *((-3, -1.2), (-1.2, -1.2), (-1.2, -3), (1.2, -3), (1.2, -1.2), (3, -1.2)),
        *((3, 1.2), (1.2, 1.2), (1.2, 3), (-1.2, 3), (-1.2, 1.2), (-3, 1.2)),
    ),
}


def _wedge(part: Slice) -> Iterator[Point]:
    """The corners of a slice, an arc being many short lines."""
    whole = part.end - part.start > 0.9999
    if not whole:
        yield part.x, part.y
    steps = max(2, math.ceil((part.end - part.start) * max(40, part.radius * 3)))
    for step in range(steps + (not whole)):
        angle = math.tau * (part.start + (part.end - part.start) * step / steps)
        yield part.x + part.radius * math.sin(angle), part.y - part.radius * math.cos(angle)


def _near(number: float) -> float:
    """To a hundredth of a point: machines differ in the last digits of what they calculate."""
    return round(number, 2) + 0.0
