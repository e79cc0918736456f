"""The order of words in an index or a glossary, by the rules of the language, the same on any
machine.

Words are compared one by one, ignoring capitals, accents and punctuation, except for accented
letters that a language counts as separate. Articles count, except the Arabic one, which is written
as part of the word. Chinese is sorted by pinyin if pypinyin is installed, and else by radicals.
"""

from __future__ import annotations

import functools
import importlib.util
import re
import unicodedata
from typing import NamedTuple, TypeAlias

from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.words.writing_conventions import Writing, writing
from pipeline.resolve.findings import Findings

Weight: TypeAlias = tuple[int, str | int, int]
Key: TypeAlias = tuple[tuple[Weight, ...], str, str]

SPACE, NUMBER, LETTER = 0, 1, 2

NUMBERS, OTHERS = "0–9", "#"
"""The headings of entries that begin with a number, and with neither a number nor a letter."""

PARTS = {
    "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "þ": "th",
    "ŧ": "t", "ى": "ي", "ة": "ه", "ٱ": "ا", "ک": "ك", "ی": "ي", "ہ": "ه",
}  # fmt: skip
"""The sort order of letters that Unicode does not decompose."""

SCRIPTS = {"Arab": "ARABIC", "Cyrl": "CYRILLIC", "Grek": "GREEK", "Hebr": "HEBREW"}
"""The prefixes of letter names of other scripts than Latin."""

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
"""The consonants that Korean syllables begin with, in the order of Unicode's from U+1100."""

TURKISH = str.maketrans({"I": "ı", "İ": "i"})

ARABIC_ARTICLE = late(r"ال(?=\w\w)")
HAN = late(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")


DIGITS = 1000
"""The number of digits by which a number is sorted."""


class Letter(NamedTuple):
    """A letter of its own: it comes in the place ``offset`` after ``base``."""

    base: str
    offset: int


class Collation:
    """The order of a language (a BCP 47 tag)."""

    def __init__(self, language: str) -> None:
        self.lacks_sounds = False
        self._language = language.lower().split("-")[0]
        self._writing = writing(language)
        self._script = SCRIPTS.get(self._writing.script, "LATIN")
        self._letters_after = _own_letters(self._writing)
        names = sorted(map(re.escape, self._letters_after), key=len, reverse=True)
        self._piece = re.compile("|".join((*(n for n in names if len(n) > 1), r"\d+", ".")), re.S)

    def key(self, text: str) -> Key:
        """The sort key of a text."""
        folded = self._fold(text)
        return tuple(self._weights(folded)), folded, text

    def letter(self, text: str) -> str:
        """The heading of entries that begin like ``text``."""
        weights = self._weights(self._fold(text))
        first = next((weight for weight in weights if weight[0] != SPACE), None)
        if first is None:
            return OTHERS
        kind, value, offset = first
        if kind == NUMBER:
            return NUMBERS
        for name, letter in self._letters_after.items():
            if offset and letter == (value, offset):
                return name.capitalize() if len(name) > 1 else self._upper(name)
        initial = str(value)[0]
        if 0 <= ord(initial) - 0x1100 < len(INITIALS):
            return INITIALS[ord(initial) - 0x1100]
        return self._upper(initial)

    def _fold(self, text: str) -> str:
        if self._language == "tr":
            text = text.translate(TURKISH)
        return unicodedata.normalize("NFC", text.casefold())

    def _weights(self, folded: str) -> list[Weight]:
        if self._language == "ar":
            folded = ARABIC_ARTICLE.sub("", folded, count=1)
        sounds = None
        if self._language == "zh" and HAN.search(folded):
            self.lacks_sounds = importlib.util.find_spec("pypinyin") is None
            sounds = None if self.lacks_sounds else iter(_pinyin(folded))
        weights: list[Weight] = []
        for match in self._piece.finditer(folded):
            piece = match[0]
            if piece[0].isdecimal():
                weights.append((NUMBER, int(piece[:DIGITS]), 0))
            elif piece.isspace() or unicodedata.category(piece[0]) == "Pd":
                if weights and weights[-1][0] != SPACE:
                    weights.append((SPACE, "", 0))
            elif sounds is not None and HAN.match(piece):
                weights.append((LETTER, *next(sounds, (piece, 0))))
            elif piece in self._letters_after:
                weights.append((self._rank(piece[0]), *self._letters_after[piece]))
            else:
                weights += [(self._rank(base), base, 0) for base in _bases(piece)]
        return weights

    def _upper(self, letter: str) -> str:
        return dict(self._writing.capitals).get(letter) or letter.upper()

    def _rank(self, letter: str) -> int:
        """Letters of the language's own script precede others."""
        return LETTER if unicodedata.name(letter, "").startswith(self._script) else LETTER + 1


def warn_of_order(collation: Collation, noun: str, span: Span | None, findings: Findings) -> None:
    """Report a list that was sorted without the pronunciation that it should be sorted by."""
    if collation.lacks_sounds:
        message = f"The {noun} is sorted by radicals instead of pinyin: pypinyin is not installed."
        findings.add(Code.NO_PINYIN, message, span, "Install it: `pip install pypinyin`.")


def _own_letters(language: Writing) -> dict[str, Letter]:
    """The letters of a language that follow others, and the letters they follow."""
    letters_after: dict[str, Letter] = {}
    for group in language.own_letters:
        letters = list(group)
        if language.digraph and group.endswith(language.digraph) and len(group) > 2:
            letters = [group[0], language.digraph]
        for offset, letter in enumerate(letters[1:], start=len(letters_after) + 1):
            letters_after[letter] = Letter(_bases(letters[0])[0], offset)
    return letters_after


@functools.cache
def _bases(letter: str) -> str:
    """The letters that one is ordered as: none for punctuation and for marks."""
    if letter in PARTS:
        return PARTS[letter]
    parts = unicodedata.normalize("NFKD", letter)
    return "".join(PARTS.get(c, c) for c in parts if unicodedata.category(c)[0] == "L")


def _pinyin(text: str) -> list[tuple[str, int]]:
    """The sound and the tone of each Chinese character of a text."""
    import pypinyin

    readings = []
    for run in HAN.finditer(text):
        sounds = pypinyin.lazy_pinyin(run[0], style=pypinyin.Style.TONE3)
        if len(sounds) != len(run[0]):  # some are unknown
            sounds = list(run[0])
        for sound in sounds:
            tone = int(sound[-1]) if sound[-1:].isdecimal() else 5
            readings.append((sound.rstrip("12345"), tone))
    return readings
