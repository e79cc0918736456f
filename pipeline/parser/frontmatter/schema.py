"""The keys of the front matter: found by name, written, and as the editors' JSON Schema."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from pipeline.model.keys import Field, fields
from pipeline.model.metadata import Metadata
from pipeline.model.paper import PrintOptions
from pipeline.parser.frontmatter.affiliations import LISTS
from pipeline.parser.frontmatter.form import DEFINITIONS, Form
from pipeline.parser.frontmatter.people import speakers_form
from pipeline.parser.frontmatter.printing import editions_form
from pipeline.parser.frontmatter.typed import form_of

_WITH_STRUCTS = {"speakers": speakers_form, "editions": editions_form}

SHORT = 80
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
    return f"{match[1]}{inner}{match[3]}" if len(inner) <= SHORT else match[0]


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
