"""Raw HTML as text, where there is no feature ``raw_html``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from pipeline import features
from pipeline.model import Block, Inline, Node, Paragraph, Text
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.parser.constructs.parts import Around
from pipeline.parser.lines import Line, LinePlaces, numbered
from pipeline.parser.markup.flow import as_blocks, as_inlines
from pipeline.parser.markup.html_tokens import Kind, tokenise


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
    builder = features.task("MarkupBuilder")
    markup: RawMarkup = builder(around, room) if builder else _PlainMarkup(around)
    return markup


class _PlainMarkup:
    depth = 0

    def __init__(self, around: Around) -> None:
        self._report = around.report
        self._items: list[Node] = []

    def feed(self, lines: Sequence[Line]) -> None:
        if text := self._written(lines).strip("\n"):
            span = LinePlaces(lines).at(0)
            self._items.append(Paragraph(children=(Text(text=text),), span=span))

    def feed_tag(self, markup: str, place: Span | None) -> None:
        first, column = (place.line, place.column) if place else (0, 0)
        self._items.append(Text(text=self._written(numbered(markup, first, column))))

    def _written(self, lines: Sequence[Line]) -> str:
        """A piece of raw HTML without comments. The first tag that begins in it is told."""
        tokens = list(tokenise("\n".join(lines)))
        tag = next((token for token in tokens if token.kind is Kind.START), None)
        if tag is not None:
            message = f"This copy of Chapbook lacks raw_html: `{tag.raw}` is shown as written."
            self._report(Code.ABSENT_FEATURE, message, LinePlaces(lines).at(tag.offset), "")
        return "".join(token.raw for token in tokens)

    def add(self, nodes: Iterable[Block | Inline]) -> None:
        self._items.extend(nodes)

    def blocks(self) -> tuple[Block, ...]:
        return as_blocks(self._items, Paragraph)

    def inlines(self) -> tuple[Inline, ...]:
        return as_inlines(self._items)
