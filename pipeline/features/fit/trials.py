"""Finds the setting with which a text fills its pages. This module does not know about layouts.

Settings are numbers from the tightest to the loosest, and a text has a length with each: 1.4 is one
page and four tenths of another. It increases with the number except for small steps back, when
something unbreakable moves to the next page.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

WELL_FILLED = 0.93
"""The share of the last page that ends the search for a better setting."""

AIM = 0.97
"""The share of the last page that a guess aims for."""

FULL_ENOUGH, BEGUN = 0.75, 0.3
"""The share of the last page that ends the search when a text is shortened to a full sheet, and the
minimum when it is stretched to one."""

MOST_TRIALS = 8
"""Of one length. Where a text grows evenly, four will do; where a high block moves to the next page
at some setting, more than these find nothing better."""

LITTLE = 0.04
"""Pages that it is not worth to look further for."""

NEAR, STRIDE = 0.2, 8
"""A difference in pages, below which the goal is probably within this number of settings."""

SLACK = 1e-6
"""The maximum difference between lengths that count as equal."""

Trial = Callable[[int, float], float]
"""The length of the text at a setting. It need not be worked out further than the second number:
any length above that will do then."""


class _Result(NamedTuple):
    """The end of a search: between two settings, or ``here``."""

    low: int
    high: int
    here: int | None = None


class Search(msgspec.Struct):
    """A search among the settings; ``rooms`` is the capacity of a page with each. `lengths` are the
    known ones, and `over` has limits that the text is known to exceed."""

    trial: Trial
    rooms: Sequence[float]
    lengths: dict[int, float] = {}
    over: dict[int, float] = {}

    def length(self, setting: int, limit: float = math.inf) -> float:
        """The length of the text at a setting, or infinity if it is over the limit."""
        known = self.lengths.get(setting, math.inf)
        if math.isinf(known) and self.over.get(setting, 0) < limit:
            known = self.trial(setting, limit)
            if known <= limit + SLACK:
                self.lengths[setting] = known
            else:
                self.over[setting] = limit
        return known if known <= limit + SLACK else math.inf

    def fill(self, pages: int, first: int, enough: float = WELL_FILLED) -> int | None:
        """The loosest setting with which the text takes at most a number of pages, or one with
        which ``enough`` of the last one is full; None if the pages are too few. ``first`` is tried
        first."""
        result = self._around(pages, first, (pages - 1 + enough, pages))
        return result.here if result.here is not None else result.low if result.low >= 0 else None

    def draw_out(self, pages: int, first: int) -> int | None:
        """A setting near the tightest one with which the last page is sufficiently filled; None if
        there is none."""
        least = pages - 1 + BEGUN
        result = self._around(least, first, (least, least + BEGUN))
        setting = result.high if result.here is None else result.here
        if setting >= len(self.rooms):
            return None
        return setting if least <= self.length(setting, pages) <= pages + SLACK else None

    def _around(self, most: float, first: int, good: tuple[float, float]) -> _Result:
        """The last setting with which the text is no longer than ``most``, and the next one; or the
        first one found whose length is in the ``good`` range. One more page is laid out, to measure
        by how much a text is too long."""
        low, high = -1, len(self.rooms)
        guess = first
        for trial in range(MOST_TRIALS):
            before = high - low
            length = self.length(guess, max(math.floor(most) + 1, 2 * most * (trial == 0)))
            if good[0] <= length <= good[1] + SLACK:
                return _Result(low, high, guess)
            if length <= most + SLACK:
                low = guess
            else:
                high = guess
            if self._is_exhausted(most, low, high):
                break
            helps = trial == 0 or (high - low) * 2 <= before + 1
            guess = self._guess(most, low, high) if helps else self._between(most, low, high)
        return _Result(low, high)

    def _is_exhausted(self, most: float, low: int, high: int) -> bool:
        """Return whether there is nothing left between two settings, or hardly anything."""
        if high - low <= 1:
            return True
        if low < 0 or high == len(self.rooms):
            return False
        return (self.rooms[low] / self.rooms[high] - 1) * most < LITTLE

    def _between(self, most: float, low: int, high: int) -> int:
        """The middle, or closer to an end at which the text is almost right."""
        middle = (low + high) // 2
        if most - self.lengths.get(low, -math.inf) < NEAR:
            return min(middle, low + STRIDE)
        if self.lengths.get(high, math.inf) - most < NEAR:
            return max(middle, high - STRIDE)
        return middle

    def _guess(self, most: float, low: int, high: int) -> int:
        """The setting at which the text should end near the foot of the last page, judged by the
        capacity of pages and the nearest known length."""
        if not self.lengths:
            return (low + high) // 2
        near = min(self.lengths, key=lambda s: (abs(self.lengths[s] - most), s))
        capacity = self.rooms[near] * self.lengths[near] / (most - 1 + AIM)
        guess = sum(room >= capacity for room in self.rooms) - 1
        return min(max(guess, low + 1), high - 1)


def sheets_of(search: Search, first: int, multiple: int) -> int | None:
    """The setting nearest to ``first`` with which the text ends on a full sheet of ``multiple``
    pages, the previous or the next one; None if there is none."""
    length = search.length(first)
    pages = math.ceil(length - SLACK)
    if pages % multiple == 0:
        return first
    down, up = pages - pages % multiple, pages - pages % multiple + multiple
    shorter = down and length / down < (up - 1 + BEGUN) / length
    for target in (down, up) if shorter else (up, down):
        if not target:
            continue
        if target > pages:
            setting = search.draw_out(target, first)
        else:
            setting = search.fill(target, first, FULL_ENOUGH)
        if setting is not None and math.ceil(search.length(setting) - SLACK) == target:
            return setting
    return None
