"""From a document to what one edition of it contains.

Blocks and inline spans say in their attributes where they belong:

- ``only=pdf``, ``not="html epub"``: formats (`html`, `pdf`, `epub`), their everyday names
  (`web`, `print`, `ebook`) or editions, with spaces or commas between;
- ``edition=teacher``: editions alone.

A condition on a heading holds for its whole section. What is left out leaves nothing
behind: no empty list, and no note that only it referred to.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from pipeline.codes import Code, diagnostic
from pipeline.diagnostics import Diagnostic, Span
from pipeline.editions import EDITIONS, Edition
from pipeline.model import (
    NO_ATTRIBUTES,
    Admonition,
    Block,
    BlockQuote,
    Container,
    Document,
    Heading,
    ListItem,
    Node,
    Note,
    NoteReference,
    TableCell,
    Turn,
)
from pipeline.tree import Changes, rewrite, walk, walk_with, whole

CONDITIONS = frozenset({"only", "not", "edition"})
HOLDERS = (BlockQuote, Container, ListItem, Admonition, Turn, Note)
"""What holds blocks, and so may hold a heading with a section of its own."""

FORMAT_NAMES = {
    "html": "html",
    "pdf": "pdf",
    "epub": "epub",
    "web": "html",
    "print": "pdf",
    "ebook": "epub",
}


def select(document: Document, edition: Edition) -> Document:
    """The document without what ``edition`` does not contain, and without conditions.

    A word that names no format or edition is a BAD_ATTRIBUTE warning.
    """
    conditional: set[type[Node]] = {
        type(node) for node in walk(whole(document)) if _has_condition(node)
    }
    document = replace(document, edition=edition.name)
    if not conditional:
        return document

    def enter(node: Node) -> Node | tuple[Node, ...]:
        if not _belongs(node, edition):
            if isinstance(node, TableCell):  # stays, empty, to keep the columns in line
                return replace(node, children=(), attributes=NO_ATTRIBUTES)
            return ()
        node = _without_conditions(node)
        if isinstance(node, HOLDERS):
            kept = _keep_sections(node.children, edition)
            if kept is not node.children:
                return replace(node, children=kept) if kept else ()
        return node

    changes: Changes = dict.fromkeys(conditional.union(HOLDERS), enter)
    blocks = rewrite(_keep_sections(document.blocks, edition), enter=changes)
    notes = rewrite(document.notes, enter=changes)

    lost = _referred_to(document.blocks, document.notes) - _referred_to(blocks, notes)
    notes = tuple(note for note in notes if note.label not in lost)
    # References to a note that is itself left out go with it.
    gone = {note.label for note in document.notes} - {note.label for note in notes}
    if gone:
        drop: Changes = {NoteReference: lambda node: () if node.label in gone else node}
        blocks, notes = rewrite(blocks, leave=drop), rewrite(notes, leave=drop)
    return replace(
        document,
        blocks=blocks,
        notes=notes,
        diagnostics=document.diagnostics + tuple(_unknown_words(document)),
    )


def _has_condition(node: Node) -> bool:
    return any(key in CONDITIONS for key, _ in node.attributes.pairs)


def _words(value: str) -> list[str]:
    return value.lower().replace(",", " ").split()


def _belongs(node: Node, edition: Edition) -> bool:
    """Whether all the node's conditions hold in the edition."""
    for key, value in node.attributes.pairs:
        if key in CONDITIONS:
            names = {edition.name.lower()}
            if key != "edition":
                names.update(name for name, form in FORMAT_NAMES.items() if form == edition.format)
            if names.isdisjoint(_words(value)) is (key != "not"):
                return False
    return True


def _without_conditions(node: Node) -> Node:
    if not _has_condition(node):
        return node
    pairs = tuple(pair for pair in node.attributes.pairs if pair[0] not in CONDITIONS)
    attributes = replace(node.attributes, pairs=pairs)
    return replace(node, attributes=NO_ATTRIBUTES if attributes == NO_ATTRIBUTES else attributes)


def _keep_sections(blocks: tuple[Block, ...], edition: Edition) -> tuple[Block, ...]:
    """The blocks without the headings that do not belong, and what stands under them."""
    kept = []
    cut = 0  # the level of the heading that is being left out, 0 for none
    for block in blocks:
        if isinstance(block, Heading) and not (cut and block.level > cut):
            cut = 0 if _belongs(block, edition) else block.level
        if not cut:
            kept.append(block)
    return blocks if len(kept) == len(blocks) else tuple(kept)


def _unknown_words(document: Document) -> Iterator[Diagnostic]:
    editions = {*EDITIONS, *(name.lower() for name in document.metadata.editions)}

    def inherit(node: Node, span: Span | None) -> Span | None:
        return node.span or span

    for node, span in walk_with(whole(document), None, inherit):
        for key, value in node.attributes.pairs:
            known = editions if key == "edition" else editions | FORMAT_NAMES.keys()
            for word in _words(value) if key in CONDITIONS else ():
                if word not in known:
                    near = difflib.get_close_matches(word, sorted(known), 1)
                    kinds = "edition" if key == "edition" else "format or edition"
                    yield diagnostic(
                        Code.BAD_ATTRIBUTE,
                        f"`{key}={word}` names no {kinds} that there is.",
                        span=span,
                        source=document.source,
                        hint=f"did you mean `{near[0]}`?" if near else "",
                    )


def _referred_to(blocks: Iterable[Node], notes: Iterable[Note]) -> set[str]:
    """The labels that the text refers to, directly or through other notes."""
    by_label = {note.label: note for note in notes}
    found: set[str] = set()
    new = list(blocks)
    while new:
        labels = {node.label for node in walk(new) if isinstance(node, NoteReference)} - found
        found |= labels
        new = [by_label[label] for label in sorted(labels) if label in by_label]
    return found
