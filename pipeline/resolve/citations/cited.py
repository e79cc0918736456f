"""In what order works are cited, and what that means for each citation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pipeline.diagnostics import Span
from pipeline.model import Citation, CitationItem, Document, Link, Node, Note, NoteReference
from pipeline.resolve.parts import parts
from pipeline.tree import children, whole


class Cited(NamedTuple):
    """A citation as it stands in the document; ``ends``: as the last of its paragraph."""

    node: Citation
    span: Span | None
    in_link: bool
    in_note: bool
    ends: bool


class _Above(NamedTuple):
    """A node on the way to citations, as `Cited` is."""

    node: Node
    span: Span | None
    in_link: bool
    in_note: bool
    ends: bool


class Occurrence(NamedTuple):
    """A citation in the order of reading: its place among `all_citations`, the number of the
    note that it is in or will be (0 for none), and which of the parts it is in."""

    at: int
    note: int
    part: int


def all_citations(document: Document) -> list[Cited]:
    """The citations in the order in which `tree.walk` meets them."""
    found: list[Cited] = []
    stack = [_Above(node, None, False, False, True) for node in whole(document)][::-1]
    while stack:
        one = stack.pop()
        node = one.node
        span = node.span or one.span
        if isinstance(node, Citation):
            found.append(Cited(node, span, one.in_link, one.in_note, one.ends))
            continue
        in_link = one.in_link or isinstance(node, Link)
        in_note = one.in_note or isinstance(node, Note)
        below = children(node)
        stack.extend(
            _Above(child, span, in_link, in_note, child is below[-1]) for child in below[::-1]
        )
    return found


def in_reading_order(
    document: Document, cited: list[Cited], makes_notes: bool, split: int = 0
) -> list[Occurrence]:
    """The citations as a reader comes to them: those of a note where it is first referred to.
    Notes are counted as they will be numbered, in each part from 1 (`parts.parts`, of the level
    ``split``)."""
    indices: Mapping[int, list[int]] = _indices(cited)
    used: dict[int, int] = {}
    notes = {note.label: note for note in reversed(document.notes)}
    found: list[Occurrence] = []
    starts = {
        id(part.section): index
        for index, part in enumerate(parts(document.blocks, split))
        if part.section
    }
    seen: set[str] = set()
    number = part = 0

    def take(node: Citation, note: int) -> None:
        places = indices[id(node)]
        at = used.get(id(node), 0)
        used[id(node)] = at + 1
        index = places[min(at, len(places) - 1)]
        found.append(Occurrence(index, note, part))

    stack: list[tuple[Node, int]] = [(node, 0) for node in document.blocks]
    stack.reverse()
    while stack:
        node, note = stack.pop()
        if id(node) in starts:
            part, number, seen = starts[id(node)], 0, set()
        if isinstance(node, Citation):
            if makes_notes and not note:
                number += 1
                take(node, number)
            else:
                take(node, note)
        elif isinstance(node, NoteReference):
            if node.label in notes and node.label not in seen:
                seen.add(node.label)
                number += 1
                stack.extend([(child, number) for child in notes[node.label].children[::-1]])
        else:
            stack.extend([(child, note) for child in children(node)[::-1]])
    return found


def _indices(cited: list[Cited]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for index, one in enumerate(cited):
        found.setdefault(id(one.node), []).append(index)
    return found


def positions(items: list[tuple[list[CitationItem], int]], near: int) -> list[list[frozenset[str]]]:
    """The positions of CSL that each work of each citation is in; ``items`` are the works and
    the number of the note, in order; ``near`` is how many notes are few."""
    found: list[list[frozenset[str]]] = []
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
        found.append(mine)
        if works:
            before = (works[-1], len(works) == 1, note)
    return found


def _ibid(
    item: CitationItem, note: int, previous: tuple[CitationItem, bool, int] | None
) -> set[str]:
    """Whether a work was cited right before, alone and at most one note away."""
    if previous is None:
        return set()
    other, alone, last = previous
    if other.key != item.key or not alone or note - last > 1:
        return set()
    mine, its = (item.label, item.locator), (other.label, other.locator)
    if not item.locator:
        return {"ibid"} if not other.locator else set()
    return {"ibid"} if mine == its else {"ibid", "ibid-with-locator"}
