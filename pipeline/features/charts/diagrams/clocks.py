"""Clock faces, with hands or to draw them in."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.features.charts.chart_layout import Plan, text_block
from pipeline.features.charts.diagrams.arithmetic import MistakeError
from pipeline.features.charts.diagrams.diagram_parts import Item, Settings, Words, phrase
from pipeline.features.charts.look import CAPITAL, GAP, INK, LEADING, QUIET
from pipeline.features.charts.scene import Fill, Label, Mark, Point, Rule, Scene, Slice
from pipeline.model.late import late
from pipeline.model.sheet.colours import PAPER

RADIUS, SPACE = 42.0, 16.0
"""The radius of a face, and the gap between two."""

_TIME = late(r"(\d{1,2})[:.h](\d\d)")
_FORM = "Write hours and minutes, as in `10:15`, or `?` for a face without hands."


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
        count = max(1, int((plan.width + SPACE) / (2 * RADIUS + SPACE)))
        marks: list[Mark] = []
        top = 0.0
        for first in range(0, len(self.faces), count):
            row = self.faces[first : first + count]
            names = [plan.wrap(face.name, 2 * RADIUS + SPACE - GAP) for face in row]
            for number, (face, name) in enumerate(zip(row, names, strict=True)):
                x = RADIUS + 1 + number * (2 * RADIUS + SPACE)
                marks += _face(face, (x, top + RADIUS + 1), plan)
                marks += text_block(x, top + 2 * RADIUS + GAP, name, "middle")
            has_names = any(face.name for face in row)
            top += 2 * RADIUS + SPACE + has_names * LEADING * max(map(len, names))
        return Scene(plan.width, top - SPACE + 2 * GAP, tuple(marks))


def read(settings: Settings, items: list[Item]) -> Clocks:
    if not items:
        raise MistakeError("There is no clock to draw.", hint=_FORM)
    return Clocks(tuple(clock for clock, _ in settings.each(items, _read)))


def _read(item: Item) -> _Face:
    if item.text == "?":
        return _Face(item.name, None)
    match = _TIME.fullmatch(item.text)
    if not match:
        raise MistakeError(f"“{item.text[:40]}” is not a time.", hint=_FORM)
    hours, minutes = int(match[1]), int(match[2])
    if hours > 24 or minutes > 59:
        raise MistakeError(f"No clock shows {item.text}.", hint=_FORM)
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
        rim = (_at(centre, minute / 60, RADIUS - length), _at(centre, minute / 60, RADIUS - 1))
        yield Rule(rim, INK if minute % 5 == 0 else QUIET, 1.0 if minute % 5 == 0 else 0.5)
    for hour in range(1, 13):
        across, down = _at(centre, hour / 12, RADIUS - 12)
        yield Label(across, down + CAPITAL / 2, str(hour), "middle", INK)
    if face.time is not None:
        main = plan.palette.main
        yield Rule((centre, _at(centre, face.time / 720, RADIUS * 0.48)), main, 3.2)
        yield Rule((centre, _at(centre, face.time / 60, RADIUS * 0.8)), main, 1.6)
    yield Slice(x, y, 2.6, 0, 1, Fill(INK, ink=INK))


def _at(centre: Point, turn: float, radius: float) -> Point:
    angle = math.tau * turn
    return centre[0] + radius * math.sin(angle), centre[1] - radius * math.cos(angle)
