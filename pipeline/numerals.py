"""Numbers that are not written in digits."""

from __future__ import annotations

import string

_ROMAN = tuple(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        "M CM D CD C XC L XL X IX V IV I".split(),
        strict=True,
    )
)


def letters(index: int) -> str:
    """A, B … Z, AA … for 0, 1 …"""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = string.ascii_uppercase[rest] + text
    return text


def roman(number: int) -> str:
    """I, II, III, IV … for 1, 2, 3, 4 …"""
    text = ""
    for value, numeral in _ROMAN:
        times, number = divmod(number, value)
        text += numeral * times
    return text
