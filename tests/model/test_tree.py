"""The tree of nodes: where children are, and how it is rewritten."""

from __future__ import annotations

import re
import typing

from pipeline import model
from pipeline.model import (
    Block,
    Code,
    Container,
    Emphasis,
    Image,
    LineBreak,
    Node,
    NoteReference,
    Text,
)
from pipeline.model.tree import FIELDS, INLINE_FIELDS, rewrite
from tests.helpers.handmade import paragraph
from tests.helpers.trees import nodes, plain_text


def test_the_tree_knows_every_field_that_holds_nodes() -> None:
    kinds = [k for k in vars(model).values() if isinstance(k, type) and issubclass(k, Node)]
    kind_names = {kind.__name__ for kind in kinds} | {"Inline", "Block"}
    for kind in kinds:
        hints = {name: str(hint) for name, hint in typing.get_type_hints(kind).items()}
        names = "|".join(kind_names - {"Node"})
        holding = {n for n, h in hints.items() if re.search(rf"nodes\.({names})\b", h)}
        holding -= {"answer", "gaps"}  # no part of the text around a gap
        assert holding == set(FIELDS.get(kind, ())), kind
        inline = {name for name in holding if "nodes.Text" in hints[name]}
        inline -= {name for name in holding if "nodes.Paragraph" in hints[name]}
        if not issubclass(kind, typing.get_args(model.Inline)):
            assert inline == {INLINE_FIELDS[kind]} if kind in INLINE_FIELDS else not inline


def test_rewriting_keeps_what_it_does_not_change() -> None:
    kept = paragraph("a")
    blocks: tuple[Block, ...] = (kept, paragraph("b", Code(text="c")))
    assert rewrite(blocks, leave={Text: lambda node: node}) is blocks
    changed = rewrite(blocks, leave={Code: lambda node: Text(text=node.text)})
    assert changed[0] is kept
    assert changed[1] == paragraph("b", "c")
    assert rewrite(blocks, leave={Text: lambda _: ()}) == (paragraph(Code(text="c")),)


def test_depth_is_no_limit() -> None:
    block: Block = paragraph("deep")
    for _ in range(5000):
        block = Container(name="div", children=(block,))
    (found,) = rewrite((block,), leave={Text: lambda _: Text(text="changed")})
    assert [node.text for node in nodes(found, Text)] == ["changed"]


def test_plain_text() -> None:
    image = Image(source="x.png", alt="alt")
    inlines = (Text(text="a"), LineBreak(), Emphasis(children=(Code(text="b"), image)))
    assert plain_text((*inlines, NoteReference(label="n"))) == "a balt"
