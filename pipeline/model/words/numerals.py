"""Numbers in letters and Roman numerals."""

from __future__ import annotations

import string
from collections.abc import Sequence

from pipeline.model.words.writing import writing

_ROMAN = tuple(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        "M CM D CD C XC L XL X IX V IV I".split(),
        strict=True,
    )
)


ALPHABETS = {
    "abjad": "أ ب ج د هـ و ز ح ط ي ك ل م ن س ع ف ص ق ر ش ت ث خ ذ ض ظ غ".split(),
    "persian": "الف ب ج د ه و ز ح ط ی ک ل م ن س ع ف ص ق ر ش ت ث خ ذ ض ظ غ".split(),
    "hebrew": list("אבגדהוזחטיכלמנסעפצקרשת"),
}
"""Letters that choices are counted by, as in `templates/shared/letters.css`."""


def letters(index: int) -> str:
    """A, B … Z, AA … for 0, 1 …"""
    return _counted(index, string.ascii_uppercase)


def alphabet(lang: str) -> str:
    """The name of the letters that a language counts with, or "" for Latin ones."""
    return writing(lang).alphabet


def small_letters(index: int, lang: str) -> str:
    """a, b … z, aa … for 0, 1 …, or the letters of a language's script."""
    return _counted(index, ALPHABETS.get(alphabet(lang), string.ascii_lowercase))


def _counted(index: int, signs: Sequence[str]) -> str:
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, len(signs))
        text = signs[rest] + text
    return text


def list_number(number: int, style: str) -> str:
    """The number ``number`` in a list ``style`` of `model.ListStyle`."""
    numeral = roman(number) if "roman" in style else str(number)
    if "alpha" in style:
        numeral = letters(number - 1)
    return numeral.lower() if style.startswith("lower") else numeral


def roman(number: int) -> str:
    """I, II, III, IV … for 1, 2, 3, 4 …"""
    text = ""
    for value, numeral in _ROMAN:
        times, number = divmod(number, value)
        text += numeral * times
    return text
