"""From Markdown text to a document, the only place that knows Python-Markdown. It never fails: what
it cannot parse becomes a diagnostic, and text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from pipeline.model import Document, Heading, Paragraph, Variant, Withheld
from pipeline.model.audience import numbers_lacked
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Diagnostic, place_in_source
from pipeline.model.editions import EDITIONS, edition_with_answers, variations_of
from pipeline.model.metadata import ContentsOptions, Metadata
from pipeline.model.tree import plain_text
from pipeline.parser import frontmatter
from pipeline.parser.blank_rules import settle_blanks
from pipeline.parser.block_places import settle_places
from pipeline.parser.constructs import choices
from pipeline.parser.definitions import abbreviations, give_ids, scope_abbreviations
from pipeline.parser.dialects import table, tools_signed
from pipeline.parser.files import SourceFiles, check_text, normalise, read_any, without_stray
from pipeline.parser.frontmatter import derive_identifier, read_front_matter
from pipeline.parser.left_out import (
    close_gaps,
    in_front_matter,
    solutions,
    without_answers,
    without_definition,
)
from pipeline.parser.lines import FORBIDDEN
from pipeline.parser.lowering import Lowering
from pipeline.parser.markup import paired_names
from pipeline.parser.partial_strings import public_string
from pipeline.parser.slips import doubtful_attributes, find_unguarded, unread_marks
from pipeline.parser.syntax import Tree, parse_tree
from pipeline.parser.title import take_language, take_title, without_heading
from pipeline.parser.withheld_ranges import Range, SourceRecord
from pipeline.parser.withholding import WithheldRanges, with_marks, without_empty
from pipeline.system.paths import shown_name
from pipeline.system.store import Memory

DELIMITERS = ("*", "`", "$", "](")
"""The delimiters of Markdown by which it is known; a name may have others."""

TEXTS = ("title", "subtitle", "abstract", "description")
"""The fields of the metadata that may have such delimiters."""


_WITHOUT_EFFECT = (Code.LIKELY_SLIP.slug, Code.BAD_ATTRIBUTE.slug)
"""Findings about a mark as one that has no effect, which it has if it withholds something."""


def parse_file(path: Path, name: str = "", memory: Memory | None = None) -> Document:
    """The document in a file, which messages call ``name``; a ``memory`` as in `parse`."""
    source = shown_name(name or str(path))
    text, problems = read_any(path)
    findings = tuple(msgspec.structs.replace(problem, source=source) for problem in problems)
    if any(problem.is_error for problem in problems):
        return Document(metadata=Metadata(), source=source, diagnostics=findings)
    document = parse(text, source, path.parent, memory)
    if not findings:
        return document
    return msgspec.structs.replace(document, diagnostics=(*findings, *document.diagnostics))


def parse(
    text: str, source: str = "", folder: Path | None = None, memory: Memory | None = None
) -> Document:
    """The document for ``text``, with all problems in its ``diagnostics``.

    ``source`` is the name of the source in messages, ``folder`` the folder of included files;
    without it, none are read. With a ``memory`` of an earlier version of the text, blocks that have
    not changed are the same objects.
    """
    # The front matter is read first, then the whole text (`body`), and the text again without the
    # ranges that an edition lacks, for each set of them. What all readings share, the title and the
    # language, is taken from the whole.
    text = normalise(text)
    problems = check_text(text, source)
    if any(finding.is_error for finding in problems):
        return Document(metadata=Metadata(), source=source, diagnostics=problems)
    text = without_stray(text) if problems else text
    memory = memory or Memory()
    front, rest = _read_front(text, source, folder)
    files = SourceFiles(folder, source, tools_signed(text))
    body = _parse_body(rest, len(front.lines) + 1, files)
    again = tuple(_read_again(body, files, front.metadata))
    whole, title = _settle_whole(body, front, files, source, problems)
    whole = settle_places(whole, memory, "document")
    variants: list[Variant] = []
    for number, (numbers, reading) in enumerate(again):
        reading = without_answers(_group_turns(reading, whole.metadata, files)[0])
        left = without_heading(title, reading.blocks)
        reading = close_gaps(msgspec.structs.replace(reading, blocks=left), whole)
        reading = settle_places(reading, memory, f"reading {number}", whole)
        variants.append(_as_variant(reading, numbers, source))
    return msgspec.structs.replace(whole, variants=tuple(variants))


class TextBody(NamedTuple):
    """A text without front matter, the line of the source that it begins with, its document, and
    the ranges of it that some editions lack; ``idle`` are those of marks that nothing takes up."""

    text: str
    line: int
    document: Document
    ranges: list[Range]
    idle: list[Range]
    record: SourceRecord


class _Front(NamedTuple):
    """The front matter: the metadata, with those that the library shares, and its lines."""

    metadata: Metadata
    lines: list[str]
    findings: tuple[Diagnostic, ...]


def _read_front(text: str, source: str, folder: Path | None) -> tuple[_Front, str]:
    """The front matter of a text, and the rest of it."""
    library = frontmatter.library_above(folder) if folder else None
    metadata, count, findings = read_front_matter(text, source, library)
    metadata = _without_markup(metadata)
    if library and folder and metadata.url and "url" in metadata.shared:
        url = frontmatter.address_of(metadata.url, library.folder, source, folder)
        metadata = msgspec.structs.replace(metadata, url=url)
    lines = text.split("\n", count)
    rest = lines.pop() if len(lines) > count else ""
    return _Front(metadata, lines, tuple(findings)), rest


def _settle_whole(
    body: TextBody,
    front: _Front,
    files: SourceFiles,
    source: str,
    problems: tuple[Diagnostic, ...],
) -> tuple[Document, Heading | None]:
    """The document of a whole text with all metadata and findings, and the heading that has become
    its title."""
    document, turns = _group_turns(body.document, front.metadata, files)
    document = _with_unread(document, body, front.lines, front.metadata, files)
    withheld = (*_places_of(body, document, files), *in_front_matter(front.lines))
    document = without_answers(document)
    broken = any(finding.code == Code.BAD_YAML.slug for finding in (*front.findings, *turns))
    metadata, title, titles = take_title(
        front.metadata, document.blocks, withheld, source, may_be_missing=broken
    )
    contents = metadata.contents
    if contents.show == "auto" and body.document.metadata.contents.show == "always":
        contents = msgspec.structs.replace(contents, show="always")
        metadata = msgspec.structs.replace(metadata, contents=contents)
    blocks = without_heading(title, document.blocks)
    metadata, guessed = take_language(metadata, front.lines, blocks)
    if metadata.identifier is None:
        metadata = msgspec.structs.replace(metadata, identifier=derive_identifier(metadata))
    of_front = (*problems, *files.warnings, *front.findings, *turns)
    lines = (*map(public_string, front.lines), body.record.whole) if withheld else ()
    document = Document(
        metadata=metadata,
        blocks=blocks,
        notes=document.notes,
        files=document.files,
        source=source,
        diagnostics=place_in_source((*of_front, *document.diagnostics, *titles, *guessed), source),
        withheld=withheld,
        text="\n".join(lines),
        unread=place_in_source(document.unread, source),
    )
    return document, title


def _as_variant(reading: Document, numbers: tuple[int, ...], source: str) -> Variant:
    """A reading of the text as its variant without the ranges of these ``numbers``."""
    return Variant(
        without=numbers,
        blocks=reading.blocks,
        notes=reading.notes,
        diagnostics=place_in_source(reading.diagnostics, source),
        origins=reading.origins,
    )


def _group_turns(
    document: Document, metadata: Metadata, files: SourceFiles
) -> tuple[Document, tuple[Diagnostic, ...]]:
    """The document with turns of speakers in dialogues, and with all places in their files; and
    findings."""
    from pipeline.parser.dialogue import group_turns

    blocks, findings = group_turns(document.blocks, metadata)
    document = msgspec.structs.replace(document, blocks=blocks)
    return files.lines.apply(document), files.lines.place_findings(findings)


def _read_again(
    body: TextBody, files: SourceFiles, metadata: Metadata
) -> Iterator[tuple[tuple[int, ...], Document]]:
    """The documents of a text without the ranges that an edition lacks, for each set of them, given
    by their numbers."""
    conditions = [place.conditions for place in body.ranges]
    rows = EDITIONS.values()
    editions = [*rows, *(edition for row in rows for edition in variations_of(row, metadata))]
    editions += [edition_with_answers(edition) for edition in editions if edition.platform]
    sets = dict.fromkeys(numbers_lacked(conditions, edition) for edition in editions)
    for numbers in filter(None, sets):
        ranges = [body.ranges[number] for number in numbers]
        again = _parse_body(body.text, body.line, files.leave_out(ranges, body.record))
        left = [each for each in body.idle if each not in ranges]
        lost = tuple(without_definition(again.document, body.document, ranges))
        reading = msgspec.structs.replace(again.document, diagnostics=lost)
        yield numbers, with_marks(reading, left)


def _places_of(body: TextBody, document: Document, files: SourceFiles) -> tuple[Withheld, ...]:
    """The ranges of a text, and the solutions in it, as places in its files."""
    places: list[Withheld] = []
    for each in body.ranges:
        place = each.withheld(body.record.text(each.start, each.end))
        end = min(place.end_column, len(body.record.lines.get(each.end[0], "")) + 1)
        span = files.lines.span(place.span)
        places.append(msgspec.structs.replace(place, span=span, end_column=end))
    return (*places, *solutions(document))


def _with_unread(
    document: Document, body: TextBody, front: list[str], metadata: Metadata, files: SourceFiles
) -> Document:
    """The document of a text with what is told of marks that withhold nothing: by the parser, and
    where that has seen none."""
    seen = unread_marks(body.document, body.record, front, body.ranges, metadata)
    lost = [found for found in document.diagnostics if found.code == Code.LOST_MARK.slug]
    others = tuple(found for found in document.diagnostics if found not in lost)
    told = {(found.source, found.line) for found in document.diagnostics if found.is_error}
    lost += (f for f in files.lines.place_findings(seen) if (f.source, f.line) not in told)
    return msgspec.structs.replace(document, diagnostics=others, unread=tuple(lost))


def _without_markup(metadata: Metadata) -> Metadata:
    """The metadata with plain text in keys where authors may write Markdown, as in headings."""
    texts = {name: getattr(metadata, name) for name in TEXTS}
    plain = {
        name: "\n\n".join(map(_plain, text.split("\n\n")))
        for name, text in texts.items()
        if any(mark in text for mark in DELIMITERS)
    }
    return msgspec.structs.replace(metadata, **plain) if plain else metadata


def _plain(text: str) -> str:
    """The text of a paragraph of Markdown; what is another block is left as it is."""
    blocks = parse_body(text).blocks
    only = blocks[0] if len(blocks) == 1 else None
    return plain_text(only.children) if isinstance(only, Paragraph) else text


def parse_body(text: str, folder: Path | None = None, *, in_brackets: bool = False) -> Document:
    """The document of a text that has no front matter, nor a title; ``folder`` as in `parse`, and
    ``in_brackets`` as in `parse_tree`."""
    text = FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", normalise(text))
    files = SourceFiles(folder, dialects=tools_signed(text))
    body = _parse_body(text, 1, files, in_brackets)
    document = files.lines.apply(body.document)
    document = _with_unread(document, body, [], document.metadata, files)
    withheld, document = _places_of(body, document, files), without_answers(document)
    variants: list[Variant] = []
    for numbers, again in _read_again(body, files, document.metadata):
        left = close_gaps(without_answers(files.lines.apply(again)), document)
        variants.append(Variant(numbers, left.blocks, left.notes, left.diagnostics))
    return msgspec.structs.replace(document, withheld=withheld, variants=tuple(variants))


def _parse_body(
    text: str, first_line: int, files: SourceFiles, in_brackets: bool = False
) -> TextBody:
    """The document of a text, without the ranges that `SourceFiles.leave_out` leaves out."""
    tree = parse_tree(text, first_line, files, in_brackets=in_brackets)
    whole = _lower(tree, files)
    document, ranges, idle = without_empty(whole), list[Range](), list[Range]()
    if not files.cuts:
        search = WithheldRanges(whole, tree.root, files)
        ranges, idle = search.ranges, search.idle
        document = with_marks(document, idle)
        document = scope_abbreviations(document, tree.parser.abbreviations, ranges)
        document = _with_findings(document, search)
    return TextBody(text, first_line, document, ranges, idle, files.record)


def _lower(tree: Tree, files: SourceFiles) -> Document:
    """The document of a tree, with its ids, blanks and choices."""
    defined = abbreviations(tree.parser.abbreviations)
    lines = (line for e in tree.root.iter() for line in getattr(e, "lines", ()))
    lowering = Lowering(defined, tree.inlines.read, files, paired_names(lines))
    blocks = lowering.blocks(tree.root)
    notes = tuple(lowering.notes)
    slips = () if files.cuts else doubtful_attributes((*blocks, *notes))
    metadata = Metadata()
    if tree.parser.asks_for_contents:
        metadata = Metadata(contents=ContentsOptions(show="always"))
    document = Document(
        metadata=metadata,
        blocks=blocks,
        notes=notes,
        files=files.names,
        diagnostics=(*tree.parser.diagnostics, *lowering.diagnostics, *slips),
    )
    document = give_ids(document, lowering.anchors)
    for settle in table(files.dialects).settle:
        document = settle(document)
    source = "\n".join(files.record.lines.values())
    return settle_blanks(choices.fill(document, source))


def _with_findings(document: Document, search: WithheldRanges) -> Document:
    """The document with the findings about what it withholds, and without those about marks that
    have this effect."""
    others = (
        search.with_lines(finding)
        for finding in document.diagnostics
        if finding.code not in _WITHOUT_EFFECT or (finding.line, finding.column) not in search.marks
    )
    for_teachers = (place for place in search.ranges if place.conditions.classes)
    findings = (*others, *find_unguarded(document, for_teachers), *search.findings)
    return msgspec.structs.replace(document, diagnostics=findings)
