"""What the formats share in showing the contents."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipeline.model import ContentsEntry, Document, Text
from pipeline.pages import NavPoint
from pipeline.scripts import word_count
from pipeline.tree import plain_text, walk

LONG_DOCUMENT_WORDS = 3500
"""From about eight printed pages on, readers look things up rather than leaf through."""


BOOK_WORDS = 20_000
"""From about fifty printed pages on, a publication is made up as a book."""


def is_book(document: Document) -> bool:
    """Whether what an edition contains is printed as a book."""
    return words_of(document) > BOOK_WORDS


def prints_contents(document: Document, entries: int = 4) -> bool:
    """Whether the table of contents is to stand on the page itself."""
    show = document.metadata.contents.show
    if show != "auto":
        return show == "always" and bool(document.contents)
    return len(document.contents) >= entries and words_of(document) >= LONG_DOCUMENT_WORDS


def words_of(document: Document) -> float:
    return sum(word_count(node.text) for node in walk(document.blocks) if isinstance(node, Text))


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
