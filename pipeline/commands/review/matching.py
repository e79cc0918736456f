"""Finds for each paragraph that came back the one of the source that it was."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence

from pipeline.commands.review.reading import ReviewedParagraph
from pipeline.model.late import late

HEADING = late(r"Heading(\d)")
"""The styles of headings."""

ALIKE = 0.5
"""The share of words from which on two paragraphs are the same one, changed."""

FIXED = 10
"""The paragraphs that one counts as whose place is fixed."""


def matched(
    base: Sequence[ReviewedParagraph], edited: Sequence[ReviewedParagraph]
) -> dict[int, int]:
    """The numbers of paragraphs of the source by those of the file: those with the same words and
    bookmark, with the same words, with the same bookmark, or at the same place with many words in
    common."""
    names = {p.mark: number for number, p in enumerate(base) if p.mark}
    pairs: dict[int, int] = {}
    used = set[int]()
    for is_changed in (False, True):
        for number, paragraph in enumerate(edited):
            other = names.get(paragraph.mark) if paragraph.mark else None
            if number in pairs or other is None or other in used:
                continue
            if paragraph.key == base[other].key or (is_changed and paragraph.key):
                pairs[number] = other
                used.add(other)
        if not is_changed:
            _pair_blocks(base, edited, pairs)
            used = set(pairs.values())
    _pair_alike(base, edited, pairs)
    _pair_alone(base, edited, pairs)
    return pairs


def _pair_blocks(
    base: Sequence[ReviewedParagraph], edited: Sequence[ReviewedParagraph], pairs: dict[int, int]
) -> None:
    """Pair those that are left and have the same words."""
    used = set(pairs.values())
    left = [number for number in range(len(base)) if number not in used]
    others = [number for number in range(len(edited)) if number not in pairs]
    keys = [(base[n].key, base[n].cell is None) for n in left]
    again = [(edited[n].key, edited[n].cell is None) for n in others]
    for block in difflib.SequenceMatcher(None, keys, again, autojunk=False).get_matching_blocks():
        pairs |= {others[block.b + at]: left[block.a + at] for at in range(block.size)}


def _pair_alike(
    base: Sequence[ReviewedParagraph], edited: Sequence[ReviewedParagraph], pairs: dict[int, int]
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
            if other not in used and (base[other].cell is None) is (paragraph.cell is None):
                alike = similarity(base[other].key, paragraph.key)
                if alike > share or (alike == share and best < 0):
                    best, share = other, alike
        if best >= 0:
            pairs[number] = best
            used.add(best)
            low = best + 1


def _pair_alone(
    base: Sequence[ReviewedParagraph], edited: Sequence[ReviewedParagraph], pairs: dict[int, int]
) -> None:
    """Pair paragraphs in one style that are alone between the same neighbours, whatever their words
    are: they were written anew."""
    for number in range(1, len(edited) - 1):
        paragraph = edited[number]
        before, after = pairs.get(number - 1), pairs.get(number + 1)
        if number in pairs or before is None or after != before + 2 or paragraph.cell:
            continue
        other = base[before + 1]
        if paragraph.key and other.key and other.style == paragraph.style and not other.cell:
            pairs[number] = before + 1


def similarity(first: str, second: str) -> float:
    """The share of words that two texts have in common, in their order."""
    if not first or not second:
        return 0.0
    return difflib.SequenceMatcher(None, first.split(), second.split(), autojunk=False).ratio()


def moved(pairs: dict[int, int], fixed: Collection[int] = ()) -> set[int]:
    """The paragraphs of a file that stand in another order than those of the source: all but the
    longest run that is in order, in which those that are ``fixed`` count as many."""
    numbers = sorted(pairs)
    best: list[tuple[int, int]] = []  # length of the longest run that ends here, and the one before
    for at, number in enumerate(numbers):
        weight = FIXED if number in fixed else 1
        longest, before = weight, -1
        for earlier in range(max(0, at - 400), at):
            if pairs[numbers[earlier]] < pairs[number] and best[earlier][0] + weight > longest:
                longest, before = best[earlier][0] + weight, earlier
        best.append((longest, before))
    in_order: set[int] = set()
    at = max(range(len(best)), key=lambda each: best[each][0], default=-1)
    while at >= 0:
        in_order.add(numbers[at])
        at = best[at][1]
    return set(pairs) - in_order


def has_new_formulas(base: ReviewedParagraph, edited: ReviewedParagraph) -> bool:
    """Return whether a paragraph has a formula that it did not have."""
    signs = iter(base.signs)
    return not all(sign in signs for sign in edited.signs)
