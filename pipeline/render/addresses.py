"""The addresses of a printed document's links, as they are listed at its end."""

from __future__ import annotations

from pipeline.model import Address, Document, Link
from pipeline.tree import walk, whole


def only_used(document: Document) -> tuple[Address, ...]:
    """The addresses that the document's links, as they are now, refer to."""
    used = {node.number for node in walk(whole(document)) if isinstance(node, Link)}
    return tuple(address for address in document.addresses if address.number in used)
