"""The files named by pages: images, which packagers open only here, and fonts, with their
characters.

Pages may come from a file that anyone could have written, so their paths are no safer than those in
a source.
"""

from __future__ import annotations

import errno
import io
import posixpath
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.model import Asset
from pipeline.model.faces import FALLBACKS, font_file
from pipeline.model.page_map import letters
from pipeline.model.rendered import Face

if TYPE_CHECKING:
    import uharfbuzz as harfbuzz


def asset_bytes(asset: Asset, folder: Path) -> bytes:
    """The bytes of an asset. Raises OSError if it cannot be read, or if it or anything it embeds
    lies outside ``folder``, or the library's."""
    if asset.data and not asset.is_file:
        return asset.data
    shared = asset.shared or "."
    path = inside(folder / shared, posixpath.relpath(asset.path, shared))
    return asset.data or path.read_bytes()


def inside(folder: Path, name: str) -> Path:
    """The file with that name in a folder. Raises PermissionError if it is outside, and OSError if
    it is not a regular file."""
    root = folder.resolve()
    try:
        path = (root / name).resolve()
    except (RuntimeError, ValueError):
        raise PermissionError(errno.EACCES, "it is not a valid path", name) from None
    if not path.is_relative_to(root):
        raise PermissionError(errno.EACCES, "it leads out of the source's folder", name)
    if path.exists() and not path.is_file():
        raise PermissionError(errno.EACCES, "it is not a regular file", name)
    return path


def attached(folder: Path, names: Iterable[str]) -> dict[str, bytes]:
    """The files with these names in a folder, to attach."""
    return {name: inside(folder, name).read_bytes() for name in names}


def font_files(faces: tuple[Face, ...]) -> tuple[Path, ...]:
    """The files of the faces and of the fallbacks that are installed."""
    files = map(font_file, (*faces, *FALLBACKS))
    return tuple(dict.fromkeys(file for file in files if file is not None))


def lacking(characters: Iterable[str], files: Iterable[Path]) -> frozenset[str]:
    """The characters that none of the font files has, except for invisible ones."""
    codes = {ord(character) for character in characters if letters(character)}
    for file in files:
        if not codes:
            break
        # the fonts of a collection share their characters
        codes.difference_update(opened(file.read_bytes()).unicodes)
    return frozenset(map(chr, codes))


def opened(data: bytes) -> harfbuzz.Face:
    """A font, which may be packed for the web."""
    import uharfbuzz as harfbuzz

    if data.startswith(b"wOF"):
        from fontTools.ttLib import TTFont

        font, unpacked = TTFont(io.BytesIO(data), recalcTimestamp=False), io.BytesIO()
        font.flavor = None
        font.save(unpacked)
        data = unpacked.getvalue()
    return harfbuzz.Face(data)
