"""What may not stand in a link: another link, or a reference to a note."""

from __future__ import annotations

from pipeline import tree
from pipeline.model import Inline, Link, NoteReference


def bind(link: Link) -> tuple[Inline, ...]:
    """``link`` with links in it taken apart, and the references to notes after it."""
    inner = [n for n in tree.walk(link.children) if isinstance(n, Link | NoteReference)]
    if not inner:
        return (link,)
    notes = [node for node in inner if isinstance(node, NoteReference)]
    children = tree.rewrite(
        link.children, leave={Link: lambda node: node.children, NoteReference: lambda _: ()}
    )
    if not children:
        return tuple(notes)
    kept = Link(
        children=children,
        href=link.href,
        title=link.title,
        span=link.span,
        attributes=link.attributes,
    )
    return (kept, *notes)
