"""The publication in other languages: what a page says of it, to readers and to machines."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from pipeline.metadata import Direction, Metadata, direction_of
from pipeline.words.autonyms import autonym


class LanguageLink(NamedTuple):
    """A link to a translation, with its language's name as its readers write it."""

    lang: str
    direction: Direction
    name: str
    href: str


class Alternate(NamedTuple):
    """A page of the same content, for readers of a language, or (``x-default``) of no other."""

    lang: str
    href: str


def language_links(metadata: Metadata) -> tuple[LanguageLink, ...]:
    """The translations, for readers. Two in one language have their tags with the name."""
    names = Counter(autonym(one.lang) for one in metadata.translations)

    def name(lang: str) -> str:
        plain = autonym(lang)
        return f"{plain} ({lang})" if names[plain] > 1 else plain

    return tuple(
        LanguageLink(one.lang, direction_of(one.lang), name(one.lang), one.url)
        for one in metadata.translations
    )


def alternates(metadata: Metadata, address: str) -> tuple[Alternate, ...]:
    """The translations, for search engines: with the page itself, and a page for readers of
    other languages, where its own ``address`` is known.

    All translations have to name the same one. That is the English one, or else the first by
    tag, which each of them can tell.
    """
    found = [Alternate(one.lang, one.url) for one in metadata.translations]
    if not (found and address):
        return tuple(found)
    found.append(Alternate(metadata.lang, address))
    found.sort()
    fallback = next((one for one in found if one.lang.split("-")[0] == "en"), found[0])
    return (*found, Alternate("x-default", fallback.href))
