"""Readers of values that a type alone does not determine, by the names that keys use for them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from pipeline.model.editions import EDITIONS
from pipeline.model.metadata import Identifier, Licence, Placed, Subject
from pipeline.model.names import did_you_mean
from pipeline.model.paper import NAME_FIELDS, SIZES, Margins, PageSize
from pipeline.model.sheet.colours import contrast
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter import (
    affiliations,
    form,
    grades,
    languages,
    licences,
    pairs,
    standard_numbers,
    subjects,
    variations,
)
from pipeline.parser.frontmatter import contributor_roles as roles
from pipeline.parser.frontmatter import named_files as files
from pipeline.parser.frontmatter.form import reference
from pipeline.parser.frontmatter.standard_numbers import BadValueError
from pipeline.parser.frontmatter.values import FieldReport, paragraphs, text, words
from pipeline.parser.frontmatter.yaml_nodes import Node, Scalar

MILLIMETRES = {"mm": 1, "cm": 10, "in": 25.4, "pt": 25.4 / 72}
POINTS = {"pt": 1, "mm": 72 / 25.4, "cm": 720 / 25.4, "in": 72}

SMALLEST_TEXT, LARGEST_TEXT = 6, 48
"""The minimum and maximum text size, in points."""

SMALLEST_PAGE, LARGEST_PAGE = 60, 1200
"""The minimum and maximum side of a page, in millimetres."""

LENGTH = reference(
    "length", {"type": ["string", "number"], "pattern": r"^\s*\d+(\.\d+)?\s*(mm|cm|in|pt)?\s*$"}
)


def _number(value: str, units: Mapping[str, float], plain: str) -> float | None:
    """A length in the unit whose value is 1; a bare number is in ``plain``."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-z]*)", value.lower(), re.ASCII)
    if match is None or (match[2] or plain) not in units:
        return None
    return float(match[1]) * units[match[2] or plain]


def length(smallest: float, largest: float) -> Callable[[str], float]:
    """A parser of lengths; a bare number is millimetres."""

    def parse(value: str) -> float:
        millimetres = _number(value, MILLIMETRES, "mm")
        if millimetres is None:
            raise BadValueError(f"`{shorten(value)}` is not a length.", "Write it like 20mm.")
        if not smallest <= millimetres <= largest:
            raise BadValueError(
                f"`{shorten(value)}` is not between {smallest:g} and {largest:g} mm."
            )
        return millimetres

    return parse


def points(value: str) -> float:
    """A size of text; a bare number is points."""
    size = _number(value, POINTS, "pt")
    if size is None:
        raise BadValueError(f"`{shorten(value)}` is not a size.", "Write it like 11pt.")
    if not SMALLEST_TEXT <= size <= LARGEST_TEXT:
        raise BadValueError(
            f"`{shorten(value)}` is not between {SMALLEST_TEXT} and {LARGEST_TEXT} points."
        )
    return size


def time(value: str) -> str:
    """A time of day, as ``9:15``."""
    match = re.fullmatch(r"(\d{1,2})(?:[:.h](\d\d))?\s*(?:uhr|h|(am|pm))?", value.lower(), re.ASCII)
    hours, minutes = (int(match[1]), int(match[2] or 0)) if match else (24, 0)
    if match and match[3] and 1 <= hours <= 12:
        hours = hours % 12 + (12 if match[3] == "pm" else 0)
    if hours > 23 or minutes > 59:
        raise BadValueError(f"`{shorten(value)}` is not a time of day.", "Write it like 9:15.")
    return f"{hours}:{minutes:02}"


def page_size(value: str) -> PageSize:
    """A size by its name, also as in LaTeX (``a4paper``), or ``150mm x 220mm``."""
    name = " ".join(value.lower().replace("-", " ").removesuffix("paper").split())
    name = {"statement": "half letter", "us letter": "letter", "us legal": "legal"}.get(name, name)
    if name in SIZES:
        return SIZES[name]
    parts = re.split(r"[x×]|(?<=\s)by(?=\s)", value, flags=re.IGNORECASE)
    sides = [part.strip() for part in parts]
    if len(sides) != 2:
        known = ", ".join(size.name for size in SIZES.values())
        hint = did_you_mean(name, SIZES) or f"There are {known}; or write 150mm x 220mm."
        raise BadValueError(f"`{shorten(value)}` is not a paper size.", hint)
    unit = re.search(r"(?<![a-z])[a-z]+$", sides[1].lower())
    if unit and not re.search(r"[a-z]", sides[0].lower()):
        sides[0] += unit[0]  # “150 x 220 mm”
    width, height = map(length(SMALLEST_PAGE, LARGEST_PAGE), sides)
    return PageSize(f"{width:g} × {height:g} mm", width, height)


DARK_ENOUGH = 4.5
"""The minimum contrast of text on white (WCAG 2.2, success criterion 1.4.3)."""


def folder(value: str) -> str:
    """The address of a folder, with the slash at its end. Raises `BadValueError`."""
    return f"{standard_numbers.address(value).rstrip('/')}/"


def position(value: str) -> str:
    """A number in a series. Raises `BadValueError`."""
    if not re.fullmatch(r"\d+(\.\d+)*", value, re.ASCII):
        raise BadValueError(f"`{shorten(value)}` is not a number.", "Write it like 3 or 2.1.")
    return value


def edition_statement(value: str) -> str:
    """The edition of the text, not one of Chapbook's output editions."""
    if value.lower() in EDITIONS:
        raise BadValueError(
            f"`{shorten(value)}` is an output edition, not the edition of the text.",
            "List it under `editions`. `edition` is for, say, the second edition of a book.",
        )
    return value


def accent(value: str) -> str:
    """``#rrggbb`` in small letters, dark enough for text on white. Raises `BadValueError`."""
    colour = value.lower()
    if not re.fullmatch(r"#[0-9a-f]{6}", colour):
        raise BadValueError(f"`{shorten(value)}` is not a colour.", "Write it like #1f3b57.")
    on_white = contrast(colour, "#ffffff")
    if on_white < DARK_ENOUGH:
        rounded = math.floor(on_white * 10) / 10
        raise BadValueError(
            f"`{colour}` has a contrast of {rounded:g} to 1 on white, too little for text.",
            "Choose a darker one, of 4.5 to 1 or more.",
        )
    return colour


def fit_pages(value: str) -> int | Literal["even"]:
    """A number of pages, or ``even``. Raises `BadValueError`."""
    if value.lower() == "even":
        return "even"
    if not re.fullmatch(r"[1-9]\d{0,3}", value, re.ASCII):
        raise BadValueError(
            f"`{shorten(value)}` is not a number of pages.", "Write a number, or even."
        )
    return int(value)


def name_line(node: Node, report: FieldReport, key: str) -> tuple[str, ...]:
    """The fields to fill in at the top: true for those of pupils, or the fields by name."""
    if isinstance(node, Scalar) and node.text.lower() in ("true", "yes", "on"):
        return NAME_FIELDS[:-1]
    if isinstance(node, Scalar) and node.text.lower() in ("false", "no", "off"):
        return ()
    names = []
    for item in words(node):
        word = text(item, report, key)
        if word and word.lower() in NAME_FIELDS:
            names.append(word.lower())
        elif word:
            fields = f"{', '.join(NAME_FIELDS[:-1])} or {NAME_FIELDS[-1]}"
            hint = did_you_mean(word.lower(), NAME_FIELDS) or f"Write {fields}, or true."
            report.wrong(key, f"`{shorten(word)}` is not a field to fill in.", item.place, hint)
    return tuple(dict.fromkeys(names))


def placed(usable: Callable[[str, Node, FieldReport, str], str | None] | None = None) -> form.Form:
    """Text with its position, if it is ``usable`` as something."""

    def read(node: Node, report: FieldReport, key: str) -> Placed | None:
        value = text(node, report, key)
        if value and usable:
            value = usable(value, node, report, key)
        return Placed(value, node.place.line, node.place.column) if value else None

    return form.Form(form.TEXT, read, lambda value: value.text)


_ADDRESS = form.reference("address", {"type": "string", "format": "uri"})
_LANGUAGE = form.reference("language", {"type": "string", "pattern": pairs.LANGUAGE_PATTERN})
_DATE = {"type": ["string", "number"], "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"}
_STRING: form.Schema = {"type": "string"}
_COLOUR: form.Schema = {"type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"}
_LIST: form.Schema = {"type": "string", "pattern": r"\.(csv|tsv|txt)$"}
_PROFILE: form.Schema = {"type": "string", "pattern": r"\.(icc|icm)$"}
_FONT: form.Schema = {"type": "string", "pattern": r"\.(otf|ttf|woff2?)$"}
_GROUP = form.reference("group", form.any_of({"enum": list(subjects.WORDS)}, _STRING))
_PAGES = form.any_of({"type": "integer", "minimum": 1}, {"enum": ["even"]})
_ROLES = form.listed(form.text_form(form.reference("role", roles.SCHEMA), roles.parse), commas=True)
_FIELD = form.reference("name-field", {"enum": list(NAME_FIELDS)})
_FIELDS = form.listed(form.Form(_FIELD, text), commas=True)
FORMS: dict[str, form.Form] = {
    "paragraphs": form.Form(form.TEXT, paragraphs),
    "language": form.text_form(_LANGUAGE, languages.language),
    "date": form.text_form(form.reference("date", _DATE), languages.calendar_date),
    "edition statement": form.text_form(form.TEXT, edition_statement),
    "address": form.text_form(_ADDRESS, standard_numbers.address),
    "folder": form.text_form(_ADDRESS, folder),
    "position": form.text_form(form.TEXT, position),
    "isbn": form.text_form(form.TEXT, lambda value: standard_numbers.parse(value, "isbn").value),
    "issn": form.text_form(_STRING, standard_numbers.issn),
    "orcid": form.text_form(form.TEXT, standard_numbers.orcid),
    "email": form.text_form(_STRING, standard_numbers.email),
    "affiliations": affiliations.FORM,
    "roles": form.Form(
        _ROLES.schema,
        _ROLES.read,
        lambda done: roles.word(done) if isinstance(done, str) else list(map(roles.word, done)),
        reads_lists=True,
    ),
    "scheme": form.text_form(form.any_of({"enum": subjects.NAMES}, _STRING), subjects.scheme),
    "group": form.text_form(_GROUP, subjects.group),
    "ages": form.text_form(form.TEXT, subjects.ages),
    "accent": form.text_form(_COLOUR, accent),
    "time": form.text_form(form.TEXT, time),
    "points": form.text_form(LENGTH, points, lambda value: f"{value:g}pt"),
    "size": form.text_form(_STRING, page_size, lambda size: size.name),
    "pages": form.text_form(_PAGES, fit_pages),
    "cover": placed(files.inside("cover")),
    "logo": placed(files.inside("logo")),
    "word template": placed(files.word_template),
    "font": form.Form(_FONT, files.font),
    "profile": form.Form(_PROFILE, files.profile),
    "class list": form.Form(_LIST, files.class_list),
    "works": placed(files.works),
    "style": placed(files.style),
    "citekey": placed(lambda value, *_: value.removeprefix("@")),
    "name line": form.Form(
        form.any_of(form.FLAG, _FIELDS.schema), name_line, list, reads_lists=True
    ),
    "scripts": pairs.SCRIPTS,
    "translations": pairs.TRANSLATIONS,
    "variables": pairs.VARIABLES,
    "levels": variations.LEVELS,
    "versions": variations.VERSIONS,
    "edition name": form.text_form({"enum": [*EDITIONS]}, variations.edition_name),
    "grades": grades.GRADES,
}

ALONE: dict[type[msgspec.Struct], form.Form] = {
    Margins: form.text_form(LENGTH, lambda value: Margins(*[length(0, 150)(value)] * 4)),
    Licence: form.text_form(form.TEXT, licences.parse),
    Identifier: form.text_form(form.TEXT, standard_numbers.parse),
    Subject: form.text_form(form.TEXT, subjects.parse),
}
"""The meaning of a plain text value that is not one of the fields."""
