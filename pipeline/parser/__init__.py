"""From Markdown text to a document, the only place that knows Python-Markdown. It never fails: what
it cannot parse becomes a diagnostic, and text."""

from __future__ import annotations

from pathlib import Path

import msgspec

from pipeline.model import Document, Paragraph
from pipeline.model.codes import Code
from pipeline.model.metadata import ContentsOptions, Metadata
from pipeline.model.tree import plain_text
from pipeline.parser import anchors, loose_marks, wordings
from pipeline.parser.abbreviations import abbreviations
from pipeline.parser.blanks import settle_blanks
from pipeline.parser.characters import FORBIDDEN
from pipeline.parser.dialogue import group_turns
from pipeline.parser.files import SourceFiles
from pipeline.parser.frontmatter import derive_identifier, read_front_matter, shared
from pipeline.parser.incremental import KnownBody, reread, settle_places
from pipeline.parser.lowering import Lowering
from pipeline.parser.markup.tokens import paired_names
from pipeline.parser.slips import doubtful_attributes
from pipeline.parser.source import check_text, normalise, read_any, without_stray
from pipeline.parser.syntax import parse_tree
from pipeline.parser.title import take_language, take_title
from pipeline.parser.unguarded import unguarded
from pipeline.system.paths import shown_name
from pipeline.system.store import Memory

MARKS = ("*", "`", "$", "](")
"""The marks of Markdown by which it is known; a name may have others."""

TEXTS = ("title", "subtitle", "abstract", "description")
"""The fields of the metadata that may have such marks."""


def parse_file(path: Path, name: str = "", memory: Memory | None = None) -> Document:
    """The document in a file, which messages call ``name``; a ``memory`` as in `parse`."""
    source = shown_name(name or str(path))
    text, diagnostics = read_any(path)
    if diagnostics:
        found = tuple(msgspec.structs.replace(d, source=source) for d in diagnostics)
        return Document(metadata=Metadata(), source=source, diagnostics=found)
    return parse(text, source, path.parent, memory)


def parse(
    text: str, source: str = "", folder: Path | None = None, memory: Memory | None = None
) -> Document:
    """The document for ``text``, with all problems in its ``diagnostics``.

    ``source`` is the name of the source in messages, ``folder`` the folder of included files;
    without it, none are read. With a ``memory`` of an earlier version of the text, blocks that have
    not changed are the same objects.
    """
    text = normalise(text)
    problems = check_text(text, source)
    if any(finding.is_error for finding in problems):
        return Document(metadata=Metadata(), source=source, diagnostics=problems)
    text = without_stray(text) if problems else text
    library = shared.above(folder) if folder else None
    metadata, taken, found = read_front_matter(text, source, library)
    metadata = _without_marks(metadata)
    if library and folder and metadata.url and "url" in metadata.shared:
        url = shared.address_of(metadata.url, library.way, source, folder)
        metadata = msgspec.structs.replace(metadata, url=url)
    front = text.split("\n", taken)
    body = front.pop() if len(front) > taken else ""
    files = SourceFiles(folder, source)
    memory = memory or Memory()
    known = memory.get("body")
    document = reread(known, body, taken + 1, _read_alone) if known else None
    document = document or _parse_body(body, taken + 1, files)
    if metadata.contents.show == "auto" and document.metadata.contents.show == "always":
        contents = msgspec.structs.replace(metadata.contents, show="always")
        metadata = msgspec.structs.replace(metadata, contents=contents)
    if not files.names:
        memory.put("body", KnownBody(body, taken + 1, document))
    blocks, turns = group_turns(document.blocks, metadata.speakers)
    found = (*found, *files.lines.placed(turns))
    document = files.lines.apply(msgspec.structs.replace(document, blocks=blocks))
    blocks = document.blocks
    broken = any(finding.code == Code.BAD_YAML.slug for finding in found)
    metadata, blocks, titles = take_title(metadata, blocks, source, may_be_missing=broken)
    metadata, guessed = take_language(metadata, front, blocks)
    if metadata.identifier is None:
        metadata = msgspec.structs.replace(metadata, identifier=derive_identifier(metadata))
    diagnostics = (*problems, *files.warnings, *found, *document.diagnostics, *titles, *guessed)
    document = Document(
        metadata=metadata,
        blocks=blocks,
        notes=document.notes,
        files=document.files,
        source=source,
        diagnostics=tuple(
            d if d.source else msgspec.structs.replace(d, source=source) for d in diagnostics
        ),
    )
    document = settle_places(document, memory.get("document"))
    memory.put("document", document)
    return document


def _without_marks(metadata: Metadata) -> Metadata:
    """The metadata with plain text in keys where authors may write Markdown, as in headings."""
    texts = {name: getattr(metadata, name) for name in TEXTS}
    plain = {
        name: "\n\n".join(map(_plain, text.split("\n\n")))
        for name, text in texts.items()
        if any(mark in text for mark in MARKS)
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
    files = SourceFiles(folder)
    return files.lines.apply(_parse_body(text, 1, files, in_brackets))


def _read_alone(text: str, first_line: int) -> Document:
    return _parse_body(text, first_line, SourceFiles())


def _parse_body(
    text: str, first_line: int, files: SourceFiles, in_brackets: bool = False
) -> Document:
    tree = parse_tree(text, first_line, files, in_brackets=in_brackets)
    defined = abbreviations(tree.root, tree.parser.abbreviations)
    lines = (line for e in tree.root.iter() for line in getattr(e, "lines", ()))
    lowering = Lowering(defined, tree.inlines.read, files, paired_names(lines))
    blocks = lowering.blocks(tree.root)
    notes = tuple(lowering.notes)
    slips = doubtful_attributes((*blocks, *notes))
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
    document = anchors.give(document, lowering.anchors)
    document = wordings.word(settle_blanks(loose_marks.fill(anchors.lead(document))))
    findings = (*document.diagnostics, *unguarded(document))
    return msgspec.structs.replace(document, diagnostics=findings)
