"""What the templates need to know of an index."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.model import Index, IndexEntry, List, Section
from pipeline.tree import walk


class IndexLink(NamedTuple):
    """A link to a place, and the words for it."""

    href: str
    text: str


def index_links(entry: IndexEntry) -> tuple[IndexLink, ...]:
    """Links to the places of an entry, by their sections; those of one section have numbers
    from the second on."""
    counts: dict[str, int] = {}
    links = []
    for place in entry.places:
        count = counts[place.section] = counts.get(place.section, 0) + 1
        text = place.section if count == 1 else f"{place.section} ({count})".strip()
        text = text or f"({count})"
        links.append(IndexLink(f"#{place.target}", text))
    return tuple(links)


def is_index(section: Section) -> bool:
    """Whether a section is an index and has no other list in it."""
    return any(isinstance(block, Index) for block in section.children) and not any(
        isinstance(node, List) for node in walk(section.children)
    )
