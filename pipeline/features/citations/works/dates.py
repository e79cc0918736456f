"""Dates in bibliographic data: EDTF (``2012-05/2013``, ``1850~``), and BibTeX's year and month."""

from __future__ import annotations

import re

from pipeline.features.citations.csl.csl_data import Date
from pipeline.features.citations.works.bibtex import MONTHS
from pipeline.model.late import late

_DATE = late(r"(-?\d{3,5})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:T.*)?")
_YEARS = late(r"(\d{4})\s*(?:--?|–|/)\s*(\d{2,4})")
_OPEN = ("", "..")


def edtf(text: str) -> Date | None:
    """The date in EDTF, or None."""
    text = text.strip()
    circa = any(sign in text for sign in "~?%")
    start, *rest = re.sub("[~?%]", "", text).split("/")
    begin = _parts(start)
    if begin is None or len(rest) > 1:
        return None
    if not rest:
        return Date(start=begin, circa=circa)
    end = (0,) if rest[0].strip() in _OPEN else _parts(rest[0])
    return None if end is None else Date(start=begin, end=end, circa=circa)


def _parts(text: str) -> tuple[int, ...] | None:
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    parts = tuple(int(part) for part in match.groups() if part is not None)
    fits = all((len(parts) < 2 or 0 < parts[1] <= 24, len(parts) < 3 or 0 < parts[2] <= 31))
    return parts if fits else None


def year_and_month(year: str, month: str, day: str) -> Date | None:
    """A BibTeX date; other text (“in press”) is kept."""
    if not year:
        return None
    date = edtf(year)
    if date is None:
        span = _YEARS.fullmatch(year)
        if span is None:
            circa = re.fullmatch(r"(?:c\.|ca\.?|circa)\s*(\d{3,4})", year)
            return Date(start=(int(circa[1]),), circa=True) if circa else Date(literal=year)
        last = span[2] if len(span[2]) == 4 else span[1][: 4 - len(span[2])] + span[2]
        return Date(start=(int(span[1]),), end=(int(last),))
    if len(date.start) > 1 or date.end:
        return date
    months = [_month(part) for part in re.split(r"--?|–|/", month)] if month else []
    days = [int(number) for number in re.findall(r"\b\d{1,2}\b", day or _day(month))]
    start = (date.start[0], *months[:1], *days[:1]) if months and months[0] else date.start
    if len(months) == 2 and all(months):
        return Date(start=start[:2], end=(date.start[0], months[1]), circa=date.circa)
    return Date(start=start, circa=date.circa)


def _month(text: str) -> int:
    """The number of a month by its name or number, 0 if it is not one."""
    if number := re.fullmatch(r"\s*(\d{1,2})\s*", text):
        return int(number[1]) if 0 < int(number[1]) < 13 else 0
    word = re.search(r"[A-Za-z]{3}", text)
    return int(MONTHS.get(word[0].lower(), "0")) if word else 0


def _day(month: str) -> str:
    """A day written with its month: ``jun # " 12"``."""
    return "" if month.strip().isdecimal() else month
