"""The ways about an e-book: its links, its pages' titles, its contents, and the pages of the
print edition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from pipeline.accessibility.subject import EPUB_TYPE, Failure, Outcome, Subject, text_of
from pipeline.codes import Code
from pipeline.model import Link
from pipeline.tree import plain_text
from pipeline.words import words


def pages_have_titles(subject: Subject) -> Outcome:
    failures = [
        Failure(f"The page {page.name} has no title.")
        for page in subject.markup
        if not any(text_of(title) for title in page.elements("title"))
    ]
    return Outcome(len(subject.markup), tuple(failures))


def contents_lead_on(subject: Subject) -> Outcome:
    """There are contents, and each of their entries leads to a place that is there."""
    links = list(_links(subject, "toc"))
    if not links:
        return Outcome(1, (Failure("The e-book has no contents."),))
    there = _places(subject)
    failures = [
        Failure(f"The entry “{text_of(link)}” of the contents leads nowhere.")
        for link in links
        if link.get("href", "") not in there
    ]
    return Outcome(len(links), tuple(failures))


def print_pages_are_listed(subject: Subject) -> Outcome:
    """Where pages of the print edition are marked, a list leads to all of them, in order."""
    marked = [
        f"{page.name}#{element.get('id', '')}"
        for page in subject.markup
        for element in page.elements()
        if is_page_break(element)
    ]
    listed = [link.get("href", "") for link in _links(subject, "page-list")]
    if marked == listed:
        return Outcome(len(marked))
    missing = len(set(marked) - set(listed))
    astray = len(set(listed) - set(marked))
    what = f"{missing} of them are not listed, and {astray} are listed that are not there"
    if not missing and not astray:
        what = "they are listed in another order"
    failure = Failure(f"The list of the print edition's pages is not that of their marks: {what}.")
    return Outcome(max(len(marked), len(listed)), (failure,))


def is_page_break(element: ET.Element) -> bool:
    return element.get("role") == "doc-pagebreak" or "pagebreak" in _types(element)


def _types(element: ET.Element) -> list[str]:
    return element.get(EPUB_TYPE, "").split()


def _links(subject: Subject, kind: str) -> Iterator[ET.Element]:
    """The links of the navigation of a kind, with full addresses."""
    for page in subject.markup:
        for nav in page.elements("nav"):
            if kind in _types(nav):
                yield from (e for e in nav.iter() if e.get("href"))


def _places(subject: Subject) -> frozenset[str]:
    """All addresses within the e-book: of pages, and of what has an id."""
    found = {page.name for page in subject.markup}
    for page in subject.markup:
        found |= {f"{page.name}#{e.get('id')}" for e in page.elements() if e.get("id")}
    return frozenset(found)


def links_say_where(subject: Subject) -> Outcome:
    """The text of a link is not empty, and none of those that say nothing, such as "here"."""
    vague = frozenset(words(subject.document.metadata.lang)["vague_links"].split("|"))
    failures = []
    checked = 0
    for node, span in subject.nodes:
        if not isinstance(node, Link):
            continue
        checked += 1
        said = " ".join(plain_text(node.children).split())
        if not said:
            message = f"The link to “{node.href}” has no text."
            failures.append(Failure(message, span, _HINT, Code.VAGUE_LINK))
        elif re.sub(r"[^\w\s]+", "", said).strip().casefold() in vague:
            message = f"“{said}” does not say where the link leads."
            failures.append(Failure(message, span, _HINT, Code.VAGUE_LINK))
    return Outcome(checked, tuple(failures))


_HINT = "Make a link of words that name what is there: `[the report of 2022](…)`."
