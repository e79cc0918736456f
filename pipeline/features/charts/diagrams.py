"""Diagrams for lessons: number lines, coordinate axes with graphs, clock faces, fraction bars."""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypeAlias, TypeVar

from msgspec.structs import replace

from pipeline.features.charts import arithmetic, data
from pipeline.features.charts.arithmetic import MistakeError, number, pretty
from pipeline.features.charts.drawing import (
    CAPITAL,
    GAP,
    HAIRLINE,
    INK,
    LEADING,
    QUIET,
    STROKE,
    Box,
    Fill,
    Label,
    Mark,
    Marker,
    Point,
    Rule,
    Scene,
    Slice,
)
from pipeline.features.charts.plots import Plan, Scale, key, middle_block, text_block, ticks
from pipeline.model import Chart
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.sheet import PAPER
from pipeline.model.tree import plain_text
from pipeline.resolve.findings import Findings

# --- diagram parts ---------------------------------------------------------------------------
# Shared parts of diagrams: their lines of text, and axes with numbers.

Parsed = TypeVar("Parsed")
Words = Mapping[str, str]

AxisLabels = tuple[tuple[float, str], ...]
"""Numbers, each with its text."""

MOST_MARKS = 200
"""The maximum number of marks on an axis."""

LARGEST_VALUE = 1e9
SAME = 0.02
"""The distance within which two numbers are read out as one."""

_PARTS = late(r"\.{2,}|…|;|→|\s(?!pi\b|π)[^\W\d_]{1,9}\s")
_DASH = late(r"(?<=[\dπi])[-–](?=[\dπp])")
_PI = late(r"\bpi\b|\dpi\b|π", re.I)
_YES = frozenset({"", "yes", "true", "all"})
_NO = frozenset({"no", "false", "none"})
_SEPARATORS = {".": late(r"[;,]"), ",": late(r";|,(?=\s)")}
"""Signs between numbers, by the decimal mark of the language."""

_NUMBERS = 'Write `numbers=no`, `numbers=ends`, or the numbers: `numbers="0 1 2"`.'


class Item(NamedTuple):
    """A line of a diagram: ``name: text``, or a text alone; ``span`` is where the text is."""

    name: str
    text: str
    span: Span | None


class Axis(NamedTuple):
    """Numbers in steps; in fractions with ``parts``, if not 0, or in parts of π."""

    low: float
    high: float
    step: float
    lang: str
    parts: int = 0
    in_pi: bool = False

    def has(self, value: float) -> bool:
        return self.low - 1e-9 <= value <= self.high + 1e-9

    def marks(self) -> list[float]:
        first, last = math.ceil(self.low / self.step - 1e-9), self.high / self.step + 1e-9
        return [number * self.step for number in range(first, math.floor(last) + 1)]

    def place(self, value: float, words: Words) -> str:
        """The position of a number among the marks, which does not give it away."""
        marks = self.marks()
        near = SAME * self.step
        before = sum(mark < value + near for mark in marks)
        if before and abs(marks[before - 1] - value) <= near:
            return words["chart_mark"].format(number=before)
        return words["chart_between_marks"].format(one=before, other=before + 1)

    def text_of(self, value: float) -> str:
        if self.in_pi:
            share = Fraction(value / math.pi).limit_denominator(1000)
            if not share:
                return "0"
            times = "" if abs(share.numerator) == 1 else abs(share.numerator)
            below = "" if share.denominator == 1 else f"/{share.denominator}"
            return f"{'−' if share < 0 else ''}{times}π{below}"
        if self.parts:
            count = round(value * self.parts)
            is_whole = count % self.parts == 0
            return text_of(count // self.parts if is_whole else count, self.lang) + (
                "" if is_whole else f"/{self.parts}"
            )
        return text_of(value, self.lang)

    def near(self, value: float, digits: int = 2) -> str:
        """An approximate number; on an axis in multiples of π, the nearest usual one."""
        share = Fraction(value / math.pi).limit_denominator(12) if self.in_pi else Fraction(0)
        if share and abs(float(share) * math.pi - value) < SAME:
            return self.text_of(float(share) * math.pi)
        return text_of(round(value, digits), self.lang)


def text_of(value: float, lang: str) -> str:
    """A number with the decimals that it has, four at most."""
    exact = Decimal(repr(round(value, 4) + 0.0)).normalize()
    return data.write(exact, data.decimals_of(exact), lang)


class Settings(NamedTuple):
    """The chart, its language, and the receiver of mistakes in a line or in the settings. It
    ``is_asked`` of students, in an exercise: then its numbers may be the answer."""

    chart: Chart
    lang: str
    wrong: Callable[..., None]
    is_asked: bool = False

    def setting(self, key: str) -> str:
        return dict(self.chart.scale).get(key, "").strip()

    def labels(self, *axes: Axis) -> tuple[AxisLabels | None, ...]:
        """The numbers at each axis: those that `numbers` names; None for all for which there is
        room."""
        data = self.setting("numbers").lower()
        if data in _YES:
            return (None,) * len(axes)
        if data in _NO:
            return ((),) * len(axes)
        if data == "ends":
            return tuple(
                tuple((mark, axis.text_of(mark)) for mark in (axis.marks()[:1] + axis.marks()[-1:]))
                for axis in axes
            )
        texts = _SEPARATORS[text_of(0.5, self.lang)[1]].split(data)
        if len(texts) == 1:
            texts = data.split()
        labels = [(self._label(text), pretty(text.strip())) for text in texts]
        for value, text in labels:
            if not any(axis.has(value) for axis in axes):
                message = f"`numbers`: {text} is outside the axis."
                raise MistakeError(message, hint="Set a larger range.")
        return tuple(tuple(label for label in labels if axis.has(label[0])) for axis in axes)

    def _label(self, text: str) -> float:
        try:
            return number(text)
        except MistakeError:
            message = f"`numbers={self.setting('numbers')}` does not say which numbers to write."
            raise MistakeError(message, hint=_NUMBERS) from None

    @property
    def shows_values(self) -> bool:
        """Return whether fractions are written: by default not where they are asked for."""
        choice = self.setting("numbers").lower()
        if choice not in {*_YES, *_NO}:
            message = f"`numbers={self.setting('numbers')}` is neither `yes` nor `no`."
            raise MistakeError(message)
        return choice not in _NO if choice else not self.is_asked

    def each(self, items: list[Item], parse: Callable[[Item], Parsed]) -> list[tuple[Parsed, Item]]:
        """The parsed lines, each with its source line; mistakes are reported."""
        parsed = []
        for item in items:
            try:
                parsed.append((parse(item), item))
            except MistakeError as mistake:
                self.wrong(mistake, item)
        return parsed

    def axis(self, prefix: str, otherwise: tuple[float, float], most: int = 10) -> Axis:
        """The axis of ``range`` and ``step``, or of ``x-range`` and ``x-step``."""
        low, high = self._range(f"{prefix}range") or otherwise
        step_text = self.setting(f"{prefix}step")
        in_pi = bool(_PI.search(step_text or self.setting(f"{prefix}range")))
        if step_text:
            step = number(step_text)
        elif in_pi:
            turns = (high - low) / math.pi
            step = math.pi * next((s for s in (0.5, 1, 2, 5) if turns / s <= most), 10)
        else:
            marks = ticks(Decimal(repr(low)), Decimal(repr(high)), most)
            step = float(marks[1] - marks[0])
        if not step > 0 or (high - low) / step > MOST_MARKS:
            message = f"`{prefix}step={step_text}` gives too many marks, or none."
            raise MistakeError(message, hint="Set a larger step.")
        parts = Fraction(step).limit_denominator(1000).denominator if "/" in step_text else 0
        return Axis(low, high, step, self.lang, parts if parts > 1 else 0, in_pi)

    def _range(self, key: str) -> tuple[float, float] | None:
        text = self.setting(key)
        if not text:
            return None
        inner = text.strip("[]() ")
        parts = [part for part in _PARTS.split(inner) if part.strip()]
        if len(parts) == 1:
            parts = [part for part in re.split(r"[,\s]", inner) if part]
        if len(parts) == 1:
            parts = _DASH.split(inner)
        hint = f'Write {key}="-5 to 5".'
        try:
            low, high = map(number, parts)
        except (MistakeError, ValueError):
            raise MistakeError(f"`{key}={text}` is not a range of numbers.", hint=hint) from None
        if not -LARGEST_VALUE <= low < high <= LARGEST_VALUE or high - low < 1 / LARGEST_VALUE:
            raise MistakeError(
                f"`{key}={text}` does not go from a lower to a higher number.", hint=hint
            )
        return low, high


def phrase(name: str, text: str, words: Words) -> str:
    """A description after its name; alone, it is a sentence."""
    return words["chart_number"].format(name=name, value=text) if name else capital(text)


def capital(text: str) -> str:
    """A text as a sentence begins."""
    return text[:1].upper() + text[1:]


def back_label(plan: Plan, label: Label) -> Iterator[Mark]:
    """A text that hides the lines behind it."""
    width = plan.measure(label.text) + 2
    left = label.x - {"start": 1, "middle": width / 2, "end": width - 1}[label.anchor]
    yield Box(left, label.y - CAPITAL - 1.5, width, CAPITAL + 3, Fill(PAPER))
    yield label


def arrow(start: Point, end: Point, colour: str) -> Iterator[Mark]:
    """A straight line with a head at its end."""
    yield Rule((start, end), colour, 1.0)
    yield head(start, end, colour)


def head(start: Point, end: Point, colour: str, width: float = 1.0) -> Rule:
    """The head of an arrow that comes from a point."""
    angle = math.atan2(end[1] - start[1], end[0] - start[0])
    wings = [
        (end[0] - 5 * math.cos(angle + turn), end[1] - 5 * math.sin(angle + turn))
        for turn in (0.45, -0.45)
    ]
    return Rule((wings[0], end, wings[1]), colour, width)


# --- clocks ----------------------------------------------------------------------------------
# Clock faces, with hands or to draw them in.

RADIUS, SPACE_OF_CLOCKS = 42.0, 16.0
"""The radius of a face, and the gap between two."""

_TIME = late(r"(\d{1,2})[:.h](\d\d)")
_TIME_HINT = "Write hours and minutes, as in `10:15`, or `?` for a face without hands."


class _Face(NamedTuple):
    """``time`` is in minutes after midnight, None if there are no hands."""

    name: str
    time: int | None


class Clocks(NamedTuple):
    faces: tuple[_Face, ...]
    turns: bool = False

    def texts(self) -> Iterator[str]:
        return (face.name for face in self.faces)

    def description(self, words: Words) -> list[str]:
        """The positions of the hands, because the task may be to read the time."""
        return [_face_description(face, words) for face in self.faces]

    def scene(self, plan: Plan) -> Scene:
        count = max(1, int((plan.width + SPACE_OF_CLOCKS) / (2 * RADIUS + SPACE_OF_CLOCKS)))
        marks: list[Mark] = []
        top = 0.0
        for first in range(0, len(self.faces), count):
            row = self.faces[first : first + count]
            names = [plan.wrap(face.name, 2 * RADIUS + SPACE_OF_CLOCKS - GAP) for face in row]
            for at, (face, name) in enumerate(zip(row, names, strict=True)):
                x = RADIUS + 1 + at * (2 * RADIUS + SPACE_OF_CLOCKS)
                marks += _face(face, (x, top + RADIUS + 1), plan)
                marks += text_block(x, top + 2 * RADIUS + GAP, name, "middle")
            has_names = any(face.name for face in row)
            top += 2 * RADIUS + SPACE_OF_CLOCKS + has_names * LEADING * max(map(len, names))
        width = plan.width if count > 1 else 2 * RADIUS + 2
        return Scene(width, top - SPACE_OF_CLOCKS + 2 * GAP, tuple(marks))


def read_clocks(settings: Settings, items: list[Item]) -> Clocks:
    if not items:
        raise MistakeError("There is no clock to draw.", hint=_TIME_HINT)
    return Clocks(tuple(clock for clock, _ in settings.each(items, _read_time)))


def _read_time(item: Item) -> _Face:
    if item.text == "?":
        return _Face(item.name, None)
    match = _TIME.fullmatch(item.text)
    if not match:
        raise MistakeError(f"“{item.text[:40]}” is not a time.", hint=_TIME_HINT)
    hours, minutes = int(match[1]), int(match[2])
    if hours > 24 or minutes > 59:
        raise MistakeError(f"No clock shows {item.text}.", hint=_TIME_HINT)
    return _Face(item.name, hours * 60 + minutes)


def _face_description(face: _Face, words: Words) -> str:
    if face.time is None:
        text = words["chart_no_hands"]
    else:
        short, long = _place(face.time % 720, 60, words), _place(face.time % 60, 5, words)
        text = words["chart_hands"].format(short=short, long=long)
    return phrase(face.name, text, words)


def _place(minutes: int, step: int, words: Words) -> str:
    """The position of a hand that takes a number of minutes from one number to the next."""
    before = minutes // step
    number, following = before or 12, before + 1
    if minutes % step:
        return words["chart_between"].format(one=number, other=following)
    return words["chart_at"].format(number=number)


def _face(face: _Face, centre: Point, plan: Plan) -> Iterator[Mark]:
    x, y = centre
    yield Slice(x, y, RADIUS, 0, 1, Fill(PAPER, ink=INK))
    for minute in range(60):
        length = 5.0 if minute % 5 == 0 else 2.5
        rim = (
            _point_at(centre, minute / 60, RADIUS - length),
            _point_at(centre, minute / 60, RADIUS - 1),
        )
        yield Rule(rim, INK if minute % 5 == 0 else QUIET, 1.0 if minute % 5 == 0 else 0.5)
    for hour in range(1, 13):
        across, down = _point_at(centre, hour / 12, RADIUS - 12)
        yield Label(across, down + CAPITAL / 2, str(hour), "middle", INK)
    if face.time is not None:
        main = plan.palette.main
        yield Rule((centre, _point_at(centre, face.time / 720, RADIUS * 0.4)), main, 3.2)
        yield Rule((centre, _point_at(centre, face.time / 60, RADIUS * 0.62)), main, 1.6)
    yield Slice(x, y, 2.6, 0, 1, Fill(INK, ink=INK))


def _point_at(centre: Point, turn: float, radius: float) -> Point:
    angle = math.tau * turn
    return centre[0] + radius * math.sin(angle), centre[1] - radius * math.cos(angle)


# --- fractions -------------------------------------------------------------------------------
# Fraction bars: wholes divided into equal parts, some of them filled.

HEIGHT, SPACE_OF_BARS, BETWEEN = 20.0, 9.0, 6.0
"""The height of a bar, the gap between two bars, and the gap between the wholes of one."""

MOST_PARTS, MOST_WHOLES = 60, 6
NAMES = 0.3
"""The maximum share of the width for names."""

_FRACTION = late(r"(?:(\d{1,3})\s+)?(\d{1,3})\s*[/⁄]\s*(\d{1,3})|(\d{1,3})")
_FRACTION_HINT = "Write it like `3/4` or `1 1/2`."


class Bar(NamedTuple):
    """A fraction as a bar: its ``name``, if it is shown; the number of ``filled`` parts, and of the
    parts of a whole."""

    name: str
    filled: int
    parts: int

    @property
    def wholes(self) -> int:
        return max(1, -(-self.filled // self.parts))


class Bars(NamedTuple):
    bars: tuple[Bar, ...]
    turns: bool = True

    def texts(self) -> Iterator[str]:
        return (bar.name for bar in self.bars)

    def description(self, words: Words) -> list[str]:
        return [
            phrase(
                bar.name,
                words["chart_parts"].format(count=bar.filled, all=bar.parts * bar.wholes),
                words,
            )
            for bar in self.bars
        ]

    def scene(self, plan: Plan) -> Scene:
        names = [plan.wrap(bar.name, plan.width * NAMES) for bar in self.bars]
        left = plan.widest(line for name in names for line in name)
        left += 2 * GAP if left else 1
        wholes = max(bar.wholes for bar in self.bars)
        width = (plan.width - 1 - left - BETWEEN * (wholes - 1)) / wholes
        marks: list[Mark] = []
        for at, (bar, name) in enumerate(zip(self.bars, names, strict=True)):
            top = 1 + at * (HEIGHT + SPACE_OF_BARS)
            marks += middle_block(0, top + HEIGHT / 2, name)
            for whole in range(bar.wholes):
                filled = min(bar.parts, bar.filled - whole * bar.parts)
                marks += _bar(plan, left + whole * (width + BETWEEN), top, width, bar, filled)
        return Scene(
            plan.width, len(names) * (HEIGHT + SPACE_OF_BARS) - SPACE_OF_BARS + 2, tuple(marks)
        )


def read_fractions(settings: Settings, items: list[Item]) -> Bars:
    if not items:
        raise MistakeError("There is no fraction to draw.", hint=_FRACTION_HINT)
    read_bar = functools.partial(_read_fraction, shows_value=settings.shows_values)
    return Bars(tuple(bar for bar, _ in settings.each(items, read_bar)))


def _read_fraction(item: Item, *, shows_value: bool) -> Bar:
    match = _FRACTION.fullmatch(item.text)
    if not match:
        raise MistakeError(f"“{item.text[:40]}” is not a fraction.", hint=_FRACTION_HINT)
    parts = int(match[3] or 1)
    filled = int(match[2] or match[4]) + int(match[1] or 0) * parts
    if not 1 <= parts <= MOST_PARTS or filled > parts * MOST_WHOLES:
        message = f"“{item.text}” cannot be drawn: a whole has 1 to {MOST_PARTS} parts"
        raise MistakeError(f"{message}, and there are at most {MOST_WHOLES} wholes.")
    return Bar(item.name or (item.text if shows_value else ""), filled, parts)


def _bar(
    plan: Plan, left: float, top: float, width: float, bar: Bar, filled: int
) -> Iterator[Mark]:
    """A whole: its filled parts first, each with its edges."""
    main = plan.palette.bars[0]
    part_width = width / bar.parts
    yield Box(left, top, width, HEIGHT, Fill(PAPER))
    for part in range(filled):
        yield Box(left + part * part_width, top, part_width, HEIGHT, main)
    for part in range(bar.parts + 1):
        x = left + part * part_width
        colour = PAPER if 0 < part < filled and not main.edge else INK
        yield Rule(((x, top), (x, top + HEIGHT)), colour, 0.9)
    for y in (top, top + HEIGHT):
        yield Rule(((left, y), (left + width, y)), INK, 0.9)


# --- number lines ----------------------------------------------------------------------------
# Number lines: with points, with jumps from one number to another, or to write on.

ARROW_DISTANCE = 14.0
"""The distance from the last mark to the arrow's head."""

STEPS = (1, 2, 5, 10, 20, 50, 100, 200)
_JUMP = late(r"->|→|⟶")


class _Place(NamedTuple):
    """A point, or where the jump from ``start`` ends. One that is not ``named`` has its number, as
    written, as its name."""

    name: str
    at: float
    start: float | None = None
    named: bool = True


class NumberLine(NamedTuple):
    axis: Axis
    labels: AxisLabels | None
    is_asked: bool
    points: tuple[_Place, ...]
    jumps: tuple[_Place, ...]
    turns: bool = False

    def texts(self) -> Iterator[str]:
        return (place.name for place in (*self.points, *self.jumps))

    def description(self, words: Words) -> list[str]:
        """The numbers of the marks, and of points and jumps; where they may be the answer, their
        positions."""
        axis = self.axis
        write = functools.partial(axis.place, words=words) if self.is_asked else axis.text_of
        sentences = self._marks(words)
        for place in self.points:
            is_shown = not place.named and not self.is_asked
            sentences.append(place.name if is_shown else phrase(place.name, write(place.at), words))
        jump = words["chart_way" if self.is_asked else "chart_jump"]
        for place in self.jumps:
            ends = jump.format(start=write(place.start or 0), end=write(place.at))
            sentences.append(phrase(place.name, ends, words))
        return sentences

    def _marks(self, words: Words) -> list[str]:
        """The marks: by their numbers, or by how many there are, with those that are written."""
        axis = self.axis
        if self.labels is None or not self.is_asked:
            ends = {"low": axis.text_of(axis.low), "high": axis.text_of(axis.high)}
            steps = words["chart_steps"].format(**ends, step=axis.text_of(axis.step))
            return [capital(steps)]
        return [
            words["chart_marks"].format(count=len(axis.marks())),
            *(phrase(text, axis.place(value, words), words) for value, text in self.labels),
        ]

    def scene(self, plan: Plan) -> Scene:
        half = plan.widest(map(self.axis.text_of, (self.axis.low, self.axis.high))) / 2
        inset = max(half, ARROW_DISTANCE + GAP)
        across = Scale(self.axis.low, self.axis.high, inset, plan.width - inset)
        arcs = [abs(across.at(jump.at) - across.at(jump.start or 0)) for jump in self.jumps]
        high = max((_rise(arc) + LEADING for arc in arcs), default=0)
        names, levels = _names(self.points, across, plan)
        line = 2 + high + (levels * LEADING + 2 * GAP if levels and not self.jumps else GAP)
        marks = [*self._line(plan, across, line)]
        below = line + (2 * GAP if self.labels == () else GAP + LEADING + 2)
        for jump in self.jumps:
            marks += _arc(jump, across, line, plan.palette.lines[1].colour)
        for jump in self.jumps:
            marks += back_label(plan, _name_jump(jump, across, line))
        for place, level in names:
            x = across.at(place.at)
            marks.append(Marker(x, line, "disc", plan.palette.main))
            if self.jumps:
                marks.append(Label(x, below + level * LEADING + CAPITAL, place.name, "middle"))
            else:
                y = line - 2 * GAP - level * LEADING
                if level:
                    marks.append(Rule(((x, y + 2), (x, line - 4)), QUIET, 0.5))
                marks.append(Label(x, y, place.name, "middle"))
        foot = levels * LEADING if self.jumps else 0
        return Scene(plan.width, below + foot + 1, tuple(marks))

    def _line(self, plan: Plan, across: Scale, line: float) -> Iterator[Mark]:
        middle = ((across.start + across.end) / 2, line)
        for end in (across.start - ARROW_DISTANCE, across.end + ARROW_DISTANCE):
            yield from arrow(middle, (end, line), INK)
        marks = self.axis.marks()
        widest = plan.widest(map(self.axis.text_of, marks)) + GAP
        step_width = across.at(self.axis.low + self.axis.step) - across.start
        interval = next((step for step in STEPS if step * step_width >= widest), STEPS[-1])
        labels = self.labels
        if labels is None:
            usual = (mark for mark in marks if round(mark / self.axis.step) % interval == 0)
            labels = tuple((mark, self.axis.text_of(mark)) for mark in usual)
        for mark in marks:
            reach = 4 if interval == 1 else 2.5
            yield Rule(((across.at(mark), line - reach), (across.at(mark), line + reach)), INK, 0.8)
        for value, text in labels:
            x = across.at(value)
            yield Rule(((x, line - 4), (x, line + 4)), INK, 0.8)
            yield Label(x, line + GAP + LEADING, text, "middle", INK)


def read_number_lines(settings: Settings, items: list[Item]) -> NumberLine:
    parsed = settings.each(items, _read_number_line)
    places = [place for place, _ in parsed]
    ends = [value for place in places for value in (place.at, place.start) if value is not None]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    axis = settings.axis("", (low, high if high - low > 1e-6 else low + 10), 12)
    for place, item in parsed:
        for value in (place.at, place.start):
            if value is not None and not axis.has(value):
                message = f"“{item.text[:40]}” is outside the number line."
                settings.wrong(MistakeError(message, hint="Set a larger `range`."), item)
    points = tuple(place for place in places if place.start is None)
    jumps = tuple(place for place in places if place.start is not None)
    if not settings.setting("range"):  # the whole of the last step
        step = axis.step
        axis = axis._replace(
            low=math.floor(low / step + 1e-9) * step, high=math.ceil(axis.high / step - 1e-9) * step
        )
    (labels,) = settings.labels(axis)
    return NumberLine(axis, labels, settings.is_asked, points, jumps)


def _read_number_line(item: Item) -> _Place:
    start, *rest = _JUMP.split(item.text, maxsplit=1)
    if not rest:
        value = _bound(start, 0)
        return _Place(item.name or pretty(item.text), value, named=bool(item.name))
    at = item.text.index(rest[0], len(start)) if rest[0] else len(item.text)
    return _Place(item.name, _bound(rest[0], at), _bound(start, 0))


def _bound(text: str, at: int) -> float:
    value = number(text, at)
    if abs(value) > LARGEST_VALUE:
        raise MistakeError(f"“{text.strip()[:40]}” is too large to be drawn.", at)
    return value


def _names(
    points: tuple[_Place, ...], across: Scale, plan: Plan
) -> tuple[list[tuple[_Place, int]], int]:
    """The points, each with a row in which there is room for its name; and the number of rows."""
    ends: list[float] = []
    placed = []
    for place in sorted(points, key=lambda place: place.at):
        half = plan.measure(place.name) / 2
        x = across.at(place.at)
        level = next((n for n, end in enumerate(ends) if end + GAP <= x - half), len(ends))
        ends[level : level + 1] = [x + half]
        placed.append((place, level))
    return placed, len(ends)


def _rise(width: float) -> float:
    return min(34.0, 8 + width * 0.22)


def _arc(jump: _Place, across: Scale, line: float, colour: str) -> Iterator[Mark]:
    start, end = across.at(jump.start or 0), across.at(jump.at)
    rise = _rise(abs(end - start))
    points: list[Point] = []
    for step in range(33):
        angle = math.pi * step / 32
        x = (start + end) / 2 - (end - start) / 2 * math.cos(angle)
        points.append((x, line - 3 - (rise - 3) * math.sin(angle)))
    yield Rule(tuple(points), colour, 1.1)
    yield head(points[-4], points[-1], colour, 1.1)


def _name_jump(jump: _Place, across: Scale, line: float) -> Label:
    """The name of a jump over its arc."""
    start, end = across.at(jump.start or 0), across.at(jump.at)
    return Label((start + end) / 2, line - _rise(abs(end - start)) - 3, jump.name, "middle")


# --- graphs ----------------------------------------------------------------------------------
# Coordinate axes: with the graphs of functions and with points, or to draw in.

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
    x: Axis
    y: Axis
    names: tuple[str, str]
    labels: tuple[AxisLabels | None, ...]
    is_asked: bool
    graphs: tuple[Graph, ...]
    spots: tuple[_Spot, ...]
    turns: bool = False

    def texts(self) -> Iterator[str]:
        yield from self.names
        yield from (graph.name for graph in self.graphs)
        yield from (spot.name for spot in self.spots)

    def description(self, words: Words) -> list[str]:
        sentences = [
            words["chart_axis"].format(
                name=name, low=axis.text_of(axis.low), high=axis.text_of(axis.high)
            )
            for name, axis in zip(self.names, (self.x, self.y), strict=True)
        ]
        for spot in self.spots:
            place = self._place(spot, words) if self.is_asked else self._pair(spot.x, spot.y)
            sentences.append(phrase(spot.name, place, words))
        return [*sentences, *(self._course(graph, words) for graph in self.graphs)]

    def _place(self, spot: _Spot, words: Words) -> str:
        """The position of a point among the marks of the axes, where it may be the answer."""
        return words["list_separator"].join(
            words["chart_number"].format(name=name, value=axis.place(value, words))
            for name, axis, value in zip(
                self.names, (self.x, self.y), (spot.x, spot.y), strict=True
            )
        )

    def _pair(self, x: float, y: float, digits: int = 2) -> str:
        mark = "; " if text_of(0.5, self.x.lang)[1] == "," else ", "
        return f"({self.x.near(x, digits)}{mark}{self.y.near(y, digits)})"

    def _course(self, graph: Graph, words: Words) -> str:
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
            return phrase(graph.name, parts[0], words)
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
                path = tuple((across.at(x), up.at(y)) for x, y in _straighten(run))
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
        yield from arrow((across.start, x_axis), (across.end + 2 * GAP, x_axis), INK)
        yield from arrow((y_axis, up.start), (y_axis, up.end - 2 * GAP), INK)
        yield Label(across.end + 3 * GAP, x_axis + CAPITAL / 2, self.names[0])
        is_left = y_axis < plan.width / 2
        yield Label(
            y_axis + (1.5 * GAP if is_left else -1.5 * GAP),
            up.end - 2 * GAP + 2,
            self.names[1],
            "start" if is_left else "end",
        )

    def _labels(self, index: int) -> AxisLabels:
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
                yield from back_label(plan, Label(across.at(mark), y, text, "middle", QUIET))
        room = (up.start - up.end) * self.y.step / (self.y.high - self.y.low)
        interval = max(1, math.ceil(LEADING / room))
        for mark, text in self._labels(1):
            is_zero = is_crossed and abs(mark) < self.y.step / 2
            is_named = self.labels[1] is not None
            if is_named or (round(mark / self.y.step) % interval == 0 and not is_zero):
                x = across.at(self.y_axis) - GAP
                y = up.at(mark) + CAPITAL / 2
                yield from back_label(plan, Label(x, y, text, "end", QUIET))


def read_axes(settings: Settings, items: list[Item]) -> Axes:
    parsed = settings.each(items, _read_line)
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


def _read_line(item: Item) -> Graph | _Spot:
    if point := _POINT.fullmatch(item.text):
        x, y = (arithmetic.number(point[name], point.start(name)) for name in ("x", "y"))
        if max(abs(x), abs(y)) > LARGEST_VALUE:
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
    return [max(-LARGEST_VALUE, usual[0]), min(LARGEST_VALUE, usual[-1])]


def _places(axis: Axis) -> Iterator[float]:
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


def _straighten(run: list[Point]) -> list[Point]:
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


# --- diagrams --------------------------------------------------------------------------------
# Diagrams for lessons: number lines, coordinate axes with graphs, clock faces, fraction bars.
#
# Each kind is a module: the syntax of its lines, its spoken description, and its drawing.

Diagram: TypeAlias = NumberLine | Axes | Clocks | Bars
"""``turns``: whether it is mirrored in right-to-left text; ``texts``: its labels; ``description``:
exactly what is visible, in words; ``scene``: the drawing."""

MOST_ITEMS = 40
"""The maximum number of lines of a diagram: points, graphs, faces or bars."""

_READERS: dict[str, Callable[[Settings, list[Item]], Diagram]] = {
    "numberline": read_number_lines,
    "graph": read_axes,
    "clock": read_clocks,
    "fractions": read_fractions,
}


def read_diagram(chart: Chart, lang: str, findings: Findings, *, is_asked: bool) -> Diagram | None:
    """The content of a chart of one of the `DIAGRAM_KINDS`, or None after reporting a mistake. It
    ``is_asked`` of students in an exercise."""
    items = [
        Item(plain_text(name.children).strip(), plain_text(value.children), value.span)
        for name, value in (row.cells for row in chart.table.body)
    ]
    failed = False

    def wrong(mistake: MistakeError, item: Item | None = None) -> None:
        nonlocal failed
        failed = True
        span = item.span if item else None
        if span:
            span = replace(span, column=span.column + mistake.at)
        findings.add(Code.BAD_CHART, str(mistake), span or chart.span, mistake.hint)

    if len(items) > MOST_ITEMS:
        wrong(MistakeError(f"The diagram has {len(items)} lines, more than {MOST_ITEMS}."))
        return None
    try:
        diagram = _READERS[chart.kind](Settings(chart, lang, wrong, is_asked), items)
    except MistakeError as mistake:
        wrong(mistake)
        return None
    return None if failed else diagram
