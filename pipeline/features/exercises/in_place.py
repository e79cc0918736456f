"""Answers in place, where students write them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from msgspec.structs import replace

from pipeline import model
from pipeline.model import DIAGRAM_KINDS, Block, Document, Node
from pipeline.model.editions import EDITIONS
from pipeline.model.rewriting import Changes, rewrite_document
from pipeline.model.tree import FIELDS


def put_in_place(document: Document) -> Document:
    """The document, if it is for teachers, with each answer in place of the lines, the space or the
    empty diagram directly before it."""
    edition = EDITIONS.get(document.edition)
    if edition is None or edition.audience != "teacher":
        return document
    holders = [kind for kind, fields in FIELDS.items() if "children" in fields]

    def joined(node: Node) -> Node:
        before = node.children  # type: ignore[attr-defined]
        after = tuple(_joined(before))
        return node if len(after) == len(before) else replace(node, children=after)

    changes: Changes = dict.fromkeys(holders, joined)
    document = rewrite_document(document, leave=changes)
    return replace(document, blocks=tuple(_joined(document.blocks)))


Room: TypeAlias = model.WritingLines | model.WritingSpace | model.Chart
"""The places that students write or draw in."""


def _joined(blocks: Iterable[Block]) -> Iterator[Block]:
    room: Room | None = None
    for block in blocks:
        if room and isinstance(block, model.Answer) and (answer := _in_room(block, room)):
            block = answer
        elif room:
            yield room
        room = block if isinstance(block, Room) else None
        if room is None:
            yield block
    if room:
        yield room


def _in_room(answer: model.Answer, room: Room) -> model.Answer | None:
    """An answer that takes the place of the room for it; None if it stands below that, as below a
    diagram that it has not drawn upon."""
    if isinstance(room, model.WritingLines):
        return replace(answer, lines=room.count)
    if isinstance(room, model.WritingSpace):
        return replace(answer, space=room.height)
    first = answer.children[0] if answer.children else None
    is_drawn_upon = isinstance(first, model.Chart) and first.kind == room.kind
    is_bare = room.kind in DIAGRAM_KINDS and not room.caption and not room.attributes.id
    return answer if is_drawn_upon and is_bare else None
