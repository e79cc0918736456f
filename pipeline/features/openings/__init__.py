"""The openings of chapters (``opening``): a drop cap, or the first words in small capitals."""

from __future__ import annotations

import re

from msgspec.structs import replace

from pipeline.model import (
    Attributes,
    Document,
    Inline,
    InlineElement,
    Node,
    Paragraph,
    Section,
    Text,
)
from pipeline.model.editions import EDITIONS
from pipeline.model.late import late
from pipeline.model.rewriting import rewrite_document
from pipeline.model.tree import children

DROP_CAP, SMALL_CAPS = "drop-cap", "small-caps"

_FIRST_WORDS = late(r"\W{0,2}\w[\w’'-]*(?: [\w’'-]+){0,3}")
"""Up to four words, of one phrase."""

_FIRST_LETTER = late(r"\W{0,2}\w")


def open_chapters(document: Document) -> Document:
    """The document whose chapters begin as the front matter says, if that is with a paragraph."""
    if document.metadata.opening is None:
        return document
    opening, edition = document.metadata.opening, EDITIONS.get(document.edition)
    is_printed = edition is not None and edition.format == "pdf"
    parts = {id(child) for top in document.blocks if _is_part(top) for child in children(top)}
    chapters = {*map(id, document.blocks), *parts}

    def enter(section: Section) -> Node:
        first = section.children[0] if section.children else None
        if id(section) not in chapters or not isinstance(first, Paragraph):
            return section
        if opening == DROP_CAP:
            opened = _with_drop_cap(first, is_printed)
        else:
            opened = _with_class(first, _FIRST_WORDS, SMALL_CAPS)
        return replace(section, children=(opened, *section.children[1:]))

    return rewrite_document(document, enter={Section: enter})


def _is_part(node: Node) -> bool:
    return isinstance(node, Section) and node.role == "part"


def _with_drop_cap(paragraph: Paragraph, is_printed: bool) -> Paragraph:
    """A paragraph that begins with a large letter, if it begins with text. The engine cannot have
    text beside the first letter of a paragraph, but beside an element."""
    if is_printed:
        return _with_class(paragraph, _FIRST_LETTER, DROP_CAP)
    if not (paragraph.children and isinstance(paragraph.children[0], Text)):
        return paragraph
    attributes = paragraph.attributes
    return replace(
        paragraph, attributes=replace(attributes, classes=(*attributes.classes, DROP_CAP))
    )


def _with_class(paragraph: Paragraph, start: re.Pattern[str], name: str) -> Paragraph:
    """A paragraph that begins with an element of a class, if its text begins in such a way."""
    first = paragraph.children[0] if paragraph.children else None
    match = start.match(first.text) if isinstance(first, Text) else None
    if not (match and isinstance(first, Text)):
        return paragraph
    element: Inline = InlineElement(
        name="span",
        children=(replace(first, text=match[0]),),
        attributes=Attributes(classes=(name,)),
        span=first.span,
    )
    rest = first.text[match.end() :]
    after = (replace(first, text=rest),) if rest else ()
    return replace(paragraph, children=(element, *after, *paragraph.children[1:]))
