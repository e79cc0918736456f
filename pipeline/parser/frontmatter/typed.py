"""Readers, schemas and writers of the front matter, derived from the types of its fields."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from functools import cache
from typing import Any, Literal, get_args, get_origin

import msgspec

from pipeline.model.keys import NONE, Field, Key, Written, fields
from pipeline.model.metadata import Placed
from pipeline.model.names import did_you_mean
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter import form
from pipeline.parser.frontmatter.forms import ALONE, FORMS, LENGTH, length, placed
from pipeline.parser.frontmatter.settling import SETTLED, SPREAD
from pipeline.parser.frontmatter.standard_numbers import BadValueError
from pipeline.parser.frontmatter.values import FieldReport, entries, flag, text
from pipeline.parser.frontmatter.yaml_nodes import Mapping, Node


def form_of(kind: Any, key: Key) -> form.Form:
    """The form of a field of some type."""
    if key.form and FORMS[key.form].reads_lists:
        return FORMS[key.form]
    if get_origin(kind) is tuple:
        item = get_args(kind)[0]
        is_struct = _is_struct(item) and not key.form
        return form.listed(_single(item, key), commas=not is_struct, repeats=key.repeats)
    return _single(kind, key)


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _single(kind: Any, key: Key) -> form.Form:
    if key.form:
        return FORMS[key.form]
    if get_origin(kind) is Literal:
        return _word(tuple(word for word in get_args(kind) if word), key)
    if kind is Placed:
        return placed()
    if _is_struct(kind):
        return _struct_form(struct(kind), key.others)
    if kind is bool:
        return form.Form(form.FLAG, flag)
    if kind is int:
        return _number(key)
    if kind is float:
        return form.text_form(LENGTH, length(*key.within), lambda value: f"{value:g}mm")
    return form.Form(form.TEXT, text)


def _word(known: tuple[str, ...], key: Key) -> form.Form:
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
    schema: form.Schema = {"enum": [*known, *more]}
    return form.text_form(form.any_of(schema, form.FLAG) if flags else schema, parse)


def _number(key: Key) -> form.Form:
    """A whole number within bounds."""
    first, last = map(int, key.within)

    def parse(value: str) -> int:
        if not value.isascii() or not value.isdecimal() or not first <= int(value[:9]) <= last:
            hint = f"Write {first} {'or' if last == first + 1 else 'to'} {last}."
            raise BadValueError(f"`{shorten(value)}` {key.wrong}.", hint)
        return int(value)

    return form.text_form({"type": "integer", "minimum": first, "maximum": last}, parse)


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
        self.schema = form.reference(kind.__name__, self._schema())

    def _schema(self) -> form.Schema:
        properties: form.Schema = {
            name: {"description": field.key.doc, **self.forms[name].schema}
            for name, field in self.fields.items()
        }
        for alias, name in self.aliases.items():
            properties[alias] = {"$ref": f"#/$defs/{self.kind.__name__}/properties/{name}"}
        schema: form.Schema = {
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
        self, node: Node, report: FieldReport, key: str, inherited: MappingOf[str, Node] = NONE
    ) -> tuple[dict[str, Any], dict[str, Node]] | None:
        """The usable values, and the nodes of all values, by field; None if a required one is
        missing. ``inherited`` are nodes from other places, by key."""
        nodes = dict(inherited)
        if isinstance(node, Mapping):
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
        if not isinstance(node, Mapping):
            return {self.alone.field: node} if self.alone else {}
        values = entries(node, tuple(self.fields), self.aliases, FieldReport(""), "it")
        return {self.fields[name].field: value for name, value in values.items()}

    def read(self, node: Node, report: FieldReport, key: str, others: MappingOf[str, Any]) -> Any:
        is_mapping = isinstance(node, Mapping)
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

    def write(self, value: msgspec.Struct, others: MappingOf[str, Any] = NONE) -> Any:
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


def _struct_form(mapped: Struct, others: MappingOf[str, Any]) -> form.Form:
    alone = ALONE.get(mapped.kind)

    def read(node: Node, report: FieldReport, key: str) -> Any:
        if alone and not isinstance(node, Mapping):
            return alone.read(node, report, key)
        return mapped.read(node, report, key, others)

    first = alone or (mapped.forms[mapped.alone.name] if mapped.alone else None)
    schema = form.any_of(first.schema, mapped.schema) if first else mapped.schema
    return form.Form(schema, read, lambda value: mapped.write(value, others))
