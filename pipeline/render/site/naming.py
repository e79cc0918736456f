"""The pages of the site: their names, which are addresses that people keep, and their titles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

from pipeline.model import ContentsEntry, Document
from pipeline.render.contents import numbered
from pipeline.render.plan import Chapter, chapters
from pipeline.tree import plain_text

INDEX, SEARCH, NOT_FOUND = "index.html", "search.html", "404.html"

NO_FILES = frozenset(
    f"{name}.html"
    for name in (
        *"aux con nul prn".split(),
        *(f"{p}{n}" for p in ("com", "lpt") for n in range(10)),
    )
)
"""Names that files cannot have everywhere."""

LONGEST = 60
"""Letters in a page's name."""


class SitePage(NamedTuple):
    """A page of the text. ``title`` has the chapter's number; ``depth`` is that of its section,
    0 for the first page, which has what stands before all sections."""

    name: str
    title: str
    depth: int
    chapter: Chapter

    @property
    def target(self) -> str:
        """The id of what the page begins with, or ""."""
        return self.chapter.section.attributes.id if self.chapter.section else ""


def site_pages(document: Document) -> tuple[SitePage, ...]:
    """The pages that have text, in reading order."""
    taken = {INDEX, SEARCH, NOT_FOUND, *NO_FILES}
    found = []
    for chapter in chapters(document):
        section = chapter.section
        if section is None:
            found.append(SitePage(INDEX, document.metadata.title, 0, chapter))
            continue
        title = numbered(section.number, plain_text(section.title))
        name = next(name for name in _names(chapter) if name not in taken)
        taken.add(name)
        found.append(SitePage(name, title, section.depth, chapter))
    return tuple(found)


def _names(chapter: Chapter) -> Iterator[str]:
    """Names for a chapter's page, the best first: of its id, which comes from its title, so that
    the name stays when chapters come before it; else of its place."""
    assert chapter.section is not None
    name = chapter.section.attributes.id
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") if name.isascii() else ""
    if len(words) > LONGEST:
        words = words[:LONGEST].rpartition("-")[0] or words[:LONGEST]
    words = words or chapter.name.partition(".")[0]
    yield f"{words}.html"
    yield from (f"{words}-{number}.html" for number in count(2))


def entries_by_target(entries: tuple[ContentsEntry, ...]) -> dict[str, ContentsEntry]:
    """All entries of the contents, by the ids that they lead to."""
    found = {entry.target: entry for entry in entries}
    for entry in entries:
        found |= entries_by_target(entry.children)
    return found
