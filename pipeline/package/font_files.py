"""The files of fonts, and which characters they have."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fontTools.ttLib import TTFont

from pipeline.model.faces import FALLBACKS, font_file
from pipeline.model.rendered import Face


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
    if file.suffix == ".ttc":  # its fonts share their characters
        return (TTFont(file, lazy=True, fontNumber=0),)
    return (TTFont(file, lazy=True),)
