"""Numbers as people write them: read from cells, and formatted for a language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from pipeline.model.late import late
from pipeline.model.words.writing_conventions import NARROW, writing

NO_BREAK = "\u00a0"


MISSING = frozenset(("", "-", "–", "—", "−", ".", "..", "...", "…", "?", "n/a", "na", "n.a."))
"""Words for a missing number, in lower case."""

LONGEST = 40
"""The maximum length of a number with its unit."""

MOST_DECIMALS = 9
"""The maximum number of decimals shown."""

LARGEST, SMALLEST = Decimal("1e15"), Decimal("1e-9")
"""The range of numbers that can be drawn, besides 0."""

_SPACES = late(r"[\s'’٬]")
# A number has groups of three digits, or in India of two, separated by the same mark.
_NUMBER = late(
    r"(?P<sign>[+−–-]?)\s?(?P<before>[^\w\s.,+−–'’-]{0,2}|[A-Z]{2,3}(?=\s))\s?(?P<sign2>[+−–-]?)"
    r"(?P<digits>(?:\d{1,3}(?P<mark>[.,\s'’٬])\d{2,3}(?:(?P=mark)\d{2,3})*(?<=\d{3})|\d*)"
    r"(?:(?<=\d)|(?!(?P=mark))[.,٫]\d+))"
    r"(?P<power>[eE][+−-]?\d{1,2}(?!\w))?\s?"
    r"(?P<after>(?:[^\W\d]|[%‰°€$£¥₹/²³])[^\d]{0,11})?"
)


class Number(NamedTuple):
    """``unit`` is the text written with the number."""

    value: Decimal
    unit: str = ""


def is_missing(text: str) -> bool:
    return text.strip().lower() in MISSING


def decimal_mark(texts: Iterable[str], lang: str) -> str:
    """The decimal mark in these texts: an unambiguous one in any of them (``24.9`` in a German
    table), or else the language's own."""
    usual = writing(lang).decimal
    certain = {mark for text in texts if (mark := _certain(text))}
    return certain.pop() if len(certain) == 1 else usual


def _certain(text: str) -> str:
    """The decimal mark of a number, if it is unambiguous."""
    match = _NUMBER.fullmatch(text.strip()) if len(text) <= LONGEST else None
    digits = _SPACES.sub("", match["digits"]) if match else ""
    used = [mark for mark in ".,٫" if mark in digits]
    if len(used) == 2:
        return max(used, key=digits.rindex)
    if len(used) == 1 and digits.count(used[0]) == 1:
        before, _, after = digits.partition(used[0])
        if len(after) != 3 or len(before) > 3 or before in ("", "0"):
            return used[0]
    return ""


def read(text: str, decimal: str) -> Number | None:
    """The number in a text, or None; ``decimal`` is the decimal mark if the text is ambiguous."""
    text = text.strip()
    match = _NUMBER.fullmatch(text) if len(text) <= LONGEST else None
    if not match:
        return None
    digits = _SPACES.sub("", match["digits"])
    mark = _certain(text) or decimal
    integer, _, part = digits.rpartition(mark) if mark in digits else (digits, "", "")
    integer = re.sub(r"[.,٬]", "", integer)
    if re.search(r"\D", part) or digits.count(mark) > 1:
        integer, part = re.sub(r"\D", "", digits), ""
    power = (match["power"] or "e0").replace("−", "-")
    value = Decimal(f"{integer or 0}{'.' if part else ''}{part}{power}")
    if value and not SMALLEST <= value <= LARGEST:
        return None
    if (match["sign"] or match["sign2"]) in ("-", "−", "–"):
        value = -value
    return Number(value, (match["before"] or match["after"] or "").strip())


def decimals_of(value: Decimal) -> int:
    """The number of decimals in a number as written, up to the maximum."""
    return min(MOST_DECIMALS, max(0, -int(value.as_tuple().exponent)))


def write(value: Decimal, decimals: int, lang: str) -> str:
    """The number with a number of decimals, and a real minus sign."""
    mark = writing(lang)
    sign, digits, _ = value.quantize(Decimal(1).scaleb(-decimals)).as_tuple()
    text = "".join(map(str, digits)).rjust(decimals + 1, "0")
    integer, part = (text[:-decimals], text[-decimals:]) if decimals else (text, "")
    if len(integer) >= mark.fewest:
        first = len(integer) % 3
        groups = [integer[:first]] * bool(first)
        groups += [integer[at : at + 3] for at in range(first, len(integer), 3)]
        integer = mark.group.join(groups)
    minus = "−" if sign and any(digits) else ""
    return minus + integer + (mark.decimal + part if part else "")


CURRENCIES = frozenset("$£¥₹")


def with_unit(number: str, unit: str, lang: str) -> str:
    """A number and the sign of its unit, as the language sets them."""
    if not unit:
        return number
    if unit in CURRENCIES:
        sign = "−" if number.startswith("−") else ""
        return f"{sign}{unit}{number.removeprefix(sign)}"
    if unit in ("°", "′", "″"):
        return number + unit
    if unit in ("%", "‰", "€") and not writing(lang).spaced_percent:
        return f"€{number}" if unit == "€" else number + unit
    return f"{number}{NARROW if len(unit) == 1 else NO_BREAK}{unit}"
