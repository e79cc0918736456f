"""Removes other interactive content from the summaries of collapsible blocks."""

from __future__ import annotations

from msgspec.structs import replace

from pipeline.model import (
    Attributes,
    Block,
    Container,
    Document,
    Inline,
    InlineElement,
    Link,
    Node,
    NoteReference,
    Paragraph,
)
from pipeline.model.rewriting import Changes, rewrite, rewrite_document
from pipeline.model.tree import notes_in, walk

DETAILS, SUMMARY = "details", "summary"


def free_summaries(document: Document) -> Document:
    """The document with links in summaries replaced by their text, and with references to notes
    moved to the beginning of the collapsible content."""

    def enter(node: Container) -> Container:
        if node.name != DETAILS:
            return node
        summaries = [child for child in node.children if _is_summary(child)]
        inner = list(walk(summaries))
        if not any(isinstance(child, Link | NoteReference) for child in inner):
            return node
        rest = tuple(child for child in node.children if not _is_summary(child))
        notes = tuple(notes_in(summaries))
        freed = rewrite(tuple(summaries), leave=_FREE)
        return replace(node, children=(*freed, *_with_notes(rest, notes)))

    return rewrite_document(document, enter={Container: enter})


def _is_summary(node: Node) -> bool:
    return isinstance(node, Container) and node.name == SUMMARY


def _with_notes(blocks: tuple[Block, ...], notes: tuple[Inline, ...]) -> tuple[Block, ...]:
    if not notes:
        return blocks
    if blocks and isinstance(blocks[0], Paragraph):
        first = replace(blocks[0], children=(*blocks[0].children, *notes))
        return (first, *blocks[1:])
    return (Paragraph(children=notes), *blocks)


def _unlinked(link: Link) -> Node | tuple[Node, ...]:
    """The text of a link, with what its title says."""
    if not link.title:
        return link.children
    attributes = Attributes(pairs=(*link.attributes.pairs, ("title", link.title)))
    return InlineElement(name="span", children=link.children, span=link.span, attributes=attributes)


_FREE: Changes = {Link: _unlinked, NoteReference: lambda reference: ()}
