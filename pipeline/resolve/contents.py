"""The table of contents, and the lists of figures, tables and listings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Document, Inline, Node
from pipeline.model.metadata import ContentsOptions
from pipeline.model.roles import ROLES
from pipeline.model.tree import find, walk
from pipeline.resolve.titles import title_of

UNLISTED = frozenset(name for name, role in ROLES.items() if not role.is_listed)
"""The roles of parts that no contents list: those around the title, in most books."""

KINDS: tuple[Literal["figures", "tables", "listings"], ...] = ("figures", "tables", "listings")


def list_contents(document: Document) -> Document:
    """The document with its contents: sections down to the depth that the metadata asks
    for, and within them, if it asks for these, the questions of dialogues."""
    entries = _entries(document.blocks, document.metadata.contents)
    return replace(document, contents=tuple(entries))


def list_captions(document: Document) -> Document:
    """The document with those lists of numbered elements that the metadata asks for."""
    options = document.metadata.contents
    kinds = [kind for kind in KINDS if getattr(options, kind)]
    entries: dict[str, list[model.ContentsEntry]] = {kind: [] for kind in kinds}
    if not entries:
        return document
    for _, node, _ in find(document, *model.CAPTIONED):
        kind = f"{model.CAPTIONED.get(type(node))}s"
        if kind in entries and (entry := _captioned(node)):
            entries[kind].append(entry)
    lists = tuple(model.CaptionList(kind, tuple(entries[kind])) for kind in kinds if entries[kind])
    return replace(document, lists=lists)


def _captioned(node: Any) -> model.ContentsEntry | None:
    """The entry of something with a caption and a number of its own."""
    if not node.number or (isinstance(node, model.Figure) and node.part):
        return None
    if not (title := title_of(node.caption)):
        return None
    return model.ContentsEntry(node.attributes.id, title, number=str(node.number))


def _entries(blocks: Iterable[Node], options: ContentsOptions) -> Iterator[model.ContentsEntry]:
    for block in blocks:
        if isinstance(block, model.Section):
            if block.role in UNLISTED:
                continue
            below = tuple(_entries(block.children, options))
            title = title_of(block.title)
            if block.depth <= options.depth and title:
                yield model.ContentsEntry(block.attributes.id, title, below, block.number)
            else:
                yield from below
        elif options.questions:
            for node in walk(block):
                if isinstance(node, model.Turn) and node.asks and (title := _question(node)):
                    yield model.ContentsEntry(node.attributes.id, title)


def _question(turn: model.Turn) -> tuple[Inline, ...]:
    """A question's first paragraph, as a title."""
    for node in walk(turn.children):
        if isinstance(node, model.Paragraph):
            return title_of(node.children)
    return ()
