"""Whether a list is set with space between its items, once some blocks are taken out of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from msgspec.structs import replace

from pipeline.diagnostics import Span
from pipeline.model import List

Pair = tuple[Span, Span]


class Spacing:
    """The loose lists as they were, each by its place. A blank line before or after what an
    edition does not have says nothing in it of how the list is set."""

    def __init__(self) -> None:
        self._before: dict[Span, dict[Pair, bool]] = {}

    def enter(self, node: List) -> List:
        if not node.tight and node.span:
            self._before[node.span] = dict(_neighbours(node))
        return node

    def leave(self, node: List) -> List:
        before = self._before.get(node.span) if node.span else None
        if not before or not any(is_loose for is_loose in before.values()):
            return node
        within = {pair for item in node.items for pair in _pairs([b.span for b in item.children])}
        now = [pair for pair, _ in _neighbours(node)]
        if any(before.get(pair, pair in within) for pair in now):
            return node
        return replace(node, tight=True)


def _neighbours(node: List) -> Iterator[tuple[Pair, bool]]:
    """Blocks that follow each other in a list, and whether a blank line stands between them."""
    blocks = [block.span for item in node.items for block in item.children]
    for one, other in _pairs(blocks):
        end = max(one.line, one.end)
        yield (one, other), one.file != other.file or other.line > end + 1


def _pairs(spans: list[Span | None]) -> Iterator[Pair]:
    return pairwise(span for span in spans if span)
