"""The questions of a quiz as they are read, before they become exercises."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pipeline import render_fragment
from pipeline.model.late import late
from pipeline.verify.moodle_quiz import GAP

BLANK = "\ue006"
"""The mark around the number of a gap, until nodes are made."""

LINES = 4
"""The lines for a long answer where nothing says how many."""

MOST_LINES = 40
"""The lines that are left for an answer at most: a page."""

FULL = 99.9
"""The share of points, in per cent, from which an answer is right."""

FEEDBACK = "The question has words to single answers, which are left out."
PARTS = "Answers that give a part of the points are taken for wrong ones."
CHOICES = "The answers to choose from in a gap are left out: the right one is to be written."
NONE_RIGHT = "No answer to the question is marked as right."


class UnreadableQuizError(ValueError):
    """There are no questions in a file; the message says why."""


class AskedGap(NamedTuple):
    """The right answers of a gap. One that is a number, with a decimal point, may say how far
    another may be from it."""

    answers: tuple[str, ...]
    tolerance: str = ""


class Asked(NamedTuple):
    """A question, whose texts are HTML. The ``prompt`` has the numbers of its ``gaps`` between
    marks; a question with a single gap that it does not have is a short answer. ``lines`` are None
    where nobody writes at length, and 0 where something is to be drawn. Choices with ``fixed``
    numbers keep their places."""

    name: str
    prompt: str
    choices: tuple[tuple[str, bool], ...] = ()
    fixed: frozenset[int] = frozenset()
    several: bool = False
    gaps: tuple[AskedGap, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    order: tuple[str, ...] = ()
    lines: int | None = None
    answer: str = ""
    points: float = 1

    @property
    def is_answered(self) -> bool:
        """Return whether something is right, if the question is one that has a right answer."""
        if self.choices:
            return any(is_right for _, is_right in self.choices)
        return all(gap.answers for gap in self.gaps)


class Lost(NamedTuple):
    """A message about something that is not read, with the line of a text or the file in an archive
    that it is about."""

    message: str
    line: int = 0
    file: str = ""


class Quiz(NamedTuple):
    """The questions of a file, and the files in it by their names."""

    title: str
    questions: tuple[Asked, ...]
    files: Mapping[str, bytes] = {}
    lost: tuple[Lost, ...] = ()
    lang: str = ""


def html_of(text: str, format: str) -> str:
    """A text of a question in HTML. In Markdown, formulas and gaps stay as they are, and formulas
    may be between two backslashes and a bracket, as Markdown needs them."""
    if format != "markdown":
        return text if format == "html" else html.escape(text, quote=False)
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        formula = match["shown"] or match["inline"]
        marks = r"\[{}\]" if match["shown"] else r"\({}\)"
        kept.append(html.escape(marks.format(formula), quote=False) if formula else match[0])
        return f"{KEPT}{len(kept) - 1}{KEPT}"

    markup = render_fragment(_KEPT.sub(keep, text))
    return _PLACE.sub(lambda match: kept[int(match[1])], markup)


KEPT = "\ue008"
_PLACE = late(f"{KEPT}([0-9]+){KEPT}")
_KEPT = late(
    r"\\{1,2}\((?P<inline>(?:(?!\\\()[^\n])+?)\\{1,2}\)"
    r"|(?:\$\$|\\{1,2}\[)(?P<shown>(?:(?!\\\[)[^$])+?)(?:\$\$|\\{1,2}\])"
    rf"|{GAP.pattern}"
)


def gap_mark(number: int) -> str:
    """The place of a gap in a text."""
    return f"{BLANK}{number}{BLANK}"


def number(text: str | None, otherwise: float) -> float:
    """The number that a text is, or another one if it is none."""
    try:
        value = float(text or "")
    except ValueError:
        return otherwise
    return value if math.isfinite(value) else otherwise


def line_count(text: str | None) -> int:
    """The number of lines for an answer that a text says."""
    return max(0, min(MOST_LINES, int(number(text, 0)))) or LINES


def number_gap(value: str, below: str | None, above: str | None = None) -> AskedGap:
    """The gap for a number, and for those that are so far below or above it at most."""
    low, high = number(below, 0), number(above or below, 0)
    if not low and not high:
        return AskedGap((value,))
    if low == high:
        return AskedGap((value,), below or "")
    middle = number(value, 0) + (high - low) / 2
    return AskedGap((f"{middle:g}",), f"{(low + high) / 2:g}")


def choices_of(
    texts: Iterable[str], shares: Sequence[float], *, several: bool
) -> tuple[tuple[str, bool], ...]:
    """Choices with their shares of points in per cent: a part is right only among several."""
    least = 0.0 if several else FULL
    return tuple((text, share > least) for text, share in zip(texts, shares, strict=True))
