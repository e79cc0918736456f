"""Answers in place, where students write them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from pipeline import model
from pipeline.features import PassSetting
from pipeline.model import Block, Document, Node
from pipeline.model.editions import EDITIONS
from pipeline.model.rewriting import Changes, rewrite_document
from pipeline.model.tree import FIELDS


def put_in_place(document: Document, _: PassSetting) -> Document:
    """The document, if it is for teachers, with each answer in place of the lines or the space
    directly before it."""
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


def _joined(blocks: Iterable[Block]) -> Iterator[Block]:
    room: model.WritingLines | model.WritingSpace | None = None
    for block in blocks:
        if room and isinstance(block, model.Answer):
            if isinstance(room, model.WritingLines):
                block = replace(block, lines=room.count)
            else:
                block = replace(block, space=room.height)
        elif room:
            yield room
        room = block if isinstance(block, model.WritingLines | model.WritingSpace) else None
        if room is None:
            yield block
    if room:
        yield room
