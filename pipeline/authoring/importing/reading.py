"""Reads a file by the module for its format."""

from __future__ import annotations

from pathlib import Path

from pipeline.authoring.importing.draft import ALONE, Changes, Draft, InputFolder, unread

FORMATS = {
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
    **dict.fromkeys((".md", ".markdown", ".qmd", ".mdx", ".rmd"), "markdown"),
    ".docx": "docx",
    ".epub": "epub",
    ".txt": "text",
    ".text": "text",
    **dict.fromkeys((".mhtml", ".mht"), "mhtml"),
    ".pdf": "pdf",
    ".rtf": "rtf",
    **dict.fromkeys((".odt", ".ott", ".fodt"), "odt"),
}


def read(path: Path, name: str, changes: Changes, folder: InputFolder = ALONE) -> Draft:
    """A file as a document; it may be of a ``folder`` that is imported."""
    match FORMATS.get(path.suffix.lower()):
        case "html":
            from pipeline.authoring.importing.html import read_html

            return read_html(path, name)
        case "markdown":
            from pipeline.authoring.importing.markdown import read_markdown

            return read_markdown(path, name, folder)
        case "docx":
            from pipeline.authoring.importing.word import read_docx

            return read_docx(path, name, changes)
        case "epub":
            from pipeline.authoring.importing.epub import read_epub

            return read_epub(path, name)
        case "mhtml":
            from pipeline.authoring.importing.mhtml import read_mhtml

            return read_mhtml(path, name)
        case "pdf":
            from pipeline.authoring.importing.pdf import read_pdf

            return read_pdf(path, name)
        case "odt":
            from pipeline.authoring.importing.odf import read_odt

            return read_odt(path, name, changes)
        case "rtf":
            from pipeline.authoring.importing.rtf import of_rtf

            return of_rtf(path.read_bytes(), name, path.stem, changes)
        case "text":
            from pipeline.authoring.importing.text import read_text

            return read_text(path, name)
        case _:
            known = ", ".join(FORMATS)
            message = f"Chapbook cannot import `{path.suffix or path.name}` files."
            hint = f"It imports {known}."
            if path.suffix.lower() in (".doc", ".dot", ".pages", ".wpd", ".wps", ".docm"):
                hint = "Open it in a word processor, and save it as .docx or .odt."
            return unread(message, name, hint)
