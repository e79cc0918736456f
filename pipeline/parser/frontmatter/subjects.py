"""Subjects by classifications of shops and libraries, and readers: groups and ages."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.model.late import late
from pipeline.model.metadata import Subject
from pipeline.model.names import did_you_mean
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.standard_numbers import BadValueError


class Scheme(NamedTuple):
    """A classification as EPUB names it, the form of its codes, also in words, and an example."""

    name: str
    form: re.Pattern[str]
    words: str
    example: str


def _scheme(name: str, form: str, words: str, example: str) -> Scheme:
    return Scheme(name, re.compile(form, re.ASCII), words, example)


_SCHEMES = {
    scheme.name.lower(): scheme
    for scheme in (
        _scheme("BISAC", r"[A-Z]{3}\d{6}", "three letters and six digits", "EDU029030"),
        _scheme(
            "Thema",
            r"[A-Z][A-Z0-9]{0,8}|[1-6][A-Z]?[A-Z0-9-]{0,20}",
            "letters and digits, the first a letter, or a digit from 1 to 6 in qualifiers",
            "JNU",
        ),
        _scheme("DDC", r"\d{3}(\.\d{1,15})?", "three digits, and more after a point", "371.33"),
        _scheme("UDC", r"[\d.:+/()=\"'*\-A-Za-z]+", "digits and signs, without spaces", "37.02"),
        _scheme("LCSH", r"(sh|sj)\d{8,10}", "the number of a heading: sh and digits", "sh85123357"),
        _scheme("LCC", r"[A-Z]{1,3}[\d.A-Z ]*", "letters, then digits", "LB1025"),
        _scheme("FAST", r"(fst)?\d{1,8}", "digits", "1119900"),
        _scheme("MeSH", r"[CD]\d{6,9}", "D and digits", "D004493"),
        _scheme("AAT", r"\d{9}", "nine digits", "300055985"),
        _scheme("CLIL", r"\d{4}", "four digits", "3080"),
        _scheme("WGS", r"\d{3}", "three digits", "810"),
        _scheme("NDC", r"\d{1,3}(\.\d+)?", "digits, and more after a point", "375"),
        _scheme("EuroVoc", r"\d{1,6}", "digits", "4489"),
    )
}
_ALIASES = {"dewey": "ddc", "warengruppe": "wgs", "lc": "lcc", "eurovoc thesaurus": "eurovoc"}

NAMES = [scheme.name for scheme in _SCHEMES.values()]

_SHORT = late(r"([^\s:]++)[\s:]++(\S++)(?:\s++(.+))?", re.DOTALL)


def parse(value: str) -> Subject:
    """A subject such as ``BISAC EDU029030 Teaching Methods``. Raises `BadValueError`."""
    match = _SHORT.fullmatch(value)
    if match is None:
        raise BadValueError(
            f"`{shorten(value)}` has no code.",
            "Write the classification and the code: `BISAC EDU029030`. Words go into `keywords`.",
        )
    name = scheme(match[1])
    return Subject(name, code(name, match[2]), match[3] or "")


def scheme(value: str) -> str:
    """The name of a classification. Raises `BadValueError`."""
    name = value.lower()
    classification = _SCHEMES.get(_ALIASES.get(name, name))
    if classification is None:
        hint = did_you_mean(value, NAMES) or f"There are {', '.join(NAMES)}."
        raise BadValueError(f"`{shorten(value)}` is not a known classification.", hint)
    return classification.name


def code(scheme: str, value: str) -> str:
    """A code of a classification, in its form. Raises `BadValueError`."""
    code = value if scheme in ("LCSH", "UDC") else value.upper()
    known = _SCHEMES[scheme.lower()]
    if not known.form.fullmatch(code):
        raise BadValueError(
            f"`{shorten(value)}` is not a code of {scheme}.",
            f"It has {known.words}, such as {known.example}.",
        )
    return code


GROUPS = (
    "general", "children", "teenagers", "preschool", "primary school", "lower secondary school",
    "upper secondary school", "school", "university", "adult learners", "language learners",
    "professionals", "teachers",
)  # fmt: skip
_OTHER_WORDS = {
    "general public": "general", "adults": "general", "everybody": "general", "kids": "children",
    "teens": "teenagers", "young adults": "teenagers", "kindergarten": "preschool",
    "elementary school": "primary school", "primary": "primary school",
    "middle school": "lower secondary school", "high school": "upper secondary school",
    "secondary school": "school", "schools": "school", "pupils": "school", "students": "school",
    "college": "university", "higher education": "university", "adult education": "adult learners",
    "educators": "teachers", "teacher": "teachers",
}  # fmt: skip
WORDS = {group: group for group in GROUPS} | _OTHER_WORDS


def group(value: str) -> str:
    """A group of readers, by any word for it. Raises `BadValueError`."""
    code = WORDS.get(" ".join(re.split(r"[\s_-]+", value.lower())))
    if code is None:
        hint = did_you_mean(value, WORDS) or f"There are {', '.join(GROUPS)}."
        raise BadValueError(f"`{shorten(value)}` is not a known group of readers.", hint)
    return code


def ages(value: str) -> tuple[int, int]:
    """The youngest and the oldest, 0 if unbounded. Raises `BadValueError`."""
    match = re.fullmatch(r"(\d{1,2})(?:\s*[-\u2010-\u2015]\s*(\d{1,2})?|\s*(\+))?", value, re.ASCII)
    hint = "Write it like 10-14, or 16+."
    if match is None:
        raise BadValueError(f"`{shorten(value)}` is not an age range.", hint)
    youngest = int(match[1])
    is_open = match[3] or (match[2] is None and not value.isdigit())
    oldest = 0 if is_open else int(match[2] or youngest)
    if oldest and oldest < youngest:
        raise BadValueError(f"`{shorten(value)}` ends before it starts.", hint)
    return youngest, oldest
