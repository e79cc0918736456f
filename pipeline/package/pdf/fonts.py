"""The fonts of the print edition: those that come as packages, and no others.

WeasyPrint asks Fontconfig for fonts, and Fontconfig gives what the machine has. Here it is
given a configuration of its own, made in memory, that holds the packaged faces alone: no
file is copied, no folder is searched, and a page breaks in the same place everywhere.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from fontTools.ttLib import TTFont

from pipeline.faces import FALLBACKS, font_file
from pipeline.pages import Face

EMPTY = Path(__file__).parent / "no-fonts.conf"

_import_lock = threading.Lock()


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


@contextlib.contextmanager
def no_system_fonts() -> Iterator[None]:
    """While WeasyPrint is first imported: Fontconfig's default is empty, so that the
    machine's fonts are not even listed (with many of them that takes seconds)."""
    with _import_lock:
        before = os.environ.get("FONTCONFIG_FILE")
        os.environ["FONTCONFIG_FILE"] = str(EMPTY)
        try:
            yield
        finally:
            if before is None:
                del os.environ["FONTCONFIG_FILE"]
            else:
                os.environ["FONTCONFIG_FILE"] = before
