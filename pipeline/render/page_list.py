"""The pages of the standard print edition, as far as a publication on a screen tells them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.model import CodeBlock, Node, PageMark
from pipeline.pages import PageBreak
from pipeline.render.nodes import page_id
from pipeline.render.plan import Chapter
from pipeline.tree import walk


def page_list(plan: Iterable[Chapter]) -> tuple[PageBreak, ...]:
    """The pages that begin in some chapters, in reading order."""
    return tuple(
        PageBreak(label, f"{chapter.name}#{page_id(label)}")
        for chapter in plan
        for label in _labels(chapter.blocks)
    )


def _labels(nodes: Iterable[Node]) -> Iterator[str]:
    for node in walk(nodes):
        if isinstance(node, PageMark):
            yield node.label
        elif isinstance(node, CodeBlock):
            yield from (mark.label for mark in node.marks)
