"""Charts: what is drawn, and where."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.features.charts import drawing
from pipeline.features.charts.data import Data, DataSeries
from pipeline.features.charts.drawing import Box, Fill, Label, Rule, Scene, hatching, mirror
from pipeline.model import Chart, sheet
from tests.helpers.chart_scenes import chart_of, fonts_for, scene, scene_of


def labels(of: Scene) -> list[str]:
    return [mark.text for mark in of.marks if isinstance(mark, Label)]


def boxes(of: Scene) -> list[Box]:
    return [mark for mark in of.marks if isinstance(mark, Box)]


def test_bars_are_as_long_as_their_numbers() -> None:
    found = boxes(scene("```chart\nA,B\na,10\nb,30\nc,-20\n```\n"))
    heights = [box.height for box in found]
    assert heights[1] == pytest.approx(3 * heights[0])
    assert heights[2] == pytest.approx(2 * heights[0])
    assert found[2].y == pytest.approx(found[0].y + found[0].height), "below zero"
    lying = boxes(scene("```chart {.horizontal}\nA,B\na,10\nb,30\n```\n"))
    assert lying[1].width == pytest.approx(3 * lying[0].width)


def test_bars_lie_where_their_names_are_long() -> None:
    short = boxes(scene("```chart\nA,B\na,10\nb,30\n```\n"))
    assert short[0].x != short[1].x
    name = "A name of so many words that it takes three lines"
    long = boxes(scene(f"```chart\nA,B\n{name},10\n{name} b,30\nc,1\nd,1\n```\n"))
    assert long[0].x == long[1].x


def test_parts_are_stacked_and_the_sum_is_described() -> None:
    found = scene("```chart {type=stacked}\nA,B,C\na,1200,300\n```\n")
    key, parts = boxes(found)[:2], boxes(found)[2:]
    assert [box.fill for box in key] == [parts[0].fill, parts[1].fill]
    assert parts[1].y + parts[1].height == pytest.approx(parts[0].y)
    assert "1,500" in labels(found)
    shares = scene('```chart {type=stacked unit="%"}\nA,B,C\na,60,40\n```\n')
    assert "100%" not in labels(shares)


def test_years_stand_at_their_distances() -> None:
    found = scene("```chart {type=line}\nYear,B\n2000,1\n2001,2\n2010,3\n```\n")
    line = max((m for m in found.marks if isinstance(m, Rule)), key=lambda rule: rule.width)
    first, second, third = (x for x, _ in line.points)
    assert (third - first) == pytest.approx(10 * (second - first))


def test_a_line_is_broken_where_nothing_is_known() -> None:
    found = scene(
        "```chart {type=line}\nYear,B\n2000,1\n2001,2\n2002,\n2003,4\n2004,–\n2005,2\n```\n"
    )
    lines = [m for m in found.marks if isinstance(m, Rule) and m.width == drawing.STROKE]
    assert [len(line.points) for line in lines] == [2], "single points have markers alone"
    assert len(found.marks) > len(lines) + 4


def test_lines_are_named_at_their_ends_without_a_key() -> None:
    found = scene("```chart {type=line}\nYear,Girls,Boys\n2000,1,2\n2001,2,2.01\n```\n")
    girls, boys = (
        next(m for m in found.marks if isinstance(m, Label) and m.text == name)
        for name in ("Girls", "Boys")
    )
    assert girls.x == boys.x > 250
    assert abs(girls.y - boys.y) >= drawing.LEADING - 0.01, "they do not meet"
    assert not boxes(found)


def test_missing_numbers_and_zero_look_different() -> None:
    found = labels(scene("```chart\nA,B\na,0\nb,\nc,3.5\n```\n"))
    assert {"0", "–", "3.5"} <= set(found)


def lightness(colour: str) -> float:
    """CIE L*, from 0 (black) to 100."""
    luminance = sheet.luminance(*(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)))
    return 116 * luminance ** (1 / 3) - 16 if luminance > 0.008856 else 903.3 * luminance


ACCENTS = st.one_of(
    st.sampled_from(["", *sheet.ACCENTS.values()]),
    st.integers(0, 0xFFFFFF).map(lambda number: sheet.readable(f"#{number:06x}", "#ffffff", 4.5)),
)


@given(ACCENTS)
def test_series_differ_without_their_hues(accent: str) -> None:
    palette = drawing.palette_of(accent)
    for one, other in itertools.combinations(palette.bars, 2):
        apart = abs(lightness(one.colour) - lightness(other.colour))
        assert one.hatch != other.hatch or apart >= 30, (one, other)
    assert len({(line.shape, line.dashes) for line in palette.lines}) == len(palette.lines)
    assert len({line.shape for line in palette.lines}) == len(palette.lines)


@given(ACCENTS)
def test_colours_stand_out_from_paper(accent: str) -> None:
    """3:1 for essential graphics, by fill or edge; 4.5:1 for text."""
    palette = drawing.palette_of(accent)
    for fill in palette.bars:
        assert sheet.contrast(fill.ink if fill.edge else fill.colour, "#ffffff") >= 3
        assert sheet.contrast(drawing.text_on(fill), fill.colour) >= 4.5
    assert all(sheet.contrast(line.colour, "#ffffff") >= 3 for line in palette.lines)
    assert min(sheet.contrast(ink, "#ffffff") for ink in (drawing.INK, drawing.QUIET)) >= 4.5


@given(
    st.floats(0, 300), st.floats(0, 300), st.floats(0.1, 80), st.floats(0.1, 80),
    st.sampled_from([fill.hatch for fill in drawing.BARS if fill.hatch]),
)  # fmt: skip
def test_a_hatching_stays_within_its_box(
    x: float, y: float, width: float, height: float, hatch: str
) -> None:
    box = Box(x, y, width, height, Fill("#ffffff", hatch, "#000000", edge=True))  # type: ignore[arg-type]
    for rule in hatching(box):
        for a, b in rule.points:
            assert x - 1e-6 <= a <= x + width + 1e-6
            assert y - 1e-6 <= b <= y + height + 1e-6


NAME = st.sampled_from(
    [
        "A",
        "Akora",
        "A long name of many words",
        "",
        "2011",
        "2020-01",
        "x" * 60,
        "نعم",
        "饮用水的来源",
    ]
)
NUMBER = st.one_of(
    st.none(),
    st.decimals(-1000, 1000, places=1),
    st.integers(0, 10**9).map(Decimal),
    st.just(Decimal(0)),
)


@given(
    st.sampled_from(["bar", "stacked", "line", "pie"]),
    st.booleans(),
    st.integers(1, 5),
    st.lists(NAME, min_size=1, max_size=20),
    st.sampled_from([340.0, 227.0, 156.0]),
    st.data(),
)
def test_all_that_is_drawn_is_in_the_picture(
    kind: str, lying: bool, count: int, groups: list[str], width: float, more: st.DataObject
) -> None:
    count = 1 if kind == "pie" else count
    draw = more.draw(st.lists(NUMBER, min_size=len(groups) * count, max_size=len(groups) * count))
    columns = [draw[index::count] for index in range(count)]
    if kind == "pie":
        columns = [[abs(value) if value is not None else None for value in columns[0]]]
    if not any(value for column in columns for value in column):
        columns[0][0] = Decimal(1)
    series = tuple(DataSeries(more.draw(NAME), tuple(column)) for column in columns)
    table = chart_of("```chart\nForm, 2016\nA, 1\nB, 2\n```\n").table
    chart = Chart(kind=kind, table=table, horizontal=lying, x="What", y="How many")  # type: ignore[arg-type]
    data = Data(tuple(groups), series, (), more.draw(st.sampled_from(["", "%", "km"])), 1, "en")
    fonts, found = fonts_for(data), scene_of(chart, data, width)
    for mark in found.marks:
        if isinstance(mark, Label):
            long = fonts.width(mark.text, drawing.SIZE, mark.bold)
            left = mark.x - {"start": 0, "middle": long / 2, "end": long}[mark.anchor]
            edges = (left, left + long, mark.y - drawing.CAPITAL, mark.y)
        elif isinstance(mark, Box):
            edges = (mark.x, mark.x + mark.width, mark.y, mark.y + mark.height)
        else:
            continue
        assert edges[0] >= -1.5, mark
        assert edges[1] <= width + 1.5, mark
        assert edges[2] >= -1, mark
        assert edges[3] <= found.height + 1, mark
    assert mirror(mirror(found)).height == found.height
