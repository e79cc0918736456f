"""Start times in the teacher's edition, from the time at which a lesson begins (``starts``) and the
minutes of its parts.
"""

from __future__ import annotations

from msgspec.structs import replace

from pipeline.model import Document, Node
from pipeline.model.tree import STARTS, find, minutes_of, rewrite_document


def give_start_times(document: Document) -> Document:
    """The document in which parts with minutes have the time at which they begin. Those within
    another part begin with it, and the next one begins when it ends."""
    kinds = {type(node) for _, node, _ in find(document, marked=True) if minutes_of(node)}
    hours, minutes = map(int, document.metadata.starts.split(":"))
    now = 60 * hours + minutes
    ends: list[int] = []

    def enter(node: Node) -> Node:
        if not (duration := minutes_of(node)):
            return node
        ends.append(now + duration)
        time = f"{now // 60 % 24}:{now % 60:02}"
        pairs = (*node.attributes.pairs, (STARTS, time))
        return replace(node, attributes=replace(node.attributes, pairs=pairs))

    def leave(node: Node) -> Node:
        nonlocal now
        now = ends.pop() if minutes_of(node) else now
        return node

    return rewrite_document(
        document, enter=dict.fromkeys(kinds, enter), leave=dict.fromkeys(kinds, leave)
    )
