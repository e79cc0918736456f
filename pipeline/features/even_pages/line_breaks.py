"""The lines of a justified paragraph, all of them chosen at once, as Knuth and Plass do: *Breaking
Paragraphs into Lines* (1981). It knows nothing but widths."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

SHRINK = 0.2
"""The share of a space by which it may be narrower."""

STRETCH = 0.5
"""The share of a space by which it is wider at a badness of 100."""

LIMITS = (2.0, 6.0, 15.0)
"""The widths of spaces, in `STRETCH`, up to which they are tried: usually, and where nothing else
is possible."""

MOST_HYPHENS = 2
"""The number of lines in a row that may end in a hyphen."""

LINE, HYPHEN, HYPHENS, LAST_HYPHEN = 10.0, 50.0, 10_000.0, 5_000.0
"""The cost of a line, of a hyphen, of two in a row, and of one in the last line but one, as TeX has
them."""

SLACK = 1e-3
"""Two widths may differ by this and be the same."""


class LineEnd(NamedTuple):
    """A place where a line may end: its last character and the first of the next line, counted from
    the paragraph's beginning. If it is ``hyphenated``, there is a hyphen, for which ``hyphen`` is
    added if it is not in the text."""

    end: int
    resume: int
    hyphen: float = 0
    hyphenated: bool = False


class LineBreaks(NamedTuple):
    """The ends of the lines of a paragraph, but for the last, and what they cost."""

    ends: tuple[LineEnd, ...]
    cost: float

    @property
    def lines(self) -> int:
        return len(self.ends) + 1

    def is_hyphenated(self, line: int) -> bool:
        """Return whether a line, counted from 1, ends in a hyphen."""
        return line <= len(self.ends) and self.ends[line - 1].hyphenated


class _Way(NamedTuple):
    """The cheapest way to have a number of lines end at a place, the last ``hyphens`` of them in a
    hyphen."""

    cost: float
    end: LineEnd
    before: _Way | None


class _Start(NamedTuple):
    """A place where a line may begin, with the ways to get there by lines and hyphens."""

    resume: int
    width: float
    is_in_word: bool
    ways: dict[tuple[int, int], _Way | None]


class ParagraphWidths(NamedTuple):
    """The ``places`` of characters, as if on one line, the number of ``spaces`` before each, and
    the ``ends`` that lines may have without a hyphen being added, the last of which is that of the
    paragraph. ``hyphens`` gives those with one between two places. A space is as wide as ``space``.
    The first line has an ``indent``, and the last is longer than ``shortest``."""

    places: Sequence[float]
    spaces: Sequence[int]
    ends: Sequence[LineEnd]
    hyphens: Callable[[int, int], Iterable[LineEnd]]
    width: float
    indent: float
    space: float
    shortest: float


def break_lines(
    text: ParagraphWidths, limit: float, whole: Collection[int] = ()
) -> dict[int, LineBreaks]:
    """The best ways to break a paragraph, by the number of lines. Spaces are as wide as ``limit``
    allows. The lines in ``whole``, counted from 1, end in no hyphen."""
    active = [_Start(0, text.width - text.indent, False, {(0, 0): None})]
    before, wider, last = 0, limit * STRETCH * text.space, text.ends[-1]
    for end in text.ends:
        first = active[0]
        room = first.width + text.places[first.resume] - text.places[end.end]
        if room > (text.spaces[end.end] - text.spaces[first.resume]) * wider and end is not last:
            before = end.resume
            continue  # even the first of the lines would be too short
        if _may_end(text, limit, active, before, end.end):
            for inner in text.hyphens(before, end.end):
                _reach(text, active, inner, limit, whole)
        _reach(text, active, end, limit, whole)
        if not active:
            return {}
        before = end.resume
    results: dict[int, LineBreaks] = {}
    reached = active[-1].ways if active[-1].resume == before else {}
    for (lines, _), way in reached.items():
        if way and (lines not in results or way.cost < results[lines].cost):
            results[lines] = LineBreaks(_ends(way), way.cost)
    return results


def _may_end(
    text: ParagraphWidths, limit: float, active: Iterable[_Start], first: int, end: int
) -> bool:
    """Return whether a line that begins at one of some places may end within a word."""
    left, right, spaces = text.places[first], text.places[end], text.spaces[first]
    wider = limit * STRETCH * text.space
    for start in active:
        room = start.width + text.places[start.resume]
        if left < room < right + (spaces - text.spaces[start.resume]) * wider:
            return True
    return False


def _reach(
    text: ParagraphWidths,
    active: list[_Start],
    end: LineEnd,
    limit: float,
    whole: Collection[int],
) -> None:
    """Have lines end at a place. Beginnings that are too far before it are ``active`` no more."""
    places, spaces, space = text.places, text.spaces, text.space
    is_last = end is text.ends[-1]
    ways: dict[tuple[int, int], _Way | None] = {}
    right, spaces_before, overfull = places[end.end], spaces[end.end], 0
    for start in active:
        natural = right - places[start.resume]
        between = spaces_before - spaces[start.resume]
        gap = start.width - natural - end.hyphen
        shrink = between * space * SHRINK
        if gap < -shrink - SLACK:
            overfull += gap + end.hyphen < -shrink - SLACK
            continue
        ratio = -gap / shrink if gap < -SLACK else gap / (between * space * STRETCH or SLACK)
        if is_last:
            if start.resume and (natural < text.shortest or (start.is_in_word and not between)):
                continue
            ratio = ratio if gap < 0 else 0
        elif ratio > limit and gap > SLACK:
            break  # and so are lines that begin later
        cost = (LINE + 100 * ratio**3) ** 2
        if end.hyphenated:
            cost += HYPHEN**2
        _extend(ways, start, end, cost, is_last, whole)
    del active[:overfull]
    if ways:
        active.append(_Start(end.resume, text.width, end.hyphenated, ways))


def _extend(
    ways: dict[tuple[int, int], _Way | None],
    start: _Start,
    end: LineEnd,
    cost: float,
    is_last: bool,
    whole: Collection[int],
) -> None:
    """Add the ways that have another line."""
    for (lines, hyphens), way in start.ways.items():
        total = cost + (way.cost if way else 0)
        if end.hyphenated:
            if hyphens == MOST_HYPHENS or lines + 1 in whole:
                continue
            total += HYPHENS * bool(hyphens)
        elif is_last and hyphens:
            total += LAST_HYPHEN
        key = lines + 1, hyphens + 1 if end.hyphenated else 0
        known = ways.get(key)
        if known is None or total < known.cost:
            ways[key] = _Way(total, end, way)


def _ends(way: _Way) -> tuple[LineEnd, ...]:
    ends: list[LineEnd] = []
    before = way.before
    while before:
        ends.append(before.end)
        before = before.before
    return tuple(ends[::-1])


class BrokenText:
    """A paragraph whose lines are broken anew when others ask for another number of lines, or for
    none of them to end in a hyphen. ``chosen`` are the lines that it will have."""

    def __init__(self, text: ParagraphWidths) -> None:
        self._text = text
        options = (break_lines(text, limit) for limit in LIMITS)
        self._known = {frozenset[int](): next(filter(None, options), {})}
        self.natural = min(
            self._known[frozenset()].values(), key=lambda breaks: breaks.cost, default=None
        )
        self.chosen = self.natural

    def with_lines(self, lines: int, whole: frozenset[int] = frozenset()) -> LineBreaks | None:
        """The best lines of a number, some of which end in no hyphen; None if that cannot be."""
        if whole not in self._known:
            self._known[whole] = break_lines(self._text, LIMITS[0], whole)
        return self._known[whole].get(lines)
