"""The e-book: EPUB 3.3 that older reading systems can open too.

EbookLib is handed finished files, and the archive is our own, so that equal publications are
equal files.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from ebooklib import epub
from PIL import UnidentifiedImageError

from pipeline.features.ebook.book_fonts import FILE as ENCRYPTION
from pipeline.features.ebook.book_fonts import add_fonts, encryption, hidden_fonts, obfuscated
from pipeline.features.ebook.ncx import ncx
from pipeline.features.ebook.package_metadata import PREFIXES, describe, time_of_change
from pipeline.model import Asset
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.metadata import Metadata
from pipeline.model.rendered import Landmark, Page, Pages
from pipeline.model.roles import ROLES
from pipeline.package.bundle import archived
from pipeline.package.font_subset import with_fonts
from pipeline.package.font_use import used_faces
from pipeline.package.image_sizes import LONGEST, for_ereaders
from pipeline.package.page_files import asset_bytes
from pipeline.package.result import FileFacts, FrontImage, Package
from pipeline.system.pictures import Image

STYLE, MODERN = "style.css", "modern.css"
XHTML = "application/xhtml+xml"
MIMETYPE = "mimetype"
"""The file that says what an e-book is."""


def package_ebook(pages: Pages, folder: Path) -> Package:
    """The e-book of some pages."""
    metadata = pages.metadata
    markup = "\n".join(page.markup for page in pages.pages)
    gathered = gather_images(pages, folder)
    diagnostics = list(gathered.diagnostics)
    book = epub.EpubBook()
    book.prefixes = list(PREFIXES)
    book.set_direction(metadata.direction)
    css, modern = (
        "\n".join(style.css for style in pages.styles if style.apart is apart)
        for apart in (False, True)
    )
    # Without fonts of its own a book has the reader's, and is free of EPUBCheck's notes.
    offered = [face for face in pages.faces if metadata.embed_fonts or not face.package]
    faces = used_faces(offered, css, markup)
    describe(book, pages, fonts=bool(faces))
    documents = [_document(page, gathered.in_place(page.markup), metadata) for page in pages.pages]
    images = list(gathered.items)
    files = list(gathered.files)
    if pages.cover:
        from pipeline.features.covers.picture import draw_cover

        cover = draw_cover(pages.cover, folder)
        media_type = "image/png" if pages.cover.is_png else "image/jpeg"
        images.append(_item("cover-image", pages.cover.file, media_type, cover.data, "cover-image"))
        diagnostics += cover.diagnostics
        files += cover.files
    front = next((item for item in images if "cover-image" in item.properties), None)
    if front:
        book.add_metadata(None, "meta", None, {"name": "cover", "content": front.id})
    fonts = add_fonts(book, faces, markup, css)
    for item in (
        *documents,
        *images,
        _item("style", STYLE, "text/css", (fonts + css).encode()),
        _item("modern", MODERN, "text/css", modern.encode()),
        _item("ncx", "toc.ncx", "application/x-dtbncx+xml", ncx(pages, book.uid)),
    ):
        book.add_item(item)
    book.spine = documents
    book.guide = list(guide(pages.landmarks))
    written = _written(book, metadata)
    data = _packed(written, metadata, hidden_fonts(book, faces), book.uid)
    return Package(
        data=data,
        facts=FileFacts(files=len(written)),
        diagnostics=tuple(diagnostics),
        dependencies=tuple(map(str, files)),
        front=_front(front) if front else None,
    )


def _front(item: epub.EpubItem) -> FrontImage:
    size = (0, 0)
    with contextlib.suppress(UnidentifiedImageError, OSError):  # a drawing
        size = Image.open(io.BytesIO(item.content)).size
    suffix = PurePosixPath(item.file_name).suffix
    return FrontImage(item.content, item.media_type, suffix, *size)


def _item(
    name: str, address: str, media_type: str, content: bytes, *properties: str
) -> epub.EpubItem:
    item = epub.EpubItem(name, address, media_type, content)
    item.properties = list(properties)
    return item


def _document(page: Page, markup: str, metadata: Metadata) -> epub.EpubItem:
    name = page.name.removesuffix(".xhtml")
    item = _item(f"page-{name}", page.name, XHTML, markup.encode(), *page.properties)
    # The contents are there for the reading system; leafing through skips them on request.
    item.is_linear = page.role != "nav" or metadata.contents.show != "never"
    return item


class _Files(dict[str, bytes]):
    """The files of a book by their names, gathered as an archive would be written."""

    def writestr(self, name: str, content: str | bytes, compress_type: int | None = None) -> None:
        self[name] = content.encode() if isinstance(content, str) else content


class _Writer(epub.EpubWriter):  # type: ignore[misc]
    """EbookLib's writer without its archive, which would use the clock's time, and fails before
    1980."""

    def write(self) -> None:
        self.out = _Files({MIMETYPE: b"application/epub+zip"})
        self._write_container()
        self._write_opf()
        self._write_items()


def _written(book: epub.EpubBook, metadata: Metadata) -> _Files:
    mtime = time_of_change(metadata)
    options = {"epub3_pages": False, "package_direction": True, "mtime": mtime}
    writer = _Writer("", book, options)
    writer.process()
    writer.write()
    files: _Files = writer.out
    return files


def _packed(files: _Files, metadata: Metadata, hidden: frozenset[str], identifier: str) -> bytes:
    """The files, of which the media type must be the first, uncompressed; fonts that are ``hidden``
    are obfuscated with the book's identifier."""
    files |= {name: obfuscated(files[name], identifier) for name in hidden}
    if hidden:
        files[ENCRYPTION] = encryption(sorted(hidden))
    ordered = dict(sorted(files.items(), key=lambda file: (file[0] != MIMETYPE, file[0])))
    for name in ordered:
        if name.endswith(".opf"):  # EbookLib omits its language
            opening = f"<package xml:lang={quoteattr(metadata.lang)} "
            ordered[name] = ordered[name].replace(b"<package ", opening.encode(), 1)
    return archived(ordered, stored=(MIMETYPE,))


KINDS: dict[str, str] = {
    "cover": "cover",
    "toc": "toc",
    "loi": "loi",
    "lot": "lot",
    "bodymatter": "text",
    **{name: role.guide for name, role in ROLES.items() if role.guide},
}
"""The names of landmarks in EPUB 2."""


def guide(landmarks: tuple[Landmark, ...]) -> Iterator[dict[str, str]]:
    """The references of the guide, as EbookLib takes them."""
    for landmark in landmarks:
        if landmark.kind in KINDS:
            yield {"type": KINDS[landmark.kind], "title": landmark.title, "href": landmark.href}


# --- images, as e-readers show them -------------------------------------------------------


SVG = "image/svg+xml"


class Images(NamedTuple):
    """The images, as items; those whose addresses differ from the pages'; files read; findings."""

    items: tuple[epub.EpubItem, ...]
    moved: dict[str, str]
    files: tuple[Path, ...]
    diagnostics: tuple[Diagnostic, ...]

    def in_place(self, markup: str) -> str:
        """A page's markup with the addresses that images have."""
        for old, new in self.moved.items():
            markup = markup.replace(f'"{old}"', f'"{new}"')
        return markup


def gather_images(pages: Pages, folder: Path) -> Images:
    """The images of all pages."""
    items, files, diagnostics = [], [], []
    moved: dict[str, str] = {}
    names = {asset.name for asset in pages.assets}
    for number, asset in enumerate(_shown(pages), start=1):
        data = asset.data
        if not data:
            file = folder / asset.path
            files.append(file)
            try:
                data = asset_bytes(asset, folder)
            except OSError:
                message = f"The image `{asset.path}` cannot be read."
                diagnostics.append(diagnostic(Code.UNREADABLE_FILE, message))
                continue
        address, media_type = f"images/{asset.name}", asset.media_type
        if media_type == SVG:
            data = with_fonts(data, pages.faces if pages.metadata.embed_fonts else ())
        else:
            longest = 0 if _is_cover(asset, pages) else pages.metadata.image_size
            fitted = for_ereaders(data, longest or LONGEST)
            data, media_type = fitted.data, fitted.media_type or media_type
            if fitted.suffix:
                moved[address] = address = f"images/{_name(asset.name, fitted.suffix, names)}"
        properties = ("cover-image",) if _is_cover(asset, pages) else ()
        items.append(_item(f"image-{number}", address, media_type, data, *properties))
    return Images(tuple(items), moved, tuple(files), tuple(diagnostics))


def _name(old: str, suffix: str, names: set[str]) -> str:
    """A name for an image of another type, which no other has."""
    stem = old.rpartition(".")[0]
    name, number = f"{stem}.{suffix}", 1
    while name in names:
        number += 1
        name = f"{stem}-{number}.{suffix}"
    names.add(name)
    return name


def _is_cover(asset: Asset, pages: Pages) -> bool:
    """Return whether an image is the cover itself, not a drawing from which a picture is made."""
    named = pages.metadata.cover
    return pages.cover is None and named is not None and asset.path == named.source.text


def _shown(pages: Pages) -> tuple[Asset, ...]:
    """The images but for a cover's drawing that is nowhere else."""
    if not pages.cover:
        return pages.assets
    drawn = {asset.name for asset in pages.cover.assets}
    return tuple(
        asset
        for asset in pages.assets
        if asset.name not in drawn or asset.name in pages.inventory.images
    )
