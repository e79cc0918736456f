"""The fonts of the print edition: those that come as packages, and no others.

WeasyPrint asks Fontconfig for fonts, and Fontconfig gives what the machine has. Here it is
given a configuration of its own, made in memory, that holds the packaged faces alone: no
file is copied, no folder is searched, and a page breaks in the same place everywhere.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.resources
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from pipeline.pages import Face

FALLBACKS = (
    Face("Noto Serif", 400, "normal", "fontpkg_noto_serif", "files/NotoSerif[wdth,wght].ttf"),
    Face("Noto Sans", 400, "normal", "fontpkg_noto_sans", "files/NotoSans[wdth,wght].ttf"),
)
"""Faces for what the text faces lack: polytonic Greek, more of Cyrillic, rare letters."""

EMPTY = Path(__file__).parent / "no-fonts.conf"

_import_lock = threading.Lock()


def font_files(faces: tuple[Face, ...]) -> tuple[Path, ...]:
    """The files of the faces and of the fallbacks that are installed."""
    return tuple(
        dict.fromkeys(file for face in (*faces, *FALLBACKS) if (file := _file(face)) is not None)
    )


@functools.cache
def _file(face: Face) -> Path | None:
    try:
        file = Path(str(importlib.resources.files(face.package) / face.path))
    except ModuleNotFoundError:
        return None
    return file if file.is_file() else None


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
