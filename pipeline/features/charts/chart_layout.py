"""Shared parts of charts: wrapped texts, headings, keys, and scales."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from pipeline.features.charts import look
from pipeline.features.charts.chart_data import Data
from pipeline.features.charts.look import CAPITAL, GAP, HAIRLINE, LEADING, QUIET
from pipeline.features.charts.scene import Anchor, Box, Label, Mark, Rule
from pipeline.model import Chart
from pipeline.model.late import late

Measure: TypeAlias = Callable[[str], float]
"""A function for the width of a text, in points."""

# After a space or a hyphen, and between the characters of scripts without spaces.
_BREAK = late(r"(?<=\s)|(?<=\w[-–/])(?=\w)|(?<=[\u3040-\u9fff])(?=[\u3040-\u9fff])")


MOST_DRAWN = 300
"""Characters of a name in a drawing; the table next to it has the full name."""


class Plan(NamedTuple):
    """A chart to draw at a given width; ``missing`` stands for a missing number, and ``flatness``
    is the fraction of the usual height."""

    chart: Chart
    data: Data
    width: float
    measure: Measure
    missing: str = "–"
    palette: look.Palette = look.COLOURED
    flatness: float = 1.0

    def wrap(self, text: str, width: float) -> list[str]:
        """The text in lines of a maximum width; a word that is too long is broken anywhere. Of a
        text too long to be a name, only the beginning is drawn."""
        if len(text) > MOST_DRAWN:
            text = f"{text[: MOST_DRAWN - 1]}…"
        lines = [""]
        for part in _BREAK.split(text):
            longer = lines[-1] + part
            if lines[-1].strip() and self.measure(longer.strip()) > width:
                lines.append(part)
            else:
                lines[-1] = longer
            while len(lines[-1].strip()) > 1 and self.measure(lines[-1].strip()) > width:
                lines[-1:] = self._broken(lines[-1].strip(), width)
        return [line.strip() for line in lines]

    def _broken(self, word: str, width: float) -> tuple[str, str]:
        """As much of a word as fits, at least one character, and the rest."""
        count = max(1, int(len(word) * width / self.measure(word)))
        while count > 1 and self.measure(word[:count]) > width:
            count -= 1
        return word[:count], word[count:]

    def widest(self, texts: Iterable[str]) -> float:
        return max(map(self.measure, texts), default=0)

    def text_of(self, value: Decimal | None) -> str:
        return self.missing if value is None else self.data.text_of(value)

    @property
    def heading(self) -> str:
        return self.data.counted(self.chart)


def text_block(
    x: float, y: float, lines: Iterable[str], anchor: Anchor = "start", colour: str = ""
) -> Iterator[Label]:
    """Lines of text under each other; ``y`` is the top of the first."""
    for number, line in enumerate(lines):
        yield Label(x, y + number * LEADING + LEADING - 2.6, line, anchor, colour)


def middle_block(x: float, y: float, lines: list[str]) -> Iterator[Label]:
    """Lines of text with their middle at the height ``y``."""
    top = y - (len(lines) - 1) * LEADING / 2
    for number, line in enumerate(lines):
        yield Label(x, top + number * LEADING + CAPITAL / 2, line)


def titled(plan: Plan, gap: float = GAP) -> tuple[list[Mark], float]:
    """The caption of the numbers, at the top; and the position of the rest, after a gap."""
    if not plan.heading:
        return [], 0.0
    lines = plan.wrap(plan.heading, plan.width)
    return [*text_block(0, 0, lines, colour=QUIET)], len(lines) * LEADING + gap


def footed(plan: Plan, left: float, right: float, height: float) -> tuple[Iterable[Mark], float]:
    """The caption of the groups, below the rest, which ends at a height; and where it ends."""
    if not plan.chart.x:
        return (), height
    lines = plan.wrap(plan.chart.x, right - left)
    block = text_block((left + right) / 2, height + 2, lines, "middle", QUIET)
    return block, height + 2 + len(lines) * LEADING


def heading(plan: Plan) -> tuple[list[Mark], float]:
    """The caption of the numbers, and the key to several series; and where the rest begins."""
    marks, top = titled(plan, 1.5 * GAP)
    if len(plan.data.series) > 1:
        size, bars = 8.5, plan.palette.bars
        entries, top = key(
            plan, top, [series.name for series in plan.data.series], size,
            lambda number, x, top: Box(x, top + 1.2, size, size, bars[number % len(bars)]),
        )  # fmt: skip
        return [*marks, *entries], top + 2 * GAP
    return marks, top


def key(
    plan: Plan, top: float, names: Iterable[str], size: float, sample: Callable[..., Mark]
) -> tuple[list[Mark], float]:
    """Names, each after a ``sample`` of this ``size``, given its number and place; and the end."""
    marks: list[Mark] = []
    x = 0.0
    for number, name in enumerate(names):
        lines = plan.wrap(name, plan.width - size - GAP)
        width = size + GAP + plan.widest(lines)
        if x and x + width > plan.width:
            x, top = 0.0, top + LEADING + 2
        marks += sample(number, x, top), *text_block(x + size + GAP, top, lines)
        top += (len(lines) - 1) * LEADING
        x += width + 4 * GAP
    return marks, top + LEADING


class Scale(NamedTuple):
    """Converts numbers to points: ``low`` is drawn at ``start``, ``high`` at ``end``."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: Decimal | float) -> float:
        share = (float(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def ticks(low: Decimal, high: Decimal, most: int = 5) -> list[Decimal]:
    """Round numbers from at most ``low`` to at least ``high``, in equal steps."""
    span = high - low or Decimal(1)
    step = Decimal(1).scaleb((span / most).adjusted())
    step *= next(factor for factor in (1, 2, 5, 10) if step * factor * most >= span)
    first, last = (low / step).__floor__(), -((-high / step).__floor__())
    return [step * number for number in range(first, last + 1)]


def grid(
    plan: Plan, marks: list[Decimal], left: float, right: float, scale: Scale
) -> Iterator[Mark]:
    """Light lines across, with their numbers to the left of ``left``."""
    for mark, text in zip(marks, _numbers(plan, marks), strict=True):
        y = scale.at(mark)
        if mark:
            yield Rule(((left, y), (right, y)), HAIRLINE, 0.5)
        yield Label(left - GAP, y + CAPITAL / 2, text, "end", QUIET)


def grid_width(plan: Plan, marks: list[Decimal]) -> float:
    """The width of a grid's numbers."""
    return plan.widest(_numbers(plan, marks)) + GAP


def _numbers(plan: Plan, marks: list[Decimal]) -> list[str]:
    exponents = (int(mark.normalize().as_tuple().exponent) for mark in marks)
    data = plan.data._replace(decimals=max(0, -min(exponents, default=0)))
    return [data.text_of(mark) for mark in marks]
