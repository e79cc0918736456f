"""The pages of the site: their names, which are the same as the e-book's, and their titles."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.model import ContentsEntry, Document
from pipeline.model.tree import plain_text
from pipeline.render.contents_markup import numbered
from pipeline.render.plan import Chapter, chapters

INDEX, SEARCH, NOT_FOUND = "index.html", "search.html", "404.html"


class SitePage(NamedTuple):
    """A page of the text. ``title`` includes the chapter's number; ``depth`` is that of its
    section, 0 for the first page, which has the content before all sections."""

    name: str
    title: str
    depth: int
    chapter: Chapter

    @property
    def target(self) -> str:
        """The id at the beginning of a page, or ""."""
        return self.chapter.section.attributes.id if self.chapter.section else ""


def site_pages(document: Document) -> tuple[SitePage, ...]:
    """The pages that have text, in reading order."""
    pages = []
    for chapter in chapters(document):
        section = chapter.section
        if section is None:
            pages.append(SitePage(INDEX, document.metadata.title, 0, chapter))
            continue
        name = f"{chapter.name.partition('.')[0]}.html"
        title = numbered(section.number, plain_text(section.title))
        pages.append(SitePage(name, title, section.depth, chapter))
    return tuple(pages)


def entries_by_target(entries: tuple[ContentsEntry, ...]) -> dict[str, ContentsEntry]:
    """All entries of the contents, by the ids that they lead to."""
    by_target = {entry.target: entry for entry in entries}
    for entry in entries:
        by_target |= entries_by_target(entry.children)
    return by_target
