"""Answers in place, where students write them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias, get_args

from msgspec.structs import replace

from pipeline import model
from pipeline.model import DIAGRAM_KINDS, HOLDERS, Attributes, Block, Document, Inline, Node
from pipeline.model.editions import EDITIONS
from pipeline.model.rewriting import Changes, rewrite_document
from pipeline.model.strings import IN_STRINGS
from pipeline.model.tree import ANSWER, FIELDS, INLINE_FIELDS, find

_INLINES = get_args(Inline)


def put_in_place(document: Document) -> Document:
    """The document, if it is for teachers, with each answer in place of the lines, the space or the
    empty diagram directly before it, and in print with those that are only in titles for pointers
    after the text."""
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
    worded = {type(node) for _, node, _ in find(document, marked=True) if _in_strings(node)}
    shown: Changes = dict.fromkeys(worded - SHOWING, _with_strings)
    document = rewrite_document(document, leave=shown)
    return replace(document, blocks=tuple(_joined(document.blocks)))


SHOWING = {model.Image, model.Chart, model.CodeBlock, model.Citation, model.Text}
"""Nodes that show their strings in print too, or have them for listeners."""


def _in_strings(node: Node) -> str:
    return ", ".join(text for key, text in node.attributes.pairs if key == IN_STRINGS)


def _with_strings(node: Node) -> Node | tuple[Node, ...]:
    """A node with the answers in its strings after its text, or before its blocks."""
    texts = _in_strings(node)
    if not texts:
        return node
    node = replace(node, attributes=node.attributes.without({IN_STRINGS}))
    answer = model.InlineElement(
        name="span",
        children=(model.Text(text=texts),),
        span=node.span,
        attributes=Attributes(classes=(ANSWER,)),
    )
    if isinstance(node, HOLDERS) and not isinstance(node, model.Exercise):
        before = model.Paragraph(children=(answer,), span=node.span)
        return replace(node, children=(before, *node.children))
    in_brackets = (model.Text(text=" ("), answer, model.Text(text=")"))
    field = INLINE_FIELDS.get(type(node), "")
    if field and not isinstance(node, model.DefinitionItem):
        return replace(node, **{field: (*getattr(node, field), *in_brackets)})
    return (node, *in_brackets) if isinstance(node, _INLINES) else node


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
