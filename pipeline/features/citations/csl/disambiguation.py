"""Disambiguation of works with equal citations: by given names, more names, the style's conditions
for this case, and a year suffix, in this order (CSL 1.0.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from pipeline.features.citations.csl.context import NOTHING, Disambiguation
from pipeline.features.citations.csl.csl_data import Name, Reference
from pipeline.features.citations.csl.style import CitationStyle
from pipeline.model.words.writing_conventions import letters

Write = Callable[[Reference, Disambiguation], str]
"""A function that cites a work with some additions, in plain text."""

MOST_NAMES = 50


class _Cites:
    """The citations of works, with the additions to each; ``most_conditions`` is the number of
    conditions in the style."""

    def __init__(self, works: Iterable[Reference], style: CitationStyle, write: Write) -> None:
        area = style.citation
        self.works = {work.key: work for work in works}
        self.added = dict.fromkeys(self.works, NOTHING)
        self.adds_names = area.get("disambiguate-add-names") == "true"
        self.adds_given = area.get("disambiguate-add-givenname") == "true"
        self.rule = area.get("givenname-disambiguation-rule", "by-cite")
        self.most_conditions = style.conditions
        self._write = write

    def text(self, key: str, added: Disambiguation) -> str:
        return self._write(self.works[key], added)

    def alike(self, keys: Iterable[str]) -> list[list[str]]:
        """The works among some that are cited alike."""
        groups: dict[str, list[str]] = {}
        for key in keys:
            groups.setdefault(self.text(key, self.added[key]), []).append(key)
        return [group for group in groups.values() if len(group) > 1]


def disambiguate(
    references: Iterable[Reference], style: CitationStyle, write: Write
) -> dict[str, Disambiguation]:
    """The additions to each work's citations, by key; works in the order of the bibliography."""
    cites = _Cites(references, style, write)
    if cites.adds_given and cites.rule != "by-cite":
        _expand_names(cites)
    ambiguous = cites.alike(cites.works)
    while ambiguous:
        keys = ambiguous.pop()
        if any(_tell_apart(keys, change, cites) for change in _changes(keys, cites)):
            ambiguous += cites.alike(keys)
    if style.citation.get("disambiguate-add-year-suffix") == "true":
        for keys in cites.alike(cites.works):
            for index, key in enumerate(keys):
                cites.added[key] = replace(cites.added[key], suffix=letters(index).lower())
    return cites.added


class _Change(NamedTuple):
    """The number of names that are shown, the given names by position, and the number of conditions
    that hold, for all works of a set."""

    names: int
    given: Mapping[int, int]
    conditions: int

    def added_to(self, added: Disambiguation) -> Disambiguation:
        given = {**added.given, **self.given}
        return replace(added, names=self.names, given=given, conditions=self.conditions)


def _tell_apart(keys: list[str], change: _Change, cites: _Cites) -> bool:
    """Change the citations of works that are cited alike, unless they stay alike."""
    changed = {key: change.added_to(cites.added[key]) for key in keys}
    first, *others = changed
    text = cites.text(first, changed[first])
    if all(cites.text(key, changed[key]) == text for key in others):
        return False
    cites.added.update(changed)
    return True


def _changes(keys: list[str], cites: _Cites) -> Iterator[_Change]:
    """The changes that may tell works apart, in the order in which to try them: given names of
    those who are named; more names, each also with the given names; and conditions."""
    added = cites.added[keys[0]]
    names, conditions = added.names, added.conditions
    most = min(MOST_NAMES, max(len(_people(cites.works[key])) for key in keys))
    yield from _given_names(range(names or most), names, added, cites)
    if cites.adds_names:
        for count in range(max(names, 1) + 1, most + 1):
            yield _Change(count, {}, conditions)
            yield from _given_names(range(count - 1, count), count, added, cites)
    for more in range(conditions + 1, cites.most_conditions + 1):
        yield _Change(names, {}, more)


def _given_names(
    places: range, names: int, added: Disambiguation, cites: _Cites
) -> Iterator[_Change]:
    """Initials or all given names in some places, if the style adds them to tell works apart."""
    if cites.adds_given and cites.rule == "by-cite":
        for at in places:
            for level in range(added.given.get(at, 0) + 1, 3):
                yield _Change(names, {at: level}, added.conditions)


def _people(reference: Reference) -> tuple[Name, ...]:
    """The people whom a citation probably names."""
    variables = ("author", "editor", "translator", "director")
    return next(filter(None, map(reference.names.get, variables)), ())


def _expand_names(cites: _Cites) -> None:
    """Add given names for people with the same family name, by a rule about people instead of
    citations."""
    count = 1 if cites.rule.startswith("primary") else None
    initials_only = cites.rule.endswith("initials")
    names: dict[str, set[str]] = {}
    for reference in cites.works.values():
        for name in _people(reference)[:count]:
            names.setdefault(_family(name), set()).add(_given_text(name))
    for key, reference in cites.works.items():
        people = enumerate(_people(reference)[:count])
        levels = {at: _level(name, names[_family(name)], initials_only) for at, name in people}
        if levels := {at: level for at, level in levels.items() if level}:
            cites.added[key] = replace(cites.added[key], given=levels)


def _family(name: Name) -> str:
    return f"{name.non_dropping} {name.family or name.literal}".strip().casefold()


def _given_text(name: Name) -> str:
    return " ".join(re.split(r"[\s.]+", name.given)).strip().casefold()


def _level(name: Name, namesakes: set[str], initials_only: bool) -> int:
    """The level needed: 0 if the family name is enough, 1 for initials, 2 for all given names."""
    given = _given_text(name)
    if len(namesakes) < 2 or not given:
        return 0
    initials = ["".join(word[0] for word in namesake.split()) for namesake in namesakes]
    if initials.count("".join(word[0] for word in given.split())) == 1:
        return 1
    return 0 if initials_only else 2
