"""The scene of a chart, before it is a drawing: its words, boxes and lines, with places."""

from __future__ import annotations

from pipeline import parse
from pipeline.features import charts
from pipeline.features.charts import drawing
from pipeline.features.charts.data import Data, read_data
from pipeline.features.charts.drawing import Fonts, Scene
from pipeline.features.charts.plots import Plan
from pipeline.model import Chart
from pipeline.resolve.findings import Findings
from tests.helpers.trees import nodes


def chart_of(text: str) -> Chart:
    return nodes(parse(f"---\ntitle: T\n---\n\n{text}"), Chart)[0]


def fonts_for(data: Data) -> Fonts:
    return Fonts("".join((*data.groups, *(series.name for series in data.series))))


def scene_of(chart: Chart, data: Data, width: float) -> Scene:
    fonts = fonts_for(data)
    return charts.scene(Plan(chart, data, width, lambda words: fonts.width(words, drawing.SIZE)))


def scene(text: str, width: float = 340, lang: str = "en-GB") -> Scene:
    chart = chart_of(text)
    data = read_data(chart, lang, Findings(parse("# T")))
    assert data is not None
    return scene_of(chart, data, width)
