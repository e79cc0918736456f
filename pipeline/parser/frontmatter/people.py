"""Speakers of a dialogue, and who of them asks, by the words for roles in all languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from pipeline.model.codes import Code
from pipeline.model.metadata import Speaker
from pipeline.model.names import nearest
from pipeline.model.words import folded, folded_words, understood
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.form import Form, Schema, any_of
from pipeline.parser.frontmatter.typed import struct
from pipeline.parser.frontmatter.values import FieldReport, items
from pipeline.parser.frontmatter.yaml_nodes import Mapping, Node, Place, Scalar, Sequence

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
    asks = settled(tuple(by_name.values()), report, key)
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


def _write(speakers: tuple[Speaker, ...]) -> dict[str, Any]:
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
    return Form(schema, _speakers, _write, reads_lists=True)


class _Part(NamedTuple):
    """A speaker's role in the dialogue. ``asks`` is None if the front matter does not state it."""

    role: str
    asks: bool | None
    place: Place

    def has(self, meaning: str) -> bool:
        """Return whether the role, or a word of it, is one for ``meaning``."""
        known = folded_words(meaning)
        words = (self.role, *re.findall(r"\w+", self.role))
        return any(folded(word) in known for word in words)


def settled(parts: tuple[_Part, ...], report: FieldReport, key: str) -> list[bool]:
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
