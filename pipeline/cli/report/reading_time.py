"""The reading time of a text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from pipeline.cli.report.passages import HAN, KANA, words
from pipeline.model.words.writing import Writing, writing

OTHERS = Writing().words_a_minute
"""Words of other languages in a text of characters."""


class ReadingTime(msgspec.Struct, frozen=True):
    """The ``amount`` of words, or of characters if ``unit`` says so; ``minutes`` is None if the
    speed is unknown; ``text`` states it in words: about 9 minutes."""

    amount: int
    unit: Literal["words", "characters"]
    minutes: float | None
    text: str


def reading_time(texts: Iterable[str], lang: str) -> ReadingTime:
    """The time that adults take for these texts in ``lang`` (a BCP 47 tag)."""
    known = writing(lang)
    text = "\n".join(texts)
    if known.characters_a_minute:
        characters = len(HAN.findall(text)) + len(KANA.findall(text))
        others = [word for word in words(text) if not HAN.search(word) and not KANA.search(word)]
        minutes = characters / known.characters_a_minute + len(others) / OTHERS
        return ReadingTime(characters, "characters", round(minutes, 2), _rounded(minutes))
    if known.unparted:
        characters = sum(character.isalpha() for character in text)
        return ReadingTime(characters, "characters", None, "not known for this language")
    count = len(words(text))
    minutes = count / known.words_a_minute
    return ReadingTime(count, "words", round(minutes, 2), _rounded(minutes))


def _rounded(minutes: float) -> str:
    rounded = round(minutes)
    if rounded < 1:
        return "under a minute"
    if rounded < 90:
        return "about a minute" if rounded == 1 else f"about {rounded} minutes"
    return f"about {_hours(minutes)} hours"


def _hours(minutes: float) -> str:
    """Minutes as hours, rounded to the half hour."""
    halves = round(minutes / 30)
    return f"{halves // 2}½" if halves % 2 else f"{halves // 2}"
