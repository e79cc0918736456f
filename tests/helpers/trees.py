"""Searches in the nodes of a document, as its tests need them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias, TypeVar, overload

from pipeline import Document
from pipeline.model import Node
from pipeline.model.tree import plain_text as tree_text
from pipeline.model.tree import top_level, walk

Tree: TypeAlias = Document | Node | Iterable[Node]
Kind = TypeVar("Kind", bound=Node)


@overload
def nodes(tree: Tree) -> list[Node]: ...


@overload
def nodes(tree: Tree, kind: type[Kind]) -> list[Kind]: ...


def nodes(tree: Tree, kind: type[Any] = Node) -> list[Any]:
    """The nodes of a type in a document, with its notes, or in others, in reading order."""
    top = top_level(tree) if isinstance(tree, Document) else tree
    return [node for node in walk(top) if isinstance(node, kind)]


def plain_text(tree: Tree) -> str:
    """The plain text of a document, with its notes, or of nodes."""
    if isinstance(tree, Document):
        return tree_text(top_level(tree))
    return tree_text([tree] if isinstance(tree, Node) else tree)
