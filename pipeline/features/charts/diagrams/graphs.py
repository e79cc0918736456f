"""Coordinate axes: with the graphs of functions and with points, or to draw in."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.features.charts.chart_layout import Plan, Scale, key
from pipeline.features.charts.diagrams import arithmetic, diagram_parts
from pipeline.features.charts.look import CAPITAL, GAP, HAIRLINE, INK, LEADING, QUIET, STROKE
from pipeline.features.charts.scene import Label, Mark, Marker, Point, Rule, Scene
from pipeline.model.late import late

SAMPLES = 400
"""The number of places at which a function is computed: less than a point apart."""

LEAST_LEAP, HALVINGS = 0.02, 12
"""The share of the height that a step may leap, and the halvings with which it is examined."""

HIGHEST, LOWEST, USUAL = 1.25, 0.3, 0.75
"""The height of the axes, in widths: at most and at least with square cells; and without."""

DASHES: tuple[tuple[float, ...], ...] = (
    (), (5, 2), (1.5, 1.8), (7, 2, 1.5, 2), (11, 3), (2, 4),
)  # fmt: skip
"""Dash patterns of successive graphs, which have no markers; readers cannot distinguish more."""

MOST_DESCRIBED = 6
"""The maximum number of points of one kind in the description of a graph."""

_POINT = late(r"\((?P<x>[^;,|()]{1,40})[;,|](?P<y>[^;,|()]{1,40})\)")
_FUNCTION = late(r"\s*(?:[a-wyzA-WYZ]|[a-zA-Z]\s*\(\s*x\s*\))\s*=\s*")


class Graph(NamedTuple):
    """A function by its name and its formula."""

    name: str
    text: str

    @property
    def value(self) -> arithmetic.Value:
        return arithmetic.formula(self.text)


class _Spot(NamedTuple):
    name: str
    x: float
    y: float


class Axes(NamedTuple):
    x: diagram_parts.Axis
    y: diagram_parts.Axis
    names: tuple[str, str]
    labels: tuple[diagram_parts.AxisLabels | None, ...]
    is_asked: bool
    graphs: tuple[Graph, ...]
    spots: tuple[_Spot, ...]
    turns: bool = False

    def texts(self) -> Iterator[str]:
        yield from self.names
        yield from (graph.name for graph in self.graphs)
        yield from (spot.name for spot in self.spots)

    def description(self, words: diagram_parts.Words) -> list[str]:
        sentences = [
            words["chart_axis"].format(
                name=name, low=axis.text_of(axis.low), high=axis.text_of(axis.high)
            )
            for name, axis in zip(self.names, (self.x, self.y), strict=True)
        ]
        for spot in self.spots:
            place = self._place(spot, words) if self.is_asked else self._pair(spot.x, spot.y)
            sentences.append(diagram_parts.phrase(spot.name, place, words))
        return [*sentences, *(self._course(graph, words) for graph in self.graphs)]

    def _place(self, spot: _Spot, words: diagram_parts.Words) -> str:
        """The position of a point among the marks of the axes, where it may be the answer."""
        return words["list_separator"].join(
            words["chart_number"].format(name=name, value=axis.place(value, words))
            for name, axis, value in zip(
                self.names, (self.x, self.y), (spot.x, spot.y), strict=True
            )
        )

    def _pair(self, x: float, y: float, digits: int = 2) -> str:
        mark = "; " if diagram_parts.text_of(0.5, self.x.lang)[1] == "," else ", "
        return f"({self.x.near(x, digits)}{mark}{self.y.near(y, digits)})"

    def _course(self, graph: Graph, words: diagram_parts.Words) -> str:
        """The points where a graph begins, turns, meets the axes and ends, as far as visible; only
        the first and the last where the others may be the answer."""
        runs = _runs(self, graph)
        points = [point for run in runs for point in run]
        if not points:
            return words["chart_number"].format(name=graph.name, value=words["chart_unseen"])
        seen = runs if len(runs) <= MOST_DESCRIBED else [[points[0], points[-1]]]
        separator = words["list_separator"]
        ways = (
            words["chart_way"].format(start=self._pair(*run[0]), end=self._pair(*run[-1]))
            for run in seen
        )
        parts = [separator.join(ways)]
        if self.is_asked:
            return diagram_parts.phrase(graph.name, parts[0], words)
        crossed, turned = [], []
        for run in runs:
            for (x, y), (x2, y2) in itertools.pairwise(run):
                if y == 0 or (y < 0 < y2) or (y2 < 0 < y):
                    crossed.append(x if y == 0 else x + (x2 - x) * y / (y - y2))
            for (_, y), (x, middle), (_, y2) in zip(run, run[1:], run[2:], strict=False):
                if (middle - y) * (y2 - middle) < 0:
                    turned.append((x, middle))
        if turned and len(turned) <= MOST_DESCRIBED:
            places = separator.join(self._pair(x, y, 1) for x, y in turned)
            parts.append(words["chart_turns"].format(places=places))
        if crossed and len(crossed) <= MOST_DESCRIBED:
            places = separator.join(dict.fromkeys(map(self.x.near, crossed)))
            parts.append(words["chart_crosses"].format(name=self.names[0], places=places))
        return words["chart_number"].format(
            name=graph.name, value=words["item_separator"].join(parts)
        )

    def scene(self, plan: Plan) -> Scene:
        marks, top = _key(self, plan)
        top += LEADING + GAP
        inset = 6.0
        numbers = [text for _, text in self._labels(1)]
        left = inset + (plan.widest(numbers) + GAP if self.y_axis <= self.x.low else 0)
        side = plan.measure(self.names[0]) + 4 * GAP
        across = Scale(self.x.low, self.x.high, left, plan.width - side)
        width = across.end - across.start
        height = width * self._shape() * plan.flatness
        up = Scale(self.y.low, self.y.high, top + height, top)
        marks += self._grid(plan, across, up)
        for graph, line in zip(self.graphs, _lines(plan), strict=False):
            for run in _runs(self, graph):
                path = tuple((across.at(x), up.at(y)) for x, y in _straightened(run))
                if len(path) > 1:
                    marks.append(line._replace(points=path))
        for spot in self.spots:
            x, y = across.at(spot.x), up.at(spot.y)
            marks.append(Marker(x, y, "disc", plan.palette.main))
            near_edge = x + GAP + plan.measure(spot.name) > plan.width
            place = (x - GAP, "end") if near_edge else (x + GAP, "start")
            marks.append(Label(place[0], y - GAP, spot.name, place[1]))  # type: ignore[arg-type]
        foot = LEADING + GAP if self._labels(0) and self.x_axis <= self.y.low else 2 * GAP
        return Scene(plan.width, up.start + foot + 1, tuple(marks))

    def _shape(self) -> float:
        """The height of the axes relative to their width: grid cells are square if possible."""
        high = (self.y.high - self.y.low) / self.y.step
        wide = (self.x.high - self.x.low) / self.x.step
        return high / wide if LOWEST <= high / wide <= HIGHEST else USUAL

    @property
    def y_axis(self) -> float:
        """The position of the upright axis on the other one."""
        return min(max(0.0, self.x.low), self.x.high)

    @property
    def x_axis(self) -> float:
        return min(max(0.0, self.y.low), self.y.high)

    def _grid(self, plan: Plan, across: Scale, up: Scale) -> Iterator[Mark]:
        x_axis, y_axis = up.at(self.x_axis), across.at(self.y_axis)
        for mark in self.x.marks():
            x = across.at(mark)
            yield Rule(((x, up.start), (x, up.end)), HAIRLINE, 0.5)
        for mark in self.y.marks():
            y = up.at(mark)
            yield Rule(((across.start, y), (across.end, y)), HAIRLINE, 0.5)
        yield from self._numbers(plan, across, up)
        yield from diagram_parts.arrow((across.start, x_axis), (across.end + 2 * GAP, x_axis), INK)
        yield from diagram_parts.arrow((y_axis, up.start), (y_axis, up.end - 2 * GAP), INK)
        yield Label(across.end + 3 * GAP, x_axis + CAPITAL / 2, self.names[0])
        is_left = y_axis < plan.width / 2
        yield Label(
            y_axis + (1.5 * GAP if is_left else -1.5 * GAP),
            up.end - 2 * GAP + 2,
            self.names[1],
            "start" if is_left else "end",
        )

    def _labels(self, index: int) -> diagram_parts.AxisLabels:
        """The numbers at the axis across or, 1, at the upright one: those that are named, or
        all."""
        labels, axis = self.labels[index], (self.x, self.y)[index]
        if labels is not None:
            return labels
        return tuple((mark, axis.text_of(mark)) for mark in axis.marks())

    def _numbers(self, plan: Plan, across: Scale, up: Scale) -> Iterator[Mark]:
        is_crossed = self.x.low < 0 < self.x.high and self.y.low < 0 < self.y.high
        texts = self._labels(0)
        room = (across.end - across.start) * self.x.step / (self.x.high - self.x.low)
        widest = plan.widest(text for _, text in texts) + GAP
        interval = max(1, math.ceil(widest / room))
        for mark, text in texts:
            on_axis = self.y.low < 0 < self.y.high  # it continues below
            is_zero = on_axis and abs(mark) < self.x.step / 2
            is_named = self.labels[0] is not None
            if is_named or (round(mark / self.x.step) % interval == 0 and not is_zero):
                y = up.at(self.x_axis) + GAP + CAPITAL
                yield from diagram_parts.backed(
                    plan, Label(across.at(mark), y, text, "middle", QUIET)
                )
        room = (up.start - up.end) * self.y.step / (self.y.high - self.y.low)
        interval = max(1, math.ceil(LEADING / room))
        for mark, text in self._labels(1):
            is_zero = is_crossed and abs(mark) < self.y.step / 2
            is_named = self.labels[1] is not None
            if is_named or (round(mark / self.y.step) % interval == 0 and not is_zero):
                x = across.at(self.y_axis) - GAP
                y = up.at(mark) + CAPITAL / 2
                yield from diagram_parts.backed(plan, Label(x, y, text, "end", QUIET))


def read(settings: diagram_parts.Settings, items: list[diagram_parts.Item]) -> Axes:
    parsed = settings.each(items, _read)
    graphs = tuple(content for content, _ in parsed if isinstance(content, Graph))
    if len(graphs) > len(DASHES):
        message = f"{len(graphs)} graphs are too many to tell apart."
        raise arithmetic.MistakeError(message, hint=f"Draw at most {len(DASHES)}.")
    spots = tuple(content for content, _ in parsed if isinstance(content, _Spot))
    x = settings.axis("x-", _reach([spot.x for spot in spots]))
    heights = [spot.y for spot in spots]
    for graph in graphs:
        heights += _usual([arithmetic.at_x(graph.value, place) for place in _places(x)])
    y = settings.axis("y-", _reach(heights) if heights else _reach([]))
    for spot, item in parsed:
        if isinstance(spot, _Spot) and not (
            x.low <= spot.x <= x.high and y.low <= spot.y <= y.high
        ):
            hint = "Set larger ranges: `x-range`, `y-range`."
            settings.wrong(
                arithmetic.MistakeError(f"“{item.text[:40]}” is outside the axes.", hint=hint), item
            )
    chart = settings.chart
    names = (chart.x or "x", chart.y or "y")
    return Axes(x, y, names, settings.labels(x, y), settings.is_asked, graphs, spots)


def _read(item: diagram_parts.Item) -> Graph | _Spot:
    if point := _POINT.fullmatch(item.text):
        x, y = (arithmetic.number(point[name], point.start(name)) for name in ("x", "y"))
        if max(abs(x), abs(y)) > diagram_parts.LARGEST:
            raise arithmetic.MistakeError(f"“{item.text[:40]}” is too far away to be drawn.")
        return _Spot(item.name, x, y)
    start = match.end() if (match := _FUNCTION.match(item.text)) else 0
    if (at := item.text.find("=", start)) >= 0:
        message = "“=” can only follow `y` or `f(x)`: graphs show functions of x."
        raise arithmetic.MistakeError(message, at, "Write `y = 2x + 1`, or a point: `(2, 1)`.")
    arithmetic.formula(item.text[start:], start)
    return Graph(item.name or arithmetic.pretty(item.text), item.text[start:])


def _reach(values: list[float]) -> tuple[float, float]:
    """The default ends of an axis: including zero, and in whole steps."""
    low, high = min([0.0, *values]), max([0.0, *values])
    if high - low < 1e-6:
        return -5.0, 5.0
    step = 10 ** math.floor(math.log10(high - low))
    step = step / 2 if (high - low) / step < 5 else step
    return math.floor(low / step - 1e-9) * step, math.ceil(high / step + 1e-9) * step


def _usual(values: list[float]) -> list[float]:
    """The lowest and highest of a function's values, without outliers."""
    ordered = sorted(value for value in values if not math.isnan(value))
    if not ordered:
        return []
    low, high = ordered[len(ordered) // 10], ordered[-1 - len(ordered) // 10]
    room = max(high - low, 1e-6) * 2
    usual = [value for value in ordered if low - room <= value <= high + room]
    return [max(-diagram_parts.LARGEST, usual[0]), min(diagram_parts.LARGEST, usual[-1])]


def _places(axis: diagram_parts.Axis) -> Iterator[float]:
    return (axis.low + (axis.high - axis.low) * n / SAMPLES for n in range(SAMPLES + 1))


def _runs(axes: Axes, graph: Graph) -> list[list[Point]]:
    """The visible parts of a graph, split at the edges and at discontinuities."""
    low, high = axes.y.low, axes.y.high
    value = graph.value
    points = [(x, arithmetic.at_x(value, x)) for x in _places(axes.x)]
    runs: list[list[Point]] = [[]]
    for (x, y), (x2, y2) in itertools.pairwise(points):
        within = _cut((x, y), (x2, y2), low, high)
        if not within or _leaps(value, (x, y), (x2, y2), high - low):
            if runs[-1]:
                runs.append([])
            continue
        start, end = within
        if runs[-1] and runs[-1][-1] != start:
            runs.append([])
        if not runs[-1]:
            runs[-1].append(start)
        runs[-1].append(end)
    return [run for run in runs if len(run) > 1]


def _leaps(value: arithmetic.Value, first: Point, second: Point, height: float) -> bool:
    """Return whether a function is discontinuous between two points: then it jumps however near
    they are to each other."""
    (x, y), (x2, y2) = first, second
    difference = abs(y2 - y)
    if difference < height * LEAST_LEAP:
        return False
    for _ in range(HALVINGS):
        middle = (x + x2) / 2
        between = arithmetic.at_x(value, middle)
        if math.isnan(between):
            return True
        if abs(between - y) > abs(y2 - between):
            x2, y2 = middle, between
        else:
            x, y = middle, between
    return abs(y2 - y) > difference / 2


def _cut(first: Point, second: Point, low: float, high: float) -> tuple[Point, Point] | None:
    """The part of a line that is between two heights."""
    (x, y), (x2, y2) = first, second
    if math.isnan(y) or math.isnan(y2) or max(y, y2) < low or min(y, y2) > high:
        return None

    def inside(x: float, y: float) -> Point:
        edge = min(max(y, low), high)
        share = (edge - first[1]) / (y2 - first[1]) if edge != y else 0
        return (first[0] + (x2 - first[0]) * share, edge) if edge != y else (x, y)

    return inside(x, y), inside(x2, y2)


def _straightened(run: list[Point]) -> list[Point]:
    """Only the ends of a straight line."""
    (x, y), (x2, y2) = run[0], run[-1]
    slope = (y2 - y) / (x2 - x) if x2 > x else 0
    bent = any(abs(y + slope * (at - x) - height) > 1e-9 * (1 + abs(height)) for at, height in run)
    return run if bent else [run[0], run[-1]]


def _lines(plan: Plan) -> list[Rule]:
    """The line styles of successive graphs."""
    styles = zip(plan.palette.lines, DASHES, strict=True)
    return [Rule((), stroke.colour, STROKE, dashes) for stroke, dashes in styles]


def _key(axes: Axes, plan: Plan) -> tuple[list[Mark], float]:
    """The names of the graphs, each after a piece of its line."""
    lines, size = _lines(plan), 22.0

    def sample(number: int, x: float, top: float) -> Rule:
        middle = top + LEADING / 2 + 0.5
        return lines[number]._replace(points=((x, middle), (x + size, middle)))

    marks, end = key(plan, 0.0, [graph.name for graph in axes.graphs], size, sample)
    return marks, end if marks else 0.0
