"""Finds for each paragraph that came back the one of the source that it was."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from pipeline.commands.review.reading import ReviewedParagraph

ALIKE = 0.5
"""The share of words from which on two paragraphs are the same one, changed."""


def matched(
    base: Sequence[ReviewedParagraph], edited: Sequence[ReviewedParagraph]
) -> dict[int, int]:
    """The numbers of paragraphs of the source by those of the file: those with the same words, with
    the same bookmark, or at the same place with many words in common."""
    pairs: dict[int, int] = {}
    _pair_blocks(base, edited, pairs)
    names = {p.mark: number for number, p in enumerate(base) if p.mark}
    used = set(pairs.values())
    for number, paragraph in enumerate(edited):
        other = names.get(paragraph.mark) if paragraph.mark else None
        if number not in pairs and other is not None and other not in used and paragraph.key:
            pairs[number] = other
            used.add(other)
    _pair_alike(base, edited, pairs)
    return pairs


def _pair_blocks(
    base: Sequence[ReviewedParagraph],
    edited: Sequence[ReviewedParagraph],
    pairs: dict[int, int],
) -> None:
    keys, others = ([_key(paragraph) for paragraph in side] for side in (base, edited))
    for block in difflib.SequenceMatcher(None, keys, others, autojunk=False).get_matching_blocks():
        pairs |= {block.b + at: block.a + at for at in range(block.size)}


def _key(paragraph: ReviewedParagraph) -> tuple[str, bool]:
    return paragraph.key, paragraph.is_in_table


def _pair_alike(
    base: Sequence[ReviewedParagraph],
    edited: Sequence[ReviewedParagraph],
    pairs: dict[int, int],
) -> None:
    """Pair paragraphs between the same neighbours that have many words in common."""
    used = set(pairs.values())
    low = 0
    for number, paragraph in enumerate(edited):
        if number in pairs:
            low = pairs[number] + 1
            continue
        later = (pairs[n] for n in range(number + 1, len(edited)) if n in pairs)
        high = next(later, len(base))
        best, share = -1, ALIKE
        for other in range(low, high):
            if other not in used and base[other].is_in_table is paragraph.is_in_table:
                alike = similarity(base[other].key, paragraph.key)
                if alike > share or (alike == share and best < 0):
                    best, share = other, alike
        if best >= 0:
            pairs[number] = best
            used.add(best)
            low = best + 1


def similarity(first: str, second: str) -> float:
    """The share of words that two texts have in common, in their order."""
    if not first or not second:
        return 0.0
    return difflib.SequenceMatcher(None, first.split(), second.split(), autojunk=False).ratio()


def moved(pairs: dict[int, int]) -> set[int]:
    """The paragraphs of a file that stand in another order than those of the source: all but the
    longest run that is in order."""
    numbers = sorted(pairs)
    best: list[tuple[int, int]] = []  # length of the longest run that ends here, and the one before
    for at, number in enumerate(numbers):
        longest, before = 1, -1
        for earlier in range(max(0, at - 400), at):
            if pairs[numbers[earlier]] < pairs[number] and best[earlier][0] + 1 > longest:
                longest, before = best[earlier][0] + 1, earlier
        best.append((longest, before))
    in_order: set[int] = set()
    at = max(range(len(best)), key=lambda each: best[each][0], default=-1)
    while at >= 0:
        in_order.add(numbers[at])
        at = best[at][1]
    return set(pairs) - in_order
