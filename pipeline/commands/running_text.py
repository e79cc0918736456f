"""The text of a document as readers read it: its paragraphs, sentences and words; and the position
in the source of text on a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.model import CodeBlock, Document, Image, MathBlock, Node, Paragraph, Table, tree
from pipeline.model.diagnostics import Span
from pipeline.model.late import late

WORD = late(r"[^\W\d_]+(?:['’\-\u2010\u2011][^\W\d_]+)*")
"""A word: letters, also with an apostrophe or a hyphen among them."""

HAN = late("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
KANA = late("[\u3040-\u30ff]")

ENDS = late(r"(?<![.!?…؟])[.!?…؟]++[)\]”’“»\"']*+(?=\s)|[。！？]++[”’」』）]*+")
"""The pattern of a possible end of a sentence."""

ABBREVIATION = late(r"(?:^|[\s(])(?:[^\W\d_]|[^\W\d_]\.[^\W\d_]|vgl|bzw|usw|etc|cf|Dr|Mr|Mrs|Ms|Prof|St|No|Nr|Sr|Sra|vol|pp|ed|eds|al|approx|ca)\.$")  # fmt: skip  # noqa: E501
"""Words with a full stop that does not end a sentence."""


def paragraphs(document: Document) -> Iterator[str]:
    """The running text: no headings, tables, captions or code."""

    def inherit(node: Node, within: bool) -> bool:
        return within or isinstance(node, Table | CodeBlock | MathBlock)

    for node, outside in tree.walk_with(tree.top_level(document), False, inherit):
        if isinstance(node, Paragraph) and not outside:
            text = (
                tree.plain_text(node.children).replace(tree.BLANK, "").replace("\u00ad", "").strip()
            )
            if text:
                yield text


def all_texts(document: Document) -> Iterator[str]:
    """All text that is read, including headings, tables and captions, without code and formulas."""
    yield document.metadata.title
    yield document.metadata.subtitle
    for node in tree.all_nodes(document):
        yield from (tree.plain_text(run).replace("\u00ad", "") for run in own_text(node))


def own_text(node: Node) -> tuple[tuple[Node, ...], ...]:
    """The runs of inlines in which a node's text begins: of a definition one for each term."""
    runs: tuple[Any, ...] | None = getattr(node, tree.INLINE_FIELDS.get(type(node), ""), None)
    if runs is None:
        return ()
    return runs if runs and isinstance(runs[0], tuple) else (runs,)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a paragraph; the last one may have no full stop."""
    start = 0
    for end in ENDS.finditer(text):
        rest = text[end.end() :].lstrip()
        if rest[:1].islower() or ABBREVIATION.search(text[start : end.end()]):
            continue
        yield text[start : end.end()]
        start = end.end()
    if text[start:].strip():
        yield text[start:]


def words(text: str) -> list[str]:
    return WORD.findall(text)


# --- places -------------------------------------------------------------------------------


SHORT = 12
"""Letters below which a text must be a whole block, because it could occur in any."""


class BlockPlaces:
    """The blocks of a resolved document, by the letters and figures in them: spaces, hyphens
    and marks may be others on the page."""

    def __init__(self, document: Document) -> None:
        self._blocks: list[tuple[str, Span]] = []
        self._images: dict[str, Span] = {}
        for node, inherited in tree.all_spans(document):
            span = document.place(inherited)
            if isinstance(node, Image) and span:
                label = node.alt or f"{node.width} × {node.height}"
                self._images.setdefault(_letters(label), span)
            elif span:
                places = (
                    (_letters(text), document.place(place) or span)
                    for text, place in _texts(node, span)
                )
                self._blocks.extend(entry for entry in places if entry[0])

    def find(self, text: str) -> Span | None:
        """The position of a text, or of the image with it as its alternative text, or with so many
        pixels if it has none."""
        sought = _letters(text)
        if not sought:
            return None
        if sought in self._images:
            return self._images[sought]
        whole_block = next((span for letters, span in self._blocks if letters == sought), None)
        if whole_block or len(sought) < SHORT:
            return whole_block
        return next((span for letters, span in self._blocks if sought in letters), None)


def _texts(node: Node, span: Span) -> Iterator[tuple[str, Span]]:
    if isinstance(node, CodeBlock):
        # the first line of a fence is not code
        for number, line in enumerate(node.text.splitlines(), start=1):
            yield line, Span(span.line + number, file=span.file)
    for run in own_text(node):
        first = next((inline.span for inline in run if inline.span), None)
        yield tree.plain_text(run), first or span


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
