"""A way to read a value of the front matter, with its description for editors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import msgspec

from pipeline.parser.frontmatter.values import FieldReport, items, parsed, words
from pipeline.parser.frontmatter.yaml_nodes import Node

Schema: TypeAlias = dict[str, Any]
Reader: TypeAlias = Callable[[Node, FieldReport, str], Any]

DEFINITIONS: dict[str, Schema] = {}
"""Schemas by the names under which others refer to them."""


def _same(value: Any) -> Any:
    return value


class Form(msgspec.Struct, frozen=True):
    """``read`` returns a value, or None if it is unusable; ``write`` returns its JSON form, to be
    read again. ``reads_lists``: whether it reads lists itself."""

    schema: Schema
    read: Reader
    write: Callable[[Any], Any] = _same
    reads_lists: bool = False


def reference(name: str, schema: Schema) -> Schema:
    """A reference to the schema, which is defined under a name."""
    DEFINITIONS[name] = schema
    return {"$ref": f"#/$defs/{name}"}


TEXT = reference("text", {"type": ["string", "number"]})
FLAG: Schema = {"type": "boolean"}


def any_of(*schemas: Schema) -> Schema:
    """A schema for values that fit one of several schemas, without duplicates."""
    distinct: list[Schema] = []
    for schema in schemas:
        alternatives = schema["anyOf"] if schema.keys() == {"anyOf"} else [schema]
        distinct += [alternative for alternative in alternatives if alternative not in distinct]
    return {"anyOf": distinct}


def text_form(
    schema: Schema, parse: Callable[[str], Any], write: Callable[[Any], Any] = _same
) -> Form:
    """A form whose text is given to ``parse``."""
    return Form(schema, parsed(parse), write)


def listed(item: Form, *, commas: bool, repeats: bool = False) -> Form:
    """A value or a list of them, or text with ``commas`` between; each once, or not."""
    parts = words if commas else items

    def read(node: Node, report: FieldReport, key: str) -> tuple[Any, ...]:
        all_values = (item.read(part, report, key) for part in parts(node))
        used = [value for value in all_values if value is not None]
        return tuple(used if repeats else dict.fromkeys(used))

    def write(values: Iterable[Any]) -> list[Any]:
        return [item.write(value) for value in values]

    schema = any_of(item.schema, {"type": "array", "items": item.schema})
    return Form(schema, read, write)
