"""The e-book: EPUB 3.3 that older reading systems can open too.

EbookLib is handed finished files, and its zip is written anew, so that equal
publications are equal files.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from ebooklib import epub

from pipeline.codes import Code, diagnostic
from pipeline.diagnostics import Diagnostic
from pipeline.metadata import Metadata
from pipeline.model import Asset
from pipeline.package import cover
from pipeline.package.epub.fonts import add_fonts
from pipeline.package.epub.metadata import PREFIXES, describe, time_of_change
from pipeline.package.epub.ncx import ncx
from pipeline.package.font_use import used_faces
from pipeline.package.result import Package
from pipeline.pages import Page, Pages

MADE_COVER = "cover.jpg"
"""What the cover page of a publication without a cover refers to."""

STYLE = "style.css"
XHTML = "application/xhtml+xml"
GUIDE = {"cover": "cover", "titlepage": "title-page", "nav": "toc", "chapter": "text"}
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first time that a zip can give a file."""


class Assets(NamedTuple):
    """The images, as items; files read; what is wrong."""

    items: tuple[epub.EpubItem, ...]
    files: tuple[Path, ...]
    diagnostics: tuple[Diagnostic, ...]


def package(pages: Pages, folder: Path) -> Package:
    """The e-book of some pages."""
    metadata = pages.metadata
    assets = _assets(pages, folder)
    diagnostics = list(assets.diagnostics)
    book = epub.EpubBook()
    book.prefixes = list(PREFIXES)
    book.set_direction(metadata.direction)
    css = "\n".join(style.css for style in pages.styles)
    markup = "\n".join(page.markup for page in pages.pages)
    # Without fonts of its own a book has the reader's, and is free of EPUBCheck's notes.
    faces = used_faces(pages.faces, css, markup) if metadata.embed_fonts else ()
    describe(book, pages, fonts=bool(faces))
    documents = [_document(page, metadata) for page in pages.pages]
    images = list(assets.items)
    if not any(_is_cover(asset, metadata) for asset in pages.assets):
        drawn = cover.draw(metadata, pages.faces)
        images.append(_item("cover-image", MADE_COVER, "image/jpeg", drawn.data, "cover-image"))
        diagnostics += [_left_out(text) for text in drawn.left_out]
    for item in images:
        if "cover-image" in item.properties:
            book.add_metadata(None, "meta", None, {"name": "cover", "content": item.id})
    fonts = add_fonts(book, faces, markup, small_capitals="small-caps" in css)
    style = (fonts + css).encode()
    for item in (
        *documents,
        *images,
        _item("style", STYLE, "text/css", style),
        _item("ncx", "toc.ncx", "application/x-dtbncx+xml", ncx(pages, book.uid)),
    ):
        book.add_item(item)
    book.spine = documents
    book.guide = list(_guide(pages.pages))
    data = _repacked(_written(book, metadata), metadata)
    return Package(
        data=data,
        diagnostics=tuple(diagnostics),
        dependencies=assets.files,
    )


def _item(
    name: str, address: str, media_type: str, content: bytes, *properties: str
) -> epub.EpubItem:
    item = epub.EpubItem(name, address, media_type, content)
    item.properties = list(properties)
    return item


def _document(page: Page, metadata: Metadata) -> epub.EpubItem:
    name = page.name.removesuffix(".xhtml")
    item = _item(f"page-{name}", page.name, XHTML, page.markup.encode(), *page.properties)
    # The contents are there for the reading system; leafing through skips them on request.
    item.is_linear = page.role != "nav" or metadata.contents.show != "never"
    return item


def _assets(pages: Pages, folder: Path) -> Assets:
    items, files, diagnostics = [], [], []
    for number, asset in enumerate(pages.assets, start=1):
        data = asset.data
        if not data:
            file = folder / asset.path
            files.append(file)
            try:
                data = file.read_bytes()
            except OSError:
                message = f"The image `{asset.path}` cannot be read."
                diagnostics.append(diagnostic(Code.MISSING_IMAGE, message))
                continue
        properties = ["cover-image"] if _is_cover(asset, pages.metadata) else []
        address = f"images/{asset.name}"
        items.append(_item(f"image-{number}", address, asset.media_type, data, *properties))
    return Assets(tuple(items), tuple(files), tuple(diagnostics))


def _is_cover(asset: Asset, metadata: Metadata) -> bool:
    return metadata.cover is not None and asset.path == metadata.cover.source


def _left_out(text: str) -> Diagnostic:
    return diagnostic(
        Code.COVER_WITHOUT_TEXT,
        f"No font has all the characters of “{text}”, so that the cover does not show it.",
        hint="Give an image of your own: `cover: cover.png`.",
    )


def _guide(pages: tuple[Page, ...]) -> Iterator[dict[str, str]]:
    """EPUB 2's landmarks: the first page of each kind."""
    seen: set[str] = set()
    for page in pages:
        if page.role in GUIDE and page.role not in seen:
            seen.add(page.role)
            yield {"type": GUIDE[page.role], "title": page.title, "href": page.name}


def _written(book: epub.EpubBook, metadata: Metadata) -> bytes:
    output = io.BytesIO()
    epub.write_epub(
        output,
        book,
        {
            "epub3_pages": False,
            "package_direction": True,
            "mtime": time_of_change(metadata),
            "raise_exceptions": True,
            # It is compressed when it is written anew.
            "compresslevel": 0,
        },
    )
    return output.getvalue()


def _repacked(data: bytes, metadata: Metadata) -> bytes:
    """The same files in a fixed order, with fixed times, as small as can be."""
    output = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target,
    ):
        # The first entry has to be the media type, as it is.
        names = sorted(source.namelist(), key=lambda name: (name != "mimetype", name))
        for name in names:
            content = source.read(name)
            if name.endswith(".opf"):
                content = _with_language(content, metadata.lang)
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
    return output.getvalue()


def _with_language(content: bytes, lang: str) -> bytes:
    """The package document with the language of its own text, which EbookLib leaves out."""
    return content.replace(b"<package ", f"<package xml:lang={quoteattr(lang)} ".encode(), 1)
