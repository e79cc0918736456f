"""Lines of text, put together from their pieces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.preflight.layout import Box, Run

SMALLER = 0.9
"""Of its neighbour's size, a raised or lowered piece is smaller than this."""


SHORTEST_RULE, TALLEST_RULE = 30, 60
"""Points that a rule to write on is long at least, and the box that it is an edge of is high."""

APART = 9
"""Points that lines are apart at least."""


def baselines(runs: Iterable[Run]) -> tuple[float, ...]:
    """The baselines of the lines that the pieces are on, from the top. What is raised or
    lowered within a line is on it, and so is what stands beside it in another column."""
    found: list[tuple[float, float]] = []
    for run in sorted(runs, key=lambda run: -run.size):
        if not any(abs(run.baseline - y) < max(size, run.size) * 0.5 for y, size in found):
            found.append((run.baseline, run.size))
    return tuple(sorted((y for y, _ in found), reverse=True))


def is_raised_or_lowered(run: Run, others: Sequence[Run]) -> bool:
    """Whether it is a note's number, an index or an exponent beside larger letters."""
    return any(
        run.size < other.size * SMALLER
        and 0.3 < abs(run.baseline - other.baseline) < other.size * 0.7
        and run.box.left - other.box.right < other.size
        and other.box.left - run.box.right < other.size
        for other in others
    )


def line_of(run: Run, others: Iterable[Run]) -> str:
    """The text of the line that a piece is part of, as far as it is of one kind and block."""
    block = run.element and run.element.block
    pieces = [
        other
        for other in others
        if other.baseline == run.baseline
        and other.size == run.size
        and (other.element and other.element.block) == block
    ]
    pieces.sort(key=lambda piece: piece.box.left)
    text = ""
    for before, piece in zip((None, *pieces), pieces, strict=False):
        apart = before and piece.box.left - before.box.right > run.size * 0.3
        text += f" {piece.text}" if apart else piece.text
    return text


def rules(drawings: Iterable[Box], written: Iterable[float]) -> tuple[float, ...]:
    """The heights of the rules to write on, from the top: those that are not at one of the lines
    that are ``written``. A rule may be the lower edge of a box, of which no more is drawn."""
    found: list[float] = []
    taken = list(written)
    for box in sorted(drawings, key=lambda box: -box.bottom):
        is_rule = box.height < TALLEST_RULE and box.width > SHORTEST_RULE
        if is_rule and not any(abs(box.bottom - y) < APART for y in taken):
            found.append(box.bottom)
            taken.append(box.bottom)
    return tuple(found)
