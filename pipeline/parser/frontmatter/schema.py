"""The table of keys as a whole: found by name, and as the JSON Schema for editors."""

from __future__ import annotations

import json

from pipeline.parser.frontmatter import people
from pipeline.parser.frontmatter.keys import KEYS
from pipeline.parser.frontmatter.keys.key import Key

BY_NAME: dict[str, Key] = {key.name: key for key in KEYS}
ALIASES: dict[str, str] = {alias: key.name for key in KEYS for alias in key.aliases}


def json_schema() -> dict[str, object]:
    """The JSON Schema of the front matter, for editors to complete and check it by: draft 7,
    the newest that all of them read. A key whose value is empty is as good as not written."""
    properties: dict[str, object] = {}
    for key in KEYS:
        properties[key.name] = {
            "description": key.description,
            "examples": list(key.examples),
            "anyOf": [*key.schema.get("anyOf", [key.schema]), {"type": "null"}],
        }
        for alias in key.aliases:
            properties[alias] = {
                "description": f"Another name of `{key.name}`.",
                "$ref": f"#/properties/{key.name}",
            }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Front matter of a Chapbook source",
        "type": "object",
        "properties": properties,
        "$defs": {"person": people.PERSON.schema()},
        "additionalProperties": False,
    }


def schema_text() -> str:
    """`json_schema` as the text of a file."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
