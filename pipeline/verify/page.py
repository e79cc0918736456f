"""Rules for any page, on the web and in an e-book, so that all can read it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pipeline.model.diagnostics import Span
from pipeline.verify.findings import FileFindings, Finding, finding
from pipeline.verify.markup import HTML, SVG, XML, has_text, kinds, place, text_of
from pipeline.verify.references import Target

SCOPES = frozenset({"col", "row", "colgroup", "rowgroup"})
NOTES = frozenset({"doc-footnote", "doc-endnote", "footnote", "endnote", "rearnote"})
LISTS_OF_NOTES = frozenset({"doc-endnotes", "endnotes", "footnotes", "rearnotes"})
REFERENCES = frozenset({"doc-noteref", "noteref"})
BACK_LINKS = frozenset({"doc-backlink", "backlink"})
HEADING = re.compile(rf"{re.escape(HTML)}h([1-6])\Z")


def page_faults(root: Element, *, complete: bool) -> Iterator[Finding]:
    """Look for faults in language, title, headings, text alternatives and tables of a page.
    One that is the ``complete`` publication has to begin with a heading of the first level."""
    yield from language_faults(root)
    yield from title_faults(root)
    yield from heading_faults(root, complete=complete)
    yield from _image_faults(root)
    for element in root.iter(f"{HTML}th"):
        if element.get("scope", "").lower() not in SCOPES:
            yield finding("no-scope", place(element), text=text_of(element))


def language_faults(root: Element) -> Iterator[Finding]:
    lang, xml_lang = root.get("lang", ""), root.get(f"{XML}lang", "")
    if not (lang or xml_lang).strip():
        yield finding("no-language", place(root))
    elif lang and xml_lang and lang.lower() != xml_lang.lower():
        yield finding("two-languages", place(root), lang=lang, xml_lang=xml_lang)


def title_faults(root: Element) -> Iterator[Finding]:
    titles = root.findall(f"{HTML}head/{HTML}title")
    if not titles or not text_of(titles[0]):
        yield finding("no-title", place(titles[0] if titles else root))


def heading_faults(root: Element, *, complete: bool) -> Iterator[Finding]:
    last = 0 if complete else 6
    for element in root.iter():
        match = HEADING.match(element.tag)
        if match is None:
            continue
        level = int(match[1])
        if level > last + 1:
            before = f"after a heading of level {last}" if last else "first"
            at = place(element)
            yield finding("skipped-level", at, level=level, before=before, wanted=last + 1)
        if not has_text(element):
            yield finding("empty-heading", place(element), level=level)
        last = level


def _image_faults(root: Element) -> Iterator[Finding]:
    for element in root.iter():
        match element.tag.rpartition("}")[2]:
            case "img" | "area":
                named = element.get("alt") is not None
            case "input" if element.get("type", "").lower() == "image":
                named = bool(element.get("alt"))
            case "svg" if element.tag == f"{SVG}svg" and element.get("role") == "img":
                named = any(element.get(f"aria-{key}") for key in ("label", "labelledby"))
                named = named or any(map(text_of, element.findall(f"{SVG}title")))
            case _:
                continue
        if not named:
            yield finding("no-alternative", place(element))


# --- footnotes -----------------------------------------------------------------------------


class NoteLink(NamedTuple):
    """A link to a note, or ``back`` from one. ``within`` are ids: of the link to a note and its
    parent; of the link back and all its ancestors."""

    href: str
    back: bool
    within: frozenset[str]
    span: Span


class NoteLinks(NamedTuple):
    """The links of a page to notes and back, and the ``ids`` of its notes."""

    links: tuple[NoteLink, ...] = ()
    ids: frozenset[str] = frozenset()


def notes_of(root: Element) -> NoteLinks:
    """The footnotes of a page, and the links to and from them."""
    links: list[NoteLink] = []
    ids: set[str] = set()
    for element, path in _with_ancestors(root):
        named = kinds(element)
        if named & NOTES:
            ids.add(element.get("id", ""))
        if named & LISTS_OF_NOTES:
            ids |= {item.get("id", "") for item in element.iter(f"{HTML}li")}
        if element.tag == f"{HTML}a" and named & (REFERENCES | BACK_LINKS):
            back = not named & REFERENCES
            within = frozenset(e.get("id", "") for e in (path if back else path[-2:])) - {""}
            links.append(NoteLink(element.get("href", ""), back, within, place(element)))
    return NoteLinks(tuple(links), frozenset(ids - {""}))


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


def check_notes(
    pages: Sequence[tuple[str, NoteLinks, FileFindings]],
    resolve: Callable[[str, str], Target | None],
) -> None:
    """Check that references lead to notes, and notes back, on all pages, each with its path.

    ``resolve(path, href)`` is the target of a link, None if it has none, which is not reported
    here.
    """
    links = [
        (path, link, resolve(path, link.href), findings)
        for path, notes, findings in pages
        for link in notes.links
    ]
    ids = {Target(path, name) for path, notes, _ in pages for name in notes.ids}
    back: dict[Target, set[Target]] = {}
    sources: set[Target] = set()
    for path, link, goal, _ in links:
        own = {Target(path, name) for name in link.within}
        if not link.back:
            sources |= own
        elif goal:
            for note in own:
                back.setdefault(note, set()).add(goal)
    for path, link, goal, findings in links:
        if goal is None:
            continue
        if link.back:
            if goal not in sources:
                findings.add("not-a-reference", link.span)
        elif goal not in ids:
            findings.add("not-a-note", link.span)
        elif back.get(goal, set()).isdisjoint(Target(path, name) for name in link.within):
            findings.add("no-link-back", link.span)
