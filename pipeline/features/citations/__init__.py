"""Citations: works are looked up, citations formatted in a style, and works listed."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pipeline import model
from pipeline.features.citations import citation_places
from pipeline.features.citations.citation_places import (
    Cited,
    all_citations,
    in_reading_order,
    positions,
)
from pipeline.features.citations.sources import Sources, missing_files, read_sources
from pipeline.model import Attributes, Document, Inline, Node
from pipeline.model.block_parts import Parts
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.model.names import slug
from pipeline.model.tree import find, ordinals, rewrite_document
from pipeline.model.words import words
from pipeline.resolve.absent import put_back
from pipeline.resolve.collation import warn_of_order
from pipeline.resolve.findings import Findings, describe

if TYPE_CHECKING:
    from pipeline.features.citations.csl.processor import Entry
    from pipeline.features.citations.csl.style import CitationStyle, Reference


def read_bibliography(parts: Parts) -> tuple[model.Block, ...]:
    """The list of works, after the content of its block."""
    return *parts.children, model.Bibliography(span=parts.span, attributes=parts.attributes)


def cite_works(document: Document, folder: Path, split: int) -> Document:
    """The document with its citations formatted, and its bibliography.

    Without ``bibliography:`` everything that begins with ``@`` is text; a probable citation is then
    a NO_BIBLIOGRAPHY warning. UNKNOWN_CITATION is a key without a work; `read_sources` has findings
    of its own. With a note style, citations become notes, unless they are in one. If the document
    is to be ``split`` into parts, each part has its own first citations, which later ones shorten
    or replace with “ibid.”.
    """
    cited = all_citations(document)
    listing = [node for _, node, _ in find(document, model.Bibliography)]
    metadata = document.metadata
    if not (cited or listing or metadata.nocite):
        missing = tuple(missing_files(document, folder))
        return replace(document, diagnostics=document.diagnostics + missing)
    findings = Findings(document)
    if not metadata.bibliography:
        _warn(cited.values(), listing, findings)
        return findings.add_to(citation_places.list_works(put_back(document), (), ""))
    sources = read_sources(document, folder)
    document = replace(document, diagnostics=(*document.diagnostics, *sources.findings))
    items_at = {at: _described_works(citation, sources, findings) for at, citation in cited.items()}
    try:
        document = _format_citations(document, cited, items_at, sources, findings, split)
    except Exception as error:  # whatever happens with an unusual style or work
        style_name = metadata.citation_style
        style = f"`{style_name.text}`" if style_name else "the usual style"
        message = f"The works cannot be formatted in {style}: {describe(error)}."
        span = Span(style_name.line, style_name.column) if style_name and style_name.line else None
        findings.add(
            Code.BAD_STYLE, message, span, "Try another style, such as `citation_style: apa`."
        )
        document = citation_places.list_works(put_back(document), (), "")
    return findings.add_to(document)


def terms(lang: str) -> str:
    """The words that citations may bring into a text in a language."""
    from pipeline.features.citations.csl.style import locale_text

    return locale_text(lang)


def _warn(cited: Iterable[Cited], listing: list[model.Bibliography], findings: Findings) -> None:
    for citation in cited:
        if citation.node.source.startswith("["):
            source = " ".join(citation.node.source.split())
            message = f"`{source}` looks like a citation, but there is no bibliography file."
            hint = "Name one in the front matter, `bibliography: refs.bib`; or write `\\@`."
            findings.add(Code.NO_BIBLIOGRAPHY, message, citation.span, hint)
    for node in listing:
        message = "There is nothing to list here: no bibliography file is given."
        hint = "Name one in the front matter: `bibliography: refs.bib`."
        findings.add(Code.NO_BIBLIOGRAPHY, message, node.span, hint)


def _described_works(
    cited: Cited, sources: Sources, findings: Findings
) -> list[model.CitationItem]:
    """The works of a citation that are described. The text of a link may name an account."""
    works = sources.works
    items = [item for item in cited.node.items if item.key in works]
    if cited.in_link and cited.node.in_text:
        return items
    for item in cited.node.items:
        if item.key in works or item.key in sources.broken or not sources.complete:
            continue
        hint = findings.did_you_mean(item.key, works, "@")
        if not hint and cited.node.in_text:
            hint = f"If it is not a citation, write `\\@{item.key}`."
        message = f"The bibliography has no work with the key `{item.key}`."
        findings.add(Code.UNKNOWN_CITATION, message, cited.span, hint)
    return items


def _format_citations(
    document: Document,
    cited: dict[int, Cited],
    items_at: dict[int, list[model.CitationItem]],
    sources: Sources,
    findings: Findings,
    split: int,
) -> Document:
    """The document with its citations formatted in the style."""
    from pipeline.features.citations.csl.marked_text import inlines
    from pipeline.features.citations.csl.processor import Processor

    style = sources.style
    assert style is not None
    order = in_reading_order(document, makes_notes=style.is_note, split=split)
    keys = dict.fromkeys(item.key for place in order for item in items_at[place.at])
    listed = dict.fromkeys((*keys, *sources.listed))
    works = [sources.works[key] for key in listed]
    _report_doubts(works, findings)
    processor = Processor(style, works)
    listing = processor.entries()
    warn_of_order(processor.collation, "bibliography", None, findings)
    ids = _entry_ids(document, [entry.key for entry in listing])
    targets = {key: f"#{name}" for key, name in ids.items()}
    where = [
        position
        for _, part in itertools.groupby(order, lambda place: place.part)
        for position in positions([(items_at[place.at], place.note) for place in part], style.near)
    ]
    first_notes: dict[tuple[int, str], int] = {}
    texts: dict[int, tuple[Inline, ...]] = {}
    notes: dict[int, tuple[Inline, ...]] = {}
    for place, position in zip(order, where, strict=True):
        citation, items = cited[place.at], items_at[place.at]
        if not items:
            continue
        cites = [
            processor.cite_of(
                item, at, first_notes.get((place.part, item.key), 0), targets.get(item.key, "")
            )
            for item, at in zip(items, position, strict=True)
        ]
        texts[place.at] = inlines(processor.cite(cites, citation.node.in_text), style.locale)
        if style.is_note:
            note = processor.note(
                cites, ends=citation.ends or not citation.in_note, begins=not citation.in_note
            )
            notes[place.at] = inlines(note, style.locale)
            for item in items:
                first_notes.setdefault((place.part, item.key), place.note)
    entries = tuple(
        _entry_of(entry, ids[entry.key], sources.works[entry.key], style, document.metadata)
        for entry in listing
    )
    document = _fill_places(document, cited, texts, notes if style.is_note else None)
    if style.is_note:
        document = citation_places.close_up(document, citation_places.becomes_note)
    elif style.is_raised:
        document = citation_places.close_up(document, citation_places.is_written)
    return citation_places.list_works(
        citation_places.out_of_links(document),
        entries,
        words(document.metadata.lang)["bibliography"],
    )


_NUMBERS = ("edition", "volume", "issue", "number", "page", "collection-number", "chapter-number")
_TOO_LONG = late(r"\d{50}")


def _report_doubts(works: list[Reference], findings: Findings) -> None:
    """Report probable mistakes in works that are cited or listed."""
    for work in works:
        if work.doubt:
            findings.add(Code.DOUBTFUL_ENTRY, work.doubt, work.span)
        if not work.values.get("title") and not work.names:
            message = f"The work `{work.key}` has neither a title nor an author."
            findings.add(Code.DOUBTFUL_ENTRY, message, work.span)
        texts = [(name, work.values.get(name, "")) for name in _NUMBERS]
        texts += [("date", date.literal) for date in work.dates.values()]
        if name := next((name for name, text in texts if _TOO_LONG.search(text)), ""):
            message = f"The {name} of `{work.key}` has a number that is too long."
            findings.add(Code.DOUBTFUL_ENTRY, message, work.span, "Correct it: it stays as text.")


def _fill_places(
    document: Document,
    cited: dict[int, Cited],
    texts: Mapping[int, tuple[Inline, ...]],
    in_notes: Mapping[int, tuple[Inline, ...]] | None,
) -> Document:
    """The document with each citation in its place, or in a note, if there are texts for these."""
    notes: list[model.Note] = []

    def leave(node: model.Citation, ordinal: int) -> Node | tuple[Node, ...]:
        if ordinal not in texts:
            return model.Text(text=node.source, span=node.span, attributes=node.attributes)
        if in_notes is None:
            return replace(node, children=texts[ordinal])
        text = replace(node, children=in_notes[ordinal], in_text=False)
        if cited[ordinal].in_note:
            return text
        label = f"{citation_places.CITATION_NOTE}{len(notes) + 1}"
        paragraph = model.Paragraph(children=(text,), span=cited[ordinal].span)
        notes.append(model.Note(label=label, children=(paragraph,), span=cited[ordinal].span))
        reference = model.NoteReference(label=label, span=node.span)
        if not node.in_text:
            return reference
        return (replace(node, children=texts[ordinal]), reference)

    document = rewrite_document(document, leave={model.Citation: leave}, context=ordinals())
    return replace(document, notes=(*document.notes, *notes))


_TAG = late(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def _entry_of(
    entry: Entry, identifier: str, work: Reference, style: CitationStyle, metadata: Metadata
) -> model.BibliographyEntry:
    """The node of an entry that a style has written."""
    from pipeline.features.citations.csl.marked_text import inlines, plain

    pairs = _language(plain(entry.text), work.values.get("language", ""), metadata)
    return model.BibliographyEntry(
        key=entry.key,
        label=plain(entry.label),
        children=inlines(entry.text, style.locale),
        attributes=Attributes(id=identifier, pairs=pairs),
    )


def _language(text: str, lang: str, metadata: Metadata) -> tuple[tuple[str, str], ...]:
    """An entry's language and the direction of its first script, if not the document's."""
    strong = next((b for c in text if (b := unicodedata.bidirectional(c)) in ("L", "R", "AL")), "")
    direction = {"L": "ltr", "R": "rtl", "AL": "rtl"}.get(strong, metadata.direction)
    pairs = (("dir", direction),) if direction != metadata.direction else ()
    if not _TAG.fullmatch(lang) or lang[:2].lower() == metadata.lang[:2].lower():
        return pairs
    return (("lang", lang), *pairs)


def _entry_ids(document: Document, keys: list[str]) -> dict[str, str]:
    """A unique id for the entry of each work."""
    used_ids = {node.attributes.id for _, node, _ in find(document, marked=True)}
    ids: dict[str, str] = {}
    for key in keys:
        name = slug(re.sub(r"[^\w-]+", "-", key)).strip("-") or "work"
        candidate, number = f"ref-{name}", 1
        while candidate in used_ids:
            number += 1
            candidate = f"ref-{name}-{number}"
        used_ids.add(candidate)
        ids[key] = candidate
    return ids
