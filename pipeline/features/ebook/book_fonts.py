"""The fonts of an e-book, and the licences that go with them. Some of these ask that no program
but a reading system can use the font (EPUB 3.3, font obfuscation), which keeps nobody out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

from ebooklib.epub import EpubBook, EpubItem

from pipeline.model.faces import font_file
from pipeline.model.rendered import Face
from pipeline.package.font_subset import COMMON, subset
from pipeline.package.font_use import characters, font_face

LICENCE_NAMES = ("LICENSE.txt", "LICENSE", "OFL.txt", "files/LICENSE.txt", "files/OFL.txt")
"""The paths of licences in font packages."""


def add_fonts(book: EpubBook, faces: tuple[Face, ...], markup: str, css: str) -> str:
    """Adds subsets of ``faces`` for ``markup``, and returns the CSS that names them.

    Each family's licence is next to it, and linked in the package document.
    """
    rules = []
    licensed: dict[str, str] = {}
    for face in faces:
        name = _name(face)
        used = characters(face, markup)
        common = frozenset[str]() if face.element else COMMON
        data = subset(face, used, "opentype", css=css, common=common)
        item = EpubItem(name, f"fonts/{name}.otf", "font/otf", data)
        book.add_item(item)
        rules.append(font_face(face, item.file_name))
        source = face.package or face.family
        if source not in licensed:
            licensed[source] = _add_licence(book, face)
        if address := licensed[source]:
            link = {"rel": "dcterms:license", "href": address, "media-type": "text/plain"}
            book.add_metadata(None, "link", None, {**link, "refines": f"#{name}"})
    return "".join(rules)


def hidden_fonts(book: EpubBook, faces: tuple[Face, ...]) -> frozenset[str]:
    """The paths in the archive of the fonts to obfuscate."""
    folder = book.FOLDER_NAME
    return frozenset(f"{folder}/fonts/{_name(face)}.otf" for face in faces if face.obfuscated)


def _name(face: Face) -> str:
    """The file name of a face, in letters that every reading system accepts."""
    family = re.sub(r"[^A-Za-z0-9]", "", face.family) or "Font"
    return f"{family}-{face.weight}-{face.style}"


def _add_licence(book: EpubBook, face: Face) -> str:
    """Adds the licence of a face's package; returns its address, "" if it has none."""
    text = next(_licences(face), None)
    if text is None:
        return ""
    address = f"fonts/{_name(face).partition('-')[0]}-licence.txt"
    # A linked resource is not part of the manifest, and EbookLib then wants the full path.
    path = f"{book.FOLDER_NAME}/{address}"
    book.add_item(EpubItem(path, path, "text/plain", text, manifest=False))
    return address


def _licences(face: Face) -> Iterator[bytes]:
    file = font_file(face)
    folder = file.parents[face.path.count("/") if face.package else 0] if file else Path()
    for name in LICENCE_NAMES:
        if file and (folder / name).is_file():
            yield (folder / name).read_bytes()


ALGORITHM = "http://www.idpf.org/2008/embedding"
FILE = "META-INF/encryption.xml"

COVERED = 1040
"""The number of bytes of a font that are obfuscated."""


def obfuscated(font: bytes, identifier: str) -> bytes:
    """The font, its beginning combined with the publication's unique identifier; done once more,
    the font as it was."""
    key = hashlib.sha1(re.sub(r"[ \t\r\n]", "", identifier).encode()).digest()
    start = font[:COVERED]
    mixed = bytes(byte ^ key[at % len(key)] for at, byte in enumerate(start))
    return mixed + font[COVERED:]


def encryption(paths: Iterable[str]) -> bytes:
    """The file that lists obfuscated files; their ``paths`` are relative to the root."""
    files = "".join(
        "<enc:EncryptedData>"
        f'<enc:EncryptionMethod Algorithm="{ALGORITHM}"/>'
        f"<enc:CipherData><enc:CipherReference URI={quoteattr(path)}/></enc:CipherData>"
        "</enc:EncryptedData>"
        for path in paths
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"'
        f' xmlns:enc="http://www.w3.org/2001/04/xmlenc#">{files}</encryption>\n'
    ).encode()
