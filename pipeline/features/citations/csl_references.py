"""References from CSL data, in JSON or YAML, and dates in bibliographic data."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.features.citations.csl import marked_text as marks
from pipeline.features.citations.csl.style import Date, Name, Reference
from pipeline.model.diagnostics import Span
from pipeline.model.late import late

MONTHS = {
    name: str(number)
    for number, name in enumerate(
        "jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1
    )
}


# --- dates -----------------------------------------------------------------------------------
# Dates in bibliographic data: EDTF (``2012-05/2013``, ``1850~``), and BibTeX's year and month.

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


# --- csl names -------------------------------------------------------------------------------
# Names in CSL data, whose particles and suffixes may be written within the other parts.

_ATTACHED = late(r"([^\W\d_]+['’‐-])(?=[^\W\d_])")
"""A possible particle written with the name: d'Aubignac, al-Hakim."""


def csl_name(data: Mapping[str, Any]) -> Name:
    """A person or a body. Quotation marks keep a family name as it is."""

    def get(key: str) -> str:
        value = data.get(key, "")
        return " ".join(str(value).split()) if isinstance(value, str | int) else ""

    literal, family, given = get("literal"), get("family"), get("given")
    if literal or not family:
        return Name(literal=literal or given)
    given, _, suffix = given.partition(",")
    dropping, non_dropping = get("dropping-particle"), get("non-dropping-particle")
    if not dropping:
        given, dropping = _trailing_particles(given)
    if len(family) > 2 and family.startswith('"') and family.endswith('"'):
        family = family[1:-1]
    elif not non_dropping:
        non_dropping, family = _leading_particles(family)
    return Name(
        family=family,
        given=given,
        dropping=dropping,
        non_dropping=non_dropping,
        suffix=get("suffix") or suffix.removeprefix("!").strip(),
        comma_suffix=bool(data.get("comma-suffix")) or suffix.startswith("!"),
    )


def _is_particle(word: str) -> bool:
    return word.lstrip("'’")[:1].islower()


def _leading_particles(family: str) -> tuple[str, str]:
    """The particles before a family name, and the name: van der Vlist, d'Aubignac, al-Hakim. A
    name all in lower case has none."""
    *words, last = family.split(" ")
    apart = [_is_particle(word) and not word.endswith(("'", "’")) for word in words]
    count = apart.index(False) if False in apart else len(words)
    particles, name = words[:count], " ".join([*words[count:], last])
    attached = _ATTACHED.match(name)
    if attached and attached[0].islower() and name[attached.end()].isupper():
        particles.append(attached[0])
        name = name[attached.end() :]
    if name.islower():
        return "", family
    return " ".join(particles), name


def _trailing_particles(given: str) -> tuple[str, str]:
    """Given names, and the particles after them: Alexander von."""
    words = given.split(" ")
    count = len(words)
    while count > 1 and _is_particle(words[count - 1]):
        count -= 1
    return " ".join(words[:count]), " ".join(words[count:])


# --- from csl --------------------------------------------------------------------------------
# From CSL data, in JSON or YAML, to references.

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
_NOTED_LINE = late(r"([A-Za-z-]+): *(\S.*)")
_NOTED = late(r"\{:([A-Za-z-]+):([^{}]*)\}")
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
    for spelling, value in {**_read_note(data.get("note")), **data}.items():
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


def _read_note(note: object) -> dict[str, object]:
    """The variables in a note: lines such as `original-date: 1850` at its beginning, as Zotero's
    field “Extra” has them, and `{:original-date: 1850}`. A name is `Family || Given`."""
    if not isinstance(note, str):
        return {}
    variables: dict[str, object] = {}
    lines = itertools.takewhile(bool, map(_NOTED_LINE.fullmatch, note.split("\n")))
    for match in filter(None, (*lines, *_NOTED.finditer(note))):
        name, value = match[1], match[2].strip()
        family, is_name, given = value.partition("||")
        if is_name:
            people = variables.setdefault(name, [])
            if isinstance(people, list):
                people.append({"family": family.strip(), "given": given.strip()})
        else:
            variables.setdefault(name, value)
    return variables


DATE_VARIABLES = frozenset(
    "accessed available-date event-date issued original-date submitted".split()
)


def _value(variable: str, text: str) -> str:
    if variable in _BARE:
        return re.sub(r"(?i)^https?://(?:dx\.)?doi\.org/", "", text) if variable == "DOI" else text
    return marks.value(mark_tags(" ".join(text.split())))


def mark_tags(text: str) -> str:
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
