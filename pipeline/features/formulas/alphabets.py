"""The mathematical alphabets of Unicode. Browsers only support the value "normal" of MathML's
``mathvariant``; letters of other faces are characters of their own."""

from __future__ import annotations

import unicodedata

from pipeline.model.late import late

_FIRST, _LAST = "Aa0Αα", "Zz9Ωω"
"""The ends of capitals, small letters, digits, and Greek capitals and small letters."""

# Where each of these begins in a face; 0 where it has none.
_STARTS = {
    "bold": (0x1D400, 0x1D41A, 0x1D7CE, 0x1D6A8, 0x1D6C2),
    "italic": (0x1D434, 0x1D44E, 0, 0x1D6E2, 0x1D6FC),
    "bold-italic": (0x1D468, 0x1D482, 0, 0x1D71C, 0x1D736),
    "script": (0x1D49C, 0x1D4B6, 0, 0, 0),
    "fraktur": (0x1D504, 0x1D51E, 0, 0, 0),
    "double-struck": (0x1D538, 0x1D552, 0x1D7D8, 0, 0),
    "sans-serif": (0x1D5A0, 0x1D5BA, 0x1D7E2, 0, 0),
    "monospace": (0x1D670, 0x1D68A, 0x1D7F6, 0, 0),
}
# Letters that Unicode had before the alphabets.
_OLDER = {
    "italic": {"h": "ℎ"},
    "script": dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)),
    "fraktur": dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True)),
    "double-struck": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
}


def in_alphabet(text: str, variant: str) -> str:
    """``text`` in the letters of a face; missing letters are unchanged."""
    return "".join(_letter(char, variant) for char in text)


def _letter(char: str, variant: str) -> str:
    older = _OLDER.get(variant, {}).get(char)
    if older:
        return older
    for first, last, start in zip(_FIRST, _LAST, _STARTS.get(variant, ()), strict=False):
        if first <= char <= last and start:
            return chr(start + ord(char) - ord(first))
    return char


_OF_ALPHABETS = late("[\U0001d400-\U0001d7ff]")


def plain_letters(text: str) -> str:
    """``text`` in ordinary letters, which every font has and every screen reader can read."""
    return _OF_ALPHABETS.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
