"""The fonts of an e-book, and the licences that go with them."""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterator

from ebooklib.epub import EpubBook, EpubItem

from pipeline.package.font_subset import characters, subset
from pipeline.package.font_use import font_face
from pipeline.pages import Face

LICENCE_NAMES = ("LICENSE.txt", "LICENSE", "OFL.txt", "files/LICENSE.txt", "files/OFL.txt")
"""Where packages of fonts keep their licence."""


def add_fonts(book: EpubBook, faces: tuple[Face, ...], markup: str) -> str:
    """Adds subsets of ``faces`` for ``markup``, and returns the CSS that names them.

    Each family's licence lies beside it, and the package document links the two.
    """
    used = characters([markup])
    rules = []
    licensed: dict[str, str] = {}
    for face in faces:
        name = f"{face.family}-{face.weight}-{face.style}".replace(" ", "")
        item = EpubItem(name, f"fonts/{name}.otf", "font/otf", subset(face, used, "opentype"))
        book.add_item(item)
        rules.append(font_face(face, item.file_name))
        if face.package not in licensed:
            licensed[face.package] = _add_licence(book, face)
        if address := licensed[face.package]:
            link = {"rel": "dcterms:license", "href": address, "media-type": "text/plain"}
            book.add_metadata(None, "link", None, {**link, "refines": f"#{name}"})
    return "".join(rules)


def _add_licence(book: EpubBook, face: Face) -> str:
    """Adds the licence of a face's package; its address, "" where it has none."""
    text = next(_licences(face.package), None)
    if text is None:
        return ""
    address = f"fonts/{face.family.replace(' ', '')}-licence.txt"
    # A linked resource is no part of the manifest, and EbookLib then wants the whole path.
    path = f"{book.FOLDER_NAME}/{address}"
    book.add_item(EpubItem(path, path, "text/plain", text, manifest=False))
    return address


def _licences(package: str) -> Iterator[bytes]:
    files = importlib.resources.files(package)
    for name in LICENCE_NAMES:
        file = files.joinpath(name)
        if file.is_file():
            yield file.read_bytes()
