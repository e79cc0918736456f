"""The characters that glyphs stand for, and text from right to left.

Programs that search, copy or read aloud take the characters of the glyphs, and turn letters from
right to left round, as they lie on the page. So each glyph stands for characters of its own, not
for those of the first cluster it was seen in; a right-to-left run has its glyphs from left to right
and is marked as reversed; and runs follow in the order they are read (ISO 32000-1, 14.8.2.3.3).
Text that is given instead of a line's glyphs (``ActualText``) would be turned round as well.
"""

from __future__ import annotations

import functools
import itertools
import math
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
import weasyprint
import weasyprint.draw.text
from pydyf import Dictionary, String
from weasyprint.text.ffi import FROM_UNITS, ffi, harfbuzz, pango

NON_JOINER = "\u200c"
"""A character that is not seen, and is part of how a word is written."""

EMPTY = ("\u200b", "\ufeff", "\u2060")
"""Characters whose glyphs are usually empty, and have no width."""

HIDDEN, FILLED = 3, 0
"""The modes in which text is not drawn, and in which it is."""

IN_FONTS = 0x10000
"""The numbers that glyphs of fonts have are lower: others are for no glyph at all."""

LARGEST_SHIFT = 80
"""Pango's units in a pixel of the size by which a glyph may be moved from its place."""

REVERSED = "ReversedChars"
"""The tag of content whose characters are in reverse order."""

original_draw_first_line = weasyprint.draw.text.draw_first_line


class GlyphCluster(NamedTuple):
    """The glyphs of a run, from left to right, that stand for a ``text`` together: from the number
    ``first`` to before ``end``."""

    first: int
    end: int
    text: str


class GlyphString:
    """A part of a laid-out line in one font and direction, whose text is ``encoded``."""

    def __init__(self, placed: Any, encoded: bytes) -> None:
        item, glyphs = placed.item, placed.glyphs
        self.start = int(item.offset)
        self.font = item.analysis.font
        self.is_reversed = bool(item.analysis.level % 2)
        self._glyphs = glyphs
        self._length = int(item.length)
        self._encoded = encoded
        self._places = ffi.unpack(glyphs.log_clusters, glyphs.num_glyphs)

    @functools.cached_property
    def glyphs(self) -> list[Any]:
        """The glyphs and their places, as Pango has them."""
        return [*self._glyphs.glyphs[0 : self._glyphs.num_glyphs]]

    @property
    def width(self) -> float:
        """Its width in pixels."""
        return float(FROM_UNITS * sum(info.geometry.width for info in self.glyphs))

    @property
    def lacks_glyphs(self) -> bool:
        """True if the font does not have all of its characters."""
        return any(info.glyph & pango.PANGO_GLYPH_UNKNOWN_FLAG for info in self.glyphs)

    def cluster_of(self, number: int) -> GlyphCluster:
        """The cluster with a glyph."""
        places = self._places
        place, count = places[number], len(places)
        first, end = number, number + 1
        while first and places[first - 1] == place:
            first -= 1
        while end < count and places[end] == place:
            end += 1
        following = first - 1 if self.is_reversed else end
        after = places[following] if 0 <= following < count else self._length
        text = self._encoded[self.start + place : self.start + after].decode()
        return GlyphCluster(first, end, text)

    def clusters(self) -> Iterator[GlyphCluster]:
        """The clusters from left to right."""
        end = 0
        while end < len(self._places):
            yield (cluster := self.cluster_of(end))
            end = cluster.end

    def name_glyphs(self, to_unicode: dict[int, str]) -> None:
        """Note the characters of glyphs that have none yet."""
        for number, info in enumerate(self.glyphs):
            if info.glyph not in to_unicode and info.glyph < IN_FONTS:
                to_unicode[info.glyph] = self.text_of(number)

    def text_of(self, number: int) -> str:
        """The characters that a glyph stands for. From right to left, programs turn round several
        characters of one glyph: if there is one for all of them, it is that."""
        first, end, text = self.cluster_of(number)
        if end > first + 1:
            glyphs = [info.glyph for info in self.glyphs[first:end]]
            place = end - 1 - number if self.is_reversed else number - first
            in_turn = glyphs[::-1] if self.is_reversed else glyphs
            glyph_of = functools.partial(nominal_glyph, self.font)
            text = _divide_cluster(in_turn, text, glyph_of)[place]
        return _as_one(text) if self.is_reversed and len(text) > 1 else text


def nominal_glyph(font: Any, character: str) -> int | None:
    """The glyph that one of Pango's fonts has for a character by itself."""
    glyph = ffi.new("hb_codepoint_t *")
    hb_font = pango.pango_font_get_hb_font(font)
    is_there = harfbuzz.hb_font_get_nominal_glyph(hb_font, ord(character), glyph)
    return int(glyph[0]) if is_there else None


def _divide_cluster(glyphs: Sequence[int], text: str, glyph_of: Any) -> list[str]:
    """The characters of a cluster for each of its glyphs in the order of reading. A letter may be
    drawn as others that it can be decomposed into."""
    forms = dict.fromkeys((text, _decompose_once(text), unicodedata.normalize("NFD", text)))
    characters = [*next((form for form in forms if len(form) >= len(glyphs)), [*forms][-1])]
    texts: dict[int, str] = {}
    for number, glyph in enumerate(glyphs):
        own = next((character for character in characters if glyph_of(character) == glyph), None)
        if own is not None:
            texts[number] = own
            characters.remove(own)
    others = [number for number in range(len(glyphs)) if number not in texts]
    texts |= dict(zip(others, characters, strict=False))
    if others:
        texts[others[-1]] = texts.get(others[-1], "") + "".join(characters[len(others) :])
    return [texts.get(number, "") for number in range(len(glyphs))]


def _as_one(text: str) -> str:
    """The character of Hebrew or Arabic that stands for several, if there is one."""
    return _presentation_forms().get(unicodedata.normalize("NFKD", text), text)


@functools.cache
def _presentation_forms() -> dict[str, str]:
    forms = map(chr, (*range(0xFEFE, 0xFEF4, -1), *range(0xFB4F, 0xFB1C, -1)))
    return {unicodedata.normalize("NFKD", form): form for form in forms}


def _decompose_once(text: str) -> str:
    parts = (unicodedata.decomposition(character) for character in text)
    return "".join(
        "".join(chr(int(code, 16)) for code in part.split()) if part and part[0] != "<" else each
        for each, part in zip(text, parts, strict=True)
    )


def runs_of(line: Any, text: str) -> Iterator[GlyphString]:
    """The runs of a line from left to right."""
    run, encoded = line.runs[0], text.encode()
    while run != ffi.NULL:
        yield GlyphString(run.data, encoded)
        run = run.next


def draw_first_line(stream: Any, box: Any, overflow: str, ellipsis: Any, matrix: Any) -> list[Any]:
    """Draw a line of text, of which a run from right to left is marked as such."""
    given = stream, box, overflow, ellipsis, matrix
    if overflow == "ellipsis" or ellipsis != "none" or not box.text.strip():
        return list(original_draw_first_line(*given))
    text = box.pango_layout
    pango.pango_layout_set_single_paragraph_mode(text.layout, True)
    runs = [*runs_of(text.get_first_line()[0], text.text)]
    fonts = [stream.add_font(run.font) for run in runs]
    for run, (font, _) in zip(runs, fonts, strict=True):
        run.name_glyphs(font.to_unicode)
    if not any(run.is_reversed for run in runs) or any(
        not size or font.bitmap or font.svg or font.png or font.colr or run.lacks_glyphs
        for run, (font, size) in zip(runs, fonts, strict=True)
    ):
        return list(original_draw_first_line(*given))
    places = itertools.accumulate((run.width for run in runs), initial=0.0)
    placed = zip(runs, fonts, places, strict=False)
    for run, (font, size), x in sorted(placed, key=lambda each: each[0].start):
        stream.set_font_size(font.hash, size)
        if run.is_reversed:
            stream.begin_marked_content(REVERSED)
        for piece in _pieces(stream, run, font, size):
            _show(stream, piece, matrix.values, x)
        if run.is_reversed:
            stream.end_marked_content()
    return []


class _Piece(msgspec.Struct):
    """A string of glyphs, ``x`` of Pango's units to the right of its run and ``y`` below; the text
    that is given for it, if any; and whether it is not to be seen."""

    x: int
    y: int
    strings: str = ""
    spoken: str = ""
    is_hidden: bool = False


def _pieces(stream: Any, run: GlyphString, font: Any, size: float) -> Iterator[_Piece]:
    """The strings of a run from left to right.

    Programs see a space where a letter does not begin at the end of the one before, and lose the
    order where a mark is over its letter, which follows it. So the letter before such a gap, or the
    mark, has its text for itself and for an empty glyph where the next letter begins."""
    empty = _empty_glyph(stream, run, font) if run.is_reversed else ""
    wide = LARGEST_SHIFT * size if empty else math.inf
    places = [info.geometry for info in run.glyphs]
    gaps = {n: p.x_offset for n, p in enumerate(places) if n and p.width and p.x_offset > wide}
    piece, x = _Piece(0, 0), 0
    for number, (info, place) in enumerate(zip(run.glyphs, places, strict=True)):
        text, gap = run.text_of(number), gaps.get(number + 1, 0)
        if info.glyph == pango.PANGO_GLYPH_EMPTY:
            yield piece
            joiner = nominal_glyph(run.font, text) if text == NON_JOINER else None
            if joiner and not _width(stream, run, joiner, font, size):
                font.to_unicode[joiner] = text
                yield _Piece(x, 0, f"<{joiner:04x}>", is_hidden=True)
            x += place.width
            piece = _Piece(x, 0)
            continue
        is_over = bool(empty) and not place.width and (place.y_offset or abs(place.x_offset) > wide)
        is_other = _differ(text, font.to_unicode.get(info.glyph, text))
        spoken = text if is_over or is_other or (gap and not text.isspace()) else ""
        if spoken or piece.spoken or place.y_offset != piece.y:
            yield piece
            start = x + gaps.get(number, 0)
            piece = _Piece(start, place.y_offset, empty if is_over else "", spoken)
        before = place.x_offset / size
        after = int(
            _width(stream, run, info.glyph, font, size)
            + before
            - place.width * 1000 * FROM_UNITS / size
        )
        if before and (piece.strings or number not in gaps):
            piece.strings += f" {-before:.4g}"
        piece.strings += f"<{info.glyph:04x}>" + (f" {after}" if after else "")
        if is_over or (spoken and gap):
            piece.strings += (f" {-gap / size:.4g}" if gap else "") + empty
        x += place.width
    yield piece


def _width(stream: Any, run: GlyphString, glyph: int, font: Any, size: float) -> float:
    """The width of a glyph, in thousandths of its size."""
    if glyph not in font.widths:
        rectangle = stream.logical_rect
        pango.pango_font_get_glyph_extents(run.font, glyph, stream.ink_rect, rectangle)
        font.widths[glyph] = round(rectangle.width * 1000 * FROM_UNITS / size)
    return float(font.widths[glyph])


def _empty_glyph(stream: Any, run: GlyphString, font: Any) -> str:
    """A string with a glyph that is empty and has no width, if the font has one."""
    ink, logical = stream.ink_rect, stream.logical_rect
    for character in EMPTY:
        if glyph := nominal_glyph(run.font, character):
            pango.pango_font_get_glyph_extents(run.font, glyph, ink, logical)
            if not ink.width and not logical.width:
                # a byte order mark is no text (PDF/UA-1, 7.21.7)
                font.to_unicode[glyph], font.widths[glyph] = EMPTY[0], 0
                return f"<{glyph:04x}>"
    return ""


def _show(stream: Any, piece: _Piece, matrix: Sequence[float], x: float) -> None:
    if not piece.strings:
        return
    a, b, c, d, e, f = matrix
    x, y = x + piece.x * FROM_UNITS, -piece.y * FROM_UNITS
    places = (round(place, 2) for place in (e + x * a + y * c, f + x * b + y * d))
    stream.set_text_matrix(a, b, c, d, *places)
    if piece.spoken:
        stream.begin_marked_content("Span", Dictionary({"ActualText": String(piece.spoken)}))
    if piece.is_hidden:
        stream.set_text_rendering(HIDDEN)
    stream.show_text(piece.strings.replace("><", ""))
    if piece.is_hidden:
        stream.set_text_rendering(FILLED)
    if piece.spoken:
        stream.end_marked_content()


def spell_out(text: str) -> str:
    """The letters of a text, and the marks on them, each as it is read."""
    normal = "".join([unicodedata.normalize("NFKC", character) for character in text])
    return "".join([c for c in normal if unicodedata.category(c)[0] in "LMN"]).casefold()


def _differ(text: str, other: str) -> bool:
    """Return whether the letters, or the brackets, of two texts differ."""
    if text == other:
        return False
    return spell_out(text) != spell_out(other) or any(map(unicodedata.mirrored, text))
