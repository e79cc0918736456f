"""Shared parts of the formats' tables of contents."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipeline.model import ContentsEntry, Document, Section
from pipeline.model.rendered import NavPoint
from pipeline.model.sheet.proportions import words_of
from pipeline.model.tree import plain_text

LEAST_ENTRIES, LONG_DOCUMENT_WORDS = 4, 3500
"""The minimum numbers of entries and words for contents to be shown: from about eight printed pages
on, readers look things up rather than leaf through."""

MANY_ENTRIES, SHORT_TITLE = 80, 36
"""The entries of contents that take more than two pages, and the characters of one that fits into
half a line."""


def prints_contents(document: Document) -> bool:
    """Return whether the table of contents is shown on the page itself."""
    show = document.metadata.contents.show
    if show != "auto":
        return show == "always" and bool(document.contents)
    sections = (block for block in document.blocks if isinstance(block, Section))
    parts = {section.attributes.id for section in sections if section.role == "part"}
    chapters = sum(
        len(entry.children) or 1 if entry.target in parts else 1 for entry in document.contents
    )
    return chapters >= LEAST_ENTRIES and words_of(document) >= LONG_DOCUMENT_WORDS


def fits_columns(document: Document) -> bool:
    """Return whether the printed contents are in two columns: many short titles, such as those of
    poems, none within another."""
    entries = document.contents
    if len(entries) < MANY_ENTRIES or any(entry.children for entry in entries):
        return False
    lengths = sorted(len(plain_text(entry.title)) for entry in entries)
    return lengths[len(lengths) * 9 // 10] <= SHORT_TITLE


def targets(entries: tuple[ContentsEntry, ...]) -> Iterator[str]:
    for entry in entries:
        yield entry.target
        yield from targets(entry.children)


def numbered(number: str, title: str) -> str:
    """A title with its number before it, if it has one."""
    return f"{number} {title}" if number else title


def nav_points(
    entries: tuple[ContentsEntry, ...], href: Callable[[str], str]
) -> tuple[NavPoint, ...]:
    """The contents as plain text with addresses, for the packagers."""
    return tuple(
        NavPoint(
            title=numbered(entry.number, plain_text(entry.title)),
            href=href(f"#{entry.target}"),
            children=nav_points(entry.children, href),
        )
        for entry in entries
    )
