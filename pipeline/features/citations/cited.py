"""The order in which works are cited, and its effect on each citation."""

from __future__ import annotations

import itertools
from typing import NamedTuple

from pipeline.model import Citation, CitationItem, Document, Link, Node, Note, NoteReference
from pipeline.model.diagnostics import Span
from pipeline.model.tree import PATH, children, has, top_level, walk, walk_with
from pipeline.resolve.publication_parts import parts


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
    like their final numbers, in each part from 1 (`parts.parts`, of the level ``split``)."""
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
