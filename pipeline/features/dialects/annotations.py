"""Material for MkDocs' annotations: the items of a list as notes of the paragraph above it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from pipeline.model import Block, Document, Inline, List, Note, NoteReference, Paragraph, Text
from pipeline.model.late import late
from pipeline.model.rewriting import rewrite

_CLASS = "annotate"
_MARK = late(r"(?<![ \t])[ \t]*+\((\d{1,3})\)")


def as_notes(document: Document) -> Document:
    """The document with notes in place of the lists below paragraphs of the class `annotate`."""
    blocks: list[Block] = []
    notes = list(document.notes)
    for block in document.blocks:
        before = blocks[-1] if blocks else None
        if isinstance(block, List) and block.ordered and _is_annotated(before):
            assert isinstance(before, Paragraph)
            label = f"{_CLASS}-{len(notes)}-"
            blocks[-1] = _with_references(before, label, block)
            notes += (
                Note(label=f"{label}{number}", children=item.children, span=item.span)
                for number, item in enumerate(block.items, block.start)
            )
        else:
            blocks.append(block)
    if len(notes) == len(document.notes):
        return document
    return replace(document, blocks=tuple(blocks), notes=tuple(notes))


def _is_annotated(block: Block | None) -> bool:
    return isinstance(block, Paragraph) and _CLASS in block.attributes.classes


def _with_references(paragraph: Paragraph, label: str, items: List) -> Paragraph:
    numbers = range(items.start, items.start + len(items.items))

    def leave(node: Text) -> Text | tuple[Inline, ...]:
        pieces = tuple(_pieces(node, label, numbers))
        return pieces if len(pieces) > 1 else node

    children = rewrite(paragraph.children, leave={Text: leave})
    attributes = paragraph.attributes.without(classes={_CLASS})
    return replace(paragraph, children=children, attributes=attributes)


def _pieces(node: Text, label: str, numbers: range) -> Iterator[Inline]:
    """A text in pieces: between them, a reference for each number of an item in parentheses."""
    last = 0
    for match in _MARK.finditer(node.text):
        if int(match[1]) in numbers:
            if before := node.text[last : match.start()]:
                yield replace(node, text=before)
            yield NoteReference(label=f"{label}{match[1]}", span=node.span)
            last = match.end()
    if rest := node.text[last:]:
        yield replace(node, text=rest)
