"""Says in classes what is in an element and what follows it, as the style sheets ask for.

They could ask by `:has()`, but WeasyPrint looks through all that is in an element then, for each
element around another: the square of a list's length.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

CHILDREN = frozenset("blank in-words task writing-lines writing-space".split())
NEXT = frozenset("activity contents exercise writing-lines writing-space".split())

RIGHT = frozenset({"mark", "right"})
"""The classes of the mark at a right choice."""


def mark_relations(root: Element) -> None:
    """Give elements classes for the children that they have, as ``has-blank``, and for what
    comes next, as ``before-exercise``. Rows have the blanks of their cells, and lists of
    definitions the notes of their terms."""
    parents: dict[Element, Element] = {}
    blanks, notes = [], []
    for parent in root.iter():
        before: Element | None = None
        for child in parent:
            parents[child] = parent
            if names := frozenset(child.get("class", "").split()):
                has = names - {"writing-lines"} if "long" in names else names
                _mark(parent, "has", has & CHILDREN)
                if names >= RIGHT:
                    _mark(parent, "has", {"right-mark"})
                if before is not None:
                    _mark(before, "before", names & NEXT)
                if "blank" in names:
                    blanks.append(child)
                if "note" in names:
                    notes.append(child)
            before = child
    for row in _around(blanks, "tr", parents):
        _mark(row, "has", {"blank"})
    for entries in _around(_around(notes, "dt", parents), "dl", parents):
        _mark(entries, "has", {"notes"})


def _mark(element: Element, relation: str, names: Iterable[str]) -> None:
    told = element.get("class", "").split()
    new = [name for name in sorted(f"{relation}-{name}" for name in names) if name not in told]
    if new:
        element.set("class", " ".join((*told, *new)))


def _around(
    elements: Iterable[Element], tag: str, parents: dict[Element, Element]
) -> Iterator[Element]:
    """All elements with a tag that are around some others, each once."""
    seen: set[Element] = set()
    for element in elements:
        around = parents.get(element)
        while around is not None and around not in seen:
            seen.add(around)
            if around.tag == tag:
                yield around
            around = parents.get(around)
