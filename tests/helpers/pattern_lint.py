"""Finds the regular expressions of the package whose steps grow faster than the text:
`python -m tests.helpers.pattern_lint`. A slip of a key must not hang a build. `make lint` runs it.

A pattern is tried with texts made from itself, of a length, twice and three times that. If steps
grow in proportion to the text, the third part takes no more than the second.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from typing import NamedTuple

from tests.helpers.pattern_steps import Matcher, TooManySteps, parsed
from tests.helpers.pattern_texts import Used, can_grow, collected, endings, tries

MOST_ENDS = 8
"""Ends of texts that are tried, at which a match is to fail."""

LENGTH = 12
"""The least characters of a text that is tried."""

LONGER = 8
"""Times the length of texts with which a suspicion is tried again: shorter ones may still be at
the beginning of their growth."""

ALLOWED = 1.25
"""Times the steps of the second part that the third may take; a quadratic one takes 1.67."""

MOST_STEPS, DEPTH = 400_000, 100_000
"""Steps after which a text counts as slow, and calls within each other that they may take."""


class Slow(NamedTuple):
    """A text that makes a pattern slow: a ``piece`` repeated."""

    before: str
    piece: str
    after: str
    steps: tuple[int, int, int]


def slow(used: Used) -> Slow | None:
    """The first text that makes a pattern slow, if there is one."""
    elements = parsed(used.pattern)
    if not can_grow(elements):
        return None
    matcher = Matcher(used.pattern, MOST_STEPS)
    ends = [*dict.fromkeys(endings(elements))][:MOST_ENDS]
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(DEPTH)
    try:
        for (before, piece), after in itertools.product(tries(used), ends):
            count = max(2, -(-LENGTH // len(piece)))
            for searches in {used.searches, False}:
                if _grows(_steps(matcher, before, piece, after, count, searches)):
                    steps = _steps(matcher, before, piece, after, count * LONGER, searches)
                    if _grows(steps):
                        return Slow(before, piece, after, steps)
    finally:
        sys.setrecursionlimit(limit)
    return None


def _steps(
    matcher: Matcher, before: str, piece: str, after: str, count: int, searches: bool
) -> tuple[int, int, int]:
    """The steps for a piece repeated ``count`` times, twice and three times as often."""
    look = matcher.search if searches else matcher.fullmatch
    first, second, third = (before + piece * (count * times) + after for times in (1, 2, 3))
    try:
        return look(first), look(second), look(third)
    except TooManySteps:
        return 0, 0, MOST_STEPS


def _grows(steps: tuple[int, int, int]) -> bool:
    first, second, third = steps
    return third - second > ALLOWED * (second - first) + 4


def lines() -> Iterator[str]:
    patterns = collected()
    assert len(patterns) > 300, "there are more in the package"
    for used in patterns:
        if found := slow(used):
            yield (
                f"{used.where}: {used.pattern.pattern!r} takes {found.steps} steps for"
                f" {found.before!r}, {found.piece!r} repeated, and {found.after!r}"
            )


if __name__ == "__main__":
    found = list(lines())
    print("\n".join(found) or "All regular expressions take linear time.")
    sys.exit(bool(found))
