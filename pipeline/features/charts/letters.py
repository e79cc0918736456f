"""Texts as shapes, so that a drawing is the same wherever it is shown: shaped by HarfBuzz, in
the fonts of the outputs, and never in one of the machine's."""

from __future__ import annotations

import functools
import itertools
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.model.faces import (
    EMOJI,
    FACES,
    FALLBACKS,
    LARGE_PRINT_FACES,
    LEGIBLE,
    SANS,
    font_file,
)
from pipeline.model.writing_systems import fonts_for

EM = 1000
"""Units of all outlines and widths in the size of the type."""

LONGEST = 400
"""Characters of a text that are shaped: no line of a drawing has room for more."""

_RIGHT_TO_LEFT = frozenset(("R", "AL", "AN", "RLE", "RLO"))
_UNSEEN = frozenset(("BN", "LRI", "RLI", "FSI", "PDI"))
"""Joiners, which the algorithm drops, and isolates, which it lacks: the last letter keeps them."""

_JOINING = frozenset(("Mn", "Me", "Mc", "Cf"))


class Font(NamedTuple):
    """A file, and the weight selected in a variable font."""

    file: Path
    weight: int


class Glyph(NamedTuple):
    """An SVG outline, with the y axis pointing up, and its position."""

    outline: str
    x: float
    y: float


class Shaped(NamedTuple):
    width: float
    glyphs: tuple[Glyph, ...]


class Fonts:
    """The fonts for some texts: the sans serif of the outputs, or the face of large print, and
    others for missing characters."""

    def __init__(self, texts: str, lang: str = "", *, is_large: bool = False) -> None:
        script_faces = [face for font in fonts_for(texts) for face in font.faces]
        faces, family = (LARGE_PRINT_FACES, LEGIBLE) if is_large else (FACES, SANS)
        sans = [face for face in faces if face.family == family and face.style == "normal"]
        more, emoji = ([f for f in FALLBACKS if f.family == name] for name in ("Noto Sans", EMOJI))
        files = ((face, font_file(face)) for face in (*sans, *more, *script_faces, *emoji))
        located = [(face, file) for face, file in files if file]
        self._regular = tuple(Font(file, 400) for face, file in located if face.weight < 600)
        bold = (Font(file, 700) for face, file in located if face.weight >= 600)
        self._bold = (*bold, *(font._replace(weight=700) for font in self._regular))
        self._lang = lang

    def lacking(self, text: str) -> str:
        """The first character of a text that no font has, or ""."""
        has = _characters(self._regular)
        return next((c for c in text if ord(c) not in has and not c.isspace()), "")

    def width(self, text: str, size: float, bold: bool = False) -> float:
        """The width of a text, in points."""
        return self.shaped(text, bold).width * size / EM

    def shaped(self, text: str, bold: bool = False) -> Shaped:
        """The glyphs of a text from left to right."""
        return _shaped(self._bold if bold else self._regular, text[:LONGEST], self._lang)


@functools.lru_cache(maxsize=10_000)
def _shaped(fonts: tuple[Font, ...], text: str, lang: str) -> Shaped:
    import uharfbuzz

    glyphs: list[Glyph] = []
    right = 0
    for characters, font, is_rtl in _runs(fonts, text):
        buffer = uharfbuzz.Buffer()
        buffer.add_str(characters)
        buffer.guess_segment_properties()
        buffer.direction = "rtl" if is_rtl else "ltr"
        if lang:
            buffer.language = lang
        uharfbuzz.shape(_loaded(font), buffer)
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            if outline := _outline(font, info.codepoint):
                glyphs.append(Glyph(outline, right + place.x_offset, place.y_offset))
            right += place.x_advance
    return Shaped(right, tuple(glyphs))


def _runs(fonts: tuple[Font, ...], text: str) -> Iterator[tuple[str, Font, bool]]:
    """The text in pieces from left to right, each in one font, and its characters in the order
    of reading; and whether that is from right to left."""
    font, placed = fonts[0], []
    for at, character in enumerate(text):
        if not at or unicodedata.category(character) not in _JOINING:
            has = (font for font in fonts if ord(character) in _characters((font,)))
            font = next(has, fonts[0])
        placed.append(font)
    runs = itertools.groupby(_in_order(text), key=lambda pair: (placed[pair[0]], pair[1]))
    for (run_font, is_rtl), pairs in runs:
        numbers = [number for number, _ in pairs]
        yield "".join(text[at] for at in (numbers[::-1] if is_rtl else numbers)), run_font, is_rtl


def _in_order(text: str) -> list[tuple[int, bool]]:
    """The characters' indices from left to right (UAX 9), and whether each is right-to-left."""
    kinds = [unicodedata.bidirectional(character) for character in text]
    if _RIGHT_TO_LEFT.isdisjoint(kinds):
        return [(at, False) for at in range(len(text))]
    from bidi import algorithm

    storage = algorithm.get_empty_storage()
    storage["base_level"] = algorithm.get_base_level(text)
    storage["base_dir"] = "LR"[storage["base_level"]]
    algorithm.get_embedding_levels(text, storage)
    for at, entry in enumerate(storage["chars"]):
        entry["at"] = at
        if entry["type"] in _UNSEEN:
            entry["type"] = "NSM"
    for step in (
        algorithm.explicit_embed_and_overrides,
        algorithm.resolve_weak_types,
        functools.partial(algorithm.resolve_neutral_types, debug=False),
        functools.partial(algorithm.resolve_implicit_levels, debug=False),
        functools.partial(algorithm.reorder_resolved_levels, debug=False),
    ):
        step(storage)
    return [(entry["at"], entry["level"] % 2 == 1) for entry in storage["chars"]]


@functools.cache
def _loaded(font: Font) -> Any:
    import uharfbuzz

    loaded = uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(font.file)))
    loaded.scale = (EM, EM)
    loaded.set_variations({"wght": font.weight})
    return loaded


@functools.cache
def _outline(font: Font, glyph: int) -> str:
    from fontTools.pens.svgPathPen import SVGPathPen

    pen = SVGPathPen(None, ntos=lambda number: str(round(number)))
    _loaded(font).draw_glyph_with_pen(glyph, pen)
    return str(pen.getCommands())


@functools.cache
def _characters(fonts: tuple[Font, ...]) -> frozenset[int]:
    return frozenset(code for font in fonts for code in _loaded(font).face.unicodes)
