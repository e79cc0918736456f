"""Lines of text laid out by Pango. WeasyPrint lays out each one five times: to find its break, to
see whether one more word fits, with a hyphen, in its final form, and for drawing. Here it is drawn
as it was laid out."""

from __future__ import annotations

import copy
import struct
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import weasyprint
from weasyprint.text.ffi import FROM_UNITS, TO_UNITS, ffi, gobject, pango

from pipeline.model.late import late
from pipeline.package.pdf.engine.adapter.boxes import is_text
from pipeline.package.pdf.engine.adapter.glyph_texts import IN_FONTS, GlyphString
from pipeline.package.pdf.engine.adapter.glyph_texts import draw_first_line as draw_by_runs
from pipeline.package.pdf.engine.adapter.spaces import TextLayout, widen_spaces

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

IS_RECENT = pango.pango_version() >= 15000
"""True if Pango knows the sizes of fonts."""

GLYPHS = struct.Struct("=Iiii4x")
"""A glyph in Pango's memory: its number, its width, and by how much it is moved."""

CAN_READ_GLYPHS = IS_RECENT and ffi.sizeof("PangoGlyphInfo") == GLYPHS.size

MOVES = "_moves"
"""The attribute of a font that has how its glyphs are written, by size."""

original_add_word_spacing = weasyprint.layout.inline.add_word_spacing


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
        return list(ffi.unpack(glyphs.log_clusters, glyphs.num_glyphs))

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

    def justified(self, text: str, spacing: float) -> ShapedText | None:
        """The same with wider spaces, if it is this text, and is drawn as it was set."""
        if self._spacing is None or self.text != text:
            return None
        wider = copy.copy(self)
        wider.justification_spacing = spacing
        return wider


def add_word_spacing(context: Any, box: Any, spacing: float, shift: float) -> float:
    """Justify the content of a box, which is moved to the right; returns the shift of the content
    after it."""
    count = weasyprint.layout.inline.count_expandable_spaces
    spaces = count(box) if is_text(box) else 0
    wider = box.pango_layout.justified(box.text, spacing) if spaces else None
    if wider is None:
        return float(original_add_word_spacing(context, box, spacing, shift))
    box.pango_layout, box.justification_spacing = wider, spacing
    box.position_x += shift
    box.width += spacing * spaces
    return shift + spacing * spaces


def draw_first_line(stream: Any, box: Any, overflow: str, ellipsis: Any, matrix: Any) -> list[Any]:
    """Draw a line of text. Glyphs at their natural widths are written as numbers only; WeasyPrint
    writes a move by 0 after each, half of the content of a page."""
    text, written = box.pango_layout, None
    if overflow != "ellipsis" and ellipsis == "none" and isinstance(text, ShapedText):
        written = _written(stream, text)
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


def _written(stream: Any, text: ShapedText) -> list[tuple[Any, float, str]] | None:
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
        for number, placed in enumerate(shown, run.first):
            if placed in known:
                continue
            glyph, width, x, y = placed
            if y or glyph >= IN_FONTS:
                return None
            if glyph not in font.to_unicode:
                font.to_unicode[glyph] = GlyphString(run.placed, run.text).text_of(number)
            if glyph not in font.widths:
                rect = stream.logical_rect
                pango.pango_font_get_glyph_extents(pango_font, glyph, stream.ink_rect, rect)
                font.widths[glyph] = round(rect.width * 1000 * FROM_UNITS / size)
            before = x / size
            after = int(font.widths[glyph] + before - width * 1000 * FROM_UNITS / size)
            piece = (f">{-before}<" if before else "") + f"{glyph:04x}"
            known[placed] = piece + (f">{after}<" if after else "")
        runs.append((font, size, "".join([known[placed] for placed in shown])))
    return runs
