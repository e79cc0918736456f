"""Conversion of existing documents into sources.

An input becomes a document (`draft`), by one module for each format, and the document a source
(`pipeline.commands.writer`). The contents of both are counted and compared; everything lost or
guessed is a finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.commands.importing.draft import NO_FOLDER, Changes, Draft, InputFolder, unread
from pipeline.commands.importing.draft_writing import Imported, write_draft
from pipeline.system.paths import shown_name

__all__ = ["NO_FOLDER", "Imported", "InputFolder", "import_file", "import_text", "inputs"]

BY_PANDOC = {
    **dict.fromkeys((".tex", ".latex"), "latex"),
    ".org": "org",
    **dict.fromkeys((".adoc", ".asciidoc"), "asciidoc"),
    **dict.fromkeys((".xml", ".jats"), "jats"),
    ".typ": "typst",
    ".rst": "rst",
    ".pptx": "pptx",
}
"""The formats that Pandoc reads, by its names."""

FORMATS = {
    **dict.fromkeys(BY_PANDOC, "pandoc"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
    **dict.fromkeys((".md", ".markdown", ".qmd", ".mdx", ".rmd"), "markdown"),
    ".docx": "docx",
    **dict.fromkeys((".gift", ".h5p", ".zip"), "quiz"),
    ".epub": "epub",
    ".txt": "text",
    ".text": "text",
    **dict.fromkeys((".mhtml", ".mht"), "mhtml"),
    ".pdf": "pdf",
    ".rtf": "rtf",
    **dict.fromkeys((".odt", ".ott", ".fodt"), "odt"),
}

BEGINNING = 500
"""Bytes in which a file of questions for Moodle says that it is one."""

COPIED = "copied text"
"""The name of a text that comes from standard input."""


def inputs(path: Path) -> Iterator[tuple[Path, str]]:
    """The files for an input path, each with the name of its source; of a folder, its Markdown
    files except hidden ones."""
    if not path.is_dir():
        yield path, path.stem
        return
    for file in sorted(path.rglob("*")):
        inside = file.relative_to(path)
        hidden = any(part.startswith(".") for part in inside.parts)
        if FORMATS.get(file.suffix.lower()) == "markdown" and file.is_file() and not hidden:
            yield file, inside.with_suffix("").as_posix()


def import_text(data: bytes) -> Imported:
    """The source that a copied text becomes."""
    from pipeline.commands.importing.text import draft_of_text

    draft = draft_of_text(data, COPIED)
    return write_draft(draft, COPIED, "")


def import_file(
    path: Path, changes: Changes = "accept", folder: InputFolder = NO_FOLDER
) -> Imported:
    """The source that a file becomes, with its tracked ``changes`` accepted, rejected or kept; it
    may be of a ``folder`` that is imported."""
    name = shown_name(str(path))
    return write_draft(read(path, name, changes, folder), name, path.stem)


def read(path: Path, name: str, changes: Changes, folder: InputFolder) -> Draft:
    """A file as a document; it may be of a ``folder`` that is imported."""
    try:
        return _read(path, name, changes, folder)
    except OSError as error:
        reason = error.strerror or "the system gives no reason"
        return unread(f"The file cannot be read: {reason}.", name)


def _read(path: Path, name: str, changes: Changes, folder: InputFolder) -> Draft:
    suffix = path.suffix.lower()
    is_quiz = suffix == ".xml" and b"<quiz" in path.read_bytes()[:BEGINNING]
    match "quiz" if is_quiz else FORMATS.get(suffix):
        case "html":
            from pipeline.commands.importing.web_article import read_html

            return read_html(path, name)
        case "markdown":
            from pipeline.commands.importing.markdown import read_markdown

            return read_markdown(path, name, folder)
        case "docx":
            from pipeline.commands.importing.word import read_docx

            return read_docx(path, name, changes)
        case "epub":
            from pipeline.commands.importing.epub import read_epub

            return read_epub(path, name)
        case "mhtml":
            from pipeline.commands.importing.web_article import read_mhtml

            return read_mhtml(path, name)
        case "pdf":
            from pipeline.commands.importing.pdf import read_pdf

            return read_pdf(path, name)
        case "odt":
            from pipeline.commands.importing.odf import read_odt

            return read_odt(path, name, changes)
        case "rtf":
            from pipeline.commands.importing.rtf import draft_of_rtf

            return draft_of_rtf(path.read_bytes(), name, path.stem, changes)
        case "quiz":
            from pipeline.commands.importing.quizzes import read_quiz

            return read_quiz(path, name)
        case "pandoc":
            from pipeline.commands.importing.pandoc import read_by_pandoc

            return read_by_pandoc(path, name, BY_PANDOC[path.suffix.lower()])
        case "text":
            from pipeline.commands.importing.text import draft_of_text

            return draft_of_text(path.read_bytes(), name, path.parent)
        case _:
            known = ", ".join(FORMATS)
            message = f"Chapbook cannot import `{path.suffix or path.name}` files."
            hint = f"It imports {known}."
            if path.suffix.lower() in (".doc", ".dot", ".pages", ".wpd", ".wps", ".docm"):
                hint = "Open it in a word processor, and save it as .docx or .odt."
            return unread(message, name, hint)
