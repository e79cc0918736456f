"""Readers of the front matter's values: a node goes in, a typed value or None comes out,
and what is wrong with it goes into a `Report`."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeAlias, TypeVar

from pipeline.codes import Code, diagnostic
from pipeline.diagnostics import Diagnostic, Span
from pipeline.parser.characters import FORBIDDEN, name, shorten
from pipeline.parser.frontmatter.identifiers import BadValueError
from pipeline.parser.frontmatter.yaml_nodes import Mapping, Node, Place, Scalar, Sequence
from pipeline.parser.wordings import public
from pipeline.suggestions import did_you_mean

T = TypeVar("T")
Schema: TypeAlias = dict[str, Any]

TEXT: Schema = {"type": ["string", "number"]}
FLAG: Schema = {"type": "boolean"}


def one_or_list(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "array", "items": schema}]}


@dataclass
class Report:
    """Collects what one reading of front matter finds."""

    source: str
    found: list[Diagnostic] = field(default_factory=list)

    def add(self, code: Code, message: str, place: Place, hint: str = "") -> None:
        span = Span(place.line, place.column)
        self.found.append(
            diagnostic(code, message, span=span, source=self.source, hint=hint, length=place.length)
        )

    def wrong(self, key: str, message: str, place: Place, hint: str = "") -> None:
        """``message`` as a `Code.WRONG_VALUE` of ``key``."""
        self.add(Code.WRONG_VALUE, f"`{key}`: {message}", place, hint)


N = TypeVar("N", bound=Node)


def for_all(node: N, report: Report) -> N:
    """A value, or all in it, without what is marked for some editions: all have the same front
    matter. Such a mark is a `Code.WRONG_VALUE`."""
    changed: Node = node
    match node:
        case Scalar():
            text = public(node.text)
            if text != node.text:
                message = "All editions have the same front matter: what is marked for some is left"
                hint = "Leave it out, or say it in the text."
                report.add(Code.WRONG_VALUE, f"{message} out.", node.place, hint)
                changed = replace(node, text=text)
        case Sequence():
            changed = replace(node, items=tuple(for_all(item, report) for item in node.items))
        case Mapping():
            entries = tuple((key, for_all(value, report)) for key, value in node.entries)
            changed = replace(node, entries=entries)
    return changed  # type: ignore[return-value]


@dataclass(frozen=True)
class Shape:
    """A mapping's keys, each with the schema of its value. ``what`` it describes, for
    messages; ``aliases`` are other spellings of its keys."""

    what: str
    fields: MappingOf[str, Schema]
    required: tuple[str, ...] = ()
    aliases: MappingOf[str, str] = field(default_factory=dict)

    def schema(self) -> Schema:
        aliases = {alias: self.fields[key] for alias, key in self.aliases.items()}
        schema: Schema = {
            "type": "object",
            "properties": {**self.fields, **aliases},
            "additionalProperties": False,
        }
        if len(self.required) == 1:
            spellings = [
                *self.required,
                *(a for a, k in self.aliases.items() if k in self.required),
            ]
            if len(spellings) > 1:
                return schema | {"anyOf": [{"required": [spelling]} for spelling in spellings]}
        return schema | ({"required": list(self.required)} if self.required else {})

    def read(self, node: Mapping, report: Report, key: str) -> dict[str, Node] | None:
        """The values by key, or None if a required one is missing."""
        values = entries(node, tuple(self.fields), self.aliases, report, key)
        missing = [required for required in self.required if required not in values]
        for required in missing:
            report.wrong(key, f"{self.what} needs a `{required}`.", node.place)
        return None if missing else values


def entries(
    node: Mapping,
    known: tuple[str, ...],
    aliases: MappingOf[str, str],
    report: Report,
    inside: str = "",
) -> dict[str, Node]:
    """The values of a mapping by key; empty ones are left out.

    Keys that are not known, and such as come twice (the first one counts), are reported.
    """
    values: dict[str, Node] = {}
    first: dict[str, Scalar] = {}
    where = f" in `{inside}`" if inside else ""
    for written, value in node.entries:
        key = aliases.get(written.text, written.text)
        shown = shorten(written.text)
        if key in first:
            before = first[key]
            message = f"`{shown}` is given twice{where}."
            if before.text != written.text:
                message = f"`{shown}` and `{before.text}` are the same key{where}."
            hint = f"It is already on line {before.place.line}. Keep one of them."
            report.add(Code.DUPLICATE_KEY, message, written.place, hint)
            continue
        first[key] = written
        if key not in known:
            hint = did_you_mean(written.text, (*known, *aliases))
            if inside and not hint:
                hint = f"There are {', '.join(known)}."
            report.add(Code.UNKNOWN_KEY, f"There is no key `{shown}`{where}.", written.place, hint)
        elif not (isinstance(value, Scalar) and value.is_empty):
            values[key] = value
    return values


def describe(node: Node) -> str:
    match node:
        case Scalar():
            return "text"
        case Sequence():
            return "a list"
        case Mapping():
            return "a mapping"


def text(node: Node, report: Report, key: str) -> str | None:
    """Text on one line, runs of white space made one space."""
    raw = _text(node, report, key)
    return " ".join(raw.split()) or None if raw else None


def paragraphs(node: Node, report: Report, key: str) -> str | None:
    """Text of one or more paragraphs, with an empty line between two of them."""
    raw = _text(node, report, key) or ""
    # YAML itself folds lines, so that a line end is an empty line of the source, but after `|`.
    literal = isinstance(node, Scalar) and node.style == "|"
    parts = (" ".join(part.split()) for part in re.split(r"\n\s*\n" if literal else "\n", raw))
    return "\n\n".join(part for part in parts if part) or None


def _text(node: Node, report: Report, key: str) -> str | None:
    if not isinstance(node, Scalar):
        hint = ""
        if node.flow:
            hint = "If the brackets or braces belong to the text, put the value in quotes."
        report.wrong(key, f"the value must be text, not {describe(node)}.", node.place, hint)
        return None
    forbidden = FORBIDDEN.search(node.text)
    if forbidden:
        character = name(forbidden[0])
        report.wrong(key, f"the value holds {character}, which no text may.", node.place)
        return None
    return node.text


def parsed(
    parse: Callable[[str], T],
) -> Callable[[Node, Report, str], T | None]:
    """A reader that gives text to ``parse`` and reports the `BadValueError` that it raises."""

    def read(node: Node, report: Report, key: str) -> T | None:
        value = text(node, report, key)
        if value is None:
            return None
        try:
            return parse(value)
        except BadValueError as bad:
            report.wrong(key, bad.message, node.place, bad.hint)
            return None

    return read


def items(node: Node) -> tuple[Node, ...]:
    """The items of a list but the empty ones, or the node itself."""
    if not isinstance(node, Sequence):
        return (node,)
    return tuple(item for item in node.items if not (isinstance(item, Scalar) and item.is_empty))


def texts(node: Node, report: Report, key: str) -> tuple[tuple[str, Place], ...]:
    """The items of a list, or of text with commas between, each with its place."""
    if isinstance(node, Scalar):
        value = _text(node, report, key) or ""
        parts = re.finditer(r"[^,]+", value)
        exact = not node.style and "\n" not in value and node.place.length == len(value)
        found = []
        for part in parts:
            word = " ".join(part[0].split())
            place = node.place
            if exact and word:
                indent = len(part[0]) - len(part[0].lstrip())
                column = place.column + part.start() + indent
                place = Place(place.line, column, len(part[0].strip()))
            found.append((word, place))
        return tuple((word, place) for word, place in found if word)
    read = ((text(item, report, key), item.place) for item in items(node))
    return tuple((word, place) for word, place in read if word)


def flag(node: Node, report: Report, key: str) -> bool | None:
    """Yes or no, in the words that YAML has had for it."""
    word = text(node, report, key)
    if word is None:
        return None
    if word.lower() in ("true", "yes", "on"):
        return True
    if word.lower() in ("false", "no", "off"):
        return False
    report.wrong(key, f"`{shorten(word)}` is neither true nor false.", node.place)
    return None


_LANGUAGE = re.compile(
    r"[a-z]{2,3}(-[a-z]{3}){0,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?(-([a-z0-9]{5,8}|\d[a-z0-9]{3}))*"
    r"(-[0-9a-wy-z](-[a-z0-9]{2,8})+)*(-x(-[a-z0-9]{1,8})+)?|x(-[a-z0-9]{1,8})+",
    re.ASCII | re.IGNORECASE,
)
_LANGUAGE_NAMES = {
    "ar": "arabic ara", "cs": "czech cze ces", "da": "danish dan", "de": "german deutsch ger deu",
    "en": "english eng", "es": "spanish español espanol spa", "fi": "finnish fin",
    "fr": "french français francais fre fra", "he": "hebrew heb", "hi": "hindi hin",
    "it": "italian italiano ita", "ja": "japanese jpn", "ko": "korean kor",
    "nl": "dutch nederlands dut nld", "no": "norwegian norsk nor", "pl": "polish polski pol",
    "pt": "portuguese português por", "ru": "russian rus", "sv": "swedish svenska swe",
    "tr": "turkish tur", "uk": "ukrainian ukr", "zh": "chinese chi zho",
}  # fmt: skip
_LANGUAGE_TAGS = {word: tag for tag, words in _LANGUAGE_NAMES.items() for word in words.split()}


def language(value: str) -> str:
    """A BCP 47 tag in its usual case: ``zh-Hant-TW``. Raises `BadValueError`."""
    tag = value.replace("_", "-")
    head, _, rest = tag.partition("-")
    better = _LANGUAGE_TAGS.get(head.lower())
    if better:
        tag = "-".join(filter(None, (better, rest)))
    fits = _LANGUAGE.fullmatch(tag) is not None
    if not fits or better or tag != value:
        hint = f"Write `{_language_case(tag)}`." if fits else "Write it like en, en-GB or zh-Hant."
        raise BadValueError(f"`{shorten(value)}` is not a language tag.", hint)
    return _language_case(tag)


def _language_case(tag: str) -> str:
    head, *rest = tag.lower().split("-")
    done, private = [head], len(head) == 1
    for part in rest:
        private = private or len(part) == 1
        if not private and len(part) == 2:
            part = part.upper()
        elif not private and len(part) == 4 and part.isalpha():
            part = part.title()
        done.append(part)
    return "-".join(done)


def calendar_date(value: str) -> str:
    """YYYY, YYYY-MM or YYYY-MM-DD, if it is a date that exists. Raises `BadValueError`."""
    hint = "Write it as YYYY, YYYY-MM or YYYY-MM-DD."
    found = re.fullmatch(r"(\d{4})(?:([-/.])(\d{1,2})(?:\2(\d{1,2}))?)?", value, re.ASCII)
    if found is None:
        raise BadValueError(f"`{shorten(value)}` is not a date.", hint)
    year, month, day = (int(found[group] or 1) for group in (1, 3, 4))
    try:
        date(year, month, day)
    except ValueError:
        raise BadValueError(f"`{value}` is a date that does not exist.", hint) from None
    parts = [
        found[1],
        *(f"{number:02}" for number, group in ((month, 3), (day, 4)) if found[group]),
    ]
    written = "-".join(parts)
    if written != value:
        raise BadValueError(
            f"`{value}` is not a date in the form that is needed.", f"Write `{written}`."
        )
    return value


def read_values(
    shape: Shape,
    readers: MappingOf[str, Callable[[Node, Report, str], object]],
    node: Mapping,
    report: Report,
    key: str,
) -> dict[str, Any]:
    """The values of a mapping, without those that cannot be used."""
    values = shape.read(node, report, key) or {}
    read = {name: readers[name](value, report, key) for name, value in values.items()}
    return {name: value for name, value in read.items() if value is not None}
