"""Front matter about who speaks in a dialogue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.codes import Code
from pipeline.metadata import Speaker
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.asking import Part, settled
from pipeline.parser.frontmatter.form import Form, Schema, any_of
from pipeline.parser.frontmatter.typed import struct
from pipeline.parser.frontmatter.values import Report, items
from pipeline.parser.frontmatter.yaml_nodes import Mapping, Node, Scalar, Sequence

_SPEAKER = struct(Speaker)
_HINT = "Write each speaker as `Name: role`, such as `Rahim Kanani: interviewer`."


def _speakers(node: Node, report: Report, key: str) -> tuple[Speaker, ...]:
    by_name: dict[str, Part] = {}
    for item, given in _each(node, report, key):
        found = _SPEAKER.values(item, report, key, given)
        if found is None:
            continue
        values, nodes = found
        name = values["name"]
        if name in by_name:
            message = f"`{shorten(name)}` is given twice in `{key}`."
            report.add(Code.DUPLICATE_KEY, message, nodes["name"].place, "Keep one of them.")
        else:
            by_name[name] = Part(values["role"], values.get("asks"), nodes["role"].place)
    asks = settled(tuple(by_name.values()), report, key)
    return tuple(
        Speaker(name, part.role, asking)
        for (name, part), asking in zip(by_name.items(), asks, strict=True)
    )


def _each(node: Node, report: Report, key: str) -> Iterator[tuple[Node, dict[str, Node]]]:
    """All speakers, each with what stands outside of a mapping: a name, or name and role."""
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


def _write(speakers: tuple[Speaker, ...]) -> list[Any]:
    return [{"name": one.name, "role": one.role, "asks": one.asks} for one in speakers]


_PART: Schema = {
    "type": "object",
    "properties": {
        name: {"$ref": f"#/$defs/Speaker/properties/{name}"} for name in ("role", "asks")
    },
    "required": ["role"],
    "additionalProperties": False,
}
SPEAKERS = Form(
    any_of(
        {"type": "object", "additionalProperties": any_of(_SPEAKER.forms["role"].schema, _PART)},
        {"type": "array", "items": _SPEAKER.schema},
    ),
    _speakers,
    _write,
    whole=True,
)
