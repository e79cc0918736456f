"""Times the regular expressions of the package with texts made from each, as
`tests.helpers.pattern_lint` counts their steps: `python -m tests.bench.patterns`. A text four times
as long may not take more than eight times as long."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.helpers.pattern_texts import Used, collected, tries

SHORT, LONG = 1_000, 4_000
SECONDS = {SHORT: 0.0005, LONG: 0.0125}
ENDS = ("", "\0", "\n", " \0")
ALLOWED = 0.002  # seconds for a text that is shorter still


def taken(look: Callable[[Any], object], text: Any) -> float:
    start = time.process_time()
    look(text)
    return time.process_time() - start


def grows(look: Callable[[Any], object], text: Any) -> bool:
    """Return whether a quarter of the text takes less than an eighth of the time, on any machine:
    linear time is a quarter, and quadratic a sixteenth."""
    part = text[: len(text) // 4] + text[-2:]
    return min(taken(look, text) for _ in range(5)) > 8 * min(taken(look, part) for _ in range(5))


def slow(used: Used) -> str | None:
    """The text that takes too long, if any does."""
    pattern = used.pattern
    # it tries all that `match` tries
    looks: list[Callable[[Any], object]] = [pattern.fullmatch]
    if used.searches:
        looks = [lambda text: [*pattern.finditer(text)], *looks]
    for before, piece in tries(used):
        for end in ENDS:
            for look in looks:
                for length in (24, 240, SHORT, LONG):
                    text: Any = before + piece * (length // len(piece)) + end
                    if isinstance(pattern.pattern, bytes):
                        text = text.encode("latin-1", "replace")
                    limit = SECONDS.get(length, ALLOWED)
                    if taken(look, text) > limit and all(
                        taken(look, text) > limit for _ in range(4)
                    ):
                        if length != SHORT and (length != LONG or grows(look, text)):
                            return f"{before!r} and {piece!r} and {end!r} ({length})"
                    elif length == SHORT:
                        break
    return None


def main() -> None:
    patterns = collected()
    for used in patterns:
        if text := slow(used):
            print(f"{used.where}: {used.pattern.pattern!r} is slow with {text}")
    print(f"{len(patterns)} regular expressions were timed.")


if __name__ == "__main__":
    main()
