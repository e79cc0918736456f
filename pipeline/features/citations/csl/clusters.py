"""Several works in one citation: how they are joined, grouped and shortened."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence

import msgspec

from pipeline.features.citations.csl import cases
from pipeline.features.citations.csl import text_marks as marks
from pipeline.features.citations.csl.context import Context
from pipeline.features.citations.csl.csl_data import Cite, Element
from pipeline.features.citations.csl.render import children
from pipeline.features.citations.csl.style import CitationStyle

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
        _rendered(cite, layout, make, begins=begins and not at) for at, cite in enumerate(cites)
    ]
    collapse = area.get("collapse")
    if collapse == "citation-number":
        return _numbers(rendered, delimiter, area.get("after-collapse-delimiter", delimiter))
    if collapse or "cite-group-delimiter" in area.attributes:
        return _grouped(rendered, style, make)
    return _join((work.text, _before(work.cite, delimiter)) for work in rendered)


def _rendered(
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
        text = cases.sentence_start(text)
    issued = context.reference.dates.get("issued")
    return _RenderedCite(
        cite=cite,
        text=_with_affixes(_linked(text, context), cite),
        author=context.author or "",
        year=str(issued) if issued else "",
        suffix=context.added.suffix,
        number=context.number,
    )


def _is_sentence(prefix: str) -> bool:
    """Return whether a prefix is a sentence: a full stop after one word may abbreviate it."""
    return prefix.rstrip().endswith((".", "!", "?")) and len(prefix.split()) > 1


def _linked(text: str, context: Context) -> str:
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


def _before(cite: Cite, delimiter: str) -> str:
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
            parts += [(work.text, _before(work.cite, delimiter)) for work in run]
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


def _grouped(rendered: list[_RenderedCite], style: CitationStyle, make: MakeContext) -> str:
    """Group works by the same authors, who are named once if the style collapses groups."""
    area, delimiter = style.citation, style.layout.get("delimiter")
    within = area.get("cite-group-delimiter", delimiter if style.is_note else ", ")
    parts: list[tuple[str, str]] = []
    before = delimiter
    for group in _groups(rendered):
        texts = [(work.text, within) for work in group]
        if area.get("collapse"):
            texts = _collapsed(group, style, make, within)
        parts += [(texts[0][0], _before(group[0].cite, before)), *texts[1:]]
        before = area.get("after-collapse-delimiter", delimiter) if len(group) > 1 else delimiter
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


def _collapsed(
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
            first = _rendered(first.cite, layout, make, alone=False)
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
