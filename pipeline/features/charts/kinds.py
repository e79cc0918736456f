"""From data to a picture, by the kind of the chart."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from pipeline.features.charts import drawing
from pipeline.features.charts.data import NO_DATA, Data
from pipeline.features.charts.diagrams import Diagram
from pipeline.features.charts.drawing import (
    Fonts,
    Scene,
    inked,
    mirrored,
)
from pipeline.features.charts.drawing import draw as svg
from pipeline.features.charts.plots import (
    Plan,
    draw_horizontal,
    draw_lines,
    draw_pie,
    draw_upright,
    names_below,
)
from pipeline.model import Chart

# --- kinds -----------------------------------------------------------------------------------
#
# From data to a picture, by the kind of the chart.

KEPT = 256
"""Drawings that are kept: editions of one format have the same."""


class Drawing(NamedTuple):
    """An SVG file and its size in points; ``lacking`` is a character that no font has."""

    svg: bytes
    width: float
    height: float
    lacking: str = ""


@functools.lru_cache(maxsize=KEPT)
def draw(
    chart: Chart,
    content: Data | Diagram,
    lang: str,
    width: float,
    is_mirrored: bool,
    palette: drawing.Palette = drawing.COLOURED,
    flatness: float = 1.0,
    *,
    is_large: bool = False,
) -> Drawing:
    """The chart as a picture; mirrored if its text is, unless an axis has times or numbers."""
    diagram = None if isinstance(content, Data) else content
    data = content if isinstance(content, Data) else NO_DATA
    texts = list(diagram.texts() if diagram else _texts(chart, data))
    fonts = Fonts("\n".join(texts), lang, is_large=is_large)
    lacking = "".join(filter(None, map(fonts.lacking, texts)))
    if lacking:
        chart, data = _without(chart, data, fonts)
    measure = functools.partial(fonts.width, size=drawing.SIZE)
    plan = Plan(chart, data, width, measure, palette=palette, flatness=flatness)
    picture = diagram.scene(plan) if diagram else scene(plan)
    if palette.ink:
        picture = inked(picture, palette.ink, drawing.THIN_RULE)
    if is_mirrored and (diagram.turns if diagram else chart.kind != "line"):
        picture = mirrored(picture)
    return Drawing(svg(picture, fonts), picture.width, picture.height, lacking[:1])


def scene(plan: Plan) -> Scene:
    """The drawing."""
    match plan.chart.kind:
        case "line":
            return draw_lines(plan)
        case "pie":
            return draw_pie(plan)
    names = None if plan.chart.horizontal else names_below(plan)
    return draw_horizontal(plan) if names is None else draw_upright(plan, names)


def _texts(chart: Chart, data: Data) -> Iterator[str]:
    yield from data.groups
    yield from (series.name for series in data.series)
    yield from (chart.x, chart.y, data.unit)


def _without(chart: Chart, data: Data, fonts: Fonts) -> tuple[Chart, Data]:
    """The texts with a question mark for each character that no font has."""

    def drawable(text: str) -> str:
        return "".join("?" if fonts.lacking(character) else character for character in text)

    series = tuple(entry._replace(name=drawable(entry.name)) for entry in data.series)
    groups = tuple(map(drawable, data.groups))
    chart = replace(chart, x=drawable(chart.x), y=drawable(chart.y))
    return chart, data._replace(groups=groups, series=series, unit=drawable(data.unit))
