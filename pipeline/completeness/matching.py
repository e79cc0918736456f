"""Finding passages in a text, in their order: which are not there, and which elsewhere.

As a rule all are there, and one look at the text tells so. Where not, long passages that come
once only are held fast, as many as are in order, and the others are looked for between them: so
one that is lost does not lead the search astray.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from pipeline.completeness.passages import Passage

FAST = 24
"""Letters that a passage has at least to hold others in place, or to be known elsewhere."""

SAID_TWICE = 60
"""Letters that a passage has at least, where saying it twice is a mistake."""


class Fault(NamedTuple):
    kind: Literal["missing", "elsewhere", "twice"]
    passage: Passage


class Matched(NamedTuple):
    """What is wrong, and the ``rest`` of the text, which no passage has."""

    faults: tuple[Fault, ...]
    rest: tuple[str, ...]


def match(passages: Sequence[Passage], text: str) -> Matched:
    """Look for passages in a text of letters."""
    places = _in_order(passages, text, 0, len(text))
    if None in places:
        places = _between_fast(passages, text)
    faults = tuple(
        Fault("elsewhere" if _is_elsewhere(passage, text) else "missing", passage)
        for passage, place in zip(passages, places, strict=True)
        if place is None
    )
    return Matched(faults, tuple(_rest(passages, places, text)))


def twice(
    passages: Sequence[Passage], rest: Sequence[str], others: Sequence[Passage]
) -> Iterator[Fault]:
    """The passages that are in the rest of a text too, where the ``others`` do not have them."""
    around = "\0".join(rest)
    for passage in passages:
        long = len(passage.letters) >= SAID_TWICE and not passage.repeated
        if long and passage.letters in around and not _has(others, passage.letters):
            yield Fault("twice", passage)


def _has(passages: Sequence[Passage], letters: str) -> bool:
    return any(letters in passage.letters for passage in passages)


def _in_order(passages: Sequence[Passage], text: str, start: int, end: int) -> list[int | None]:
    """Where each passage begins, the earliest place first that is after the one before. Those of
    a group begin after all that was before the group, and do not overlap."""
    places: list[int | None] = []
    group, group_start, taken = 0, start, list[tuple[int, int]]()
    for passage in passages:
        if passage.group != group or not group:
            group, group_start, taken = passage.group, start, []
        place = _free_place(passage.letters, text, group_start, end, taken)
        places.append(place)
        if place is not None:
            after = place + len(passage.letters)
            bisect.insort(taken, (place, after))
            start = max(start, after)
    return places


def _free_place(
    wanted: str, text: str, start: int, end: int, taken: list[tuple[int, int]]
) -> int | None:
    """The first place of some letters that is not among those ``taken``."""
    while (place := text.find(wanted, start, end)) >= 0:
        after = place + len(wanted)
        number = bisect.bisect_left(taken, (after, after))
        if not number or taken[number - 1][1] <= place:
            return place
        start = place + 1
    return None


def _between_fast(passages: Sequence[Passage], text: str) -> list[int | None]:
    fast = _fast(passages, text)
    places: list[int | None] = []
    start = 0
    for number, place in (*fast, (len(passages), len(text))):
        places += _in_order(passages[len(places) : number], text, start, place)
        if number < len(passages):
            places.append(place)
            start = place + len(passages[number].letters)
    return places


def _fast(passages: Sequence[Passage], text: str) -> list[tuple[int, int]]:
    """The numbers and places of the passages that hold the others: as many as can be of those
    that are long and come once, in order."""
    ends: list[int] = []  # of the chain of each length, the least place that one ends at
    last: list[int] = []  # and which candidate that is
    candidates: list[tuple[int, int]] = []
    before: list[int] = []
    for number, passage in enumerate(passages):
        if passage.group or len(passage.letters) < FAST:
            continue
        place = text.find(passage.letters)
        if place < 0 or text.find(passage.letters, place + 1) >= 0:
            continue
        length = bisect.bisect_left(ends, place)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [place]
        last[length : length + 1] = [len(candidates)]
        candidates.append((number, place))
    chain = []
    index = last[-1] if last else -1
    while index >= 0:
        chain.append(candidates[index])
        index = before[index]
    return chain[::-1]


def _is_elsewhere(passage: Passage, text: str) -> bool:
    return len(passage.letters) >= FAST and passage.letters in text


def _rest(passages: Sequence[Passage], places: Sequence[int | None], text: str) -> Iterator[str]:
    found = sorted(
        (place, place + len(passage.letters))
        for passage, place in zip(passages, places, strict=True)
        if place is not None
    )
    start = 0
    for place, end in (*found, (len(text), len(text))):
        yield text[start:place]
        start = end
