"""Sums in running text, which print sets with lining figures, as high as the signs between them.
(Elsewhere in running text, figures are old-style ones.)
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from pipeline.model import Attributes, Document, Inline, InlineElement, Node, Paragraph, Text
from pipeline.model.editions import EDITIONS
from pipeline.model.late import late
from pipeline.model.tree import rewrite_document

_WITHIN = ".,\u00a0\u202f"
_NUMBER = rf"\d[\d{_WITHIN}]*+"
_SIGN = "[+\u2212\u00d7\u00f7=<>\u2248\u2264\u2265]"
_SUM = late(
    rf"(?:(?<![\d{_WITHIN}]){_NUMBER} ?{_SIGN}|(?<![^\s(]){_SIGN}[ \u00a0]?(?=\d))"
    rf"(?:[ \u00a0]?(?:{_SIGN}|{_NUMBER}))*+"
)
"""Numbers and signs between them; gaps stand in the place of some numbers."""

_LINING = Attributes(classes=("lining",))


def line_sums(document: Document) -> Document:
    """The document with the sums of paragraphs in elements of their own, in print."""
    edition = EDITIONS.get(document.edition)
    if edition is None or edition.format != "pdf":
        return document
    return rewrite_document(document, leave={Paragraph: _with_sums}, kept_as="sums")


def _with_sums(paragraph: Paragraph) -> Node:
    if not any(isinstance(node, Text) and _SUM.search(node.text) for node in paragraph.children):
        return paragraph
    children = (
        piece
        for node in paragraph.children
        for piece in (_pieces(node) if isinstance(node, Text) else (node,))
    )
    return replace(paragraph, children=tuple(children))


def _pieces(node: Text) -> Iterator[Inline]:
    at = 0
    for match in _SUM.finditer(node.text):
        if match.start() > at:
            yield replace(node, text=node.text[at : match.start()])
        text = replace(node, text=match[0])
        yield InlineElement(name="span", children=(text,), attributes=_LINING, span=node.span)
        at = match.end()
    if at < len(node.text):
        yield replace(node, text=node.text[at:])
