"""Lines of text: found in few letters, broken at the widths of characters that are shaped once, and
laid out by Pango once."""

from __future__ import annotations

import copy
import functools
import io
import math
import re
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import pyphen
import weasyprint
from weasyprint.layout.inline import _adjust_line_height, line_box_verticality
from weasyprint.layout.percent import percentage, resolve_percentages
from weasyprint.text.ffi import FROM_UNITS, TO_UNITS, ffi, gobject, pango
from weasyprint.text.line_break import create_layout, first_line_metrics, line_size, strut

from pipeline.model.late import late
from pipeline.package.pdf.engine.adapter.boxes import is_text
from pipeline.package.pdf.engine.adapter.glyph_texts import IN_FONTS, GlyphString
from pipeline.package.pdf.engine.adapter.glyph_texts import draw_first_line as draw_by_runs
from pipeline.package.pdf.engine.adapter.lines import (
    ENDS,
    LINE_BREAK,
    PLAN,
    SHAPED,
    SIMPLE,
    WORD_BOUNDARY,
    WORD_END,
    attributes_of,
    character_widths,
    hyphen_width,
)
from pipeline.package.pdf.engine.adapter.spaces import SPACED, SPACES, TextLayout, widen_spaces
from pipeline.package.pdf.engine.adapter.spaces import split_first_line as split_whole

# --- text lines ------------------------------------------------------------------------------
# Lines of text laid out by Pango. WeasyPrint lays out each one five times: to find its break, to
# see whether one more word fits, with a hyphen, in its final form, and for drawing. Here it is
# drawn as it was laid out.

ffi.cdef("PangoLayout * pango_layout_copy (PangoLayout *);")

EMPTY = "empty"
"""The attribute of a style with the layout of an empty text."""

STYLE_ATTRIBUTES = (
    "language",
    "first_line_direction",
    "ascent",
    "underline_position",
    "underline_thickness",
    "strikethrough_position",
    "strikethrough_thickness",
)
"""The attributes of a text that follow from its style."""

_ENDS_PARAGRAPHS = late("[\n\r\u2029]")

GLYPHS = struct.Struct("=Iiii4x")
"""A glyph in Pango's memory: its number, its width, and by how much it is moved."""

EMPTY_GLYPH = pango.PANGO_GLYPH_EMPTY, 0, 0, 0
"""The glyph of a character that is not seen, as that after a hyphen at the end of a line."""

CAN_READ_GLYPHS = pango.pango_version() >= 15000 and ffi.sizeof("PangoGlyphInfo") == GLYPHS.size
"""True if Pango knows the sizes of fonts, and its glyphs are these."""

MOVES = "_moves"
"""The attribute of a font that has how its glyphs are written, by size."""

original_get_next_linebox = weasyprint.layout.inline.get_next_linebox


class GlyphRun(NamedTuple):
    """Glyphs of one font that follow each other in a laid-out text."""

    placed: Any
    """Pango's glyphs, and where they belong in the text."""
    text: bytes
    first: int
    end: int
    wider: Mapping[int, int] = {}
    """By how much glyphs are wider than they were laid out, in Pango's units."""

    @classmethod
    def all_of(cls, line: Any, text: bytes) -> Iterator[GlyphRun]:
        """The runs of a line that Pango has laid out."""
        run = line.runs[0]
        while run != ffi.NULL:
            yield cls(run.data, text, 0, run.data.glyphs.num_glyphs)
            run = run.next

    @property
    def clusters(self) -> list[int]:
        """The beginnings of the characters of Pango's glyphs, in bytes from the item's start."""
        glyphs = self.placed.glyphs
        return ffi.unpack(glyphs.log_clusters, glyphs.num_glyphs)  # type: ignore[no-any-return]

    def glyphs(self) -> Iterator[tuple[int, ...]]:
        """The glyphs, as `GLYPHS` describes them."""
        start = self.placed.glyphs.glyphs + self.first
        return GLYPHS.iter_unpack(ffi.buffer(start, (self.end - self.first) * GLYPHS.size))


class ShapedText(TextLayout):
    """A text in a style. Pango's layout of a single line is kept until it is drawn, and shared by
    its copies; only then is it justified, as its own line requires."""

    _set: tuple[Any, int | None] | None = None
    """The first line, and where the second begins."""
    _is_spaced = False
    _spacing: list[int] | None = None

    def setup(self, style: Any) -> None:
        """Get the layout objects of a text: copies of those for others in this style."""
        objects = vars(style).get(EMPTY)
        if objects is None:
            super().setup(style)
            names = ("layout", *STYLE_ATTRIBUTES)
            objects = {name: vars(self)[name] for name in names if name in vars(self)}
            vars(style)[EMPTY] = objects
        self.__dict__ |= objects
        self.style = style
        self.layout = ffi.gc(pango.pango_layout_copy(objects["layout"]), gobject.g_object_unref)

    def set_text(self, text: str, justify: bool = False) -> None:
        self._set, self._is_spaced = None, justify
        pango.pango_layout_set_single_paragraph_mode(self.layout, not _ENDS_PARAGRAPHS.search(text))
        super().set_text(text, justify)

    def get_first_line(self) -> tuple[Any, int | None]:
        self._set = super().get_first_line()
        return self._set

    def deactivate(self) -> None:
        """Release the style, and the layout unless it is drawn unchanged."""
        style = self.style
        is_plain = style["letter_spacing"] == "normal" and not style["word_spacing"]
        is_line = self._set is not None and self._set[1] is None
        if is_line and is_plain and not self._is_spaced:
            self._spacing = self._spacing or [0]
            del self.style
        else:
            self._spacing = None
            super().deactivate()

    def reactivate(self, style: Any) -> None:
        """Have the text as it is drawn."""
        if self._spacing is None:
            super().reactivate(style)
            return
        self.style = style
        pango.pango_layout_set_single_paragraph_mode(self.layout, True)
        spacing = int(self.justification_spacing * TO_UNITS)
        if spacing != self._spacing[0]:
            widen_spaces(self, spacing - self._spacing[0])
            self._spacing[0] = spacing

    def lay_out(self) -> None:
        """Have Pango's layout, as WeasyPrint draws it."""

    def runs(self) -> Iterator[GlyphRun]:
        """The glyphs of the line."""
        return GlyphRun.all_of(self.get_first_line()[0], self.text.encode())


def draw_first_line(stream: Any, box: Any, overflow: str, ellipsis: Any, matrix: Any) -> list[Any]:
    """Draw a line of text. Glyphs at their natural widths are written as numbers only; WeasyPrint
    writes a move by 0 after each, half of the content of a page."""
    text, written = box.pango_layout, None
    if overflow != "ellipsis" and ellipsis == "none" and isinstance(text, ShapedText):
        written = _encode_line(stream, text)
    if written is None or not box.text.strip():
        if isinstance(text, ShapedText):
            text.lay_out()
        return draw_by_runs(stream, box, overflow, ellipsis, matrix)
    stream.set_text_matrix(*matrix.values)
    shown, last = "", None
    for font, size, glyphs in written:
        if (font, size) != last:
            if shown:
                stream.show_text(shown)
            stream.set_font_size(font.hash, size)
            shown, last = "", (font, size)
        shown += f"<{glyphs}>".replace("<>", " ")  # between two moves, say
    stream.show_text(shown)
    return []


def _encode_line(stream: Any, text: ShapedText) -> list[tuple[Any, float, str]] | None:
    """The fonts, their sizes, and the glyphs of a line with the moves between them, if all of them
    are outlines on the line, and read from left to right."""
    if not CAN_READ_GLYPHS:
        return None
    runs: list[tuple[Any, float, str]] = []
    for run in text.runs():
        pango_font, level = run.placed.item.analysis.font, run.placed.item.analysis.level
        font, size = stream.add_font(pango_font)
        if font.bitmap or font.svg or font.png or font.colr or not size or level % 2:
            return None
        known = vars(font).setdefault(MOVES, {}).setdefault(size, {})
        shown = [*run.glyphs()]
        for number, units in run.wider.items():
            glyph, width, x, y = shown[number - run.first]
            shown[number - run.first] = glyph, width + units, x, y
        pieces = [*map(known.get, shown)]
        for number, placed in enumerate(shown) if None in pieces else ():
            piece = known.get(placed)
            if piece is None:
                glyph, width, x, y = placed
                if placed == EMPTY_GLYPH:
                    known[placed] = pieces[number] = ""
                    continue
                if y or glyph >= IN_FONTS:
                    return None
                if glyph not in font.to_unicode:
                    string = GlyphString(run.placed, run.text)
                    font.to_unicode[glyph] = string.text_of(run.first + number)
                if glyph not in font.widths:
                    rect = stream.logical_rect
                    pango.pango_font_get_glyph_extents(pango_font, glyph, stream.ink_rect, rect)
                    font.widths[glyph] = round(rect.width * 1000 * FROM_UNITS / size)
                before = x / size
                after = int(font.widths[glyph] + before - width * 1000 * FROM_UNITS / size)
                piece = (f">{-before}<" if before else "") + f"{glyph:04x}"
                piece = known[placed] = piece + (f">{after}<" if after else "")
            pieces[number] = piece
        runs.append((font, size, "".join(pieces)))
    return runs


# --- breaking --------------------------------------------------------------------------------
# Lines of a paragraph that is shaped once: the widths of its characters tell where lines end.
#
# WeasyPrint lays out twice as much text as a line holds to find its end, the line with each part
# of a word that may be hyphenated, and the line itself. Where a text is not simple, or widths
# leave a doubt, it still does.

ADVANCES = "advances"
"""The attribute of a style with the widths of glyphs on their own, by font, each with a layout that
keeps the font."""

PARAGRAPH = "paragraph"
"""The attribute of a style, or of a planned text, with the paragraph that was broken last."""

LONGEST_PARAGRAPH = 20_000
"""The number of characters of a paragraph whose lines are found like this."""

NARROWEST = 0.3
"""The average width of the characters of a text that fits on a line for certain, in ems."""

DOUBT = 0.1
"""The ems by which a line may be wider or narrower alone than within its paragraph: some letters
are nearer to a space or a hyphen than to others (kerning)."""


class ShapedParagraph:
    """A text laid out as one long line."""

    def __init__(self, shaped: Any, text: str, style: Any) -> None:
        self._layout = shaped
        line, _ = shaped.get_first_line()
        layout = shaped.layout
        self.text, self.encoded = text, text.encode()
        self.of_style = {k: v for k, v in vars(self._layout).items() if k in STYLE_ATTRIBUTES}
        self.runs = [(run, run.clusters) for run in GlyphRun.all_of(line, self.encoded)]
        self.places: list[int] = [0, *accumulate(character_widths(shaped))]
        """The beginnings of characters, in Pango's units, and the end of the last."""
        self.height = line_size(line, style)[1]
        self.baseline = pango.pango_layout_get_baseline(layout) * FROM_UNITS
        self.is_of_one_font = len({run.placed.item.analysis.font for run, _ in self.runs}) == 1
        self._advances = vars(style).setdefault(ADVANCES, {})
        self.like: tuple[Any, Any, Any, float] | None = None
        """The box of all lines, one of them with that of the text on it, and the top above the
        baseline."""

    @functools.cached_property
    def _attributes(self) -> Sequence[int]:
        return attributes_of(self._layout)

    def parts_glyphs(self, start: int) -> bool:
        """Return whether a byte is within the characters of one glyph: a ligature."""
        return start < len(self.encoded) and self._glyph_at(start) is None

    def _glyph_at(self, start: int) -> tuple[Any, int, bool] | None:
        """The item with the glyph of the character at a byte, its number in it, and whether it is
        the only one; none if there is no glyph that begins there."""
        for run, clusters in self.runs:
            place = start - run.placed.item.offset
            if 0 <= place < run.placed.item.length:
                number = bisect_left(clusters, place)
                if clusters[number : number + 1] == [place]:
                    return run.placed, number, clusters[number + 1 : number + 2] != [place]
        return None

    def end(self, start: int, end: int) -> int:
        """The place where a part ends, without its spaces."""
        return self.places[start + len(self.text[start:end].rstrip(" "))]

    def kerning(self, last: int) -> int:
        """The amount by which the last letter of a line, which begins at a byte, is narrower than
        alone, in Pango's units: what follows it in the paragraph does not do so on the line."""
        found = self._glyph_at(last)
        if found is None or not found[2]:
            return 0
        placed, number, _ = found
        info = placed.glyphs.glyphs[number]
        glyph, font = info.glyph, placed.item.analysis.font
        _, known = self._advances.setdefault(font, (self._layout, {}))
        if glyph not in known:
            extents = ffi.new("PangoRectangle *")
            pango.pango_font_get_glyph_extents(font, glyph, ffi.NULL, extents)
            known[glyph] = extents.width
        return int(known[glyph] - info.geometry.width)

    def last_break(self, start: int, end: int) -> int | None:
        """The last index up to ``end`` where a line may end, if any after ``start``."""
        attributes = self._attributes
        return next((n for n in range(end, start, -1) if attributes[n] & LINE_BREAK), None)

    def next_break(self, start: int) -> int | None:
        """The first index after another where a line may end, if any before the text does."""
        attributes, end = self._attributes, len(self.text)
        return next((n for n in range(start + 1, end) if attributes[n] & LINE_BREAK), None)

    def word_of(self, length: int, start: int, end: int) -> tuple[int, int] | None:
        """The beginning and end of the first word of at least a length in a part, at whose end a
        word ends too."""
        begin = start
        for n in range(start, end + 1):
            attributes = self._attributes[n]
            is_end = attributes & WORD_END or (n == end and self.text[n - 1].isalpha())
            if is_end and n - begin >= length:
                return begin, n
            if is_end or attributes & WORD_BOUNDARY:
                begin = n
        return None


class LineOfParagraph(ShapedText):
    """A line whose glyphs are those of its paragraph."""

    first_line_direction = 0

    def __init__(self, paragraph: ShapedParagraph, text: str, start: int) -> None:
        """``start`` is the byte at which the text begins."""
        self.justification_spacing, self.max_width = 0, None
        self.text, self._paragraph, self._start = text, paragraph, start
        self.__dict__ |= paragraph.of_style

    def deactivate(self) -> None:
        """Nothing: the paragraph is needed until the line is drawn."""

    def reactivate(self, style: Any) -> None:
        """Remember the style, in case the line has to be laid out."""
        self.style = style

    def lay_out(self) -> None:
        super().reactivate(self.style)

    def runs(self) -> Iterator[GlyphRun]:
        units = int(self.justification_spacing * TO_UNITS)
        start, encoded = self._start, self.text.encode()
        spaces = [start + space.start() for space in SPACES.finditer(encoded)] if units else []
        for run, clusters in self._paragraph.runs:
            offset = run.placed.item.offset
            first = bisect_left(clusters, start - offset)
            end = bisect_left(clusters, start + len(encoded) - offset)
            if first < end:
                at = ((space, bisect_left(clusters, space - offset)) for space in spaces)
                wider = {n: units for space, n in at if n < end and clusters[n] == space - offset}
                yield GlyphRun(run.placed, run.text, first, end, wider)


def line_of_paragraph(text: str, style: Any, context: Any, width: float) -> tuple[Any, ...] | None:
    """The first line of a text that may have several, in the form of `split_first_line`; none if
    that must find it."""
    em = style["font_size"]
    if not em or width <= 0 or len(text) * em * NARROWEST < width:
        return None
    paragraph = _paragraph_of(text, style, context)
    if paragraph is None:
        return None
    start, places = len(paragraph.text) - len(text), paragraph.places
    if paragraph.parts_glyphs(len(paragraph.text[:start].encode())):
        return None
    limit = places[start] + width * TO_UNITS
    doubt = DOUBT * em * TO_UNITS

    fitting = bisect_right(places, limit) - 1
    if fitting == len(places) - 1:
        if text.endswith(" ") or places[-1] + doubt > limit:
            return None
        return _line(paragraph, start, len(paragraph.text), None)
    end = paragraph.last_break(start, fitting + 1)
    if end is None:
        return None
    following = paragraph.next_break(end) or len(paragraph.text)
    if paragraph.end(start, end) + doubt > limit or paragraph.end(end, following) - doubt < limit:
        return None
    divided = _divide(paragraph, start, end, style, context, width)
    if divided is not None:
        return divided
    first = text[: end - start]
    return _line(paragraph, start, start + len(first.rstrip(" ")), len(first.encode()))


def get_next_linebox(
    context: Any, linebox: Any, y: float, bottom_space: float, place: Any, block: Any, *rest: Any
) -> tuple[Any, Any]:
    """The line of a paragraph at a place, and the place of the next one."""
    line = None
    if not context.excluded_shapes and not any(rest[2:]) and block.style["direction"] == "ltr":
        line = _line_within(context, linebox, y, place, block)
    return line or original_get_next_linebox(context, linebox, y, bottom_space, place, block, *rest)


def _line_within(
    context: Any, linebox: Any, y: float, place: Any, block: Any
) -> tuple[Any, Any] | None:
    """A line put together like the others of its paragraph; none if there is more on it than a part
    of one text, which has been shaped already."""
    ((index, within),) = place.items() if place else ((0, None),)
    if not linebox.children or not is_text(box := linebox.children[index]):
        return None
    skip = next(iter(within)) if within else 0
    is_planned, before = ENDS in vars(box), box.text.encode()[:skip]
    width = block.width - linebox.text_indent
    found = (_planned_line if is_planned else _filled_line)(context, box, skip, width)
    if found is None:
        return None
    paragraph, (shaped, length, resume, width, height, _) = found
    text = shaped.text
    is_last = resume is None
    if (is_last and box is not linebox.children[-1]) or not length or text.strip(" ") != text:
        return None
    spaced = vars(linebox).setdefault(SPACED, set())  # all its lines have the same
    if before.endswith((b" ", b"\n")):
        spaced.add(repr(place))
    if not paragraph.like or paragraph.like[0] is not linebox:
        paragraph.like = linebox, *_first_of(paragraph, linebox, box, block)
    _, line, line_text, top = paragraph.like
    if height != line_text.height:
        return None
    if is_last:
        paragraph.like = None  # which would keep itself
    line, line_text = line.copy(), line_text.copy()
    line.children, vars(line)[SPACED] = [line_text], spaced
    vars(line)[PLAN] = vars(linebox).get(PLAN)  # another, if pages are made again
    line.position_x = block.content_box_x()
    line_text.text, line_text.pango_layout, line_text.width = text, shaped, width
    line_text.position_x = line.position_x + linebox.text_indent
    line.width = line_text.position_x + width - line.position_x
    line_text.position_y += y - top
    line.position_y = y
    spaces = len(SPACES.findall(text.encode()))
    if is_last or line.style["text_align_all"] != "justify":
        x = weasyprint.layout.inline.text_align(context, line, block.width, last=is_last)
        line.translate(x, 0)
    elif spaces and (is_planned or line.width < block.width):
        spacing = (block.width - line.width) / spaces
        shaped.justification_spacing = line_text.justification_spacing = spacing
        line.width += spacing * spaces
        line_text.width += spacing * spaces
    return line, None if is_last else {index: {skip + resume: None}}


def _planned_line(
    context: Any, box: Any, skip: int, _: float
) -> tuple[ShapedParagraph, tuple[Any, ...]] | None:
    """The line of a planned text that begins at a byte, with its paragraph, in the form of
    `split_first_line`."""
    paragraph = _planned_paragraph(box)
    if paragraph is None or paragraph.parts_glyphs(skip):
        return None
    ends, encoded = vars(box)[ENDS], paragraph.encoded
    number = bisect_right(ends, skip, key=itemgetter(1))
    end, resume, has_hyphen = ends[number] if number < len(ends) else (len(encoded), None, False)
    text = encoded[skip:end].decode()
    if not text or paragraph.parts_glyphs(end):
        return None
    after = None if resume is None else resume - skip
    if has_hyphen:
        text += box.style["hyphenate_character"]
        shaped, length, _, *sizes = split_first_line(text, box.style, context, None, 0)
        return paragraph, (shaped, length, after, *sizes)
    start = len(encoded[:skip].decode())
    return paragraph, _line(paragraph, start, start + len(text), after)


def _filled_line(
    context: Any, box: Any, skip: int, width: float
) -> tuple[ShapedParagraph, tuple[Any, ...]] | None:
    """The same of one that is not planned: as much of it as there is room for."""
    text = box.text.encode()[skip:].decode()
    found = line_of_paragraph(text, box.style, context, width) if text else None
    return found and (vars(box.style)[PARAGRAPH][1], found)


def _planned_paragraph(box: Any) -> ShapedParagraph | None:
    """The paragraph of a text that is planned, if all of it is in one font."""
    known = vars(box)
    if PARAGRAPH not in known:
        shaped = ShapedParagraph(known[SHAPED], box.text, box.style) if CAN_READ_GLYPHS else None
        known[PARAGRAPH] = shaped if shaped and shaped.is_of_one_font else None
    return known[PARAGRAPH]  # type: ignore[no-any-return]


def _first_of(
    paragraph: ShapedParagraph, linebox: Any, box: Any, block: Any
) -> tuple[Any, Any, float]:
    """A line of a paragraph and its text, where they are if the baseline is at 0, and its top."""
    resolve_percentages(box, block)
    text = box.copy()
    for name in (ENDS, SHAPED, PARAGRAPH):
        vars(text).pop(name, None)
    text.height = paragraph.height
    text.margin_top = text.margin_bottom = (strut(box.style)[0] - text.height) / 2
    text.baseline = paragraph.baseline + text.margin_top
    line = linebox.copy_with_children([text])
    line.remove_decoration(start=True, end=True)
    _adjust_line_height(line)
    bottom, top = line_box_verticality(line)
    line.baseline, line.position_y, line.height = -top, top, bottom - top
    line.margin_top = line.margin_bottom = 0
    return line, text, top


def _line(paragraph: ShapedParagraph, start: int, end: int, resume: int | None) -> tuple[Any, ...]:
    text = paragraph.text[start:end]
    first, length = len(paragraph.text[:start].encode()), len(text.encode())
    last = paragraph.text[end - 1]  # a space, if there is nothing on the line
    kerning = paragraph.kerning(first + length - len(last.encode()))
    width = (paragraph.places[end] - paragraph.places[start] + kerning) * FROM_UNITS
    line = LineOfParagraph(paragraph, text, first)
    return line, length, resume, width, paragraph.height, paragraph.baseline


def _paragraph_of(text: str, style: Any, context: Any) -> ShapedParagraph | None:
    """The paragraph that ends with a text, if it is simple."""
    kept = vars(style).get(PARAGRAPH)
    if kept is None or not kept[0].endswith(text):
        is_simple = (
            CAN_READ_GLYPHS
            and len(text) <= LONGEST_PARAGRAPH
            and style["white_space"] == "normal"
            and style["letter_spacing"] == "normal"
            and not style["word_spacing"]
            and style["word_break"] == "normal"
            and style["direction"] == "ltr"
            and SIMPLE.fullmatch(text)
        )
        paragraph = None
        if is_simple:
            shaped = create_layout(text, style, context, None, 0)
            paragraph = ShapedParagraph(shaped, text, style)
        if paragraph is not None and not paragraph.is_of_one_font:
            paragraph = None
        kept = vars(style)[PARAGRAPH] = text, paragraph
    return kept[1]  # type: ignore[no-any-return]


def _divide(
    paragraph: ShapedParagraph, start: int, end: int, style: Any, context: Any, width: float
) -> tuple[Any, ...] | None:
    """The line with a part of the word after it, if that is to be hyphenated and a part fits."""
    language = style["lang"] and pyphen.language_fallback(style["lang"])
    if style["hyphens"] != "auto" or not language:
        return None
    text, places = paragraph.text, paragraph.places
    space = width - (paragraph.end(start, end) - places[start]) * FROM_UNITS
    if space <= percentage(style["hyphenate_limit_zone"], style, width):
        return None
    total, left, right = style["hyphenate_limit_chars"]
    following = paragraph.next_break(end)
    word = paragraph.word_of(total, end, following - 1 if following else len(text))
    if word is None:
        return None
    key = language, left, right, total
    if key not in context.dictionaries:
        context.dictionaries[key] = pyphen.Pyphen(lang=language, left=left, right=right)
    hyphen = style["hyphenate_character"]
    most = width - hyphen_width(style, context) + DOUBT * style["font_size"]
    for part, _ in context.dictionaries[key].iterate(text[slice(*word)]):
        line_text = text[start : word[0]] + part
        is_same = text.startswith(part, word[0])  # some languages write a divided word otherwise
        if is_same and (places[word[0] + len(part)] - places[start]) * FROM_UNITS > most:
            continue
        layout = create_layout(line_text + hyphen, style, context, width, 0)
        line, rest = layout.get_first_line()
        if rest is None and line_size(line, style)[0] <= width:
            after = len(line_text.encode())
            metrics = first_line_metrics(line, text, layout, after, True, style, True, hyphen)
            return tuple(metrics)
    return None


# --- splitting -------------------------------------------------------------------------------
# The first line of a text, found in no more letters than it can hold, and once for a short text.
# For a text without line breaks, or with zero-width characters only, WeasyPrint would measure the
# whole rest for each line.

FEWEST, MOST_IN_EM = 100, 10
"""Characters of a text without spaces in which the end of a line is looked for first: at least, and
in an em of the line. Few letters are as narrow as that."""

_SPACES = late(r"\s")
LONGEST_LINE = 2000
"""More characters than any line has; the end of the line is found within them."""

SHORT, KEPT = 30, 500
"""The maximum length of a text that is likely to recur, and the number of these kept per style."""


def split_first_line(
    text: str, style: Any, context: Any, width: float | None, spacing: float, **options: Any
) -> Any:
    """The first line of a text."""
    if len(text) <= SHORT:
        kept = vars(style).setdefault("kept", {})
        result = kept.get((text, spacing))
        if not result or (width is not None and result[3] > width):
            result = split_whole(text, style, context, width, spacing, **options)
            # A space that is left out at a line's end is there on others.
            is_all = result[2] is None and result[1] == len(text.encode())
            if not is_all or (width is not None and result[3] > width) or len(kept) >= KEPT:
                return result
            kept[text, spacing] = result
        return (copy.copy(result[0]), *result[1:])
    start = text[:LONGEST_LINE]
    if width is not None and not spacing and width < math.inf:
        line = line_of_paragraph(text, style, context, width)
        if line is not None:
            return line
    if width is not None and width < math.inf and not _SPACES.search(start):
        few = start[: max(FEWEST, int(width / (style["font_size"] or 1) * MOST_IN_EM))]
        if few != text:
            result = split_whole(few, style, context, width, spacing, **options)
            if result[2] is not None:
                return result
    if width is None or len(text) <= LONGEST_LINE or "\n" in start:
        return split_whole(text, style, context, width, spacing, **options)
    result = split_whole(start, style, context, width, spacing, **options)
    if result[2] is None:  # all of it stands on the line
        return (*result[:2], len(start.encode()), *result[3:])
    return result


def width_of_line(
    text: str, style: Any, context: Any, width: float | None, spacing: float, **options: Any
) -> Any:
    """For the widths that a column has at least (of 0) and at most (of None)."""
    if width is None or len(text) > SHORT:
        return split_first_line(text, style, context, width, spacing, **options)
    kept = vars(style).setdefault("narrow", {})
    arguments = text, width, spacing, *options.values()
    if arguments not in kept:
        if len(kept) >= KEPT:
            kept.clear()
        kept[arguments] = (
            None,
            *split_whole(text, style, context, width, spacing, **options)[1:],
        )
    return kept[arguments]


# --- hyphenation -----------------------------------------------------------------------------
# Hyphenation patterns that are parsed when a word has their letters.
#
# pyphen parses all patterns of a language in advance, which takes 50 ms for English and half a
# second for German. A short text needs a few hundred of them.

_ALL = pyphen.HyphDict

_PATTERN = late(r"^[^\n1-9]*[1-9].*", re.MULTILINE)
"""A line with a pattern, or a comment. Patterns of zeros have no effect."""

_ALTERNATIVE = late(r"^([^/\n]*+)/[^=\n]*+=.*", re.MULTILINE)
"""A pattern for words that change where they are divided: its letters, and how they change."""

_NONE = "1"
"""A pattern without letters, because pyphen does not allow for none."""


class Patterns(pyphen.HyphDict):  # type: ignore[misc]
    """The patterns of a language, by their letters; those not parsed yet are lines."""

    def __init__(self, path: Path) -> None:
        encoding, _, rest = path.read_bytes().partition(b"\n")
        text = rest.decode(encoding.decode().strip().lower().replace("microsoft-", ""))
        if "^^" in text:  # characters by their codes
            super().__init__(path)
            return
        lines = _PATTERN.findall(text)
        text = "\n".join(lines)
        bare = _ALTERNATIVE.sub(r"\1", text) if "/" in text else text
        letters = bare.encode().translate(None, b"0123456789").decode().split("\n")
        self.patterns: dict[str, Any] = dict(zip(letters, lines, strict=True))
        self.cache: dict[str, list[int]] = {}
        self.maxlen = max(map(len, letters))

    def positions(self, word: str) -> list[int]:
        word = word.lower()
        if word not in self.cache:
            limited, known, longest = f".{word}.", self.patterns, self.maxlen
            size = len(limited)
            found = [
                (start, part)
                for start in range(size)
                for end in range(start + 1, min(start + longest, size) + 1)
                if (part := limited[start:end]) in known
            ]
            if lines := {part: known[part] for _, part in found if isinstance(known[part], str)}:
                known |= dict.fromkeys(lines, (0, ())) | _ALL(_Lines(lines.values())).patterns
            values = [0] * (size + 1)
            for start, part in found:
                offset, given = known[part]
                place = slice(start + offset, start + offset + len(given))
                values[place] = map(max, given, values[place])
            places = (place for place, value in enumerate(values) if value % 2)
            self.cache[word] = [pyphen.DataInt(n - 1, reference=values[n]) for n in places]
        return self.cache[word]


class _Lines(NamedTuple):
    """Lines of a file of patterns, to be read by pyphen as a path."""

    lines: Iterable[str]

    def open(self, _: str) -> io.BytesIO:
        return io.BytesIO(b"UTF-8")

    def read_text(self, _: str) -> str:
        return "\n".join(("UTF-8", _NONE, *self.lines))
