"""The pages of the standard print edition, as far as a publication on a screen tells them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pipeline.model import CodeBlock, FrontMark, Node, PageMark
from pipeline.pages import PageBreak
from pipeline.render.nodes import page_id
from pipeline.render.plan import Chapter
from pipeline.tree import walk


def page_list(
    plan: Iterable[Chapter],
    front: Iterable[FrontMark],
    names: Mapping[str, str],
    order: Sequence[str],
) -> tuple[PageBreak, ...]:
    """The pages that begin before the text, in the pages that have these ``names`` by their
    parts, and those that begin in some chapters, in the ``order`` that these are read in."""
    before = ((names[mark.part], mark.label) for mark in front)
    within = ((chapter.name, label) for chapter in plan for label in _labels(chapter.blocks))
    places = {name: place for place, name in enumerate(order)}
    found = sorted(itertools.chain(before, within), key=lambda one: places[one[0]])
    return tuple(PageBreak(label, f"{name}#{page_id(label)}") for name, label in found)


def _labels(nodes: Iterable[Node]) -> Iterator[str]:
    for node in walk(nodes):
        if isinstance(node, PageMark):
            yield node.label
        elif isinstance(node, CodeBlock):
            yield from (mark.label for mark in node.marks)
