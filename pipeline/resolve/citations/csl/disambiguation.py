"""Disambiguation of works with equal citations: by more names, given names, the style's conditions
for this case, and a year suffix, in this order (CSL 1.0.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec.structs import replace

from pipeline.model.words.writing import letters
from pipeline.resolve.citations.csl.context import NOTHING, Disambiguation
from pipeline.resolve.citations.csl.data import Element, Name, Reference
from pipeline.resolve.citations.csl.style import CitationStyle

Write = Callable[[Reference, Disambiguation], str]
"""A function that cites a work with some additions, in plain text."""

MOST_NAMES = 50


def disambiguate(
    references: Iterable[Reference], style: CitationStyle, write: Write
) -> dict[str, Disambiguation]:
    """The additions to each work's citations, by key; works in the order of the bibliography."""
    works = {reference.key: reference for reference in references}
    added = dict.fromkeys(works, NOTHING)
    area = style.citation

    def alike() -> list[list[str]]:
        """The keys of works that are still cited alike."""
        groups: dict[str, list[str]] = {}
        for key, reference in works.items():
            groups.setdefault(write(reference, added[key]), []).append(key)
        return [keys for keys in groups.values() if len(keys) > 1]

    if area.get("disambiguate-add-givenname") == "true":
        _expand_names(works, area, added)
    if area.get("disambiguate-add-names") == "true":
        for keys in alike():
            _add_names(keys, works, added, write)
    if area.get("disambiguate-add-givenname") == "true":
        for keys in alike():
            _add_given_names(keys, works, added, write)
    for keys in alike():
        for key in keys:
            tried = replace(added[key], condition=True)
            if write(works[key], tried) != write(works[key], added[key]):
                added[key] = tried
    if area.get("disambiguate-add-year-suffix") == "true":
        for keys in alike():
            for index, key in enumerate(keys):
                added[key] = replace(added[key], suffix=letters(index).lower())
    return added


def _people(reference: Reference) -> tuple[Name, ...]:
    """The people whom a citation probably names."""
    for variable in ("author", "editor", "translator", "director"):
        if found := reference.names.get(variable):
            return found
    return ()


def _family(name: Name) -> str:
    return f"{name.non_dropping} {name.family or name.literal}".strip().casefold()


def _expand_names(
    works: Mapping[str, Reference], area: Element, added: dict[str, Disambiguation]
) -> None:
    """Add given names for people with the same family name, if the style's rule is about people
    instead of citations."""
    rule = area.get("givenname-disambiguation-rule", "by-cite")
    if rule == "by-cite":
        return
    primary, initials_only = rule.startswith("primary"), rule.endswith("initials")
    given: dict[str, set[str]] = {}
    for reference in works.values():
        for name in _people(reference)[: 1 if primary else None]:
            given.setdefault(_family(name), set()).add(name.given)
    for key, reference in works.items():
        levels = {}
        for at, name in enumerate(_people(reference)[: 1 if primary else None]):
            if level := _level(name, given[_family(name)], initials_only):
                levels[at] = level
        if levels:
            added[key] = replace(added[key], given=levels)


def _level(name: Name, others: set[str], initials_only: bool) -> int:
    """The level needed: 0 if the family name is enough, 1 for initials, 2 for all given names."""
    if len(others) < 2 or not name.given:
        return 0
    first = [other[:1].casefold() for other in sorted(others)]
    if first.count(name.given[:1].casefold()) == 1:
        return 1
    return 0 if initials_only else 2


def _add_names(
    keys: list[str], works: Mapping[str, Reference], added: dict[str, Disambiguation], write: Write
) -> None:
    """Add as many names as needed; none if they do not help."""
    most = max(len(_people(works[key])) for key in keys)
    left = list(keys)
    for count in range(2, min(most, MOST_NAMES) + 1):
        texts: dict[str, list[str]] = {}
        for key in left:
            text = write(works[key], replace(added[key], names=count))
            texts.setdefault(text, []).append(key)
        if len(texts) > 1:
            for key in left:
                added[key] = replace(added[key], names=count)
        left = [key for group in texts.values() if len(group) > 1 for key in group]
        if not left:
            return


def _add_given_names(
    keys: list[str], works: Mapping[str, Reference], added: dict[str, Disambiguation], write: Write
) -> None:
    """Add initials, or all given names, if they distinguish some of the works."""
    for level in (1, 2):
        for at in range(min(MOST_NAMES, max(len(_people(works[key])) for key in keys))):
            tried = {
                key: replace(added[key], given={**added[key].given, at: level}) for key in keys
            }
            if len({write(works[key], tried[key]) for key in keys}) > len(
                {write(works[key], added[key]) for key in keys}
            ):
                added.update(tried)
                return
