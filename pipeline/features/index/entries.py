"""From marks to the entries of an index, in order, under the letters they begin with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

import msgspec

from pipeline import model
from pipeline.features.index.entry_marks import IndexMark, Path, key
from pipeline.model import Attributes, Inline
from pipeline.model.tree import plain_text
from pipeline.resolve.collation import Collation

FEWEST = 12
"""The minimum number of entries of an index with letters."""

BETWEEN = ", "


class _Entry(msgspec.Struct, eq=False):
    """An entry that is being put together; ``rank`` is the quality of ``term``."""

    term: tuple[Inline, ...]
    rank: tuple[bool, bool, int]
    sort: str = ""
    id: str = ""
    places: list[model.IndexPlace] = []
    see: dict[str, Path] = {}
    below: dict[str, _Entry] = {}


class Entries:
    """All entries. After `add` of every mark, `unknown` are the references to missing entries, and
    `groups` the index."""

    def __init__(self, collation: Collation) -> None:
        self._collation = collation
        self._top: dict[str, _Entry] = {}
        self._by_key: dict[str, _Entry] = {}

    @property
    def names(self) -> list[str]:
        """All top-level entries, as text."""
        return [plain_text(entry.term) for entry in self._top.values()]

    def add(self, mark: IndexMark) -> None:
        level, entry = self._top, None
        for depth, term in enumerate(mark.path, start=1):
            path = mark.path[:depth]
            entry = level.get(key((term,)))
            rank = _rank(term, mark.explicit)
            if entry is None:
                entry = level[key((term,))] = self._by_key[key(path)] = _Entry(term, rank)
            elif rank > entry.rank:
                entry.term, entry.rank = term, rank
            level = entry.below
        assert entry is not None, "a path has a term at least"
        entry.sort = entry.sort or mark.sort
        if mark.place is not None:
            entry.places.append(mark.place)
        entry.see.update((key(path), path) for path in mark.see)

    def unknown(self, mark: IndexMark) -> Iterator[Path]:
        """The “see” references of a mark that name no entry."""
        return (path for path in mark.see if key(path) not in self._by_key)

    def groups(self, prefix: str) -> tuple[model.IndexGroup, ...]:
        """The index. Entries that others refer to have ids that begin with ``prefix``."""
        references = (name for entry in self._by_key.values() for name in entry.see)
        targets = [self._by_key[name] for name in references if name in self._by_key]
        for number, entry in enumerate(dict.fromkeys(targets), start=1):
            entry.id = f"{prefix}{number}"
        ordered = self._in_order(self._top.values())
        if len(ordered) < FEWEST:
            return (model.IndexGroup(letter="", entries=tuple(map(self._node, ordered))),)
        return tuple(
            model.IndexGroup(letter=letter, entries=tuple(map(self._node, entries)))
            for letter, entries in groupby(ordered, self._letter)
        )

    def _letter(self, entry: _Entry) -> str:
        return self._collation.letter(entry.sort or plain_text(entry.term))

    def _in_order(self, entries: Iterable[_Entry]) -> list[_Entry]:
        return sorted(entries, key=lambda e: self._collation.key(e.sort or plain_text(e.term)))

    def _node(self, entry: _Entry) -> model.IndexEntry:
        return model.IndexEntry(
            term=entry.term,
            places=tuple(entry.places),
            see=tuple(self._reference(name, path) for name, path in entry.see.items()),
            children=tuple(map(self._node, self._in_order(entry.below.values()))),
            attributes=Attributes(id=entry.id),
        )

    def _reference(self, name: str, path: Path) -> model.IndexReference:
        """A reference in the words of the entry that it leads to."""
        terms = [
            self._by_key[key(path[:depth])].term if key(path[:depth]) in self._by_key else term
            for depth, term in enumerate(path, start=1)
        ]
        inlines = tuple(inline for term in terms for inline in (model.Text(text=BETWEEN), *term))[
            1:
        ]
        target = self._by_key[name].id if name in self._by_key else ""
        return model.IndexReference(term=inlines, target=target)


def _rank(term: tuple[Inline, ...], explicit: bool) -> tuple[bool, bool, int]:
    """Formatted text precedes plain text, an explicit entry one taken from the text, and a word
    within a sentence one at its beginning."""
    formatted = not all(isinstance(inline, model.Text) for inline in term)
    return formatted, explicit, -sum(character.isupper() for character in plain_text(term))
