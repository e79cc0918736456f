"""What a title, a caption or a term says, so that it can stand elsewhere too."""

from __future__ import annotations

from typing import get_args

from msgspec.structs import replace

from pipeline.model import (
    NO_ATTRIBUTES,
    Blank,
    CrossReference,
    Image,
    Inline,
    InlineElement,
    LineBreak,
    Link,
    Node,
    NoteReference,
    SoftBreak,
    Text,
)
from pipeline.tree import BLANK, Changes, plain_text, rewrite


def title_of(inlines: tuple[Inline, ...]) -> tuple[Inline, ...]:
    """The inlines as they can stand within a link elsewhere: formatting alone, no ids."""
    title = rewrite(inlines, leave=_CHANGES)
    return title if plain_text(title).strip() else ()


def _without_id(node: Node) -> Node:
    return replace(node, attributes=replace(node.attributes, id="")) if node.attributes.id else node


def _bare(node: InlineElement) -> Node | tuple[Node, ...]:
    """A span that said nothing but where something is, is its text."""
    kept = _without_id(node)
    return node.children if node.name == "span" and kept.attributes == NO_ATTRIBUTES else kept


def _space(node: Node) -> Node:
    return Text(span=node.span, text=" ")


def _text(link: Link) -> tuple[Node, ...]:
    return link.children


def _gap(node: Blank) -> Node:
    return Text(span=node.span, text=BLANK)


def _reference(node: CrossReference) -> Node:
    return Text(span=node.span, text=node.text)


def _nothing(node: Node) -> tuple[Node, ...]:
    return ()


def _alternative(image: Image) -> Node | tuple[Node, ...]:
    return Text(span=image.span, text=image.alt) if image.alt else ()


_CHANGES: Changes = {
    **dict.fromkeys(get_args(Inline), _without_id),
    InlineElement: _bare,
    Link: _text,
    CrossReference: _reference,
    Blank: _gap,
    NoteReference: _nothing,
    Image: _alternative,
    SoftBreak: _space,
    LineBreak: _space,
}
