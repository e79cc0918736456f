"""Shared parts of diagrams: their lines of text, and axes with numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypeVar

from pipeline.features.charts import numbers
from pipeline.features.charts.chart_layout import Plan, ticks
from pipeline.features.charts.diagrams.arithmetic import MistakeError, number, pretty
from pipeline.features.charts.look import CAPITAL
from pipeline.features.charts.scene import Box, Fill, Label, Mark, Point, Rule
from pipeline.model import Chart
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.sheet.colours import PAPER

Parsed = TypeVar("Parsed")
Words = Mapping[str, str]

AxisLabels = tuple[tuple[float, str], ...]
"""Numbers, each with its text."""

MOST_MARKS = 200
"""The maximum number of marks on an axis."""

LARGEST = 1e9
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
    return numbers.write(exact, numbers.decimals_of(exact), lang)


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
        numbers = self.setting("numbers").lower()
        if numbers in _YES:
            return (None,) * len(axes)
        if numbers in _NO:
            return ((),) * len(axes)
        if numbers == "ends":
            return tuple(
                tuple((mark, axis.text_of(mark)) for mark in (axis.marks()[:1] + axis.marks()[-1:]))
                for axis in axes
            )
        texts = _SEPARATORS[text_of(0.5, self.lang)[1]].split(numbers)
        if len(texts) == 1:
            texts = numbers.split()
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
        if not -LARGEST <= low < high <= LARGEST or high - low < 1 / LARGEST:
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


def backed(plan: Plan, label: Label) -> Iterator[Mark]:
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
