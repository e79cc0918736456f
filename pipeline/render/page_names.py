"""What the pages of an e-book or a site are called: after their sections, so that a page keeps
its name, and readers their place and their marks in it, when another is put before it."""

from __future__ import annotations

import re
import unicodedata

from pipeline.model import Section

TAKEN = frozenset(
    "404 contents cover imprint index nav notes opening search title aux con nul prn".split()
)
"""The names of pages that are made, in an e-book or a site, and those that Windows has no files
of."""

LONGEST = 40
"""How many characters of an id a name has at most."""

LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
"""Latin letters that Unicode does not take apart."""


class PageNames:
    """Gives ``pages`` pages their names, none twice."""

    def __init__(self, pages: int) -> None:
        self._digits = max(2, len(str(pages)))
        self._taken = set(TAKEN)
        self._sections = 0

    def name(self, section: Section | None, otherwise: str) -> str:
        """The name of a section's page, or of one that has none."""
        if section is None:
            return f"{otherwise}.xhtml"
        self._sections += 1
        stem = _stem(section.attributes.id) or f"chapter-{self._sections:0{self._digits}}"
        if stem in TAKEN:
            stem += "-page"
        name, count = stem, 1
        while name in self._taken:
            count += 1
            name = f"{stem}-{count}"
        self._taken.add(name)
        return f"{name}.xhtml"


def _stem(identifier: str) -> str:
    """An id in the letters that file names may have anywhere; "" where it has others."""
    folded = unicodedata.normalize("NFKD", identifier.casefold().translate(LETTERS))
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    if not plain.isascii():
        return ""
    stem = re.sub("[^a-z0-9]+", "-", plain).strip("-")
    if len(stem) > LONGEST:
        stem = stem[: LONGEST + 1].rpartition("-")[0] or stem[:LONGEST]
    return stem
