"""Several works in one citation: how they are joined, grouped and shortened."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence

import msgspec

from pipeline.resolve.citations.csl import marks
from pipeline.resolve.citations.csl.context import Context
from pipeline.resolve.citations.csl.data import Cite, Element
from pipeline.resolve.citations.csl.render import children
from pipeline.resolve.citations.csl.style import CitationStyle

MakeContext = Callable[[Cite], Context]


class _Written(msgspec.Struct):
    """A cited work: ``author`` and ``year`` are the keys for grouping."""

    cite: Cite
    text: str
    author: str
    year: str
    suffix: str
    number: int


def join_cites(cites: Sequence[Cite], style: CitationStyle, make: MakeContext) -> str:
    """The works of one citation as one text, without the affixes around it."""
    area, layout = style.citation, style.layout
    delimiter = layout.get("delimiter")
    written = [_written(cite, layout, make) for cite in cites]
    collapse = area.get("collapse")
    if collapse == "citation-number":
        return _numbers(written, delimiter, area.get("after-collapse-delimiter", delimiter))
    if collapse or "cite-group-delimiter" in area.attributes:
        return _grouped(written, area, layout, make)
    return _join((one.text, _before(one.cite, delimiter)) for one in written)


def _written(cite: Cite, layout: Element, make: MakeContext, alone: bool = True) -> _Written:
    context = make(cite)
    context.hides_author = cite.suppress_author or not alone
    text = "".join(children(layout, context))
    if cite.suppress_author and context.author is None and not context.style.is_note:
        context = make(cite)  # nobody is named, so the title is omitted
        context.suppressed.update(("title", "title-short"))
        text = "".join(children(layout, context))
    issued = context.reference.dates.get("issued")
    return _Written(
        cite=cite,
        text=_with_affixes(_linked(text, context), cite),
        author=context.author or "",
        year=str(issued) if issued else "",
        suffix=context.added.suffix,
        number=context.number,
    )


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
    """Texts, each with the delimiter before it."""
    text = ""
    for part, between in parts:
        if part:
            text += part if not text else between + part
    return text


def _numbers(written: list[_Written], delimiter: str, after: str) -> str:
    """Combine three or more consecutive numbers into a range: 1–3, 5."""
    parts: list[tuple[str, str]] = []
    at = 0
    collapsed = False
    while at < len(written):
        end = at
        while (
            end + 1 < len(written)
            and written[end + 1].number == written[end].number + 1
            and _is_bare(written[end].cite)
            and _is_bare(written[end + 1].cite)
        ):
            end += 1
        between = after if collapsed else delimiter
        if end - at > 1:
            parts.append((f"{written[at].text}–{written[end].text}", between))
            collapsed = True
        else:
            parts += [(one.text, _before(one.cite, between)) for one in written[at : end + 1]]
        at = end + 1
    return _join(parts)


def _is_bare(cite: Cite) -> bool:
    return not (cite.prefix or cite.suffix or cite.locator)


def _grouped(written: list[_Written], area: Element, layout: Element, make: MakeContext) -> str:
    """Group works by the same authors, who are named once."""
    delimiter = layout.get("delimiter")
    within = area.get("cite-group-delimiter", ", ")
    collapse = area.get("collapse")
    groups: dict[str, list[_Written]] = {}
    start = 0
    for at, one in enumerate(written):
        author = marks.plain(one.author)
        if one.cite.prefix or not author:  # text of the author's own stays in its place
            start = at + 1
        groups.setdefault(f"{start} {author}", []).append(one)
    parts: list[tuple[str, str]] = []
    after = ""
    for group in groups.values():
        parts.append((group[0].text, _before(group[0].cite, after or delimiter)))
        after = ""
        for before, one in itertools.pairwise(group):
            if not collapse:
                parts.append((one.text, within))
                continue
            after = area.get("after-collapse-delimiter")
            same_year = one.year == before.year and one.suffix and _is_bare(before.cite)
            if collapse.startswith("year-suffix") and same_year:
                suffix = one.suffix
                if one.cite.target:
                    suffix = marks.link(one.cite.target, suffix)
                text = _with_affixes(suffix, one.cite)
                parts.append((text, area.get("year-suffix-delimiter", within)))
            else:
                parts.append((_written(one.cite, layout, make, alone=False).text, within))
    return _join(parts)
