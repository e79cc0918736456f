"""Readers, schemas and writers of values and structs, derived from the types of their fields, and
settled where these depend on each other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal, TypeAlias, get_args, get_origin

import msgspec
from msgspec.structs import asdict, replace

from pipeline.model.editions import EDITIONS
from pipeline.model.keys import NONE, Field, Key, Written, fields
from pipeline.model.metadata import Identifier, Isbns, Licence, Metadata, Placed, Subject
from pipeline.model.metadata import structured_values as parts
from pipeline.model.metadata.structured_values import isbn_13
from pipeline.model.names import did_you_mean
from pipeline.model.paper import NAME_FIELDS, SIZES, FitOptions, Margins, PageOptions, PageSize
from pipeline.model.sheet import contrast
from pipeline.model.words import words
from pipeline.parser.frontmatter import contributors, registered, settings
from pipeline.parser.frontmatter.registered import BadValueError
from pipeline.parser.frontmatter.values import (
    FLAG,
    LANGUAGE_PATTERN,
    SCRIPTS,
    TEXT,
    TRANSLATIONS,
    VARIABLES,
    FieldReport,
    Form,
    Schema,
    any_of,
    entries,
    flag,
    form_of_list,
    paragraphs,
    reader_by,
    reference,
    text,
    text_form,
)
from pipeline.parser.frontmatter.values import words as form_words
from pipeline.parser.frontmatter.yaml import Mapping as MappingNode
from pipeline.parser.frontmatter.yaml import Node, Scalar
from pipeline.parser.lines import shorten

# --- forms -----------------------------------------------------------------------------------
# Readers of values that a type alone does not determine, by the names that keys use for them.

MILLIMETRES = {"mm": 1, "cm": 10, "in": 25.4, "pt": 25.4 / 72}
POINTS = {"pt": 1, "mm": 72 / 25.4, "cm": 720 / 25.4, "in": 72}

SMALLEST_TEXT, LARGEST_TEXT = 6, 48
"""The minimum and maximum text size, in points."""

SMALLEST_PAGE, LARGEST_PAGE = 60, 1200
"""The minimum and maximum side of a page, in millimetres."""

LENGTH = reference(
    "length", {"type": ["string", "number"], "pattern": r"^\s*\d+(\.\d+)?\s*(mm|cm|in|pt)?\s*$"}
)


def _measure(
    value: str, units: Mapping[str, float], within: tuple[float, float], names: tuple[str, str, str]
) -> float:
    """A length in the first of some units, as a bare number is. In messages, it and its unit have
    ``names``, after which there is an example."""
    plain, (noun, unit, example) = next(iter(units)), names
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-z]*)", value.lower(), re.ASCII)
    if match is None or (match[2] or plain) not in units:
        raise BadValueError(f"`{shorten(value)}` is not a {noun}.", f"Write it like {example}.")
    size = float(match[1]) * units[match[2] or plain]
    if not within[0] <= size <= within[1]:
        limits = f"between {within[0]:g} and {within[1]:g} {unit}"
        raise BadValueError(f"`{shorten(value)}` is not {limits}.")
    return size


def length(smallest: float, largest: float) -> Callable[[str], float]:
    """A parser of lengths; a bare number is millimetres."""
    return lambda value: _measure(value, MILLIMETRES, (smallest, largest), ("length", "mm", "20mm"))


def points(value: str) -> float:
    """A size of text; a bare number is points."""
    return _measure(value, POINTS, (SMALLEST_TEXT, LARGEST_TEXT), ("size", "points", "11pt"))


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
    return f"{registered.address(value).rstrip('/')}/"


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
    for item in form_words(node):
        word = text(item, report, key)
        if word and word.lower() in NAME_FIELDS:
            names.append(word.lower())
        elif word:
            fields = f"{', '.join(NAME_FIELDS[:-1])} or {NAME_FIELDS[-1]}"
            hint = did_you_mean(word.lower(), NAME_FIELDS) or f"Write {fields}, or true."
            report.wrong(key, f"`{shorten(word)}` is not a field to fill in.", item.place, hint)
    return tuple(dict.fromkeys(names))


def form_with_place(
    usable: Callable[[str, Node, FieldReport, str], str | None] | None = None,
) -> Form:
    """Text with its position, if it is ``usable`` as something."""

    def read(node: Node, report: FieldReport, key: str) -> Placed | None:
        value = text(node, report, key)
        if value and usable:
            value = usable(value, node, report, key)
        return Placed(value, node.place.line, node.place.column) if value else None

    return Form(TEXT, read, lambda value: value.text)


_ADDRESS = reference("address", {"type": "string", "format": "uri"})
_LANGUAGE = reference("language", {"type": "string", "pattern": LANGUAGE_PATTERN})
_DATE = {"type": ["string", "number"], "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"}
_STRING: Schema = {"type": "string"}
_COLOUR: Schema = {"type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"}
_LIST: Schema = {"type": "string", "pattern": r"\.(csv|tsv|txt)$"}
_PROFILE: Schema = {"type": "string", "pattern": r"\.(icc|icm)$"}
_FONT: Schema = {"type": "string", "pattern": r"\.(otf|ttf|woff2?)$"}
_GROUP = reference("group", any_of({"enum": list(registered.WORDS)}, _STRING))
_PAGES = any_of({"type": "integer", "minimum": 1}, {"enum": ["even"]})
_ROLES = form_of_list(
    text_form(reference("role", contributors.SCHEMA), contributors.parse), commas=True
)
_FIELD = reference("name-field", {"enum": list(NAME_FIELDS)})
_FIELDS = form_of_list(Form(_FIELD, text), commas=True)
FORMS: dict[str, Form] = {
    "paragraphs": Form(TEXT, paragraphs),
    "language": text_form(_LANGUAGE, registered.language),
    "date": text_form(reference("date", _DATE), registered.calendar_date),
    "edition statement": text_form(TEXT, edition_statement),
    "address": text_form(_ADDRESS, registered.address),
    "folder": text_form(_ADDRESS, folder),
    "position": text_form(TEXT, position),
    "isbn": text_form(TEXT, lambda value: registered.parse_number(value, "isbn").value),
    "issn": text_form(_STRING, registered.issn),
    "orcid": text_form(TEXT, registered.orcid),
    "email": text_form(_STRING, registered.email),
    "affiliations": contributors.FORM,
    "roles": Form(
        _ROLES.schema,
        _ROLES.read,
        lambda done: (
            contributors.word(done) if isinstance(done, str) else list(map(contributors.word, done))
        ),
        reads_lists=True,
    ),
    "scheme": text_form(any_of({"enum": registered.NAMES}, _STRING), registered.scheme),
    "group": text_form(_GROUP, registered.group),
    "ages": text_form(TEXT, registered.ages),
    "accent": text_form(_COLOUR, accent),
    "time": text_form(TEXT, time),
    "points": text_form(LENGTH, points, lambda value: f"{value:g}pt"),
    "size": text_form(_STRING, page_size, lambda size: size.name),
    "pages": text_form(_PAGES, fit_pages),
    "cover": form_with_place(settings.inside("cover")),
    "logo": form_with_place(settings.inside("logo")),
    "word template": form_with_place(settings.word_template),
    "font": Form(_FONT, settings.font),
    "profile": Form(_PROFILE, settings.profile),
    "class list": Form(_LIST, settings.class_list),
    "works": form_with_place(settings.works),
    "style": form_with_place(settings.style),
    "citekey": form_with_place(lambda value, *_: value.removeprefix("@")),
    "name line": Form(any_of(FLAG, _FIELDS.schema), name_line, list, reads_lists=True),
    "scripts": SCRIPTS,
    "translations": TRANSLATIONS,
    "variables": VARIABLES,
    "levels": settings.LEVELS,
    "versions": settings.VERSIONS,
    "edition name": text_form({"enum": [*EDITIONS]}, settings.edition_name),
    "grades": settings.GRADES,
}

ALONE: dict[type[msgspec.Struct], Form] = {
    Margins: text_form(LENGTH, lambda value: Margins(*[length(0, 150)(value)] * 4)),
    Licence: text_form(TEXT, registered.parse_licence),
    Identifier: text_form(TEXT, registered.parse_number),
    Subject: text_form(TEXT, registered.parse_subject),
}
"""The meaning of a plain text value that is not one of the fields."""


# --- settling --------------------------------------------------------------------------------
# Structs of the front matter whose parts depend on each other or differ from their written form:
# conversions from values to fields and back; and the ISBNs, which depend on the formats.

Values: TypeAlias = dict[str, Any]
Nodes: TypeAlias = dict[str, Node]


def _contributor(values: Values, nodes: Nodes, report: FieldReport, key: str) -> Values:
    main, *more = values.pop("role", None) or (None,)
    return values | ({"role": main, "more_roles": tuple(more)} if main else {})


def _audience(values: Values, nodes: Nodes, report: FieldReport, key: str) -> Values:
    youngest, oldest = values.pop("youngest", (0, 0))
    return values | {"youngest": youngest, "oldest": oldest}


def _licence(values: Values, nodes: Nodes, report: FieldReport, key: str) -> Values | None:
    if "url" in nodes:
        return values
    licence = reader_by(registered.parse_licence)(nodes["name"], report, key)
    return asdict(licence) if licence else None


def _identifier(values: Values, nodes: Nodes, report: FieldReport, key: str) -> Values | None:
    if "scheme" in nodes and "scheme" not in values:
        return None
    scheme = values.get("scheme", "")
    identifier = reader_by(lambda text: registered.parse_number(text, scheme))(
        nodes["value"], report, key
    )
    return asdict(identifier) if identifier else None


def _subject(values: Values, nodes: Nodes, report: FieldReport, key: str) -> Values | None:
    code = reader_by(lambda text: registered.code(values["scheme"], text))(
        nodes["code"], report, key
    )
    return values | {"code": code} if code else None


def _isbns(values: Values, nodes: Nodes, report: FieldReport, key: str) -> Values:
    isbns: Values = {}
    for name in nodes:
        value = values.get(name)
        same = next((other for other in isbns if value and isbns[other] == value), "")
        if same:
            message = f"`{name}` has the ISBN of `{same}`."
            hint = "Each format that is sold needs an ISBN of its own."
            report.wrong(key, message, nodes[name].place, hint)
        elif value:
            isbns[name] = value
    return isbns


def _certification(values: Values, nodes: Nodes, report: FieldReport, key: str) -> Values:
    for dependent in ("credential", "report"):
        if dependent in nodes and "certified_by" not in nodes:
            message = f"a `{dependent}` needs a certifier."
            report.wrong(key, message, nodes[dependent].place, "Add `certified_by`.")
    return values


def _page(values: Values, nodes: Nodes, report: FieldReport, key: str) -> Values | None:
    if "text" in values and values.get("leading", values["text"]) < values["text"]:
        place = nodes["leading"].place
        report.wrong(key, "the leading would be less than the text size.", place)
        return None
    return values


def _fit(values: Values, nodes: Nodes, report: FieldReport, key: str) -> Values | None:
    options = FitOptions(**values)
    if options.smallest > options.largest > 0:
        place = nodes.get("smallest", nodes["pages"]).place
        report.wrong(key, "`smallest` is larger than `largest`.", place)
        return None
    return values


SETTLED: dict[type[msgspec.Struct], Callable[[Values, Nodes, FieldReport, str], Values | None]] = {
    parts.Contributor: _contributor,
    parts.Audience: _audience,
    parts.Licence: _licence,
    parts.Identifier: _identifier,
    parts.Subject: _subject,
    Isbns: _isbns,
    parts.Certification: _certification,
    PageOptions: _page,
    FitOptions: _fit,
}
"""A function from the values of a mapping and their nodes to the struct's fields; None if
unusable."""

SPREAD: dict[type[msgspec.Struct], Callable[[Any], Values]] = {
    parts.Contributor: lambda p: asdict(p) | {"role": p.roles if p.more_roles else p.role},
    parts.Audience: lambda audience: asdict(audience) | {"youngest": audience.ages or 0},
}
"""A function from a struct to the values of its mapping."""


def check_isbns(metadata: Metadata, nodes: dict[str, Node], report: FieldReport) -> Metadata:
    """The metadata without an ``identifier`` that is the ISBN of another format, reported."""
    identifier = metadata.identifier
    if identifier is None or identifier.scheme != "isbn":
        return metadata
    for name in Isbns.__struct_fields__:
        other = getattr(metadata.isbns, name)
        if name != "epub" and other and isbn_13(other) == isbn_13(identifier.value):
            message = f"this is the ISBN of `{name}`, and not the e-book's."
            hint = "Leave `identifier` out, or give the e-book's ISBN."
            report.wrong("identifier", message, nodes["identifier"].place, hint)
            return replace(metadata, identifier=None)
    return metadata


def derive(metadata: Metadata) -> Metadata:
    """The metadata with the licence's name in the publication's language, and an article's abstract
    as its description, if it has no other."""
    if metadata.abstract and not metadata.description:
        metadata = replace(metadata, description=metadata.abstract)
    if metadata.licence is None:
        return metadata
    return replace(
        metadata, licence=registered.name_licence(metadata.licence, words(metadata.lang))
    )


# --- typed -----------------------------------------------------------------------------------
# Readers, schemas and writers of the front matter, derived from the types of its fields.


def form_of(kind: Any, key: Key) -> Form:
    """The form of a field of some type."""
    if key.form and FORMS[key.form].reads_lists:
        return FORMS[key.form]
    if get_origin(kind) is tuple:
        item = get_args(kind)[0]
        is_struct = _is_struct(item) and not key.form
        return form_of_list(_single(item, key), commas=not is_struct, repeats=key.repeats)
    return _single(kind, key)


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _single(kind: Any, key: Key) -> Form:
    if key.form:
        return FORMS[key.form]
    if get_origin(kind) is Literal:
        return _word(tuple(word for word in get_args(kind) if word), key)
    if kind is Placed:
        return form_with_place()
    if _is_struct(kind):
        return _struct_form(struct(kind), key.others)
    if kind is bool:
        return Form(FLAG, flag)
    if kind is int:
        return _number_of_type(key)
    if kind is float:
        return text_form(LENGTH, length(*key.within), lambda value: f"{value:g}mm")
    return Form(TEXT, text)


def _word(known: tuple[str, ...], key: Key) -> Form:
    flags = {key.words[flag]: f" (or {flag})" for flag in ("true", "false") if flag in key.words}
    shown = [f"{word}{flags.get(word, '')}" for word in known]

    def parse(value: str) -> str:
        word = key.words.get(value.lower(), value.lower())
        if word not in known:
            hint = did_you_mean(word, known)
            hint = hint or f"Write {', '.join(shown[:-1])} or {shown[-1]}."
            raise BadValueError(f"`{shorten(value)}` {key.wrong}.", hint)
        return known[known.index(word)]  # msgspec recognises a default by its identity

    more = [word for word in key.words if not flags]
    schema: Schema = {"enum": [*known, *more]}
    return text_form(any_of(schema, FLAG) if flags else schema, parse)


def _number_of_type(key: Key) -> Form:
    """A whole number within bounds."""
    first, last = map(int, key.within)

    def parse(value: str) -> int:
        if not value.isascii() or not value.isdecimal() or not first <= int(value[:9]) <= last:
            hint = f"Write {first} {'or' if last == first + 1 else 'to'} {last}."
            raise BadValueError(f"`{shorten(value)}` {key.wrong}.", hint)
        return int(value)

    return text_form({"type": "integer", "minimum": first, "maximum": last}, parse)


class Struct:
    """The keys of a struct's mapping."""

    def __init__(self, kind: type[msgspec.Struct]) -> None:
        self.kind = kind
        self.written: Written = kind.written  # type: ignore[attr-defined]
        self.fields: dict[str, Field] = {field.name: field for field in fields(kind)}
        self.forms = {name: form_of(field.type, field.key) for name, field in self.fields.items()}
        self.aliases = {
            alias: field.name for field in self.fields.values() for alias in field.aliases
        }
        self.alone = next((f for f in self.fields.values() if f.field == self.written.alone), None)
        self.is_placed = {"line", "column"} <= set(kind.__struct_fields__)
        self.schema = reference(kind.__name__, self._schema())

    def _schema(self) -> Schema:
        properties: Schema = {
            name: {"description": field.key.doc, **self.forms[name].schema}
            for name, field in self.fields.items()
        }
        for alias, name in self.aliases.items():
            properties[alias] = {"$ref": f"#/$defs/{self.kind.__name__}/properties/{name}"}
        schema: Schema = {
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
        }
        needed = [
            {"anyOf": [{"required": [name]} for name in (field.name, *field.aliases)]}
            for field in self.fields.values()
            if field.required
        ]
        return schema | ({"allOf": needed} if needed else {})

    def values(
        self, node: Node, report: FieldReport, key: str, inherited: Mapping[str, Node] = NONE
    ) -> tuple[dict[str, Any], dict[str, Node]] | None:
        """The usable values, and the nodes of all values, by field; None if a required one is
        missing. ``inherited`` are nodes from other places, by key."""
        nodes = dict(inherited)
        if isinstance(node, MappingNode):
            known = tuple(name for name in self.fields if name not in inherited)
            nodes |= entries(node, known, self.aliases, report, key)
        needed = [name for name, field in self.fields.items() if field.required]
        for name in needed:
            if name not in nodes:
                report.wrong(key, f"{self.written.subject} needs a `{name}`.", node.place)
        if any(name not in nodes for name in needed):
            return None
        read = {
            self.fields[name].field: self.forms[name].read(value, report, key)
            for name, value in nodes.items()
        }
        values = {name: value for name, value in read.items() if value is not None}
        if any(self.fields[name].field not in values for name in needed):
            return None
        return values, {self.fields[name].field: value for name, value in nodes.items()}

    def nodes(self, node: Node) -> dict[str, Node]:
        """The nodes of the values that are given, by field; text alone is one of them."""
        if not isinstance(node, MappingNode):
            return {self.alone.field: node} if self.alone else {}
        values = entries(node, tuple(self.fields), self.aliases, FieldReport(""), "it")
        return {self.fields[name].field: value for name, value in values.items()}

    def read(self, node: Node, report: FieldReport, key: str, others: Mapping[str, Any]) -> Any:
        is_mapping = isinstance(node, MappingNode)
        if not is_mapping and self.alone is None:
            report.wrong(key, "it needs named parts.", node.place, self.written.hint)
            return None
        alone = {self.alone.name: node} if self.alone and not is_mapping else NONE
        read = self.values(node, report, key, alone)
        if read is None or (alone and not read[0]):
            return None
        values, nodes = read
        settle = SETTLED.get(self.kind)
        settled = settle(values, nodes, report, key) if settle else values
        if settled is None:
            return None
        if self.is_placed and self.alone:
            place = nodes[self.alone.field].place
            settled |= {"line": place.line, "column": place.column}
        return self.kind(**{**others, **settled})

    def write(self, value: msgspec.Struct, others: Mapping[str, Any] = NONE) -> Any:
        """The JSON form of a value: a mapping, or the text that is enough by itself."""
        spread = SPREAD[self.kind](value) if self.kind in SPREAD else msgspec.structs.asdict(value)
        written = {
            name: self.forms[name].write(spread[field.field])
            for name, field in self.fields.items()
            if field.required or spread[field.field] != others.get(field.field, field.default)
        }
        if self.alone and written.keys() == {self.alone.name}:
            return written[self.alone.name]
        return written


@cache
def struct(kind: type[msgspec.Struct]) -> Struct:
    return Struct(kind)


def _struct_form(mapped: Struct, others: Mapping[str, Any]) -> Form:
    alone = ALONE.get(mapped.kind)

    def read(node: Node, report: FieldReport, key: str) -> Any:
        if alone and not isinstance(node, MappingNode):
            return alone.read(node, report, key)
        return mapped.read(node, report, key, others)

    first = alone or (mapped.forms[mapped.alone.name] if mapped.alone else None)
    schema = any_of(first.schema, mapped.schema) if first else mapped.schema
    return Form(schema, read, lambda value: mapped.write(value, others))
