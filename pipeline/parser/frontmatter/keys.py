"""The keys of the front matter, found by name, and written; speakers and editions among them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml
from msgspec.structs import replace

from pipeline.model.codes import Code
from pipeline.model.editions import EDITIONS
from pipeline.model.keys import Field, fields
from pipeline.model.metadata import Metadata, Speaker
from pipeline.model.names import did_you_mean, nearest
from pipeline.model.paper import LARGE_PRINT, PageOptions, PrintOptions
from pipeline.model.sheet import lack_of
from pipeline.model.words import fold_word, folded_words, understood
from pipeline.parser.frontmatter.contributors import LISTS
from pipeline.parser.frontmatter.typed import form_of, struct
from pipeline.parser.frontmatter.values import (
    DEFINITIONS,
    FieldReport,
    Form,
    Schema,
    any_of,
    items,
    reference,
    text,
    words,
)
from pipeline.parser.frontmatter.yaml import Mapping, Node, Place, Scalar, Sequence
from pipeline.parser.lines import shorten

# --- people ----------------------------------------------------------------------------------
# Speakers of a dialogue, and who of them asks, by the words for roles in all languages.

LIKE = 0.8
"""The similarity to a word for a questioner above which a role is taken for a misspelling."""

_HINT = "Write each speaker as `Name: role`, such as `Rahim Kanani: interviewer`."


def _speakers(node: Node, report: FieldReport, key: str) -> tuple[Speaker, ...]:
    by_name: dict[str, _Part] = {}
    for item, role in _entries(node, report, key):
        speaker = struct(Speaker).values(item, report, key, role)
        if speaker is None:
            continue
        values, nodes = speaker
        name = values["name"]
        if name in by_name:
            report.twice(name, key, nodes["name"].place)
        else:
            by_name[name] = _Part(values["role"], values.get("asks"), nodes["role"].place)
    asks = settle_speakers(tuple(by_name.values()), report, key)
    return tuple(
        Speaker(name, part.role, asking)
        for (name, part), asking in zip(by_name.items(), asks, strict=True)
    )


def _entries(node: Node, report: FieldReport, key: str) -> Iterator[tuple[Node, dict[str, Node]]]:
    """All speakers, each with its values outside a mapping: a name, or name and role."""
    if isinstance(node, Mapping):
        for name, value in node.entries:
            if isinstance(value, Scalar) and value.is_empty:
                report.wrong(key, f"`{shorten(name.text)}` needs a role.", name.place, _HINT)
                continue
            role = {} if isinstance(value, Mapping) else {"role": value}
            yield value, {"name": name, **role}
    elif isinstance(node, Sequence):
        for item in items(node):
            if isinstance(item, Mapping):
                yield item, {}
            else:
                report.wrong(key, "a speaker needs a name and a role.", item.place, _HINT)
    else:
        report.wrong(key, "speakers need names and roles.", node.place, _HINT)


def _write_speakers(speakers: tuple[Speaker, ...]) -> dict[str, Any]:
    """Each speaker's role, and whether they ask if the role does not imply it."""
    written: dict[str, Any] = {}
    for speaker in speakers:
        part = _Part(speaker.role, None, Place(1, 1))
        is_plain = speaker.asks == part.has("asks") and (
            part.has("asks") or not part.has("may_ask")
        )
        plain: dict[str, Any] = {"role": speaker.role, "asks": speaker.asks}
        written[speaker.name] = speaker.role if is_plain else plain
    return written


_PART: Schema = {
    "type": "object",
    "properties": {
        name: {"$ref": f"#/$defs/Speaker/properties/{name}"} for name in ("role", "asks")
    },
    "required": ["role"],
    "additionalProperties": False,
}


def speakers_form() -> Form:
    """The form of all speakers of a text."""
    speaker = struct(Speaker)
    schema = any_of(
        {"type": "object", "additionalProperties": any_of(speaker.forms["role"].schema, _PART)},
        {"type": "array", "items": speaker.schema},
    )
    return Form(schema, _speakers, _write_speakers, reads_lists=True)


class _Part(NamedTuple):
    """A speaker's role in the dialogue. ``asks`` is None if the front matter does not state it."""

    role: str
    asks: bool | None
    place: Place

    def has(self, meaning: str) -> bool:
        """Return whether the role, or a word of it, is one for ``meaning``."""
        known = folded_words(meaning)
        words = (self.role, *re.findall(r"\w+", self.role))
        return any(fold_word(word) in known for word in words)


def settle_speakers(parts: tuple[_Part, ...], report: FieldReport, key: str) -> list[bool]:
    """Return whether each speaker asks questions. Teachers and journalists do if nobody else does.
    An unknown role is reported if it might mean somebody who asks; and so is a teacher beside an
    interviewer and somebody who is there to answer."""
    unclear = [
        part.asks is None and part.has("may_ask") and not part.has("replies") for part in parts
    ]
    asks = [part.asks if part.asks is not None else part.has("asks") for part in parts]
    if not any(asks):
        asks = unclear
    elif not all(asking or may for asking, may in zip(asks, unclear, strict=True)):
        for part, asking, may in zip(parts, asks, unclear, strict=True):
            if may and not asking:
                message = (
                    f"`{shorten(part.role)}` does not ask questions, because another speaker does."
                )
                report.add(Code.UNKNOWN_ROLE, message, part.place, _asking(part))
    nobody = len(parts) > 1 and not any(asks) and all(part.asks is None for part in parts)
    for part in parts:
        if part.asks is not None or any(map(part.has, ("asks", "may_ask", "replies"))):
            continue
        near = nearest(part.role, understood("asks"), LIKE)
        if near or nobody:
            message = f"`{shorten(part.role)}` is not a known role, so it does not ask questions."
            meant = f"Did you mean `{near}`? " if near else ""
            report.add(Code.UNKNOWN_ROLE, message, part.place, f"{meant}{_asking(part)}")
            nobody = False  # once is enough
    return asks


def _asking(part: _Part) -> str:
    """The hint to state whether a speaker asks."""
    return f"Write `{{role: {shorten(part.role)}, asks: true}}`, or `asks: false`."


# --- printing --------------------------------------------------------------------------------
# Front matter about editions: which ones, with which settings, and pages without room.

BY_FORMAT = {"pdf": "handout", "epub": "ebook", "html": "web"}
"""The editions that are meant where formats are named."""


def _editions(
    node: Node, report: FieldReport, key: str
) -> tuple[tuple[str, PrintOptions], ...] | None:
    """The editions by name, with their own settings."""
    options_of: dict[str, PrintOptions] = {}
    for item in node.items if isinstance(node, Sequence) else (node,):
        if not isinstance(item, Mapping):
            for part in words(item):
                word = text(part, report, key) or ""
                name = BY_FORMAT.get(word.lower(), word)
                if name and _is_known(name, report, part.place):
                    options_of.setdefault(name, PrintOptions())
            continue
        for written, settings in item.entries:
            name = BY_FORMAT.get(written.text.lower(), written.text)
            if not _is_known(name, report, written.place):
                continue
            if isinstance(settings, Scalar) and settings.is_empty:
                options_of.setdefault(name, PrintOptions())
            elif not isinstance(settings, Mapping):
                hint = f"Write them like `{name}: {{page: A5}}`."
                report.wrong(key, "an edition's settings have names.", settings.place, hint)
            elif EDITIONS[name].format != "pdf":
                message = f"the edition `{name}` is not printed, and has no settings."
                report.wrong(key, message, written.place)
            elif name in options_of and options_of[name] != PrintOptions():
                message = f"`{name}` has settings twice in `{key}`."
                hint = "Write them in one place: only one of the two can take effect."
                report.add(Code.DUPLICATE_KEY, message, written.place, hint)
            else:
                options_of[name] = struct(PrintOptions).read(settings, report, name, {})
                _check_large_print(name, options_of[name], report, written.place)
    return tuple(options_of.items())


def _check_large_print(name: str, options: PrintOptions, report: FieldReport, place: Any) -> None:
    text = options.page.text
    if EDITIONS[name].look == "large" and text and text < LARGE_PRINT:
        message = (
            f"`{name}` has a text size of {text:g} points; large print has at least {LARGE_PRINT}."
        )
        hint = f"Write a size of {LARGE_PRINT}pt or more, or leave it out."
        report.add(Code.UNDER_LARGE_PRINT, message, place, hint)


def _is_known(name: str, report: FieldReport, place: Any) -> bool:
    if name in EDITIONS:
        return True
    hint = did_you_mean(name, EDITIONS) or f"There are {', '.join(EDITIONS)}."
    report.add(Code.UNKNOWN_EDITION, f"There is no edition `{shorten(name)}`.", place, hint)
    return False


def _write_editions(listed: tuple[tuple[str, PrintOptions], ...]) -> list[Any]:
    write = struct(PrintOptions).write
    return [
        name if options == PrintOptions() else {name: write(options)} for name, options in listed
    ]


def editions_form() -> Form:
    """The form of a list of editions with their settings."""
    names = (*EDITIONS, *BY_FORMAT)
    with_options = {
        "type": "object",
        "properties": dict.fromkeys(names, struct(PrintOptions).schema),
        "additionalProperties": False,
    }
    item = reference("edition", any_of({"enum": list(names)}, with_options))
    schema = any_of(item, {"type": "array", "items": item})
    return Form(schema, _editions, _write_editions, reads_lists=True)


class _PageSettings(NamedTuple):
    """Settings of the page for some editions, and their node in the front matter."""

    editions: tuple[str, ...]
    node: Node


def with_room(metadata: Metadata, nodes: dict[str, Node], report: FieldReport) -> Metadata:
    """The metadata without page formats whose margins and columns leave no room, each reported at
    its position. ``nodes`` are the values of the front matter's keys."""
    refused: set[str] = set()
    for editions, node in _pages(metadata, nodes):
        if lack := lack_of(editions, metadata):
            message, hint = lack
            report.wrong("page", message, _place(node), hint)
            refused.update(("",) if node is nodes.get("page") else editions)
    if not refused:
        return metadata
    printing = replace(metadata.printing, page=PageOptions()) if "" in refused else None
    return replace(
        metadata,
        printing=printing or metadata.printing,
        edition_options=tuple(
            (name, replace(options, page=PageOptions()) if name in refused else options)
            for name, options in metadata.edition_options
        ),
    )


def _pages(metadata: Metadata, nodes: dict[str, Node]) -> Iterator[_PageSettings]:
    """The places with page settings: the key for all, and those of single editions."""
    with_page = {
        name for name, options in metadata.edition_options if options.page != PageOptions()
    }
    if metadata.printing.page != PageOptions() and "page" in nodes:
        listed = [name for name in metadata.editions if EDITIONS[name].format == "pdf"]
        common = tuple(name for name in listed or ("handout",) if name not in with_page)
        yield _PageSettings(common, nodes["page"])
    listed_ones = nodes.get("editions")
    items = listed_ones.items if isinstance(listed_ones, Sequence) else (listed_ones,)
    for item in items:
        for written, settings in item.entries if isinstance(item, Mapping) else ():
            for key, node in settings.entries if isinstance(settings, Mapping) else ():
                if key.text == "page" and written.text in with_page:
                    yield _PageSettings((written.text,), node)


def _place(node: Node) -> Place:
    """The place of the margins, or else of the page."""
    if isinstance(node, Mapping):
        for name in ("margins", "columns", "gutter", "size"):
            for key, value in node.entries:
                if key.text == name:
                    return value.place
    return node.place


# --- schema ----------------------------------------------------------------------------------
# The keys of the front matter: found by name, written, and as the editors' JSON Schema.

_WITH_STRUCTS = {"speakers": speakers_form, "editions": editions_form}

SHORT_LINE = 80
"""The maximum length of a list or object on one line in the schema's file."""

PRINTING = tuple(field.name for field in fields(PrintOptions))
"""The keys with settings for all printed editions."""

KEYS: dict[str, Field] = {field.name: field for field in (*fields(Metadata), *fields(PrintOptions))}
ALIASES: dict[str, str] = {alias: field.name for field in KEYS.values() for alias in field.aliases}


def form(name: str) -> Form:
    """The form of a key. It is made when it is needed, as most texts have few of the keys."""
    field = KEYS[name]
    make = _WITH_STRUCTS.get(field.key.form)
    return make() if make else form_of(field.type, field.key)


def json_schema() -> dict[str, object]:
    """The JSON Schema of the front matter, for completion and validation in editors: draft 7, the
    newest that all of them support. An empty value is allowed everywhere."""
    properties: dict[str, object] = {}
    for name, field in KEYS.items():
        schema = form(name).schema
        properties[name] = {
            "description": field.key.doc,
            "examples": list(field.key.examples),
            "anyOf": [*schema.get("anyOf", [schema]), {"type": "null"}],
        }
        for alias in field.aliases:
            properties[alias] = {
                "description": f"Another name of `{name}`.",
                "$ref": f"#/properties/{name}",
            }
    first, *others = LISTS
    description = "Where authors work, for all of them: `{id: wells, name: …}`."
    properties[first] = {"description": description, "type": "array"}
    properties |= {name: {"$ref": f"#/properties/{first}"} for name in others}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Front matter of a Chapbook source",
        "type": "object",
        "properties": properties,
        "$defs": dict(sorted(DEFINITIONS.items())),
        "additionalProperties": False,
    }


def schema_text() -> str:
    """`json_schema` as the text of a file, with short objects on one line."""
    text = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    return re.sub(r"([\[{])\n( [^][{}]+)\n +([\]}])", _single_line, text)


def _single_line(match: re.Match[str]) -> str:
    inner = re.sub(r"\n +", " ", match[2]).strip()
    return f"{match[1]}{inner}{match[3]}" if len(inner) <= SHORT_LINE else match[0]


def front_matter(metadata: Metadata) -> str:
    """Front matter equivalent to the metadata of a publication."""
    options_of = dict(metadata.edition_options)
    listed = tuple((name, options_of.get(name, PrintOptions())) for name in metadata.editions)
    written: dict[str, Any] = {}
    for name, field in KEYS.items():
        source = metadata.printing if name in PRINTING else metadata
        value = getattr(source, field.field)
        if value != field.default:
            written[name] = form(name).write(listed if name == "editions" else value)
    if not written:
        return ""
    text = yaml.safe_dump(written, allow_unicode=True, sort_keys=False, width=1000)
    return f"---\n{text}---\n"
