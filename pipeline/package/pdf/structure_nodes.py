"""The nodes of a PDF's structure tree, and how they come together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias
from xml.etree.ElementTree import Element

import msgspec

from pipeline.package.pdf.structure_roles import GROUPS, INLINE
from pipeline.package.units import Annotation, MarkedContent


class StructureNode(msgspec.Struct, eq=False):
    """A structure element. ``spoken`` takes the place of its text, ``name`` is its ID and
    ``box`` the area of a figure in points, from the page's lower left corner. ``places`` and
    ``entries`` are as `Tag` has them."""

    kind: str
    element: Element | None = None
    parent: StructureNode | None = None
    kids: list[Kid] = []
    spoken: str = ""
    name: str = ""
    box: tuple[float, ...] = ()
    places: list[str] = []
    entries: list[tuple[int, int]] = []

    def nodes(self) -> Iterator[StructureNode]:
        return (kid for kid in self.kids if isinstance(kid, StructureNode))


Kid: TypeAlias = StructureNode | MarkedContent | Annotation


def add(parent: StructureNode, child: StructureNode) -> StructureNode:
    place = home(parent, child)
    child.parent = place
    place.kids.append(child)
    return child


def home(parent: StructureNode, child: StructureNode | None) -> StructureNode:
    """The parent for a child or text: text and inlines in a group get a paragraph."""
    if parent.kind not in GROUPS or (child is not None and child.kind not in INLINE):
        return parent
    last = parent.kids[-1] if parent.kids else None
    if isinstance(last, StructureNode) and last.kind == "P" and last.element is None:
        return last
    paragraph = StructureNode("P", parent=parent)
    parent.kids.append(paragraph)
    return paragraph


def link_of(node: StructureNode) -> StructureNode:
    """The nearest link that a node is or is in."""
    nearest: StructureNode | None = node
    while nearest is not None and nearest.kind != "Link":
        nearest = nearest.parent
    return nearest or node


def lead_with_label(owner: StructureNode, element: Element | None = None) -> StructureNode:
    """A new label, before all else in a node."""
    label = StructureNode("Lbl", element, parent=owner)
    owner.kids.insert(0, label)
    return label


def prune(node: StructureNode) -> None:
    """Remove empty elements; a link that leads nowhere becomes a span."""
    for kid in node.nodes():
        prune(kid)
    node.kids = [kid for kid in node.kids if not (isinstance(kid, StructureNode) and is_empty(kid))]
    if node.kind == "Link" and not any(isinstance(kid, Annotation) for kid in node.kids):
        node.kind = "Span"


def is_empty(node: StructureNode) -> bool:
    return not node.kids and node.kind not in {"TD", "TH"}
