"""Footnotes: each reference leads to a note, and each note back to its references."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pipeline.check.findings import Findings, Place
from pipeline.check.markup import HTML, place, words
from pipeline.check.references import Target

EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
NOTES = frozenset({"doc-footnote", "doc-endnote", "footnote", "endnote", "rearnote"})
LISTS_OF_NOTES = frozenset({"doc-endnotes", "endnotes", "footnotes", "rearnotes"})
REFERENCES = frozenset({"doc-noteref", "noteref"})
BACK_LINKS = frozenset({"doc-backlink", "backlink"})


class NoteLink(NamedTuple):
    """A link to a note or back. ``within`` are ids: of the link to a note and of what it is
    directly in; of the link back and of all around it."""

    href: str
    within: frozenset[str]
    place: Place


class Notes(NamedTuple):
    """What a page has to do with notes. ``ids`` are those of the notes."""

    references: tuple[NoteLink, ...] = ()
    back_links: tuple[NoteLink, ...] = ()
    ids: frozenset[str] = frozenset()


def notes_of(root: Element) -> Notes:
    """The footnotes of a page, and the links to and from them."""
    references: list[NoteLink] = []
    back_links: list[NoteLink] = []
    ids: set[str] = set()
    for element, path in _with_ancestors(root):
        kinds = _kinds(element)
        if not kinds:
            continue
        if kinds & NOTES:
            ids.add(element.get("id", ""))
        if kinds & LISTS_OF_NOTES:
            ids |= {item.get("id", "") for item in element.iter(f"{HTML}li")}
        if element.tag == f"{HTML}a" and kinds & REFERENCES:
            references.append(_link(element, path[-2:]))
        elif element.tag == f"{HTML}a" and kinds & BACK_LINKS:
            back_links.append(_link(element, path))
    return Notes(tuple(references), tuple(back_links), frozenset(ids - {""}))


def _link(element: Element, around: Iterable[Element]) -> NoteLink:
    within = frozenset(above.get("id", "") for above in around) - {""}
    return NoteLink(element.get("href", ""), within, place(element))


def check_notes(
    pages: Iterable[tuple[str, Notes, Findings]], resolve: Callable[[str, str], Target | None]
) -> None:
    """The notes of all pages, each with its path.

    ``resolve(path, href)`` is where a link leads, None where it leads nowhere; that is not
    reported here.
    """
    pages = tuple(pages)
    notes = {Target(path, name) for path, found, _ in pages for name in found.ids}
    sources = {
        Target(path, name)
        for path, found, _ in pages
        for link in found.references
        for name in link.within
    }
    back: dict[Target, set[Target]] = {}
    for path, found, findings in pages:
        for link in found.back_links:
            goal = resolve(path, link.href)
            if goal is None:
                continue
            for name in link.within:
                back.setdefault(Target(path, name), set()).add(goal)
            if goal not in sources:
                findings.error(
                    "A link back from a note does not lead to a reference to a note.",
                    "Let it lead to the id of the reference.",
                    link.place,
                )
    for path, found, findings in pages:
        for link in found.references:
            goal = resolve(path, link.href)
            if goal is None:
                continue
            if goal not in notes:
                findings.error(
                    "A reference to a note leads to something that is not marked as one.",
                    'Give the note `role="doc-footnote"`, or the list of notes'
                    ' `role="doc-endnotes"`.',
                    link.place,
                )
            elif not back.get(goal, set()) & {Target(path, name) for name in link.within}:
                findings.error(
                    "The note that a reference leads to has no link back to it.",
                    "Give the reference an id, and the note a link to it with"
                    ' `role="doc-backlink"`.',
                    link.place,
                )


def _kinds(element: Element) -> set[str]:
    return {*words(element, "role"), *words(element, EPUB_TYPE)}


def _with_ancestors(root: Element) -> Iterator[tuple[Element, list[Element]]]:
    """Each element in order, with the elements around it, outermost first, itself last.

    The list is the same throughout: it holds until the next step.
    """
    path = [root]
    stack = [iter(root)]
    yield root, path
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
            path.pop()
            continue
        path.append(child)
        stack.append(iter(child))
        yield child, path
