"""How long a text takes to read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from pipeline.report.passages import HAN, KANA, words

WORDS_A_MINUTE = {
    "ar": 138, "de": 179, "en": 228, "es": 218, "fi": 161, "fr": 195, "he": 187, "it": 188,
    "nl": 202, "pl": 166, "pt": 181, "ru": 184, "sl": 180, "sv": 199, "tr": 166,
}  # fmt: skip
"""Measured by reading aloud, of adults, in their own language: Trauzettel-Klosinski and Dietz,
Standardized Assessment of Reading Performance, Investigative Ophthalmology & Visual Science
53 (2012)."""

CHARACTERS_A_MINUTE = {"zh": 255, "ja": 357}
"""The same, for languages that do not part their words."""

OTHERS = 184
"""The mean of the languages measured, for those that were not."""

UNPARTED = frozenset({"bo", "dz", "km", "lo", "my", "th"})
"""Languages that part no words, and of which no speed is known."""


class ReadingTime(msgspec.Struct, frozen=True):
    """``amount`` of words, or of characters where ``unit`` says so; ``minutes`` is None where no
    speed is known; ``text`` says it in words: about 9 minutes."""

    amount: int
    unit: Literal["words", "characters"]
    minutes: float | None
    text: str


def reading_time(texts: Iterable[str], lang: str) -> ReadingTime:
    """The time that adults take for these texts in ``lang`` (a BCP 47 tag)."""
    language = lang.lower().split("-")[0]
    text = "\n".join(texts)
    if language in CHARACTERS_A_MINUTE:
        characters = len(HAN.findall(text)) + len(KANA.findall(text))
        others = [word for word in words(text) if not HAN.search(word) and not KANA.search(word)]
        minutes = characters / CHARACTERS_A_MINUTE[language] + len(others) / OTHERS
        return ReadingTime(characters, "characters", round(minutes, 2), _said(minutes))
    if language in UNPARTED:
        characters = sum(character.isalpha() for character in text)
        return ReadingTime(characters, "characters", None, "not known for this language")
    count = len(words(text))
    minutes = count / WORDS_A_MINUTE.get(language, OTHERS)
    return ReadingTime(count, "words", round(minutes, 2), _said(minutes))


def _said(minutes: float) -> str:
    rounded = round(minutes)
    if rounded < 1:
        return "under a minute"
    if rounded < 90:
        return "about a minute" if rounded == 1 else f"about {rounded} minutes"
    return f"about {_hours(minutes)} hours"


def _hours(minutes: float) -> str:
    """To the half hour."""
    halves = round(minutes / 30)
    return f"{halves // 2}½" if halves % 2 else f"{halves // 2}"
