"""From CSL data, in JSON or YAML, to references."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.features.citations.csl import text_marks as marks
from pipeline.features.citations.csl.csl_data import Date, Name, Reference
from pipeline.features.citations.works.csl_names import csl_name
from pipeline.features.citations.works.dates import edtf
from pipeline.model.diagnostics import Span
from pipeline.model.late import late

CSL_KINDS = frozenset(
    "article article-journal article-magazine article-newspaper bill book broadcast chapter"
    " classic collection dataset document entry entry-dictionary entry-encyclopedia event figure"
    " graphic hearing interview legal_case legislation manuscript map motion_picture"
    " musical_score pamphlet paper-conference patent performance periodical"
    " personal_communication post post-weblog regulation report review review-book software"
    " song speech standard thesis treaty webpage".split()
)
_GROUPS = {
    "i": marks.ITALIC, "em": marks.ITALIC, "b": marks.BOLD, "strong": marks.BOLD,
    "sup": marks.SUPERSCRIPT, "sub": marks.SUBSCRIPT, "sc": marks.SMALL_CAPS,
}  # fmt: skip
_TAG = late(r"</?(?:i|em|b|strong|sup|sub|sc|span)\b[^<>]*>", re.I)
_SPELLINGS = {"shortTitle": "title-short", "journalAbbreviation": "container-title-short"}
_BARE = frozenset({"URL", "DOI", "PMID", "PMCID", "ISBN", "ISSN", "language"})


class BadEntryError(Exception):
    """The message is a sentence that describes a problem in an entry."""


def to_reference(data: object, span: Span) -> Reference:
    """The reference for an object of CSL data. Raises `BadEntryError`."""
    if not isinstance(data, dict):
        raise BadEntryError("An entry is not an object with keys and values.")
    key = str(data.get("id") or data.get("citation-key") or "").strip()
    if not key:
        raise BadEntryError("An entry has no `id`.")
    values: dict[str, str] = {}
    names: dict[str, tuple[Name, ...]] = {}
    dates: dict[str, Date] = {}
    for spelling, value in data.items():
        variable = _SPELLINGS.get(str(spelling), str(spelling))
        if variable in ("id", "type", "citation-key", "custom", "categories"):
            continue
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            if variable in DATE_VARIABLES:
                dates[variable] = edtf(str(value)) or Date(literal=str(value))
            elif text := str(value).strip():
                values.setdefault(variable, _value(variable, text))
        elif isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
            if variable in DATE_VARIABLES:
                dates[variable] = _date_of_parts(value)
            else:
                names[variable] = tuple(csl_name(person) for person in value)
        elif isinstance(value, dict):
            dates[variable] = _date(value)
    kind = str(data.get("type") or "document")
    return Reference(
        key=key,
        kind=kind if kind in CSL_KINDS else "document",
        values=values,
        names={variable: people for variable, people in names.items() if people},
        dates=dates,
        span=span,
    )


DATE_VARIABLES = frozenset(
    "accessed available-date event-date issued original-date submitted".split()
)


def _value(variable: str, text: str) -> str:
    if variable in _BARE:
        return re.sub(r"(?i)^https?://(?:dx\.)?doi\.org/", "", text) if variable == "DOI" else text
    return marks.value(marked(" ".join(text.split())))


def marked(text: str) -> str:
    """Text with the HTML tags that CSL data may contain as marks."""
    parts: list[str] = []
    opened: list[str] = []
    last = 0
    for tag in _TAG.finditer(text):
        parts.append(html.unescape(text[last : tag.start()]))
        last = tag.end()
        name = re.sub(r"[^a-z]", "", tag[0].split()[0].lower())
        if tag[0].startswith("</"):
            if name in opened:
                while opened.pop() != name:
                    parts.append(marks.CLOSE)
                parts.append(marks.CLOSE)
            continue
        keeps_case = "nocase" in tag[0] or "nodecor" in tag[0]
        mark = _GROUPS.get(name, marks.NO_CASE if keeps_case else marks.SMALL_CAPS)
        parts.append(mark)
        opened.append(name)
    parts.append(html.unescape(text[last:]))
    return "".join(parts) + marks.CLOSE * len(opened)


def _date(data: Mapping[str, Any]) -> Date:
    circa = str(data.get("circa", "")).lower() not in ("", "0", "false")
    parts = data.get("date-parts")
    if isinstance(parts, list) and parts and all(isinstance(part, list) for part in parts):
        numbers = [_numbers(part) for part in parts[:2]]
        season = _numbers([data["season"]]) if "season" in data else ()
        if numbers[0]:
            start = numbers[0]
            if season and len(start) == 1:
                start = (start[0], 12 + season[0])
            end = numbers[1] if len(numbers) > 1 else ()
            is_open = len(parts) > 1 and [str(part) for part in parts[1]] == ["0"]
            return Date(start=start, end=(0,) if is_open else end, circa=circa)
    if "year" in data:
        start = _numbers([data.get(part) for part in ("year", "month", "day")])
        return Date(start=start, circa=circa)
    for key in ("raw", "edtf", "literal"):
        if text := str(data.get(key, "")).strip():
            date = edtf(text)
            return date if date else Date(literal=text, circa=circa)
    return Date(circa=circa)


def _date_of_parts(data: list[Any]) -> Date:
    """Pandoc's form: one or two objects with year, month and day."""
    start, *end = [_date(part) for part in data[:2]]
    return Date(start=start.start, end=end[0].start if end else (), circa=start.circa)


def _numbers(parts: Iterable[Any]) -> tuple[int, ...]:
    """The numbers up to the first other value."""
    numbers: list[int] = []
    for part in parts:
        text = str(part).strip()
        if not re.fullmatch(r"-?\d{1,5}", text) or int(text) == 0:
            break
        numbers.append(int(text))
    return tuple(numbers)
