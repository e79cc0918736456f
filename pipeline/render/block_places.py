"""Says in the markup where blocks stand in the source, so that a message about the printed page
can name them."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from pipeline.marks import PLACE
from pipeline.model import Block, Container, Dialogue, Document, Inline, Section

HOLDERS = (Section, Dialogue, Container)
"""What is told by the blocks in it."""

TAG = re.compile(r"(\s*<[a-z][a-z0-9]*)")


def with_place(node: Block | Inline, markup: Markup, document: Document) -> Markup:
    """The markup of a block of a document with its place in its first tag."""
    span = document.place(node.span)
    if not isinstance(node, Block) or isinstance(node, HOLDERS) or span is None:
        return markup
    place = escape(f"{span.file or document.source}:{span.line}")
    found = TAG.match(markup)
    if found is None:
        return markup
    return Markup(f'{found[1]} {PLACE}="{place}"{markup[found.end() :]}')
