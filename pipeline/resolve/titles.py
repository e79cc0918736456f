"""The text of a title, caption or term, for use in other places."""

from __future__ import annotations

from typing import get_args

from msgspec.structs import replace

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Document, Inline, Node
from pipeline.model.rewriting import Changes, rewrite
from pipeline.model.tree import BLANK, plain_text
from pipeline.model.words import words


def title_of(inlines: tuple[Inline, ...]) -> tuple[Inline, ...]:
    """The inlines in a form that is valid inside a link elsewhere: formatting only, no ids."""
    title = rewrite(inlines, leave=_CHANGES)
    return title if plain_text(title).strip() else ()


def without_id(node: Node) -> Node:
    """A node that may occur more than once."""
    return replace(node, attributes=replace(node.attributes, id="")) if node.attributes.id else node


def _bare(node: model.InlineElement) -> Node | tuple[Node, ...]:
    """A span that only marked a position is replaced by its text."""
    kept = without_id(node)
    return node.children if node.name == "span" and kept.attributes == NO_ATTRIBUTES else kept


def _text(node: Node, text: str) -> Node | tuple[Node, ...]:
    return model.Text(span=node.span, text=text) if text else ()


_CHANGES: Changes = {
    **dict.fromkeys(get_args(Inline), without_id),
    model.InlineElement: _bare,
    model.Link: lambda link: link.children,
    model.CrossReference: lambda reference: _text(reference, reference.text),
    model.Blank: lambda blank: _text(blank, BLANK),
    model.NoteReference: lambda note: (),
    model.Image: lambda image: _text(image, image.alt),
    **dict.fromkeys((model.SoftBreak, model.LineBreak), lambda end: _text(end, " ")),
}


def titled_for_teachers(document: Document) -> Document:
    """The document with a title that names its readers: on a shelf or among the tabs of a browser,
    the teacher's and the students' look alike."""
    title = f"{document.metadata.title} ({words(document.metadata.lang)['edition_teacher']})"
    return replace(document, metadata=replace(document.metadata, title=title))
