"""The files that pages name: images, of which this is the one place where packagers open one, and
fonts, with the characters that they have.

Pages may have come from a file, which anyone can have written: so their paths are no safer than
those in a source.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.model import Asset
from pipeline.model.faces import FALLBACKS, font_file
from pipeline.model.rendered import Face

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont


def asset_bytes(asset: Asset, folder: Path) -> bytes:
    """The bytes of an asset. Raises OSError if it cannot be read, or if it or anything it embeds
    lies outside ``folder``."""
    if asset.data and not asset.is_file:
        return asset.data
    path = inside(folder, asset.path)
    return asset.data or path.read_bytes()


def inside(folder: Path, name: str) -> Path:
    """The file of that name in a folder. Raises PermissionError where it is outside, and
    OSError where it is not a regular file."""
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


def font_files(faces: tuple[Face, ...]) -> tuple[Path, ...]:
    """The files of the faces and of the fallbacks that are installed."""
    files = map(font_file, (*faces, *FALLBACKS))
    return tuple(dict.fromkeys(file for file in files if file is not None))


def lacking(characters: Iterable[str], files: Iterable[Path]) -> frozenset[str]:
    """The characters that none of the font files has."""
    wanted = set(characters)
    for file in files:
        if not wanted:
            break
        for font in _fonts(file):
            has = font.getBestCmap() or {}
            wanted = {character for character in wanted if ord(character) not in has}
            font.close()
    return frozenset(wanted)


def _fonts(file: Path) -> Iterable[TTFont]:
    from fontTools.ttLib import TTFont

    if file.suffix == ".ttc":  # its fonts share their characters
        return (TTFont(file, lazy=True, fontNumber=0),)
    return (TTFont(file, lazy=True),)
