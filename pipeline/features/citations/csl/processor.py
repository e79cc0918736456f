"""Citations and a bibliography of works in a style, and their order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar
from xml.etree.ElementTree import fromstring

import msgspec

from pipeline.features.citations.csl import cases
from pipeline.features.citations.csl import text_marks as marks
from pipeline.features.citations.csl.clusters import join_cites
from pipeline.features.citations.csl.context import Context, Disambiguation
from pipeline.features.citations.csl.csl_data import Cite, Element, Locator, Reference, from_xml
from pipeline.features.citations.csl.date_forms import sort_key
from pipeline.features.citations.csl.disambiguation import disambiguate
from pipeline.features.citations.csl.render import children, render
from pipeline.features.citations.csl.style import CitationStyle
from pipeline.features.citations.csl.text_marks import formatted, plain
from pipeline.model import CitationItem
from pipeline.model.late import late
from pipeline.resolve.collation import Collation, Key

# The variables that a citation in the text names if the style's citations name nobody.
_AUTHORS = from_xml(
    fromstring(
        """<names xmlns="http://purl.org/net/xbiblio/csl" variable="author">
          <name form="short" and="text" delimiter=", " delimiter-precedes-last="contextual"
                et-al-min="3" et-al-use-first="1"/>
          <substitute>
            <names variable="editor"/>
            <names variable="director"/>
            <text variable="title" form="short" font-style="italic"/>
          </substitute>
        </names>"""
    )
)
_STRONG = late(r"\*\*(\S(?:[^*]*\S)?)\*\*")
_EMPHASIS = late(r"(?<!\w)([*_])(\S(?:[^*_]*\S)?)\1(?!\w)")


class Entry(NamedTuple):
    """An entry of the bibliography in marked text; ``label`` is in its margin."""

    key: str
    label: str
    text: str


class Processor:
    """``works`` are the cited ones, in the order of their first citation, followed by further ones
    in the bibliography."""

    def __init__(self, style: CitationStyle, works: Sequence[Reference]) -> None:
        self.style = style
        self.collation = Collation(style.locale.lang)
        self._works = {work.key: work for work in works}
        self._numbers = {work.key: number for number, work in enumerate(works, start=1)}
        self._added: Mapping[str, Disambiguation] = {}
        self._sorted = list(works)
        if (area := style.bibliography) is not None:
            self._sorted = _sort(
                works, area, lambda work: self._context(area, Cite(key=work.key)), self.collation
            )
            self._numbers = {w.key: number for number, w in enumerate(self._sorted, start=1)}
        self._added = disambiguate(self._sorted, style, self._short)

    def cite_of(
        self, item: CitationItem, position: frozenset[str], first_note: int, target: str
    ) -> Cite:
        """The form of one work of a citation for this processor."""
        return Cite(
            key=item.key,
            prefix=_emphasised(item.prefix),
            suffix=_emphasised(item.suffix),
            locator=Locator(item.label or "page", item.locator) if item.locator else None,
            suppress_author=item.suppress_author,
            position=position,
            first_note=first_note,
            target=target,
        )

    def _context(self, area: Element, cite: Cite, added: Disambiguation | None = None) -> Context:
        return Context(
            style=self.style,
            area=area,
            reference=self._works[cite.key],
            cite=cite,
            number=self._numbers[cite.key],
            added=added or self._added.get(cite.key, Disambiguation()),
        )

    def _short(self, work: Reference, added: Disambiguation) -> str:
        """The short citation of a work, which must be unique."""
        later = frozenset({"subsequent"}) if self.style.is_note else frozenset[str]()
        context = self._context(self.style.citation, Cite(key=work.key, position=later), added)
        return marks.plain("".join(children(self.style.layout, context)))

    def cite(self, cites: Sequence[Cite], in_text: bool = False) -> str:
        """A citation in the text. ``in_text``: the first work's author is part of the sentence, and
        the rest of the citation follows."""
        if not in_text:
            return self._cluster(cites)
        first = self._context(self.style.citation, cites[0])
        first.in_sentence = True
        children(self.style.layout, first)  # it says who the author is
        author = first.author or ""
        rest = cites
        # of a work by nobody, the title is named instead
        if not self.style.is_note and (author or "title" in first.shown):
            rest = (msgspec.structs.replace(cites[0], suppress_author=True), *cites[1:])
        if self.style.is_note or not author:
            author = render(_AUTHORS, self._context(self.style.citation, cites[0]))
        cluster = "" if self.style.is_note else self._cluster(rest)
        if re.search(r"\w", marks.plain(cluster)):
            return f"{author}{'' if self.style.is_raised else ' '}{cluster}"
        return marks.link(cites[0].target, author) if cites[0].target else author

    def note(self, cites: Sequence[Cite], begins: bool = True, ends: bool = True) -> str:
        """A citation in a note, for note styles. ``begins``: it is the whole note; ``ends``:
        nothing follows it."""
        if begins and cites[0].prefix:
            prefix = cases.text_case(cites[0].prefix, "capitalize-first", "")
            cites = (msgspec.structs.replace(cites[0], prefix=prefix), *cites[1:])
        return self._cluster(cites, complete=ends, begins=begins)

    def _cluster(self, cites: Sequence[Cite], complete: bool = True, begins: bool = False) -> str:
        area = self.style.citation
        ordered = list(cites)
        if not any(cite.prefix or cite.suffix for cite in cites):
            ordered = _sort(ordered, area, lambda cite: self._context(area, cite), self.collation)
        text = join_cites(ordered, self.style, lambda cite: self._context(area, cite), begins)
        return formatted(self.style.layout, text) if complete else text

    def entries(self) -> list[Entry]:
        """The bibliography: one entry for each work that the style lists."""
        area = self.style.bibliography
        layout = area.child("layout") if area else None
        if area is None or layout is None:
            return []
        entries: list[Entry] = []
        before = ""
        substitute = area.attributes.get("subsequent-author-substitute")
        for work in self._sorted:
            context = self._context(area, Cite(key=work.key))
            label, text = _entry_parts(area, layout, context)
            if substitute is not None:
                author = context.author or ""
                if author and author == before:
                    context = self._context(area, Cite(key=work.key))
                    context.substitute = substitute
                    label, text = _entry_parts(area, layout, context)
                before = author
            if marks.plain(text).strip():
                entries.append(Entry(work.key, label, text))
        return entries


def _emphasised(text: str) -> str:
    """The author's text around a citation, with emphasis as marks."""
    text = _STRONG.sub(f"{marks.BOLD}\\1{marks.CLOSE}", text)
    return _EMPHASIS.sub(f"{marks.ITALIC}\\2{marks.CLOSE}", text)


def _entry_parts(area: Element, layout: Element, context: Context) -> tuple[str, str]:
    """An entry's label, which is its margin text or its first field, and its text."""
    first, *rest = children(layout, context) or [""]
    if first.startswith(marks.MARGIN):
        label, first = first[1:].removesuffix(marks.CLOSE), ""
    elif area.get("second-field-align") and rest:
        label, first = first, ""
    else:
        label = ""
    text = formatted(layout, first + "".join(rest))
    return label.strip(), text.lstrip()


T = TypeVar("T")
_OPTIONS = {
    "names-min": "et-al-min",
    "names-use-first": "et-al-use-first",
    "names-use-last": "et-al-use-last",
}


def _sort(
    items: Iterable[T], area: Element, context: Callable[[T], Context], collation: Collation
) -> list[T]:
    """The items in the sort order of ``area``, or unsorted if it has none. ``context`` creates the
    context to render an item in; ``collation`` orders words."""
    ordered = list(items)
    instructions = area.child("sort")
    if instructions is None or len(ordered) < 2:
        return ordered
    # Sorting is stable, and the last key comes first; items without a key come last.
    for key in reversed(instructions.children):
        keyed = [(_key(key, context(item), collation), item) for item in ordered]
        some = [(value, item) for value, item in keyed if value[0]]
        some.sort(key=lambda pair: pair[0], reverse=key.get("sort") == "descending")
        ordered = [item for _, item in some] + [item for value, item in keyed if not value[0]]
    return ordered


def _key(key: Element, context: Context, collation: Collation) -> Key:
    context.sorting = {
        _OPTIONS[name]: value for name, value in key.attributes.items() if name in _OPTIONS
    }
    variable = key.get("variable")
    if macro := key.get("macro"):
        text = "".join(children(context.style.macros[macro], context))
    elif variable in context.reference.dates:
        text = sort_key(context.reference.dates[variable])
    elif variable in context.reference.names:
        text = render(Element("names", {"variable": variable}), context)
    else:
        text = render(Element("number", {"variable": variable}), context)
    return collation.key(plain(text))
