"""Makes pictures of covers: of those that are set in type, and of the front matter's images."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from pipeline.codes import Code, diagnostic
from pipeline.diagnostics import Diagnostic
from pipeline.package import cache
from pipeline.package.font_files import font_files, lacking
from pipeline.pages import CoverPage
from pipeline.system import pango_problem

LIBRARIES = ("weasyprint", "pypdfium2", "pillow")
"""What the bytes of a picture depend on, besides what is in it."""

RECIPE = "1"
"""To be changed with anything here that changes the bytes of a picture."""

XHTML = "{http://www.w3.org/1999/xhtml}"


class NoPangoError(Exception):
    """The system lacks what sets type; the message says what, and how to install it."""


class Picture(NamedTuple):
    """A JPEG file, what went into it besides the pages, and what is wrong with it."""

    data: bytes
    diagnostics: tuple[Diagnostic, ...] = ()
    files: tuple[Path, ...] = ()


def picture(cover: CoverPage, folder: Path) -> Picture:
    """The picture of a cover, or of the image that stands for it."""
    return _set(cover, folder) if cover.markup else _fitted(cover, folder)


def _fitted(cover: CoverPage, folder: Path) -> Picture:
    from pipeline.package.cover.backed import backed

    (image,) = cover.assets
    file = folder / image.path
    try:
        return Picture(backed(file.read_bytes(), cover.width, cover.height), files=(file,))
    except (OSError, ValueError):
        message = f"The image `{image.path}` cannot be read."
        return Picture(b"", (diagnostic(Code.MISSING_IMAGE, message),), (file,))


def _set(cover: CoverPage, folder: Path) -> Picture:
    """The picture of a cover that is made of words, the same bytes for the same cover. Texts that
    no font has all the characters of are left out."""
    try:
        root = _tree(cover.markup)
    except ElementTree.ParseError as error:
        message = f"The markup of the cover is not well-formed: {error}."
        return Picture(b"", (diagnostic(Code.TEMPLATE_ERROR, message),))
    fonts = font_files(cover.faces)
    left_out = tuple(_left_out(text) for text in _leave_out(root, fonts))
    paths = tuple(folder / asset.path for asset in cover.assets if not asset.data)
    try:
        images = [asset.data or (folder / asset.path).read_bytes() for asset in cover.assets]
    except OSError as error:
        message = f"The cover's “{Path(error.filename or '').name}” cannot be read."
        return Picture(b"", (diagnostic(Code.MISSING_IMAGE, message),), paths)
    name = cache.key(
        RECIPE,
        *(importlib.metadata.version(library) for library in LIBRARIES),
        *(f"{file.name} {file.stat().st_size}" for file in fonts),
        f"{cover.width} {cover.height}",
        cover.markup,
        *(style.css for style in cover.styles),
        *images,
    )

    def make() -> bytes:
        if missing := pango_problem():
            raise NoPangoError(missing)
        from pipeline.package.cover.raster import jpeg
        from pipeline.package.pdf.cover import set_cover

        return jpeg(set_cover(cover, root, fonts, folder), cover.width, cover.height)

    try:
        data = cache.cached(f"{name}.jpg", make)
    except NoPangoError as error:
        return Picture(b"", (_no_pango(str(error)),), paths)
    return Picture(data, left_out, (*fonts, *paths))


def _tree(markup: str) -> Element:
    root = ElementTree.fromstring(markup)
    for element in root.iter():
        element.tag = element.tag.removeprefix(XHTML)
    return root


def _leave_out(root: Element, fonts: tuple[Path, ...]) -> Iterator[str]:
    """Takes out the paragraphs with characters that no font has, and says what they were."""
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


def _left_out(text: str) -> Diagnostic:
    return diagnostic(
        Code.COVER_WITHOUT_TEXT,
        f"No font has all the characters of “{text}”, so that the cover does not show it.",
        hint="Give an image of your own: `cover: cover.png`.",
    )


def _no_pango(problem: str) -> Diagnostic:
    return diagnostic(
        Code.COVER_NOT_SET,
        f"The cover cannot be set: {problem}.",
        hint="Install it, or give an image of your own: `cover: cover.png`.",
    )
