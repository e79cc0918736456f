"""The source of a draft, with the comparison and all messages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from msgspec.structs import replace

from pipeline import model
from pipeline.commands.importing.citations import strip_label
from pipeline.commands.importing.draft import (
    CHANGED,
    COMMENT,
    HEADS,
    IMAGE,
    LEVELS,
    MARKED,
    OUTSIDE,
    ROWS,
    Draft,
    count,
    is_comment,
    tell_loss,
)
from pipeline.commands.importing.interviews import with_speakers
from pipeline.commands.importing.metadata import date_in, with_head
from pipeline.commands.importing.tidying import figures_left
from pipeline.commands.writer import UnwritableError, same, write, write_blocks
from pipeline.commands.writer.blocks import BLOCKS
from pipeline.commands.writer.text import WRITERS
from pipeline.model import NO_ATTRIBUTES, Block, Document, Link, Node, Note, Paragraph, Plain, Text
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.model.tree import Changes, children, plain_text, rewrite, walk
from pipeline.model.words import words
from pipeline.parser import parse
from pipeline.resolve.images import BadImageError, examine

RUN_OF_WORDS, SHORT_PASSAGE = 3, 4
"""Words in a row by which a passage is found in the source, but a short one by its single words."""

QUOTED, MOST_LOST = 20, 10
"""Characters of a passage by which another message about it is found; and how many passages that
are lost are named."""

_WORD = late(r"[^\W_]+")
_COMMENT = late(rf"^{COMMENT}(.*)$", re.MULTILINE)


class Row(NamedTuple):
    """A row of the comparison: the count in the input, and that in the source."""

    name: str
    in_input: int
    in_source: int


class Imported(NamedTuple):
    """A source, the images next to it by their names, and the messages."""

    text: str
    metadata: Metadata
    images: dict[str, bytes]
    ledger: tuple[Row, ...]
    findings: tuple[Diagnostic, ...]

    @property
    def title(self) -> str:
        return self.metadata.title

    @property
    def failed(self) -> bool:
        return any(finding.is_error for finding in self.findings)


def report_failure(*wrong: Diagnostic) -> Imported:
    """The result for an input that cannot be read."""
    return Imported("", Metadata(), {}, (), wrong)


def write_draft(draft: Draft, name: str, stem: str) -> Imported:
    """The source of a draft, which is parsed again to verify that it has the same meaning."""
    if any(finding.is_error for finding in draft.findings):
        return report_failure(*draft.findings)
    draft = with_speakers(_read_head(_drop_unshown(draft, name), name), name)
    metadata, findings = draft.metadata, list(draft.findings)
    if not metadata.title:
        title = " ".join(re.sub(r"[-_.\s]+", " ", stem).split()) or "Untitled"
        metadata = replace(metadata, title=title[:1].upper() + title[1:])
        where = f"that of the file, “{metadata.title}”" if stem else f"“{metadata.title}”"
        findings.append(tell_loss(f"It has no title of its own; the title is {where}.", name))
    blocks = draft.blocks or (Paragraph(children=(Text(text=metadata.title),)),)
    telling, messages = _telling_links(metadata.lang)
    blocks, notes = rewrite(blocks, leave=telling), rewrite(draft.notes, leave=telling)
    findings += (tell_loss(message, name) for message in messages)
    document = Document(metadata=metadata, blocks=blocks, notes=notes)
    try:
        text = write(document)
    except UnwritableError:
        changes, messages = _writable(notes)
        blocks, notes = rewrite(blocks, leave=changes), rewrite(notes, leave=changes)
        findings += (tell_loss(message, name) for message in messages)
        document = replace(document, blocks=blocks, notes=notes)
        text = write(document)
    text = _COMMENT.sub(lambda m: f"<!-- {m[1].replace('--', '- -').strip()} -->", text)
    again = parse(text, name)
    if again.metadata.lang != metadata.lang:  # the default, which another would be guessed for
        text = text.replace("\n---\n", f"\nlang: {metadata.lang}\n---\n", 1)
        again = parse(text, name)
    plain = replace(document, blocks=tuple(b for b in blocks if not is_comment(b)))
    if not same(replace(again, metadata=metadata), plain):
        pairs = zip(plain.blocks, again.blocks, strict=False)
        alone = ((replace(plain, blocks=(b,)), replace(plain, blocks=(m,))) for b, m in pairs)
        other = next((before.blocks[0] for before, after in alone if not same(before, after)), None)
        where = f" from “{' '.join(plain_text((other,)).split())[:60]}” on" if other else ""
        findings.append(tell_loss(f"Part of the result is not parsed as intended{where}.", name))
    counts_made = count(blocks, notes)
    counts_made["words"] += len(metadata.title.split())
    counts = draft.counts or counts_made
    if not counts.get(CHANGED):
        del counts_made[CHANGED]  # other text that is struck out
    counted, counts_made = _rank_headings(counts), _rank_headings(counts_made)
    if not counted[LEVELS[1]] and not counts_made[LEVELS[1]]:
        del counted[LEVELS[0]], counts_made[LEVELS[0]]  # all are of one level
    rows = (Row(row, counted[row], counts_made[row]) for row in ROWS)
    ledger = tuple(row for row in rows if row.in_input or row.in_source)
    findings += _tell_losses(ledger, name)
    findings += _passages_lost(draft, replace(again, metadata=metadata), findings, name)
    return Imported(text, metadata, draft.images, ledger, tuple(findings))


def _drop_unshown(draft: Draft, name: str) -> Draft:
    """The draft without images that no edition could show, such as damaged ones."""
    wrong: dict[str, str] = {}
    for file, data in draft.images.items():
        try:
            if IMAGE.search(file):
                examine(data)
        except BadImageError as error:
            wrong[file] = f"The image “{file}” is left out: {error}."

    def text(node: model.Image) -> Node | tuple[Node, ...]:
        if unquote(node.source).removeprefix("./") not in wrong:
            return node
        return (Text(text=node.alt),) if node.alt else ()

    def figure(node: model.Figure) -> Node | tuple[Node, ...]:
        rest = text(node.image)
        children = node.caption or (rest if isinstance(rest, tuple) else ())
        return node if rest is node.image else Paragraph(children=children) if children else ()  # type: ignore[arg-type]

    def paragraph(node: Paragraph) -> Node | tuple[Node, ...]:
        if any(isinstance(inner, model.Image) for inner in walk(node.children)):
            return node
        of_image = "image" in node.attributes.classes
        copy = replace(node, attributes=NO_ATTRIBUTES) if of_image else node
        return copy if node.children else ()

    def change(nodes: Any) -> Any:
        leave: Changes = {
            model.Image: text,
            model.FigureGroup: figures_left,
            Paragraph: paragraph,
            model.CrossReference: reference,
        }
        return rewrite(nodes, enter={model.Figure: figure}, leave=leave)

    def reference(node: model.CrossReference) -> Node:
        return Text(text=f"@{node.target}") if node.target in gone else node

    if not wrong:
        return draft
    figures = (n for n in walk((*draft.blocks, *draft.notes)) if isinstance(n, model.Figure))
    gone = {n.attributes.id for n in figures if text(n.image) is not n.image} - {""}
    cover = draft.metadata.cover
    findings = (tell_loss(inner, name) for inner in wrong.values())
    return replace(
        draft,
        metadata=replace(
            draft.metadata, cover=None if cover and cover.source.text in wrong else cover
        ),
        blocks=change(draft.blocks),
        notes=change(draft.notes),
        images={file: data for file, data in draft.images.items() if file not in wrong},
        counts={**count(draft.blocks, draft.notes), **draft.counts},
        findings=(*draft.findings, *findings),
    )


def _read_head(draft: Draft, name: str) -> Draft:
    """The draft with what its first lines say about it in its metadata, and as paragraphs at its
    end those notes that nothing refers to, such as one on its title."""
    before = count(draft.blocks, ())
    metadata, blocks, findings = with_head(draft.blocks, draft.metadata, name)
    counts = Counter(draft.counts)
    counts.subtract(before - count(blocks, ()))
    by_label = {note.label: note for note in draft.notes}
    kept: dict[str, Note] = {}
    waiting: list[Node] = [*blocks]
    while waiting:
        for node in walk((waiting.pop(),)):
            if isinstance(node, model.NoteReference) and (note := by_label.pop(node.label, None)):
                kept[note.label] = note
                waiting.append(note)
    for note in by_label.values():
        text = " ".join(plain_text((note,)).split())[:60]
        message = f"Nothing in the text refers to the note “{text}”; it is put at the end."
        findings.append(tell_loss(message, name))
        blocks = (*blocks, *note.children)
    return replace(
        draft,
        metadata=metadata,
        blocks=blocks,
        notes=tuple(note for note in draft.notes if note.label in kept),
        counts=dict(counts) if draft.counts else {},
        findings=(*draft.findings, *findings),
    )


def _writable(notes: tuple[Note, ...]) -> tuple[Changes, list[str]]:
    """The changes that reduce each node that Markdown cannot express to what it can, and the
    messages about them."""
    messages: list[str] = []
    inline_notes = tuple(note for note in notes if note.label.startswith(model.INLINE_NOTE))
    around = (Text(text="x"),)

    def leave(node: Any) -> Any:
        is_block = type(node) in BLOCKS
        shown = " ".join(plain_text((node,)).split())[:60] or type(node).__name__
        for candidate in (node, replace(node, attributes=NO_ATTRIBUTES)):
            block = candidate if is_block else Paragraph(children=(*around, candidate, *around))
            try:
                write_blocks((block,), inline_notes)
            except UnwritableError:
                continue
            if candidate is not node:
                messages.append(f"“{shown}” loses its attributes: Markdown cannot express them.")
            return candidate
        messages.append(f"Of “{shown}”, only the text is kept: Markdown cannot express the rest.")
        if not is_block:
            return Text(text=plain_text((node,)))
        text = plain_text((node,)) or getattr(node, "text", "") or getattr(node, "tex", "")
        return tuple(_blocks_in(node)) or Paragraph(children=(Text(text=text.strip() or shown),))

    kinds = {*BLOCKS, *WRITERS} - {Note, Plain}
    return dict.fromkeys(kinds, leave), messages


def _blocks_in(node: Node) -> Iterator[Block]:
    """The next blocks that a node holds, directly or in its items or cells."""
    for child in children(node):
        if isinstance(child, Plain):
            yield Paragraph(children=child.children)
        elif type(child) in BLOCKS:
            yield child  # type: ignore[misc]
        elif type(child) not in WRITERS:
            yield from _blocks_in(child)


def _telling_links(lang: str) -> tuple[Changes, list[str]]:
    """The change that has links say where they lead, where their text is no more than “here”, and
    the messages about those that it is made to."""
    vague = frozenset(words(lang)["vague_links"].split("|"))
    messages: list[str] = []

    def leave(node: Link) -> Node:
        text = " ".join(plain_text(node.children).split())
        place = urlsplit(node.href).netloc.removeprefix("www.")
        if not place or re.sub(r"[^\w\s]+", "", text).strip().casefold() not in vague:
            return node
        messages.append(
            f"The link text “{text}” does not say where it leads: “({place})” is added."
        )
        return replace(node, children=(*node.children, Text(text=f" ({place})")))

    return {Link: leave}, messages


def _tell_losses(ledger: tuple[Row, ...], name: str) -> Iterator[Diagnostic]:
    """A finding for each row with fewer in the source; small differences in the number of words are
    tolerated."""
    for row in ledger:
        fewer = row.in_input - row.in_source
        tolerated = row.in_input // 50 if row.name == "words" else 0
        if row.name not in (HEADS, CHANGED, OUTSIDE, *LEVELS) and fewer > tolerated:
            number = f"{row.in_source} of the {row.in_input} {row.name}"
            hint = "The rest is listed above as left out, or is in the source in another form."
            yield tell_loss(f"The source has {number} in the input.", name, hint)


def _rank_headings(counts: Mapping[str, int]) -> Counter[str]:
    """The counts, with the levels of headings from the first one in use, without gaps."""
    ranked = Counter({row: number for row, number in counts.items() if row not in LEVELS})
    levels = (counts[level] for level in LEVELS if counts.get(level, 0) > 0)
    return ranked + Counter(dict(zip(LEVELS, levels, strict=False)))


def _passages_lost(
    draft: Draft, document: Document, findings: Iterable[Diagnostic], name: str
) -> Iterator[Diagnostic]:
    """A finding for each paragraph of the input that is not in the source, unless another finding
    mentions it."""
    messages = " ".join(" ".join(finding.message.split()) for finding in findings)
    about = document.metadata
    written_words = _WORD.findall(_text_of(document).casefold())
    known = {length: _runs(written_words, length) for length in (1, RUN_OF_WORDS)}
    missing = []
    for passage in draft.passages:
        text = " ".join(MARKED.sub("", passage.text).split())
        content = [] if COMMENT in text else _WORD.findall(strip_label(text).casefold())
        length = RUN_OF_WORDS if len(content) > SHORT_PASSAGE else 1
        runs = _runs(content, length)
        is_mentioned = text[:QUOTED] in messages or (about.date and date_in(text)[0] == about.date)
        if 2 * len(runs - known[length]) > len(runs) and not is_mentioned:
            missing.append((passage, text, len(content)))
    for passage, text, number in missing[:MOST_LOST]:
        where = f" (paragraph {passage.paragraph})" if passage.paragraph else ""
        excerpt = text if len(text) <= 60 else f"{text[:60].rpartition(' ')[0] or text[:60]}…"
        words = "1 word" if number == 1 else f"{number} words"
        span = Span(passage.line, passage.column) if passage.line else None
        yield tell_loss(f"“{excerpt}” ({words}) is not in the source{where}.", name, span=span)
    if (more := len(missing) - MOST_LOST) > 0:
        yield tell_loss(f"Paragraphs that are not in the source, besides these: {more}.", name)


def _runs(words: list[str], length: int) -> set[tuple[str, ...]]:
    """The words that follow each other, in this number."""
    return set(zip(*(words[start:] for start in range(length)), strict=False))


def _text_of(document: Document) -> str:
    """All text of a document and its metadata, with spaces between paragraphs."""
    about = document.metadata
    parts = [about.title, about.subtitle, about.date, *(author.name for author in about.authors)]
    parts = [" ".join(parts)]
    for node in walk((*document.blocks, *document.notes)):
        match node:
            case Text() | model.Code() | model.Abbreviation():
                parts.append(node.text)
            case model.CodeBlock():
                parts.append(f" {node.text} ")
            case model.Turn():
                parts.append(f" {node.speaker} ")
            case (
                model.Emphasis()
                | model.Strong()
                | model.Strikethrough()
                | Link()
                | model.InlineElement()
            ):
                pass
            case _:
                parts.append(" ")
    return "".join(parts)
