"""The position in the source of text on a page."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.cli.report.passages import own_text
from pipeline.model import CodeBlock, Document, Image, Node
from pipeline.model.diagnostics import Span
from pipeline.model.tree import all_spans, plain_text

SHORT = 12
"""Letters below which a text must be a whole block, because it could occur in any."""


class BlockPlaces:
    """The blocks of a resolved document, by the letters and figures in them: spaces, hyphens
    and marks may be others on the page."""

    def __init__(self, document: Document) -> None:
        self._blocks: list[tuple[str, Span]] = []
        self._images: dict[str, Span] = {}
        for node, inherited in all_spans(document):
            span = document.place(inherited)
            if isinstance(node, Image) and span:
                said = node.alt or f"{node.width} × {node.height}"
                self._images.setdefault(_letters(said), span)
            elif span:
                found = (
                    (_letters(text), document.place(place) or span)
                    for text, place in _texts(node, span)
                )
                self._blocks.extend(one for one in found if one[0])

    def find(self, text: str) -> Span | None:
        """The position of a text, or of the image with it as its alternative text, or with so many
        pixels if it has none."""
        wanted = _letters(text)
        if not wanted:
            return None
        if wanted in self._images:
            return self._images[wanted]
        whole_block = next((span for letters, span in self._blocks if letters == wanted), None)
        if whole_block or len(wanted) < SHORT:
            return whole_block
        return next((span for letters, span in self._blocks if wanted in letters), None)


def _texts(node: Node, span: Span) -> Iterator[tuple[str, Span]]:
    if isinstance(node, CodeBlock):
        # the first line of a fence is not code
        for number, line in enumerate(node.text.splitlines(), start=1):
            yield line, Span(span.line + number, file=span.file)
    for run in own_text(node):
        first = next((inline.span for inline in run if inline.span), None)
        yield plain_text(run), first or span


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
