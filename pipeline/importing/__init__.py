"""Sources made of what people have: `chapbook import`.

An input becomes a document (`pipeline.importing.draft`), by one module for each format, and the
document a source (`pipeline.writer`). The ledger counts what the input holds, and what the source
has; whatever is lost or guessed is a finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from pipeline.codes import Code, diagnostic
from pipeline.diagnostics import Diagnostic
from pipeline.importing.draft import COMMENT, HEADS, ROWS, Changes, Draft, count, is_comment
from pipeline.importing.interviews import with_speakers
from pipeline.metadata import Metadata
from pipeline.model import Document, Paragraph, Text
from pipeline.parser import parse
from pipeline.paths import shown_name
from pipeline.writer import UnwritableError, write
from pipeline.writer.sameness import same

__all__ = ["Imported", "import_file", "import_text", "inputs"]

FORMATS = {
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
    **dict.fromkeys((".md", ".markdown", ".qmd", ".mdx", ".rmd"), "markdown"),
    ".docx": "docx",
    ".epub": "epub",
    ".txt": "text",
    ".text": "text",
    **dict.fromkeys((".mhtml", ".mht"), "mhtml"),
    ".pdf": "pdf",
    **dict.fromkeys((".odt", ".ott", ".fodt"), "odt"),
}

COPIED = "copied text"
"""What a text is called that comes from standard input."""

_COMMENT = re.compile(rf"^{COMMENT}(.*)$", re.MULTILINE)


class Row(NamedTuple):
    """A row of the ledger: how many the input holds, and how many the source has."""

    name: str
    given: int
    made: int


class Imported(NamedTuple):
    """A source, the images beside it by their names, and what is to be told."""

    text: str
    title: str
    images: dict[str, bytes]
    ledger: tuple[Row, ...]
    found: tuple[Diagnostic, ...]

    @property
    def failed(self) -> bool:
        return any(finding.is_error for finding in self.found)


def inputs(path: Path) -> Iterator[tuple[Path, str]]:
    """The files that a path given for an input leads to, each with the name of its source; those
    of a folder are its Markdown, but for what is hidden."""
    if not path.is_dir():
        yield path, path.stem
        return
    for file in sorted(path.rglob("*")):
        own = file.relative_to(path)
        hidden = any(part.startswith(".") for part in own.parts)
        if FORMATS.get(file.suffix.lower()) == "markdown" and file.is_file() and not hidden:
            yield file, own.with_suffix("").as_posix()


def import_text(data: bytes) -> Imported:
    """The source that a copied text becomes."""
    from pipeline.importing.text import of_text

    draft = of_text(data, COPIED)
    return _written(draft, COPIED, "")


def import_file(path: Path, changes: Changes = "accept") -> Imported:
    """The source that a file becomes, with its tracked ``changes`` accepted, rejected or kept."""
    name = shown_name(str(path))
    try:
        draft = _read(path, name, changes)
    except OSError as error:
        message = f"The file cannot be read: {error.strerror or 'the system gives no reason'}."
        return _failed(diagnostic(Code.UNREADABLE_FILE, message, source=name))
    return _written(draft, name, path.stem)


def _read(path: Path, name: str, changes: Changes) -> Draft:
    match FORMATS.get(path.suffix.lower()):
        case "html":
            from pipeline.importing.html import read_html

            return read_html(path, name)
        case "markdown":
            from pipeline.importing.markdown import read_markdown

            return read_markdown(path, name)
        case "docx":
            from pipeline.importing.word import read_docx

            return read_docx(path, name, changes)
        case "epub":
            from pipeline.importing.epub import read_epub

            return read_epub(path, name)
        case "mhtml":
            from pipeline.importing.mhtml import read_mhtml

            return read_mhtml(path, name)
        case "pdf":
            from pipeline.importing.pdf import read_pdf

            return read_pdf(path, name)
        case "odt":
            from pipeline.importing.odf import read_odt

            return read_odt(path, name)
        case "text":
            from pipeline.importing.text import read_text

            return read_text(path, name)
        case _:
            known = ", ".join(FORMATS)
            message = f"Chapbook cannot import a file `{path.suffix or path.name}`."
            hint = f"It imports {known}."
            if path.suffix.lower() in (".rtf", ".doc", ".dot", ".pages", ".wpd", ".wps", ".docm"):
                hint = "Open it in a word processor, and save it as .docx or .odt."
            wrong = diagnostic(Code.UNREADABLE_FILE, message, source=name, hint=hint)
            return Draft(Metadata(), (), found=(wrong,))


def _failed(*wrong: Diagnostic) -> Imported:
    return Imported("", "", {}, (), wrong)


def _written(draft: Draft, name: str, stem: str) -> Imported:
    """The source of a draft, which is read again to see that it says the same."""
    if any(finding.is_error for finding in draft.found):
        return _failed(*draft.found)
    draft = with_speakers(draft, name)
    metadata, found = draft.metadata, list(draft.found)
    if not metadata.title:
        title = " ".join(re.sub(r"[-_.\s]+", " ", stem).split()) or "Untitled"
        metadata = replace(metadata, title=title[:1].upper() + title[1:])
        where = f"that of the file, “{metadata.title}”" if stem else f"“{metadata.title}”"
        message = f"Nothing says what it is called; its title is {where}."
        found.append(diagnostic(Code.NOT_IMPORTED, message, source=name))
    blocks = draft.blocks or (Paragraph(children=(Text(text=metadata.title),)),)
    document = Document(metadata=metadata, blocks=blocks, notes=draft.notes)
    try:
        text = _COMMENT.sub(_as_comment, write(document))
    except UnwritableError as error:
        message = f"The source cannot be written: nothing in it makes a {error}."
        return _failed(diagnostic(Code.NOT_FORMATTED, message, source=name))
    again = parse(text, name)
    plain = replace(document, blocks=tuple(b for b in blocks if not is_comment(b)))
    if not same(replace(again, metadata=metadata), plain):
        message = "Something of it is read in another way than it was meant."
        found.append(diagnostic(Code.NOT_IMPORTED, message, source=name))
    made = count(draft.blocks, draft.notes)
    made["words"] += len(metadata.title.split())
    counts = draft.counts or made
    rows = (Row(row, counts.get(row, 0), made[row]) for row in ROWS)
    ledger = tuple(row for row in rows if row.given or row.made)
    found += _missing(ledger, name)
    return Imported(text, metadata.title, draft.images, ledger, tuple(found))


def _missing(ledger: tuple[Row, ...], name: str) -> Iterator[Diagnostic]:
    """A finding for each row of which the source has fewer; a few words are counted in other
    ways here and there."""
    for row in ledger:
        lost = row.given - row.made
        if row.name != HEADS and lost > (row.given // 50 if row.name == "words" else 0):
            message = f"The source has {row.made} of {row.given} {row.name} that were counted."
            hint = "What is left out is told above, or stands in the source in another way."
            yield diagnostic(Code.NOT_IMPORTED, message, source=name, hint=hint)


def _as_comment(match: re.Match[str]) -> str:
    return f"<!-- {match[1].replace('--', '- -').strip()} -->"
