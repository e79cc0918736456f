"""Dates and durations as people write them."""

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


def in_minutes(minutes: int, said: Mapping[str, str]) -> str:
    """``minutes``, from 1, in the words of a language: 10 minutes.

    The word `timing` has the forms of the language's cardinal numbers, as the Unicode CLDR has
    them, with | between: that for all; those for 1 and for others; or those for 1, for 2, for
    what ends in 3 to 10, and for others.
    """
    forms = said["timing"].split("|")
    if len(forms) > 2:
        index = minutes - 1 if minutes < 3 else 2 if 3 <= minutes % 100 <= 10 else 3
    else:
        index = 0 if minutes == 1 else len(forms) - 1
    return forms[index].format(minutes=minutes)
