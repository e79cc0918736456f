"""Makes images of covers: of those laid out by Chapbook, and of the front matter's images."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from pipeline.features.covers.spread_sheet import BLEED
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.faces import located
from pipeline.model.metadata import Metadata
from pipeline.model.rendered import CoverPage, tree_of
from pipeline.package.page_files import asset_bytes, font_files, lacking
from pipeline.package.result import NoEngineError
from pipeline.system import store
from pipeline.system.pango import pango_problem

LIBRARIES = ("weasyprint", "pypdfium2", "pillow")
"""The libraries that determine the bytes of a picture, besides its content."""

RECIPE = "6"
"""To be changed with anything here that changes the bytes of a picture."""


class CoverImage(NamedTuple):
    """An image, the files that went into it besides the pages, and its findings."""

    data: bytes
    diagnostics: tuple[Diagnostic, ...] = ()
    files: tuple[Path, ...] = ()


class PreparedCover(NamedTuple):
    """A cover ready for layout: its markup as a tree, the files of its fonts and images, their
    digests, and the texts that were left out."""

    root: Element
    fonts: tuple[Path, ...]
    files: tuple[Path, ...]
    content: tuple[bytes, ...]
    left_out: tuple[Diagnostic, ...]


def draw_cover(cover: CoverPage, folder: Path) -> CoverImage:
    """The picture of a cover, the same bytes for the same cover."""
    if not cover.markup:
        return _fitted(cover, folder)
    prepared = prepared_cover(cover, folder)
    if isinstance(prepared, Diagnostic):
        return CoverImage(b"", (prepared,))

    def make() -> bytes:
        from pipeline.features.covers.bitmaps import as_jpeg, as_png, drawn

        image = drawn(_laid_out(cover, prepared, folder), cover.width, cover.height)
        return as_png(image) if cover.is_png else as_jpeg(image)

    try:
        data = store.cached(_name(cover, prepared), make)
    except NoEngineError as error:
        message = f"The cover cannot be made: {error}."
        hint = "Install it, or give an image of your own: `cover: cover.png`."
        finding = diagnostic(Code.COVER_NOT_SET, message, hint=hint)
        return CoverImage(b"", (finding,), prepared.files)
    return CoverImage(data, prepared.left_out, (*prepared.fonts, *prepared.files))


def _laid_out(cover: CoverPage, prepared: PreparedCover, folder: Path) -> bytes:
    if missing := pango_problem():
        raise NoEngineError(missing)
    from pipeline.features.covers.title_setting import set_cover

    return set_cover(cover, prepared.root, prepared.fonts, folder)


def spread_picture(cover: CoverPage, folder: Path, metadata: Metadata) -> CoverImage:
    """Back, spine and front as a PDF."""
    from pipeline.features.covers.title_setting import set_spread

    prepared = prepared_cover(cover, folder)
    if isinstance(prepared, Diagnostic):
        return CoverImage(b"", (prepared,))
    data = set_spread(cover, prepared.root, prepared.fonts, folder, metadata, BLEED)
    return CoverImage(data, prepared.left_out, (*prepared.fonts, *prepared.files))


def _fitted(cover: CoverPage, folder: Path) -> CoverImage:
    from pipeline.features.covers.bitmaps import backed

    (image,) = cover.assets
    file = folder / image.path
    try:
        data = asset_bytes(image, folder)
        return CoverImage(backed(data, cover.width, cover.height), files=(file,))
    except (OSError, ValueError):
        return CoverImage(b"", (_unreadable(image.path),), (file,))


def prepared_cover(cover: CoverPage, folder: Path) -> PreparedCover | Diagnostic:
    """The cover without texts for which no font has all characters; or a finding."""
    try:
        root = tree_of(cover.markup)
    except ElementTree.ParseError as error:
        message = f"The markup of the cover is not well-formed: {error}."
        return diagnostic(Code.TEMPLATE_ERROR, message)
    fonts = font_files(located(cover.faces, folder))
    left_out = tuple(_left_out(text) for text in _leave_out(root, fonts))
    content = []
    for asset in cover.assets:
        try:
            content.append(asset_bytes(asset, folder))
        except OSError:
            return _unreadable(asset.path)
    files = tuple(folder / asset.path for asset in cover.assets if asset.is_file)
    return PreparedCover(root, fonts, files, tuple(content), left_out)


def _name(cover: CoverPage, prepared: PreparedCover) -> str:
    key = store.key(
        RECIPE,
        *(store.packages().get(library, "") for library in LIBRARIES),
        *(f"{file.name} {file.stat().st_size}" for file in prepared.fonts),
        f"{cover.width} {cover.height}",
        cover.markup,
        *(style.css for style in cover.styles),
        *prepared.content,
    )
    return f"{key}.{'png' if cover.is_png else 'jpg'}"


def _leave_out(root: Element, fonts: tuple[Path, ...]) -> Iterator[str]:
    """Remove paragraphs with characters that no font has, and return them."""
    body = root.find("body")
    assert body is not None
    missing = lacking({c for text in body.itertext() for c in text if not c.isspace()}, fonts)
    if not missing:
        return
    for parent in list(body.iter()):
        for child in list(parent):
            text = " ".join("".join(child.itertext()).split())
            if child.tag == "p" and missing & set(text):
                parent.remove(child)
                yield text


def _unreadable(path: str) -> Diagnostic:
    return diagnostic(Code.UNREADABLE_FILE, f"The image `{path}` cannot be read.")


def _left_out(text: str) -> Diagnostic:
    return diagnostic(
        Code.COVER_WITHOUT_TEXT,
        f"No font has all the characters of “{text}”, so the cover omits it.",
        hint="Give an image of your own: `cover: cover.png`.",
    )
