"""Fraction bars: wholes divided into equal parts, some of them filled."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.features.charts.chart_layout import Plan, middle_block
from pipeline.features.charts.diagrams.arithmetic import MistakeError
from pipeline.features.charts.diagrams.diagram_parts import Item, Settings, Words, phrase
from pipeline.features.charts.look import GAP, INK
from pipeline.features.charts.scene import Box, Fill, Mark, Rule, Scene
from pipeline.model.late import late
from pipeline.model.sheet.colours import PAPER

HEIGHT, SPACE, BETWEEN = 20.0, 9.0, 6.0
"""The height of a bar, the gap between two bars, and the gap between the wholes of one."""

MOST_PARTS, MOST_WHOLES = 60, 6
NAMES = 0.3
"""The maximum share of the width for names."""

_FRACTION = late(r"(?:(\d{1,3})\s+)?(\d{1,3})\s*[/⁄]\s*(\d{1,3})|(\d{1,3})")
_FORM = "Write it like `3/4` or `1 1/2`."


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
        for number, (bar, name) in enumerate(zip(self.bars, names, strict=True)):
            top = 1 + number * (HEIGHT + SPACE)
            marks += middle_block(0, top + HEIGHT / 2, name)
            for whole in range(bar.wholes):
                filled = min(bar.parts, bar.filled - whole * bar.parts)
                marks += _bar(plan, left + whole * (width + BETWEEN), top, width, bar, filled)
        return Scene(plan.width, len(names) * (HEIGHT + SPACE) - SPACE + 2, tuple(marks))


def read(settings: Settings, items: list[Item]) -> Bars:
    if not items:
        raise MistakeError("There is no fraction to draw.", hint=_FORM)
    read_bar = functools.partial(_read, shows_value=settings.shows_values)
    return Bars(tuple(bar for bar, _ in settings.each(items, read_bar)))


def _read(item: Item, *, shows_value: bool) -> Bar:
    match = _FRACTION.fullmatch(item.text)
    if not match:
        raise MistakeError(f"“{item.text[:40]}” is not a fraction.", hint=_FORM)
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
    for number in range(filled):
        yield Box(left + number * part_width, top, part_width, HEIGHT, main)
    for number in range(bar.parts + 1):
        x = left + number * part_width
        colour = PAPER if 0 < number < filled and not main.edge else INK
        yield Rule(((x, top), (x, top + HEIGHT)), colour, 0.9)
    for y in (top, top + HEIGHT):
        yield Rule(((left, y), (left + width, y)), INK, 0.9)
