"""The moment that dates in a finished file give: never the clock's."""

from __future__ import annotations

import datetime
import os

NO_DATE = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
"""Stands for the time of change of a publication that has no date."""


def publication_moment(date: str) -> datetime.datetime | None:
    """In UTC: the publication's ``date`` (YYYY, YYYY-MM or YYYY-MM-DD), else the time in
    SOURCE_DATE_EPOCH (seconds since 1970), else nothing."""
    if date:
        year, month, day = (*(int(part) for part in date.split("-")), 1, 1)[:3]
        return datetime.datetime(year, month, day, tzinfo=datetime.UTC)
    try:
        seconds = int(os.environ.get("SOURCE_DATE_EPOCH", ""))
        return datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    except (ValueError, OverflowError, OSError):
        return None
