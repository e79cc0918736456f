"""The font faces of the outputs, which come from packages, never from the machine."""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path
from typing import Literal

from msgspec.structs import replace

from pipeline.model.metadata import Metadata
from pipeline.model.rendered import Face

SERIF, SANS, MONO = "Source Serif Pro", "Source Sans Pro", "Source Code Pro"

FACES = (
    Face(SERIF, 400, "normal", "font_source_serif_pro", "files/SourceSerifPro-Regular.otf"),
    Face(SERIF, 400, "italic", "font_source_serif_pro", "files/SourceSerifPro-It.otf"),
    Face(SERIF, 600, "normal", "font_source_serif_pro", "files/SourceSerifPro-Semibold.otf"),
    Face(SERIF, 600, "italic", "font_source_serif_pro", "files/SourceSerifPro-SemiboldIt.otf"),
    Face(SANS, 400, "normal", "font_source_sans_pro", "files/SourceSansPro-Regular.otf"),
    Face(SANS, 400, "italic", "font_source_sans_pro", "files/SourceSansPro-It.otf"),
    Face(SANS, 600, "normal", "font_source_sans_pro", "files/SourceSansPro-Semibold.otf"),
    Face(SANS, 600, "italic", "font_source_sans_pro", "files/SourceSansPro-SemiboldIt.otf"),
    Face(MONO, 400, "normal", "fontpkg_source_code_pro", "files/SourceCodePro[wght].ttf"),
)

STYLES: tuple[tuple[Literal["normal", "italic"], str], ...] = (
    ("normal", ""),
    ("italic", "-Italic"),
)

LEGIBLE = "Atkinson Hyperlegible"
_ATKINSON = ("fontpkg_atkinson_hyperlegible", "files/AtkinsonHyperlegible")

LARGE_PRINT_FACES = (
    Face(LEGIBLE, 400, "normal", _ATKINSON[0], f"{_ATKINSON[1]}-Regular.ttf"),
    Face(LEGIBLE, 700, "normal", _ATKINSON[0], f"{_ATKINSON[1]}-Bold.ttf"),
    *(face for face in FACES if face.family == MONO),
)
"""The faces of large print, without italics. They distinguish 0 from O, and 1, l and I."""

MATH = "STIX Two Math"
MATH_FACE = Face(MATH, 400, "normal", "ziamath", "fonts/STIXTwoMath-Regular.ttf", "math")
"""The face that screens set formulas in; print has them as drawings."""

EMOJI = "Noto Emoji"

FALLBACKS = (
    Face("Noto Serif", 400, "normal", "fontpkg_noto_serif", "files/NotoSerif[wdth,wght].ttf"),
    Face("Noto Sans", 400, "normal", "fontpkg_noto_sans", "files/NotoSans[wdth,wght].ttf"),
    Face(EMOJI, 400, "normal", "manimgx_fonts", "NotoEmoji[wght].ttf"),
)
"""Faces for further characters: polytonic Greek, Cyrillic, rare letters, emoji."""


ARIAL_LIKE, TIMES_LIKE, VERDANA_LIKE = "Arimo", "Crimson Pro", "DejaVu Sans"
_VERA: dict[tuple[Literal["normal", "italic"], int], str] = {
    ("normal", 700): "VeraBd",
    ("italic", 400): "VeraIt",
    ("italic", 700): "VeraBI",
}

DRAWING_FACES = (
    *(
        Face(family, weight, style, package, f"files/{name}{slant}[wght].ttf")
        for family, package, name in (
            (ARIAL_LIKE, "fontpkg_arimo", "Arimo"),
            (TIMES_LIKE, "fontpkg_crimson_pro", "CrimsonPro"),
        )
        for style, slant in STYLES
        for weight in (400, 700)
    ),
    Face(VERDANA_LIKE, 400, "normal", "ziafont", "fonts/DejaVuSans.ttf"),
    *(
        Face(VERDANA_LIKE, weight, style, "reportlab", f"fonts/{name}.ttf")
        for (style, weight), name in _VERA.items()
    ),
)
"""Substitutes for the fonts named in drawings, which were measured with common families. Crimson
Pro is as wide as Times; Vera, from which DejaVu was derived, almost as wide as Verdana."""


def own_faces(metadata: Metadata) -> tuple[Face, ...]:
    """The faces of the fonts in the front matter."""
    return tuple(
        Face(
            font.family,
            font.weight,
            font.style,
            package="",
            path=font.source,
            obfuscated=font.obfuscated,
            unmodified=font.unmodified,
        )
        for font in metadata.fonts
        if font.family
    )


def locate_faces(faces: tuple[Face, ...], folder: Path) -> tuple[Face, ...]:
    """The faces, with full paths for those in the source's ``folder``, and without those outside
    it: pages may come from a file that anyone could have written."""
    if all(face.package for face in faces):
        return faces
    root = folder.resolve()
    paths = ((face, (root / face.path).resolve()) for face in faces)
    return tuple(
        face if face.package else replace(face, path=str(path) if path.is_relative_to(root) else "")
        for face, path in paths
    )


@functools.cache
def font_file(face: Face) -> Path | None:
    """The file of a face, if its package is installed; own fonts have to be `locate_faces`."""
    if not face.package:
        return Path(face.path) if Path(face.path).is_file() else None
    spec = importlib.util.find_spec(face.package)  # a package of fonts need not be imported
    folders = (spec and spec.submodule_search_locations) or ()
    files = (Path(folder) / face.path for folder in folders)
    return next((file for file in files if file.is_file()), None)
