"""Citations in their places: their order in the text, and what is around them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

from msgspec.structs import replace

from pipeline.model import (
    Bibliography,
    BibliographyEntry,
    Block,
    Citation,
    CitationItem,
    Document,
    Link,
    Node,
    Note,
    NoteReference,
    Paragraph,
    Section,
    SoftBreak,
    Text,
)
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.tree import (
    FIELDS,
    PATH,
    Changes,
    all_nodes,
    children,
    find,
    has,
    plain_text,
    rewrite,
    rewrite_document,
    top_level,
    walk,
    walk_with,
)
from pipeline.model.words import is_called
from pipeline.model.words.writing_conventions import NARROW, writing
from pipeline.resolve.findings import Findings
from pipeline.resolve.sections import parts

# --- cited -----------------------------------------------------------------------------------
# The order in which works are cited, and its effect on each citation.


class Cited(NamedTuple):
    """A citation in the document; ``ends``: as the last of its paragraph."""

    node: Citation
    span: Span | None
    in_link: bool
    in_note: bool
    ends: bool


class Occurrence(NamedTuple):
    """A citation in the order of reading: its key among `all_citations`, the number of the
    note that it is in or will be (0 for none), and which of the parts it is in."""

    at: int
    note: int
    part: int


def all_citations(document: Document) -> dict[int, Cited]:
    """The citations, each by its number among all nodes."""
    if not has(document, Citation):
        return {}
    return {
        ordinal: Cited(
            node,
            span=next((ancestor.span for ancestor in path if ancestor.span), None),
            in_link=any(isinstance(ancestor, Link) for ancestor in path),
            in_note=any(isinstance(ancestor, Note) for ancestor in path),
            ends=children(path[1])[-1] is node,
        )
        for ordinal, (node, path) in enumerate(walk_with(top_level(document), *PATH))
        if isinstance(node, Citation)
    }


def in_reading_order(document: Document, makes_notes: bool, split: int = 0) -> list[Occurrence]:
    """The citations in reading order: those of a note at its first reference. Notes are counted
    like their final numbers, in each part from 1 (`sections.parts`, of the level ``split``)."""
    ordinals = itertools.count()
    body = [(next(ordinals), node) for node in walk(document.blocks)]
    notes: dict[str, list[tuple[int, Node]]] = {}
    for note in document.notes:
        notes.setdefault(note.label, [(next(ordinals), node) for node in walk(note)])
    waiting = [(n, part) for n, part in enumerate(parts(document.blocks, split)) if part.section]
    waiting.reverse()
    occurrences: list[Occurrence] = []
    seen: set[str] = set()
    number = part = 0
    stack = [(0, iter(body))]
    while stack:
        within, nodes = stack[-1]
        for ordinal, node in nodes:
            if waiting and node is waiting[-1][1].section:
                part, number, seen = waiting.pop()[0], 0, set()
            if isinstance(node, Citation):
                number += makes_notes and not within
                occurrences.append(Occurrence(ordinal, within or number * makes_notes, part))
            elif isinstance(node, NoteReference) and (
                node.label in notes and node.label not in seen
            ):
                seen.add(node.label)
                number += 1
                stack.append((number, iter(notes[node.label])))
                break
        else:
            stack.pop()
    return occurrences


def positions(items: list[tuple[list[CitationItem], int]], near: int) -> list[list[frozenset[str]]]:
    """The CSL positions of each work of each citation; ``items`` are the works and the number of
    the note, in order; ``near`` is the maximum distance in notes that counts as near."""
    result: list[list[frozenset[str]]] = []
    last_note: dict[str, int] = {}
    before: tuple[CitationItem, bool, int] | None = None
    for works, note in items:
        mine = []
        previous = before
        for item in works:
            names: set[str] = set()
            if item.key in last_note:
                names.add("subsequent")
                if note and note - last_note[item.key] <= near:
                    names.add("near-note")
                names |= _ibid(item, note, previous)
            mine.append(frozenset(names))
            last_note[item.key] = note
            previous = (item, True, note)
        result.append(mine)
        if works:
            before = (works[-1], len(works) == 1, note)
    return result


def _ibid(
    item: CitationItem, note: int, previous: tuple[CitationItem, bool, int] | None
) -> set[str]:
    """Return whether a work was cited right before, alone and at most one note away."""
    if previous is None:
        return set()
    earlier, alone, last = previous
    if earlier.key != item.key or not alone or note - last > 1:
        return set()
    mine, its = (item.label, item.locator), (earlier.label, earlier.locator)
    if not item.locator:
        return {"ibid"} if not earlier.locator else set()
    return {"ibid"} if mine == its else {"ibid", "ibid-with-locator"}


# --- surroundings ----------------------------------------------------------------------------
# The positions of citations and the bibliography in the surrounding text.

_STOPS = late(r"[.,;:!?…。，；：！？،؛؟]+[\"”’»)\]]*|[\"”’»]+[.,;:!?]*")
ROLE = "bibliography"


def close_up(document: Document, is_mark: Callable[[Node], bool]) -> Document:
    """The document without spaces before raised marks, and with these after punctuation if the
    language requires it."""
    parents = {
        type(node)
        for node in all_nodes(document)
        if any(is_mark(child) for child in children(node))
    }
    moves = not writing(document.metadata.lang).notes_before_stops

    def leave(node: Node) -> Node:
        changed: dict[str, Any] = {}
        for name in FIELDS[type(node)]:
            value = getattr(node, name)
            if isinstance(value, tuple) and any(isinstance(c, Node) and is_mark(c) for c in value):
                changed[name] = _close(value, is_mark, moves)
            elif isinstance(value, tuple) and value and isinstance(value[0], tuple):
                changed[name] = tuple(_close(group, is_mark, moves) for group in value)
        return replace(node, **changed) if changed else node

    changes: Changes = dict.fromkeys(parents, leave)
    return rewrite_document(document, leave=changes) if parents else document


def _close(
    nodes: tuple[Node, ...], is_mark: Callable[[Node], bool], moves: bool
) -> tuple[Node, ...]:
    result: list[Node] = []
    queue = list(nodes)[::-1]
    while queue:
        node = queue.pop()
        if not is_mark(node):
            result.append(node)
            continue
        while result and isinstance(result[-1], SoftBreak):
            result.pop()
        if result and isinstance(last := result[-1], Text):
            result[-1] = replace(last, text=last.text.rstrip())
        if moves and queue and isinstance(after := queue[-1], Text):
            stops = _STOPS.match(after.text)
            if stops:
                result.append(Text(text=stops[0]))
                queue.pop()
                if rest := after.text[stops.end() :]:
                    queue.append(replace(after, text=rest))
        result.append(node)
        if queue and isinstance(queue[-1], NoteReference):  # two numbers, not one of two digits
            result.append(Text(text=NARROW))
    return tuple(node for node in result if not (isinstance(node, Text) and not node.text))


def out_of_links(document: Document) -> Document:
    """The document without links and notes that citations introduced inside links: a link cannot
    contain links, and a note follows it."""
    if not any(_holds_more(node) for _, node, _ in find(document, Link)):
        return document

    def leave(link: Link) -> Node | tuple[Node, ...]:
        if not _holds_more(link):
            return link
        notes = [node for node in walk(link.children) if isinstance(node, NoteReference)]
        changes: Changes = {Link: lambda node: node.children, NoteReference: lambda _: ()}
        return (replace(link, children=rewrite(link.children, leave=changes)), *notes)

    return rewrite_document(document, leave={Link: leave})


def _holds_more(link: Link) -> bool:
    return any(isinstance(node, Link | NoteReference) for node in walk(link.children))


def list_works(
    document: Document, entries: tuple[BibliographyEntry, ...], heading: str
) -> Document:
    """The document with the entries in place of ``::: bibliography``; or else in a section with
    only a heading, of that name or the last one; or in a section of its own with ``heading``,
    before the index."""
    places = [node for _, node, _ in find(document, Bibliography)]
    findings = Findings(document)
    for place in places[1:] if entries else ():
        message = "There is already a bibliography in another place."
        findings.add(Code.DUPLICATE_ID, message, place.span, "Keep one `::: bibliography`.")
    filled = False

    def leave(node: Bibliography) -> Node | tuple[Node, ...]:
        nonlocal filled
        if filled or not entries:
            return ()
        filled = True
        return replace(node, entries=entries)

    if places:
        document = rewrite_document(document, leave={Bibliography: leave})
    elif entries:
        document = _append(document, entries, heading)
    if entries:
        document = rewrite_document(document, leave={Section: _with_role})
    return findings.add_to(document)


def _append(document: Document, entries: tuple[BibliographyEntry, ...], heading: str) -> Document:
    listing = Bibliography(entries=entries)
    place = _place(document.blocks)
    if place is None:
        title = (Text(text=heading),)
        added = Section(depth=1, title=title, children=(listing,), role=ROLE)
        end = len(document.blocks)
        while end and isinstance(last := document.blocks[end - 1], Section) and is_index(last):
            end -= 1
        blocks = (*document.blocks[:end], added, *document.blocks[end:])
        return replace(document, blocks=blocks)

    def enter(section: Section) -> Section:
        return replace(section, children=(listing,)) if section is place else section

    return rewrite_document(document, enter={Section: enter})


def _place(blocks: tuple[Block, ...]) -> Section | None:
    """The section for the works: the last one that has such a title and no content; else the very
    last one, if it has no content and no other purpose."""
    alone = [n for n in walk(blocks) if isinstance(n, Section) and not n.children]
    for section in reversed(alone):
        if section.role == ROLE:
            return section
    for section in reversed(alone):
        if not section.role and is_called(plain_text(section.title), ROLE):
            return section
    last: Node | None = blocks[-1] if blocks else None
    while isinstance(last, Section) and last.children:
        last = last.children[-1]
    if isinstance(last, Section) and not last.role and not is_index(last):
        return last
    return None


def is_index(section: Section) -> bool:
    """Return whether a section is the index, or a heading alone that is called so."""
    if section.role or section.children:
        return section.role == "index"
    return is_called(plain_text(section.title), "index")


def _with_role(section: Section) -> Section:
    """Give a section that is the bibliography its role."""
    kinds = {type(child) for child in section.children}
    if section.role or Bibliography not in kinds or kinds - {Bibliography, Paragraph}:
        return section
    return replace(section, role=ROLE)


CITATION_NOTE = "citation "
"""The prefix of the label of a note made from a citation; no other label has a space in it."""


def becomes_note(node: Node) -> bool:
    """Return whether a node is the reference to a note made from a citation."""
    return isinstance(node, NoteReference) and node.label.startswith(CITATION_NOTE)


def is_written(node: Node) -> bool:
    """Return whether a node is a citation in brackets, as written."""
    return isinstance(node, Citation) and bool(node.children) and not node.in_text
