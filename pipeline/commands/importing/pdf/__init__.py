"""PDF: from its structure tree if it is tagged, else from positions and sizes of lines. The result
is approximate, and a message says so."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import lxml.html
import pikepdf
import pypdfium2
from msgspec.structs import replace

from pipeline.commands.importing.appearance import KNOWN
from pipeline.commands.importing.copied_lines import inlines
from pipeline.commands.importing.draft import TYPED, Draft, listed, lost, made_here, unread
from pipeline.commands.importing.page_metadata import language_of, meaningful
from pipeline.commands.importing.pdf.pieces import PdfImages, linked
from pipeline.commands.importing.pdf.plain import page_of_lines
from pipeline.commands.importing.pdf.tagged import DRAWING, page_of_structure
from pipeline.commands.importing.web_article import of_page
from pipeline.commands.pdf_reading.seen import UnreadablePdf, read_pages
from pipeline.model import Link, Node, Text
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.metadata import Contributor, Metadata
from pipeline.model.rewriting import Changes, rewrite
from pipeline.model.words.guessing import language_of_text
from pipeline.parser.characters import FORBIDDEN

MOST_PAGES = 2000


def read_pdf(path: Path, name: str) -> Draft:
    """The text of a PDF."""
    data = path.read_bytes()
    try:
        with pypdfium2.PdfDocument(data) as document:
            count = len(document)
            outline = {
                _title(bookmark).casefold(): bookmark.level + 1 for bookmark in document.get_toc()
            }
        if count > MOST_PAGES:
            return unread(f"It has more than {MOST_PAGES} pages.", name, "Split it.")
        images = PdfImages()
        pages = [linked(page) for page in read_pages(data, on_picture=images.take)]
        metadata, is_ours = _metadata(data)
    except (UnreadablePdf, pypdfium2.PdfiumError, pikepdf.PdfError, RecursionError) as error:
        is_locked = "password" in str(error).lower()
        message = "The file has a password." if is_locked else "The PDF is broken."
        return unread(message, name, "Open it in another program, and print it to a new PDF.")
    words = " ".join(run.text for page in pages for run in page.runs)
    if not words.strip():
        message = "There is no text in it, only pictures of its pages."
        return unread(message, name, "Run it through text recognition (OCR) first.")
    is_tagged = sum(bool(page.tagged and page.body) for page in pages) > 0.5 * len(pages)
    shown = images.shown(pages)
    outline |= {person.name.casefold(): 0 for person in metadata.authors}
    text = (page_of_structure if is_tagged else page_of_lines)(pages, outline, shown)
    root = lxml.html.Element("html")
    text.body.set(KNOWN, "")
    root.append(text.body)
    lang = metadata.lang or language_of_text(words)
    draft = of_page(
        root, name, images.files.get, whole_page=True, title=metadata.title, notes=text.notes
    )
    changes: Changes = {Text: lambda node: inlines(node.text), Link: _once}
    left = sum(len(page.pictures) for page in pages) - len(shown)
    title = metadata.title or draft.metadata.title
    return replace(
        draft,
        metadata=replace(metadata, title=title, lang=language_of(lang)),
        blocks=rewrite(draft.blocks, leave=changes),
        notes=rewrite(draft.notes, leave=changes),
        counts={**draft.counts, "words": text.words - draft.counts[TYPED], "images": len(shown)},
        findings=(
            *([made_here(name)] if is_ours else ()),
            *_findings(is_tagged, text.left_out, left, name),
            *draft.findings,
        ),
    )


def _title(bookmark: pypdfium2.PdfBookmark) -> str:
    """The title of a bookmark; "" if it is damaged."""
    try:
        return " ".join((bookmark.get_title() or "").split())
    except UnicodeDecodeError:
        return ""


def _once(node: Link) -> Node:
    """A link, without others in it, which its text has been taken for."""
    inner = ((n.children if isinstance(n, Link) else (n,)) for n in node.children)
    return replace(node, children=tuple(child for children in inner for child in children))


def _findings(is_tagged: bool, left_out: Counter[str], images: int, name: str) -> list[Diagnostic]:
    by = "its structure tree" if is_tagged else "the positions and sizes of its lines"
    sentences = [
        f"Headings, lists and paragraphs are recognised by {by}, which is only approximate."
    ]
    for text, words in left_out.most_common(5):
        why = "it is part of a drawing" if text.startswith(DRAWING) else "it belongs to the pages"
        sentences.append(f"“{text[:60]}” ({words} words in all) is left out: {why}.")
    if images:
        shown = "1 image is" if images == 1 else f"{images} images are"
        sentences.append(
            f"{shown} left out: small, damaged, as large as the page, or on many pages."
        )
    hint = "Compare it with the PDF: columns, tables and notes are the likeliest places for errors."
    return [lost(sentences[0], name, hint), *(lost(sentence, name) for sentence in sentences[1:])]


def _metadata(data: bytes) -> tuple[Metadata, bool]:
    """The metadata of the PDF, and whether Chapbook made it; a title that is a file name is
    ignored."""
    with pikepdf.open(io.BytesIO(data)) as document:
        root = document.Root
        lang = str(root.get("/Lang", "")) if isinstance(root, pikepdf.Dictionary) else ""
        info = document.docinfo

        def value_of(key: str) -> str:
            try:
                text = FORBIDDEN.sub(" ", str(info.get(key, "")))
            except (ValueError, TypeError):
                return ""
            return meaningful(text.removeprefix("Microsoft Word - "))

        metadata = Metadata(
            title=value_of("/Title"),
            authors=tuple(map(Contributor, listed(value_of("/Author"), ";"))),
            description=value_of("/Subject"),
            keywords=listed(value_of("/Keywords"), ","),
            lang=lang,
        )
        return metadata, value_of("/Creator") == "Chapbook"
