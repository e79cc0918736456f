"""What only teachers get, in an edition for them: it is counted after all that students get
too, so that both have the same numbers."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.model import Node
from pipeline.tree import is_for_teachers, walk_with


def only_for_teachers(nodes: Iterable[Node]) -> frozenset[int]:
    """The ids (`id`) of the nodes that only teachers get, on all levels."""

    def inherit(node: Node, hidden: bool) -> bool:
        return hidden or is_for_teachers(node)

    return frozenset(id(node) for node, hidden in walk_with(nodes, False, inherit) if hidden)
