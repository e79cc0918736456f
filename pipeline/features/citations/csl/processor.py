"""Citations and a bibliography of works in a style: each work is rendered, citations are told
apart, joined and shortened, and works are ordered.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar
from xml.etree.ElementTree import fromstring

import msgspec
from msgspec.structs import replace

from pipeline.features.citations.csl import forms
from pipeline.features.citations.csl import marked_text as marks
from pipeline.features.citations.csl.forms import is_numeric, sort_key
from pipeline.features.citations.csl.marked_text import format_text, plain
from pipeline.features.citations.csl.names import ALL, label, names
from pipeline.features.citations.csl.style import (
    NOTHING,
    CitationStyle,
    Cite,
    Context,
    Date,
    Disambiguation,
    Element,
    Locator,
    Name,
    Reference,
    from_xml,
)
from pipeline.model import CitationItem
from pipeline.model.late import late
from pipeline.model.words.writing_conventions import letters
from pipeline.resolve.collation import Collation, Key

# --- render ----------------------------------------------------------------------------------
# Follows the elements of a style for one work: the result is marked text.

_ADDRESSES = {
    "DOI": "https://doi.org/",
    "PMID": "https://pubmed.ncbi.nlm.nih.gov/",
    "PMCID": "https://www.ncbi.nlm.nih.gov/pmc/articles/",
}
_NUMBERS = frozenset(
    "chapter-number collection-number edition issue number number-of-volumes volume".split()
)
_SHORT = {"title": "title-short", "container-title": "container-title-short"}


def children(element: Element, context: Context) -> list[str]:
    """The children's results, without empty ones, and with those of a ``choose``'s branch."""
    results = []
    for child in element.children:
        if child.tag == "choose":
            branches = (b for b in child.children if b.tag == "else" or _holds(b, context))
            chosen = next(branches, None)
            results += children(chosen, context) if chosen else []
        elif text := render(child, context):
            results.append(text)
    return results


def render(element: Element, context: Context) -> str:
    match element.tag:
        case "text":
            return _text(element, context)
        case "group":
            return format_text(element, element.get("delimiter").join(_parts(element, context)))
        case "names":
            return names(element, context, children)
        case "date":
            return date(element, context)
        case "number":
            return _number(element, context)
        case "label":
            return label(element, context, element.get("variable"))
    return ""


def _parts(element: Element, context: Context) -> list[str]:
    """The results in a group or a macro: none if it uses variables, and all are empty. What is not
    empty counts as a variable for the group around it."""
    called, rendered = context.called, context.rendered
    parts = children(element, context)
    if context.called > called and context.rendered == rendered:
        return []
    if parts:
        context.called += 1
        context.rendered += 1
    return parts


# --- text ------------------------------------------------------------------------------


def _text(element: Element, context: Context) -> str:
    if variable := element.get("variable"):
        text = _variable(element, variable, context)
    elif macro := element.get("macro"):
        model, context.model = context.model, None
        text = "".join(_parts(context.style.macros[macro], context))
        context.model = model
    elif term := element.get("term"):
        form, plural = element.get("form", "long"), element.get("plural") == "true"
        text = marks.group(marks.TERM, context.locale.text(term, form, plural))
    else:
        text = element.get("value")
    return _dress(element, text, context)


def _dress(element: Element, text: str, context: Context) -> str:
    """Text with all that its element asks for, the affixes last."""
    if not text:
        return ""
    if element.get("strip-periods") == "true":
        text = text.replace(".", "")
    if case := element.get("text-case"):
        text = forms.text_case(text, case, context.language)
    if element.get("quotes") == "true" and context.sorting is None:
        text = marks.group(marks.QUOTED, text)
    return _with_link(element, text, context) or format_text(element, text)


def _with_link(element: Element, text: str, context: Context) -> str:
    """An address or identifier as a link, with a prefix that begins the displayed address."""
    variable = element.get("variable")
    if context.sorting is not None:
        return ""
    value = marks.plain(context.reference.values.get(variable, ""))
    if variable == "URL" and re.match(r"(?i)https?://", value):
        return format_text(element, marks.link(value, text))
    start = _ADDRESSES.get(variable)
    if start is None or not value:
        return ""
    prefix = element.get("prefix")
    *_, address_start = re.split(r"\s", prefix)
    begins = re.search("https?://", address_start)
    if not begins:
        return format_text(element, marks.link(start + value, text))
    address_start = address_start[begins.start() :]
    before = prefix.removesuffix(address_start)
    bare = {k: v for k, v in element.attributes.items() if k != "prefix"}
    inner = marks.link(start + value, address_start + text)
    return before + format_text(Element(element.tag, bare), inner)


def _variable(element: Element, variable: str, context: Context) -> str:
    values, cite = context.reference.values, context.cite
    match variable:
        case "citation-number":
            number = f"{context.number:09}" if context.sorting is not None else str(context.number)
            return context.take(variable, number)
        case "year-suffix":
            return context.take(variable, context.added.suffix)
        case "locator":
            return context.take(variable, _locator(context))
        case "first-reference-note-number":
            return context.take(variable, str(cite.first_note) if cite.first_note else "")
        case "citation-label":
            return context.take(variable, _citation_label(context) + context.added.suffix)
        case "page-first":
            first = re.match(r"\w+", marks.plain(values.get("page", "")))
            return context.take(variable, values.get(variable, first[0] if first else ""))
    text = values.get(variable, "")
    if element.get("form") == "short":
        text = values.get(_SHORT.get(variable, ""), "") or text
    if variable == "page":
        text = _pages(text, context)
    elif variable in _NUMBERS:
        text = forms.number(text, "", context.locale, "")
    return context.take(variable, text)


def _pages(text: str, context: Context, label: str = "page") -> str:
    form = context.style.options.get("page-range-format", "") if label == "page" else ""
    return forms.pages(text, form, context.locale)


def _locator(context: Context) -> str:
    locator = context.cite.locator
    if locator is None:
        return ""
    return marks.value(_pages(locator.text, context, locator.label))


def _citation_label(context: Context) -> str:
    """The letters of the authors and the year: BaHi12."""
    if label := context.reference.values.get("citation-label"):
        return label
    people = next(iter(context.reference.names.values()), ())
    length = 4 if len(people) == 1 else 2 if len(people) < 4 else 1
    letters = "".join((p.family or p.literal).replace(" ", "")[:length] for p in people[:4])
    issued = context.reference.dates.get("issued")
    return letters + (f"{issued.start[0] % 100:02}" if issued and issued.start else "")


def _number(element: Element, context: Context) -> str:
    variable = element.get("variable")
    text = _variable(element, variable, context)
    if not text:
        return ""
    if not variable.startswith("page") and forms.is_numeric(text):
        text = marks.plain(text)
        if context.sorting is not None:
            text = re.sub(r"\d+", lambda m: f"{m[0]:>08}", text)
        else:
            gender = context.locale.term(variable)
            form = element.get("form")
            text = forms.number(text, form, context.locale, gender.gender if gender else "")
    return _dress(element, text, context)


TESTS = frozenset(
    "type variable is-numeric is-uncertain-date locator position disambiguate".split()
)


def _holds(test: Element, context: Context) -> bool:
    results = (
        _result(name, word, context)
        for name, words in test.attributes.items()
        if name in TESTS
        for word in words.split()
    )
    match test.get("match"):
        case "any":
            return any(results)
        case "none":
            return not any(results)
    return all(results)


def _result(test: str, word: str, context: Context) -> bool:
    reference, cite = context.reference, context.cite
    match test:
        case "type":
            return reference.kind == word
        case "variable":
            if word == "locator":
                return cite.locator is not None
            if word == "first-reference-note-number":
                return cite.first_note > 0
            return reference.has(word)
        case "is-numeric":
            if word == "locator":
                return cite.locator is not None and is_numeric(cite.locator.text)
            return is_numeric(reference.values.get(word, ""))
        case "is-uncertain-date":
            date = reference.dates.get(word)
            return date is not None and date.circa
        case "locator":
            return cite.locator is not None and cite.locator.label == word
        case "position":
            if context.in_bibliography:
                return False
            return not cite.position if word == "first" else word in cite.position
    context.conditions += 1
    return (context.conditions <= context.added.conditions) is (word == "true")


def date(element: Element, context: Context) -> str:
    variable = element.get("variable")
    date = context.reference.dates.get(variable)
    if date is None or not (date.start or date.literal):
        return context.take(variable, "")
    form = forms.DateFormat(element, context.locale)
    if context.sorting is not None:
        return context.take(variable, forms.sort_key(date, form.names))
    if not date.start:
        text = date.literal
    elif date.end:
        text = _range(form, date, context)
    else:
        text = form.delimiter.join(_date_parts(form, date.start, context))
    if text and variable == "issued" and not context.style.has_year_suffix:
        text += context.added.suffix
    text = forms.text_case(text, element.get("text-case"), context.locale.lang)
    return context.take(variable, format_text(element, text))


def _date_parts(
    form: forms.DateFormat, date: tuple[int, ...], context: Context, only: tuple[str, ...] = ()
) -> list[str]:
    numbers = forms.known_parts(date)
    texts = []
    for part in form.parts:
        if only and part.get("name") not in only:
            continue
        text = forms.part_text(part, numbers, context.locale)
        if part.get("strip-periods") == "true":
            text = text.replace(".", "")
        text = forms.text_case(text, part.get("text-case"), context.locale.lang)
        if text := format_text(part, text):
            texts.append(text)
    # Text after the last known part belongs to an unknown one.
    last = next((p for p in reversed(form.parts) if p.get("name") in numbers), None)
    if texts and last is not None and last is not form.parts[-1]:
        texts[-1] = texts[-1].removesuffix(last.get("suffix"))
    return texts


def _range(form: forms.DateFormat, date: Date, context: Context) -> str:
    """A range of dates, in which common parts are written once."""
    if date.end == (0,):
        return form.delimiter.join(_date_parts(form, date.start, context)) + "–"
    twice = forms.differing_parts(date) or ("day",)
    names = form.names
    inner = [name for name in names if name in twice]
    if not inner:
        return form.delimiter.join(_date_parts(form, date.start, context))
    before = names[: names.index(inner[0])]
    after = tuple(name for name in names[names.index(inner[-1]) + 1 :] if name not in twice)
    start = form.delimiter.join(_date_parts(form, date.start, context, tuple(inner)))
    end = form.delimiter.join(_date_parts(form, date.end, context, tuple(inner)))
    sign = next((p.get("range-delimiter") for p in form.parts if p.get("name") == twice[0]), "")
    parts = _date_parts(form, date.start, context, before) if before else []
    parts.append(start.rstrip(" ,") + (sign or "–") + end)
    parts += _date_parts(form, date.start, context, after) if after else []
    return form.delimiter.join(parts)


# --- clusters --------------------------------------------------------------------------------
# Several works in one citation: how they are joined, grouped and shortened.

MakeContext = Callable[[Cite], Context]


class _RenderedCite(msgspec.Struct):
    """A cited work: ``author`` and ``year`` are the keys for grouping."""

    cite: Cite
    text: str
    author: str
    year: str
    suffix: str
    number: int


Follows = Callable[[_RenderedCite, _RenderedCite], bool]
"""Tells whether a work follows another in a range."""


def join_cites(
    cites: Sequence[Cite], style: CitationStyle, make: MakeContext, begins: bool = False
) -> str:
    """The works of one citation as one text, without the affixes around it. ``begins``: a sentence
    begins with it."""
    area, layout = style.citation, style.layout
    delimiter = layout.get("delimiter")
    rendered = [
        _render_cite(cite, layout, make, begins=begins and not at) for at, cite in enumerate(cites)
    ]
    collapse = area.get("collapse")
    if collapse == "citation-number":
        return _numbers(rendered, delimiter, area.get("after-collapse-delimiter", delimiter))
    if collapse or "cite-group-delimiter" in area.attributes:
        return _group_works(rendered, style, make)
    return _join((work.text, _delimiter_before(work.cite, delimiter)) for work in rendered)


def _render_cite(
    cite: Cite, layout: Element, make: MakeContext, alone: bool = True, begins: bool = False
) -> _RenderedCite:
    context = make(cite)
    context.hides_author = cite.suppress_author or not alone
    text = "".join(children(layout, context))
    if cite.suppress_author and context.author is None and not context.style.is_note:
        context = make(cite)  # nobody is named, so the title is omitted
        context.suppressed.update(("title", "title-short"))
        text = "".join(children(layout, context))
    if context.style.is_note and (_is_sentence(cite.prefix) if cite.prefix else begins):
        text = forms.sentence_start(text)
    issued = context.reference.dates.get("issued")
    return _RenderedCite(
        cite=cite,
        text=_with_affixes(_linked_cite(text, context), cite),
        author=context.author or "",
        year=str(issued) if issued else "",
        suffix=context.added.suffix,
        number=context.number,
    )


def _is_sentence(prefix: str) -> bool:
    """Return whether a prefix is a sentence: a full stop after one word may abbreviate it."""
    return prefix.rstrip().endswith((".", "!", "?")) and len(prefix.split()) > 1


def _linked_cite(text: str, context: Context) -> str:
    """The text as a link to the work's entry; of a full reference, as in notes, only the first
    words, because it may contain links of its own."""
    target = context.cite.target
    if not target or not text:
        return text
    if not context.style.is_note:
        return marks.link(target, text)
    author = context.author or ""
    if author and author in text and marks.LINK not in author:
        before, _, after = text.partition(author)
        return f"{before}{marks.link(target, author)}{after}"
    return text if marks.LINK in text else marks.link(target, text)


def _with_affixes(text: str, cite: Cite) -> str:
    """The text with the author's prefix and suffix."""
    before = f"{cite.prefix} " if cite.prefix and cite.prefix[-1] not in " ’'(" else cite.prefix
    after = cite.suffix
    if after and after[0] not in ",.;:)’' ،，；。：、؛":
        after = f" {after}"
    return f"{before}{text}{after}"


def _delimiter_before(cite: Cite, delimiter: str) -> str:
    """The delimiter before a cite: words need a space."""
    return f"{delimiter.rstrip()} " if cite.prefix and delimiter else delimiter


def _join(parts: Iterable[tuple[str, str]]) -> str:
    """Texts, each with the delimiter before it, unless the author has written a comma there."""
    text = ""
    for part, between in parts:
        if text and part:
            before, after = marks.plain(text), marks.plain(part)
            between = "" if after[:1] == "," else " " if before[-1:] == "," else between
        text += part if not text else between + part if part else ""
    return text


def _numbers(rendered: list[_RenderedCite], delimiter: str, after: str) -> str:
    """Combine three or more consecutive numbers into a range: 1–3, 5."""
    parts: list[tuple[str, str]] = []
    for run in _runs(rendered, _is_next_number):
        if len(run) > 2:
            parts.append((f"{run[0].text}–{run[-1].text}", delimiter))
            delimiter = after
        else:
            parts += [(work.text, _delimiter_before(work.cite, delimiter)) for work in run]
    return _join(parts)


def _runs(rendered: list[_RenderedCite], follows: Follows) -> list[list[_RenderedCite]]:
    """The works, of which those that follow each other are together."""
    runs: list[list[_RenderedCite]] = []
    for work in rendered:
        if runs and follows(runs[-1][-1], work):
            runs[-1].append(work)
        else:
            runs.append([work])
    return runs


def _is_next_number(before: _RenderedCite, work: _RenderedCite) -> bool:
    return work.number == before.number + 1 and _is_bare(before.cite) and _is_bare(work.cite)


def _has_same_year(before: _RenderedCite, work: _RenderedCite) -> bool:
    same = work.suffix != "" and work.year == before.year
    return same and _is_bare(before.cite) and _is_bare(work.cite)


def _has_next_letter(before: _RenderedCite, work: _RenderedCite) -> bool:
    return _place(work.suffix) == _place(before.suffix) + 1


def _place(suffix: str) -> int:
    """The place of letters in a, b, … z, aa, ab …"""
    return functools.reduce(lambda place, letter: 26 * place + ord(letter) - 96, suffix, 0)


def _is_bare(cite: Cite) -> bool:
    return not (cite.prefix or cite.suffix or cite.locator)


def _group_works(rendered: list[_RenderedCite], style: CitationStyle, make: MakeContext) -> str:
    """Group works by the same authors, who are named once if the style collapses groups."""
    area, delimiter = style.citation, style.layout.get("delimiter")
    within = area.get("cite-group-delimiter", delimiter if style.is_note else ", ")
    after = area.get("after-collapse-delimiter", delimiter)
    parts: list[tuple[str, str]] = []
    before = delimiter
    for group in _groups(rendered):
        # Wong 1999, 328; 2000, 475
        has_locators = any(work.cite.locator for work in group[:-1])
        between = area.get("after-collapse-delimiter", within) if has_locators else within
        texts = [(work.text, between) for work in group]
        if area.get("collapse"):
            texts = _collapse(group, style, make, between)
        parts += [(texts[0][0], _delimiter_before(group[0].cite, before)), *texts[1:]]
        before = after if len(group) > 1 else delimiter
    return _join(parts)


def _groups(rendered: list[_RenderedCite]) -> Iterable[list[_RenderedCite]]:
    """The works by the same authors; what has a text of the author's own stays in its place."""
    groups: dict[tuple[int, str], list[_RenderedCite]] = {}
    start = 0
    for at, work in enumerate(rendered):
        author = marks.plain(work.author)
        if work.cite.prefix or not author:
            start = at + 1
        groups.setdefault((start, author), []).append(work)
    return groups.values()


def _collapse(
    group: list[_RenderedCite], style: CitationStyle, make: MakeContext, within: str
) -> list[tuple[str, str]]:
    """The works of a group, each with the delimiter before it: the authors are named once, and
    with ``year-suffix`` each year."""
    area, layout = style.citation, style.layout
    collapse = area.get("collapse")
    between = area.get("cite-group-delimiter", layout.get("delimiter"))
    between = area.get("year-suffix-delimiter", between)
    years = [[work] for work in group]
    if collapse.startswith("year-suffix"):
        years = _runs(group, _has_same_year)
    parts: list[tuple[str, str]] = []
    for first, *others in years:
        if parts:
            first = _render_cite(first.cite, layout, make, alone=False)
        letters = [msgspec.structs.replace(work, text=_letter(work)) for work in others]
        texts = _ranges([first, *letters], collapse == "year-suffix-ranged")
        parts += [(texts[0], within), *((text, between) for text in texts[1:])]
    return parts


def _letter(work: _RenderedCite) -> str:
    return marks.link(work.cite.target, work.suffix) if work.cite.target else work.suffix


def _ranges(works: list[_RenderedCite], are_ranged: bool) -> list[str]:
    """The texts of works of one year, with three or more letters in a row as a range."""
    texts: list[str] = []
    for run in _runs(works, _has_next_letter):
        if are_ranged and len(run) > 2:
            texts.append(f"{run[0].text}–{run[-1].text}")
        else:
            texts += [work.text for work in run]
    return texts


# --- disambiguation --------------------------------------------------------------------------
# Disambiguation of works with equal citations: by given names, more names, the style's conditions
# for this case, and a year suffix, in this order (CSL 1.0.2).

Write = Callable[[Reference, Disambiguation], str]
"""A function that cites a work with some additions, in plain text."""

MOST_NAMES = 50


class _Cites:
    """The citations of works, with the additions to each; ``most_conditions`` is the number of
    conditions in the style."""

    def __init__(self, works: Iterable[Reference], style: CitationStyle, write: Write) -> None:
        area = style.citation
        self.works = {work.key: work for work in works}
        self.added = dict.fromkeys(self.works, NOTHING)
        self.adds_names = area.get("disambiguate-add-names") == "true"
        self.adds_given = area.get("disambiguate-add-givenname") == "true"
        self.rule = area.get("givenname-disambiguation-rule", "by-cite")
        self.most_conditions = style.conditions
        self._write = write

    def text(self, key: str, added: Disambiguation) -> str:
        return self._write(self.works[key], added)

    def alike(self, keys: Iterable[str]) -> list[list[str]]:
        """The works among some that are cited alike."""
        groups: dict[str, list[str]] = {}
        for key in keys:
            groups.setdefault(self.text(key, self.added[key]), []).append(key)
        return [group for group in groups.values() if len(group) > 1]


def disambiguate(
    references: Iterable[Reference], style: CitationStyle, write: Write
) -> dict[str, Disambiguation]:
    """The additions to each work's citations, by key; works in the order of the bibliography."""
    cites = _Cites(references, style, write)
    if cites.adds_given and cites.rule != "by-cite":
        _expand_names(cites)
    ambiguous = cites.alike(cites.works)
    while ambiguous:
        keys = ambiguous.pop()
        if any(_tell_apart(keys, change, cites) for change in _changes(keys, cites)):
            ambiguous += cites.alike(keys)
    if style.citation.get("disambiguate-add-year-suffix") == "true":
        for keys in cites.alike(cites.works):
            for index, key in enumerate(keys):
                cites.added[key] = replace(cites.added[key], suffix=letters(index).lower())
    return cites.added


class _Change(NamedTuple):
    """The number of names that are shown, the given names by position, and the number of conditions
    that hold, for all works of a set."""

    names: int
    given: Mapping[int, int]
    conditions: int

    def added_to(self, added: Disambiguation) -> Disambiguation:
        given = {**added.given, **self.given}
        return replace(added, names=self.names, given=given, conditions=self.conditions)


def _tell_apart(keys: list[str], change: _Change, cites: _Cites) -> bool:
    """Change the citations of works that are cited alike, unless they stay alike."""
    changed = {key: change.added_to(cites.added[key]) for key in keys}
    first, *others = changed
    text = cites.text(first, changed[first])
    if all(cites.text(key, changed[key]) == text for key in others):
        return False
    cites.added.update(changed)
    return True


def _changes(keys: list[str], cites: _Cites) -> Iterator[_Change]:
    """The changes that may tell works apart, in the order in which to try them: given names of
    those who are named; more names, each also with the given names; and conditions."""
    added = cites.added[keys[0]]
    names, conditions = added.names, added.conditions
    most = min(MOST_NAMES, max(len(_people(cites.works[key])) for key in keys))
    yield from _given_names(range(names or most), names, added, cites)
    if cites.adds_names:
        for count in range(max(names, 1) + 1, most + 1):
            yield _Change(count, {}, conditions)
            yield from _given_names(range(count - 1, count), count, added, cites)
    for more in range(conditions + 1, cites.most_conditions + 1):
        yield _Change(names, {}, more)


def _given_names(
    places: range, names: int, added: Disambiguation, cites: _Cites
) -> Iterator[_Change]:
    """Initials or all given names in some places, if the style adds them to tell works apart."""
    if cites.adds_given and cites.rule == "by-cite":
        for at in places:
            for level in range(added.given.get(at, 0) + 1, 3):
                yield _Change(names, {at: level}, added.conditions)


def _people(reference: Reference) -> tuple[Name, ...]:
    """The people whom a citation probably names."""
    variables = ("author", "editor", "translator", "director")
    return next(filter(None, map(reference.names.get, variables)), ())


def _expand_names(cites: _Cites) -> None:
    """Add given names for people with the same family name, by a rule about people instead of
    citations."""
    count = 1 if cites.rule.startswith("primary") else None
    initials_only = cites.rule.endswith("initials")
    names: dict[str, set[str]] = {}
    for reference in cites.works.values():
        for name in _people(reference)[:count]:
            names.setdefault(_family(name), set()).add(_given_text(name))
    for key, reference in cites.works.items():
        people = enumerate(_people(reference)[:count])
        levels = {at: _level(name, names[_family(name)], initials_only) for at, name in people}
        if levels := {at: level for at, level in levels.items() if level}:
            cites.added[key] = replace(cites.added[key], given=levels)


def _family(name: Name) -> str:
    return f"{name.non_dropping} {name.family or name.literal}".strip().casefold()


def _given_text(name: Name) -> str:
    return " ".join(re.split(r"[\s.]+", name.given)).strip().casefold()


def _level(name: Name, namesakes: set[str], initials_only: bool) -> int:
    """The level needed: 0 if the family name is enough, 1 for initials, 2 for all given names."""
    given = _given_text(name)
    if len(namesakes) < 2 or not given:
        return 0
    initials = ["".join(word[0] for word in namesake.split()) for namesake in namesakes]
    if initials.count("".join(word[0] for word in given.split())) == 1:
        return 1
    return 0 if initials_only else 2


# --- processor -------------------------------------------------------------------------------
# Citations and a bibliography of works in a style, and their order.

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


_Authors = tuple[str, tuple[str, ...]]
"""The text that says who the authors are, and their names."""


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
            prefix=_mark_emphasis(item.prefix),
            suffix=_mark_emphasis(item.suffix),
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
            prefix = forms.text_case(cites[0].prefix, "capitalize-first", "")
            cites = (msgspec.structs.replace(cites[0], prefix=prefix), *cites[1:])
        return self._cluster(cites, complete=ends, begins=begins)

    def _cluster(self, cites: Sequence[Cite], complete: bool = True, begins: bool = False) -> str:
        area = self.style.citation
        ordered = list(cites)
        if not any(cite.prefix or cite.suffix for cite in cites):
            ordered = _sort(ordered, area, lambda cite: self._context(area, cite), self.collation)
        text = join_cites(ordered, self.style, lambda cite: self._context(area, cite), begins)
        return format_text(self.style.layout, text) if complete else text

    def entries(self) -> list[Entry]:
        """The bibliography: one entry for each work that the style lists."""
        area = self.style.bibliography
        layout = area.child("layout") if area else None
        if area is None or layout is None:
            return []
        entries: list[Entry] = []
        before: _Authors = ("", ())
        substitute = area.attributes.get("subsequent-author-substitute")
        rule = area.get("subsequent-author-substitute-rule")
        for work in self._sorted:
            context = self._context(area, Cite(key=work.key))
            label, text = _entry_parts(area, layout, context)
            if substitute is not None:
                author = (context.author or "", context.people)
                if substituted := _count_repeated(rule, before, author):
                    context = self._context(area, Cite(key=work.key))
                    context.substitute, context.substituted = substitute, substituted
                    label, text = _entry_parts(area, layout, context)
                before = author
            if marks.plain(text).strip():
                entries.append(Entry(work.key, label, text))
        return entries


def _count_repeated(rule: str, before: _Authors, author: _Authors) -> int:
    """The number of names at the beginning of an entry that repeat those of the entry before."""
    people = author[1]
    pairs = zip(before[1], people, strict=False)
    same = len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)))
    if people and rule.startswith("partial"):
        return min(same, 1) if rule == "partial-first" else same
    if not author[0] or (people != before[1] if people else author != before):
        return 0
    return same if people and rule == "complete-each" else ALL


def _mark_emphasis(text: str) -> str:
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
    text = format_text(layout, first + "".join(rest))
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
