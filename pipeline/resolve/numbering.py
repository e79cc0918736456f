"""The numbers of figures and tables."""

from __future__ import annotations

from msgspec.structs import replace

from pipeline.model import Document, Figure, Table
from pipeline.tree import rewrite_document


def number_captions(document: Document) -> Document:
    """The document with figures and tables numbered, each kind from 1, if captioned."""
    counts: dict[type, int] = {}

    def number(node: Figure | Table) -> Figure | Table:
        if not node.caption:
            return node
        counts[type(node)] = counts.get(type(node), 0) + 1
        return replace(node, number=counts[type(node)])

    return rewrite_document(document, enter={Figure: number, Table: number})
