"""Drawings with the publication's fonts inside.

A browser shows an SVG file as an image without anything of the page around it, so that its
labels would be set in whatever font the reader's machine has.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterable

from pipeline.model.faces import font_file
from pipeline.model.rendered import Face
from pipeline.package.font_subset import subset
from pipeline.package.font_use import font_face

_ROOT = re.compile(r"<svg\b(?:\"[^<\"]*+\"|'[^<']*+'|[^<>\"'])*+(?<!/)>")
_MARKUP = re.compile(r"<style\b[^<]*+(?:<(?!/?style\b)[^<]*+)*+</style>|<[^<>]*+>")
_BOLD = re.compile(r"font-weight\s*[:=]\s*[\"']?(?:bold|[6-9]00)")
_ITALIC = re.compile(r"font-style\s*[:=]\s*[\"']?(?:italic|oblique)")


def with_fonts(svg: bytes, faces: Iterable[Face]) -> bytes:
    """The drawing with the faces that it names, subset to its characters.

    A drawing that is not UTF-8, or names no installed face, is returned unchanged. Raises OSError
    if a face cannot be read.
    """
    try:
        text = svg.decode("utf-8")
    except UnicodeDecodeError:
        return svg
    root = _ROOT.search(text)
    used = [face for face in faces if root and _names(text, face) and font_file(face)]
    if not (root and used):
        return svg
    characters = frozenset(html.unescape(_MARKUP.sub("", text)))
    rules = "".join(
        font_face(face, _address(subset(face, characters, common=frozenset()))) for face in used
    )
    return f"{text[: root.end()]}<style>{rules}</style>{text[root.end() :]}".encode()


def _names(text: str, face: Face) -> bool:
    return (
        face.family in text
        and (face.weight < 600 or bool(_BOLD.search(text)))
        and (face.style == "normal" or bool(_ITALIC.search(text)))
    )


def _address(font: bytes) -> str:
    return f"data:font/woff2;base64,{base64.b64encode(font).decode('ascii')}"
