"""Dates as people write them."""

from __future__ import annotations

from collections.abc import Mapping


def written_date(date: str, words: Mapping[str, str]) -> str:
    """``date`` (YYYY, YYYY-MM or YYYY-MM-DD) in the words of a language: 3 May 2026."""
    year, *rest = date.split("-")
    if not rest or not rest[0].isdecimal() or not 1 <= int(rest[0]) <= 12:
        return date
    month = words["months"].split("|")[int(rest[0]) - 1]
    if len(rest) == 1:
        return words["month_date"].format(month=month, year=year)
    return words["day_date"].format(day=int(rest[1]), month=month, year=year)
