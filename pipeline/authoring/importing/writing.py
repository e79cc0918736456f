"""The source of a draft, with the comparison and all messages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from msgspec.structs import replace

from pipeline.authoring.importing.draft import COMMENT, HEADS, ROWS, Draft, count, is_comment
from pipeline.authoring.importing.interviews import with_speakers
from pipeline.authoring.writer import UnwritableError, write
from pipeline.authoring.writer.sameness import same
from pipeline.model import Document, Link, Node, Paragraph, Text
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.metadata import Metadata
from pipeline.model.tree import Changes, plain_text, rewrite
from pipeline.model.words import words
from pipeline.parser import parse

_COMMENT = re.compile(rf"^{COMMENT}(.*)$", re.MULTILINE)


class Row(NamedTuple):
    """A row of the comparison: the count in the input, and that in the source."""

    name: str
    given: int
    made: int


class Imported(NamedTuple):
    """A source, the images next to it by their names, and the messages."""

    text: str
    metadata: Metadata
    images: dict[str, bytes]
    ledger: tuple[Row, ...]
    found: tuple[Diagnostic, ...]

    @property
    def title(self) -> str:
        return self.metadata.title

    @property
    def failed(self) -> bool:
        return any(finding.is_error for finding in self.found)


def failed(*wrong: Diagnostic) -> Imported:
    """The result for an input that cannot be read."""
    return Imported("", Metadata(), {}, (), wrong)


def written(draft: Draft, name: str, stem: str) -> Imported:
    """The source of a draft, which is parsed again to verify that it has the same meaning."""
    if any(finding.is_error for finding in draft.found):
        return failed(*draft.found)
    draft = with_speakers(draft, name)
    metadata, found = draft.metadata, list(draft.found)
    if not metadata.title:
        title = " ".join(re.sub(r"[-_.\s]+", " ", stem).split()) or "Untitled"
        metadata = replace(metadata, title=title[:1].upper() + title[1:])
        where = f"that of the file, “{metadata.title}”" if stem else f"“{metadata.title}”"
        message = f"It has no title of its own; the title is {where}."
        found.append(diagnostic(Code.NOT_IMPORTED, message, source=name))
    blocks = draft.blocks or (Paragraph(children=(Text(text=metadata.title),)),)
    telling, said = _telling_links(metadata.lang)
    blocks, notes = rewrite(blocks, leave=telling), rewrite(draft.notes, leave=telling)
    found += (diagnostic(Code.NOT_IMPORTED, one, source=name) for one in said)
    document = Document(metadata=metadata, blocks=blocks, notes=notes)
    try:
        text = _COMMENT.sub(_as_comment, write(document))
    except UnwritableError as error:
        message = f"The source cannot be written: Markdown cannot express {error}."
        return failed(diagnostic(Code.NOT_FORMATTED, message, source=name))
    again = parse(text, name)
    plain = replace(document, blocks=tuple(b for b in blocks if not is_comment(b)))
    if not same(replace(again, metadata=metadata), plain):
        message = "Part of it is not read back as it was meant."
        found.append(diagnostic(Code.NOT_IMPORTED, message, source=name))
    made = count(draft.blocks, draft.notes)
    made["words"] += len(metadata.title.split())
    counts = draft.counts or made
    rows = (Row(row, counts.get(row, 0), made[row]) for row in ROWS)
    ledger = tuple(row for row in rows if row.given or row.made)
    found += _missing(ledger, name)
    return Imported(text, metadata, draft.images, ledger, tuple(found))


def _telling_links(lang: str) -> tuple[Changes, list[str]]:
    """The change that has links say where they lead, where their text is no more than “here”, and
    the messages about those that it is made to."""
    vague = frozenset(words(lang)["vague_links"].split("|"))
    told: list[str] = []

    def leave(node: Link) -> Node:
        said = " ".join(plain_text(node.children).split())
        place = urlsplit(node.href).netloc.removeprefix("www.")
        if not place or re.sub(r"[^\w\s]+", "", said).strip().casefold() not in vague:
            return node
        told.append(f"The link text “{said}” does not say where it leads: “({place})” is added.")
        return replace(node, children=(*node.children, Text(text=f" ({place})")))

    return {Link: leave}, told


def _missing(ledger: tuple[Row, ...], name: str) -> Iterator[Diagnostic]:
    """A finding for each row with fewer in the source; small differences in the number of words are
    tolerated."""
    for row in ledger:
        lost = row.given - row.made
        if row.name != HEADS and lost > (row.given // 50 if row.name == "words" else 0):
            message = f"The source has {row.made} of the {row.given} {row.name} in the input."
            hint = "The rest is listed above as left out, or is in the source in another form."
            yield diagnostic(Code.NOT_IMPORTED, message, source=name, hint=hint)


def _as_comment(match: re.Match[str]) -> str:
    return f"<!-- {match[1].replace('--', '- -').strip()} -->"
