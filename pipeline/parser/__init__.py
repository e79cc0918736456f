"""From Markdown text to a document. The only place that knows Python-Markdown.

It never fails: what cannot be understood becomes a diagnostic, and text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from pipeline.codes import Code, diagnostic
from pipeline.diagnostics import Diagnostic, Span
from pipeline.metadata import Metadata
from pipeline.model import Block, Document, Heading, Variable
from pipeline.parser import anchors, wiki_links
from pipeline.parser.abbreviations import abbreviations
from pipeline.parser.blanks import settle_blanks
from pipeline.parser.characters import FORBIDDEN
from pipeline.parser.dialogue import group_turns
from pipeline.parser.files import SourceFiles
from pipeline.parser.frontmatter import derive_identifier, read_front_matter
from pipeline.parser.lowering import Lowering
from pipeline.parser.slips import misspelt_keys
from pipeline.parser.source import check_text, normalise, read, shown_name
from pipeline.parser.syntax import parse_tree
from pipeline.tree import plain_text, walk
from pipeline.variables import filled, look_up, values


def parse_file(path: Path, name: str = "") -> Document:
    """The document in a file; ``name`` is how messages call it (default: its path)."""
    source = shown_name(name or str(path))
    text, diagnostics = read(path)
    if diagnostics:
        found = tuple(msgspec.structs.replace(d, source=source) for d in diagnostics)
        return Document(metadata=Metadata(), source=source, diagnostics=found)
    return parse(text, source, path.parent)


def parse(text: str, source: str = "", folder: Path | None = None) -> Document:
    """The document that ``text`` says, with all that is wrong in its ``diagnostics``.

    ``source`` is the name of the source in messages, ``folder`` the one that holds the files
    that the text takes in; without it there are none.
    """
    text = normalise(text)
    problems = check_text(text, source)
    if problems:
        return Document(metadata=Metadata(), source=source, diagnostics=problems)
    metadata, taken, found = read_front_matter(text, source)
    body = text.split("\n", taken)[taken] if text.count("\n") >= taken else ""
    files = SourceFiles(folder, source)
    document = _parse_body(body, taken + 1, files)
    blocks, turns = group_turns(document.blocks, metadata.speakers)
    found = (*found, *files.lines.placed(turns))
    document = files.lines.apply(msgspec.structs.replace(document, blocks=blocks))
    blocks = document.blocks
    broken = any(d.code == Code.BAD_YAML.slug or d.message.startswith("`title`") for d in found)
    metadata, blocks, titles = _take_title(metadata, blocks, may_be_missing=broken)
    if metadata.identifier is None:
        metadata = msgspec.structs.replace(metadata, identifier=derive_identifier(metadata))
    diagnostics = (*found, *document.diagnostics, *titles)
    return Document(
        metadata=metadata,
        blocks=blocks,
        notes=document.notes,
        files=document.files,
        source=source,
        diagnostics=tuple(
            d if d.source else msgspec.structs.replace(d, source=source) for d in diagnostics
        ),
    )


def parse_body(text: str, folder: Path | None = None) -> Document:
    """The document of a text without front matter, whose headings all stay headings.

    Characters that no source may have become replacement characters. ``folder`` as in `parse`.
    """
    text = FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", normalise(text))
    files = SourceFiles(folder)
    return files.lines.apply(_parse_body(text, 1, files))


def _parse_body(text: str, first_line: int, files: SourceFiles) -> Document:
    tree = parse_tree(text, first_line, files)
    defined = abbreviations(tree.root, tree.parser.abbreviations)
    lowering = Lowering(defined, tree.inlines.read, files)
    blocks = lowering.blocks(tree.root)
    notes = tuple(lowering.notes)
    slips = misspelt_keys((*blocks, *notes))
    document = Document(
        metadata=Metadata(),
        blocks=blocks,
        notes=notes,
        files=files.names,
        diagnostics=(*tree.parser.diagnostics, *lowering.diagnostics, *slips),
    )
    document = anchors.give(document, lowering.anchors)
    return settle_blanks(wiki_links.lead(document))


def _take_title(
    metadata: Metadata, blocks: tuple[Block, ...], may_be_missing: bool
) -> tuple[Metadata, tuple[Block, ...], tuple[Diagnostic, ...]]:
    """A first ``# heading`` is the title where the front matter has none; where it says
    the same as the front matter, it need not stand twice. ``may_be_missing`` where a
    front matter that could not be read may well have one."""
    first = blocks[0] if blocks else None
    if isinstance(first, Heading) and first.level == 1:
        known = values(metadata)
        text = filled(plain_text(first.children).strip(), lambda name: look_up(name, known))
        if not metadata.title and text:
            found = tuple(_without_value(first, known))
            return msgspec.structs.replace(metadata, title=text), blocks[1:], found
        if text.casefold() == metadata.title.casefold():
            return metadata, blocks[1:], ()
    if metadata.title or may_be_missing:
        return metadata, blocks, ()
    missing = diagnostic(
        Code.MISSING_TITLE,
        "The publication has no title.",
        span=Span(1, 1),
        hint="Begin with a line `# Title`, or give `title:` in the front matter.",
    )
    return metadata, blocks, (missing,)


def _without_value(title: Heading, known: Mapping[str, str]) -> Iterator[Diagnostic]:
    """What is wrong with variables in the title, which is the same in all editions."""
    for node in walk(title.children):
        if isinstance(node, Variable) and not look_up(node.name, known):
            message = f"The title cannot have `{{{{ {node.name} }}}}` in it."
            hint = "It can have variables of your own, and those that the front matter gives."
            yield diagnostic(Code.UNKNOWN_VARIABLE, message, span=node.span, hint=hint)
