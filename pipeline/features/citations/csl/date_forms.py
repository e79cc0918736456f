"""Dates in the words and the order of a locale or a style."""

from __future__ import annotations

from pipeline.features.citations.csl.csl_data import Date, Element
from pipeline.features.citations.csl.locales import Locale
from pipeline.features.citations.csl.number_forms import ordinal

PARTS = ("year", "month", "day")


class DateFormat:
    """The format of a ``date`` element: its parts in order, each an element."""

    def __init__(self, element: Element, locale: Locale) -> None:
        self.locale = locale
        self.element = element
        form = element.get("form")
        part_names = (element.get("date-parts") or "year-month-day").split("-") if form else PARTS
        parts = {child.get("name"): child for child in element.children if child.tag == "date-part"}
        base = locale.dates.get(form) if form else None
        if base is None:
            self.delimiter = element.get("delimiter")
            self.parts = [c for c in element.children if c.tag == "date-part"]
            return
        self.delimiter = element.get("delimiter") or base.get("delimiter")
        self.parts = [
            _overridden(part, parts.get(part.get("name")))
            for part in base.children
            if part.get("name") in part_names
        ]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(part.get("name") for part in self.parts)


def _overridden(part: Element, style_part: Element | None) -> Element:
    """A locale's date part, merged with the style's, without affixes."""
    if style_part is None:
        return part
    extra = {k: v for k, v in style_part.attributes.items() if k not in ("prefix", "suffix")}
    return Element(part.tag, {**part.attributes, **extra}, part.children)


def known_parts(date: tuple[int, ...]) -> dict[str, int]:
    """Year, month and day, as far as they are known."""
    return {name: value for name, value in zip(PARTS, date, strict=False) if value}


def part_text(part: Element, numbers: dict[str, int], locale: Locale) -> str:
    """One part of a date without affixes and formatting, or "" if it is unknown."""
    name, form = part.get("name"), part.get("form")
    value = numbers.get(name)
    if value is None:
        return ""
    match name:
        case "year":
            return _year(value, form, locale)
        case "month":
            return _month(value, form, locale)
    month = locale.term(f"month-{numbers.get('month', 1):02}")
    limited = locale.options.get("limit-day-ordinals-to-day-1") == "true"
    if form == "ordinal" and not (limited and value > 1):
        return ordinal(value, locale, month.gender if month else "")
    return f"{value:02}" if form == "numeric-leading-zeros" else str(value)


def _year(value: int, form: str, locale: Locale) -> str:
    if form == "short" and value > 999:
        return f"{value % 100:02}"
    if value < 0:
        return f"{-value}{locale.text('bc')}"
    return f"{value}{locale.text('ad')}" if value < 1000 else str(value)


def _month(value: int, form: str, locale: Locale) -> str:
    if value > 12:  # a season: 13 to 16 in CSL, 21 to 24 in EDTF
        season = (value - 1) % 4 + 1 if value < 21 else value - 20
        return locale.text(f"season-{season:02}")
    if form == "numeric":
        return str(value)
    if form == "numeric-leading-zeros":
        return f"{value:02}"
    return locale.text(f"month-{value:02}", "short" if form == "short" else "long")


def differing(date: Date) -> tuple[str, ...]:
    """The parts that both ends of a range need: from the largest one that differs downwards."""
    start, end = known_parts(date.start), known_parts(date.end)
    for index, name in enumerate(PARTS):
        if start.get(name) != end.get(name):
            return PARTS[index:]
    return ()


def sort_key(date: Date, part_names: tuple[str, ...] = PARTS) -> str:
    """Digits that sort as the date does."""
    if not date.start:
        return date.literal

    def digits(parts: tuple[int, ...]) -> str:
        numbers = known_parts(parts)
        year = numbers.get("year", 0) + 10000 if "year" in part_names else 0
        month, day = (numbers.get(n, 0) if n in part_names else 0 for n in ("month", "day"))
        return f"{year:05}{month:02}{day:02}"

    return digits(date.start) + ("-" + digits(date.end) if len(date.end) > 0 else "")
