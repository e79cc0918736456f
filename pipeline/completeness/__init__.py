"""Compares finished files with the document that they were made of: whether all of its text is in
them, in its order and once, whatever templates, packagers and layout have done with it.

It resolves the document anew, and knows of the files only what anybody reads in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from pipeline.check.site import START
from pipeline.checksums import listed
from pipeline.codes import Code, diagnostic
from pipeline.completeness.matching import Fault, match, twice
from pipeline.completeness.passages import FREE, Passage, passages
from pipeline.completeness.printed import printed, text_of_pdf
from pipeline.completeness.texts import (
    Texts,
    UnreadableFile,
    text_of_book,
    text_of_page,
    text_of_site,
)
from pipeline.diagnostics import Diagnostic
from pipeline.editions import (
    DEFAULT_EDITIONS,
    EDITIONS,
    Edition,
    FormatName,
    output_name,
    pages_name,
    stem_of,
)
from pipeline.flow.editions import Source
from pipeline.flow.runner import Runner
from pipeline.model import Document, Table
from pipeline.pagination import letters
from pipeline.resolve.answers import FRONT
from pipeline.words import words

SITE = "site"
"""The edition that a folder of pages is of."""

MOST = 50
"""Findings that are shown of one file."""

SHOWN = 60
"""Characters that are shown of a passage."""

READERS: dict[FormatName, Callable[[Path], Texts]] = {
    "html": text_of_page,
    "epub": text_of_book,
    "pdf": text_of_pdf,
}
CODES = {
    "missing": (Code.LOST_TEXT, "is not in {}"),
    "elsewhere": (Code.MOVED_TEXT, "is at another place in {}"),
    "twice": (Code.DOUBLED_TEXT, "is in {} more than once"),
}


class Comparison(msgspec.Struct, frozen=True):
    """What was found, with its places in the source, and a ``note`` on what was compared."""

    diagnostics: tuple[Diagnostic, ...] = ()
    note: str = ""


def compare(path: Path, document: Document, source: Path, *, renamed: bool = False) -> Comparison:
    """Compare a finished file with the parsed ``document``, whose file is ``source``. Of which
    edition it is, its name tells; one that may be ``renamed`` is the usual one of its format. Of a
    site, ``path`` is the folder or any page. A file that cannot be read is not reported:
    `pipeline.check` does that."""
    is_site = path.is_dir() or path.name in listed(path.parent)
    if is_site:
        path = (path if path.is_dir() else path.parent) / START
    name = f"{path.parent.name}/{START}" if is_site else path.name
    edition = edition_of(name, stem_of(source))
    if edition is None and renamed:
        usual = (EDITIONS[name] for name in ([SITE] if is_site else DEFAULT_EDITIONS))
        edition = next((one for one in usual if path.suffix.lower() == f".{one.format}"), None)
    if edition is None:
        return Comparison(note=f"not compared: no edition of {source} has a file of this name")
    pages = pages_name(output_name(stem_of(source), edition), edition)
    if edition.imposition != "none" and path.name != pages:
        return Comparison(note="not compared: its pages are not in the order of reading")
    resolved = Source(source, Runner(), document=document).marked(edition).value
    try:
        found = tuple(_compare(path, edition, resolved))
    except UnreadableFile:
        return Comparison()
    note = f"compared with {source}, as the edition {edition.name}"
    if len(found) > MOST:
        note += f"; {len(found) - MOST} more findings are not shown"
    return Comparison(tuple(_told(fault, path, resolved.source) for fault in found[:MOST]), note)


def edition_of(name: str, stem: str) -> Edition | None:
    """The edition whose file has this name, where the source is ``stem``."""
    for edition in EDITIONS.values():
        file = output_name(stem, edition)
        if name in (file, pages_name(file, edition)):
            return edition
    return None


def _compare(path: Path, edition: Edition, document: Document) -> Iterator[Fault]:
    read = text_of_site(path) if edition.chapters else READERS[edition.format](path)
    text, notes = wanted(document, edition)
    of_text, of_notes = match(text, read.text), match(notes, read.notes)
    faults = (*of_text.faults, *of_notes.faults)
    wrong = {fault.passage for fault in faults}
    yield from faults
    yield from twice([one for one in text if one not in wrong], of_text.rest, notes)
    yield from twice([one for one in notes if one not in wrong], of_notes.rest, text)


def _told(fault: Fault, path: Path, source: str) -> Diagnostic:
    code, said = CODES[fault.kind]
    text = " ".join(fault.passage.text.split())
    shown = text if len(text) <= SHOWN else f"{text[:SHOWN].rstrip()}…"
    return diagnostic(
        code,
        f"“{shown}” {said.format(path.name)}.",
        span=fault.passage.span,
        source=source,
        hint="Build it anew. If that does not help, see what your templates leave out.",
    )


ANY_ORDER = -1
"""The group of passages whose order does not matter at all."""


class Wanted(NamedTuple):
    """The passages of the text, and those of the notes."""

    text: tuple[Passage, ...]
    notes: tuple[Passage, ...]


def wanted(document: Document, edition: Edition) -> Wanted:
    """The passages that the file of an edition has to hold; ``document`` is resolved."""
    drawn = edition.format == "pdf"
    # where no line has room for a table's row, its cells become a list, each with its head
    free = (*FREE, Table) if drawn else FREE
    rtl = document.metadata.direction == "rtl"
    text = passages(document.blocks, drawn=drawn, free=free, rtl=rtl)
    notes = passages(document.notes, drawn=drawn, rtl=rtl)
    if edition.part == "answers":
        text = _without_pages(text, words(document.metadata.lang)["page_mark"])
    if edition.audience == "teacher":
        # the numbers of notes that only teachers have come last, wherever these stand
        notes = (passage._replace(group=ANY_ORDER) for passage in notes)
    if drawn:
        text, notes = printed(text), printed(notes)
    return Wanted(
        *(
            tuple(passage._replace(span=document.place(passage.span)) for passage in some)
            for some in (text, notes)
        )
    )


def _without_pages(found: Iterable[Passage], page_mark: str) -> Iterator[Passage]:
    """The passages without what the layout of another edition has to say: exercises' pages."""
    page = f"({page_mark.format(page=FRONT)})"
    for passage in found:
        text = passage.text.removesuffix(page)
        if letters(text):
            yield passage._replace(text=text, letters=letters(text))
