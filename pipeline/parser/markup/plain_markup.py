"""Raw HTML as text, where there is no feature ``raw_html``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from pipeline.model import Block, Inline
from pipeline.model.diagnostics import Span
from pipeline.parser.constructs.parts import Around
from pipeline.parser.lines import Line


class RawMarkup(Protocol):
    """Pieces of raw HTML and finished nodes, put in one after the other, and the nodes of all.
    ``depth`` is the number of open elements."""

    @property
    def depth(self) -> int: ...

    def feed(self, lines: Sequence[Line]) -> None: ...

    def feed_tag(self, markup: str, place: Span | None) -> None: ...

    def add(self, nodes: Iterable[Block | Inline]) -> None: ...

    def blocks(self) -> tuple[Block, ...]: ...

    def inlines(self) -> tuple[Inline, ...]: ...


def raw_markup(around: Around, room: int) -> RawMarkup:
    """A builder in which at most ``room`` elements are nested."""
    from pipeline.features.raw_html.builder import MarkupBuilder

    return MarkupBuilder(around, room)
