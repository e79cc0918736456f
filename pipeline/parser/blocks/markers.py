"""Pandoc's markers of list items: letters, Roman numerals, ``#.``, ``(1)`` and ``(@)``.

Ordinary text begins in the same way: a name (``A. Smith``), an abbreviation (``i. e.``), a
copyright (``(c) 2024``). So a list begins where its marker is the first of its kind, after a
capital letter with a period and two spaces; or wherever the next marker follows.
"""

from __future__ import annotations

from typing import NamedTuple

from pipeline.model.late import late

EXAMPLE = "example"
LETTERED = frozenset({"lower-alpha", "upper-alpha", "lower-roman", "upper-roman"})

_MARKER = late(
    r"(?:\((?P<inner>[0-9]{1,3}|[A-Za-z]{1,7}|@[\w-]*)\)|(?P<outer>[A-Za-z]{1,7}|\#)(?P<end>[.)]))"
    r"(?P<spaces>[ \t]+)(?=\S)"
)
_ABBREVIATION = late(r"[A-Za-z]{1,3}\.")
_ROMAN = late(r"m{0,3}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})")
_VALUES = {"m": 1000, "d": 500, "c": 100, "l": 50, "x": 10, "v": 5, "i": 1}


class ListMarker(NamedTuple):
    """``form`` is the punctuation of the marker: "." or ")" after it, or "()". ``spaces`` precede
    the text; ``may_begin`` says whether the marker can begin a list by itself."""

    style: str
    form: str
    number: int
    width: int
    spaces: int
    label: str
    may_begin: bool

    @property
    def kind(self) -> str:
        """Items of one kind belong to one list."""
        return "." if self.style == "" else self.style + self.form

    def precedes(self, other: ListMarker) -> bool:
        return self.style == EXAMPLE or other.number == self.number + 1


def read(text: str, kind: str = "", expected: int = 0) -> ListMarker | None:
    """The marker at the beginning of ``text``; one of ``kind``, if possible. An ``i`` is the ninth
    letter only if that is ``expected``."""
    match = _MARKER.match(text)
    if not match:
        return None
    written = match["inner"] or match["outer"]
    form = "()" if match["inner"] else match["end"]
    readings = list(_readings(written))
    if not readings:
        return None
    alike = [r for r in readings if r[0] + form == kind]
    if len(readings) > 1 and readings[0][1] == 1 and expected:
        alike = [r for r in alike if r[1] == expected]
    style, number = alike[0] if alike else readings[0]
    if written == "#":
        form = "."
    spaces = len(match["spaces"].expandtabs(4))
    is_first = number == 1 or style in ("decimal", EXAMPLE, "")
    if form == "." and style in LETTERED:
        apart = spaces > 1 and not text.startswith("\t", match.start("spaces"))
        upper = style.startswith("upper")
        short = _ABBREVIATION.match(text, match.end())
        is_first = apart or (is_first and not upper and not short)
    label = written[1:] if style == EXAMPLE else ""
    return ListMarker(
        style, form, number, match.start("spaces"), spaces if spaces < 5 else 1, label, is_first
    )


def _readings(written: str) -> list[tuple[str, int]]:
    """The styles that a marker can be of, and its number in each, the likeliest first."""
    if written == "#":
        return [("", 1)]
    if written.startswith("@"):
        return [(EXAMPLE, 0)]
    if written.isdecimal():
        return [("decimal", int(written))]
    case = "lower" if written.islower() else "upper" if written.isupper() else ""
    if not case:
        return []
    small = written.lower()
    readings = []
    if len(small) == 1:
        readings.append((f"{case}-alpha", ord(small) - ord("a") + 1))
    if _ROMAN.fullmatch(small):
        readings.append((f"{case}-roman", _value(small)))
    return readings[::-1] if small == "i" else readings


def _value(numeral: str) -> int:
    values = [_VALUES[letter] for letter in numeral]
    return sum(
        -value if any(value < later for later in values[n + 1 : n + 2]) else value
        for n, value in enumerate(values)
    )
