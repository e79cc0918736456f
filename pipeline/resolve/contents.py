"""The table of contents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import get_args

from msgspec.structs import replace

from pipeline.metadata import ContentsOptions
from pipeline.model import (
    ContentsEntry,
    Document,
    Image,
    Inline,
    LineBreak,
    Link,
    Node,
    NoteReference,
    Paragraph,
    Section,
    SoftBreak,
    Text,
    Turn,
)
from pipeline.tree import Changes, plain_text, rewrite, walk


def list_contents(document: Document) -> Document:
    """The document with its contents: sections down to the depth that the metadata asks
    for, and within them, if it asks for these, the questions of dialogues."""
    entries = _entries(document.blocks, document.metadata.contents)
    return replace(document, contents=tuple(entries))


def _entries(blocks: Iterable[Node], options: ContentsOptions) -> Iterator[ContentsEntry]:
    for block in blocks:
        if isinstance(block, Section):
            below = tuple(_entries(block.children, options))
            title = _title(block.title)
            if block.depth <= options.depth and title:
                yield ContentsEntry(block.attributes.id, title, below)
            else:
                yield from below
        elif options.questions:
            for node in walk(block):
                if isinstance(node, Turn) and node.asks and (title := _question(node)):
                    yield ContentsEntry(node.attributes.id, title)


def _question(turn: Turn) -> tuple[Inline, ...]:
    """A question's first paragraph, as a title."""
    for node in walk(turn.children):
        if isinstance(node, Paragraph):
            return _title(node.children)
    return ()


def _title(inlines: tuple[Inline, ...]) -> tuple[Inline, ...]:
    """The inlines as they can stand within a link elsewhere: formatting alone, no ids."""
    title = rewrite(inlines, leave=_TITLE_CHANGES)
    return title if plain_text(title).strip() else ()


def _without_id(node: Node) -> Node:
    return replace(node, attributes=replace(node.attributes, id="")) if node.attributes.id else node


def _space(node: Node) -> Node:
    return Text(span=node.span, text=" ")


def _text(link: Link) -> tuple[Node, ...]:
    return link.children


def _nothing(node: Node) -> tuple[Node, ...]:
    return ()


def _alternative(image: Image) -> Node | tuple[Node, ...]:
    return Text(span=image.span, text=image.alt) if image.alt else ()


_TITLE_CHANGES: Changes = {
    **dict.fromkeys(get_args(Inline), _without_id),
    Link: _text,
    NoteReference: _nothing,
    Image: _alternative,
    SoftBreak: _space,
    LineBreak: _space,
}
