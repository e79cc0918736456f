"""Lines of a paragraph that is shaped once: the widths of its characters tell where lines end.

WeasyPrint lays out twice as much text as a line holds to find its end, the line with each part of
a word that may be hyphenated, and the line itself. Where a text is not simple, or widths leave a
doubt, it still does.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

import pyphen
from weasyprint.layout.percent import percentage
from weasyprint.text.ffi import FROM_UNITS, TO_UNITS, ffi, pango
from weasyprint.text.line_break import create_layout, first_line_metrics, line_size

from pipeline.features.fast_engine.text_lines import (
    CAN_READ_GLYPHS,
    STYLE_ATTRIBUTES,
    GlyphRun,
    ShapedText,
)
from pipeline.package.pdf.engine.adapter import lines
from pipeline.package.pdf.engine.adapter.lines import (
    ENDS,
    LINE_BREAK,
    SHAPED,
    SIMPLE,
    WORD_BOUNDARY,
    WORD_END,
    character_widths,
    hyphen_width,
    log_attributes,
)
from pipeline.package.pdf.engine.adapter.spaces import SPACES

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
        attributes = pango.pango_layout_get_log_attrs_readonly(layout, ffi.NULL)
        self._attributes = log_attributes(attributes, len(text))
        self._advances = vars(style).setdefault(ADVANCES, {})

    def parts_glyphs(self, index: int) -> bool:
        """Return whether an index is within the characters of one glyph: a ligature."""
        start = len(self.text[:index].encode())
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

    def kerning(self, end: int) -> int:
        """The amount by which the last letter of a line is narrower than alone, in Pango's units:
        what follows it in the paragraph does not do so on the line."""
        found = self._glyph_at(len(self.text[: end - 1].encode()))
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

    def __init__(self, paragraph: ShapedParagraph, start: int, end: int) -> None:
        self.justification_spacing, self.max_width = 0, None
        self.text = paragraph.text[start:end]
        self._paragraph = paragraph
        self._start = len(paragraph.text[:start].encode())
        self.__dict__ |= paragraph.of_style

    def deactivate(self) -> None:
        """Nothing: the paragraph is needed until the line is drawn."""

    def reactivate(self, style: Any) -> None:
        """Remember the style, in case the line has to be laid out."""
        self.style = style

    def lay_out(self) -> None:
        super().reactivate(self.style)

    def justified(self, text: str, spacing: float) -> ShapedText | None:
        if self.text != text:
            return None
        copy = LineOfParagraph.__new__(LineOfParagraph)
        copy.__dict__ |= vars(self) | {"justification_spacing": spacing}
        return copy

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
    if paragraph.parts_glyphs(start):
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
    divided = _divided(paragraph, start, end, style, context, width)
    if divided is not None:
        return divided
    first = text[: end - start]
    return _line(paragraph, start, start + len(first.rstrip(" ")), len(first.encode()))


def split_text_box(
    context: Any, box: Any, available_width: float | None, skip: int, **options: Any
) -> Any:
    """The part of a text on a line. One that is planned has been shaped already."""
    if available_width is not None and ENDS in vars(box):
        context.planned = box, skip
    result = lines.split_text_box(context, box, available_width, skip, **options)
    context.planned = None
    return result


def planned_line(text: str, style: Any, context: Any) -> tuple[Any, ...] | None:
    """The line that is being split from a planned text, in the form of `split_first_line`; none if
    that must lay it out: it ends in a hyphen."""
    box, skip = context.planned
    if PARAGRAPH not in vars(box):
        is_simple = CAN_READ_GLYPHS and SHAPED in vars(box)
        paragraph = ShapedParagraph(vars(box)[SHAPED], box.text, style) if is_simple else None
        vars(box)[PARAGRAPH] = paragraph if paragraph and paragraph.is_of_one_font else None
    paragraph = vars(box)[PARAGRAPH]
    if paragraph is None:
        return None
    start = len(paragraph.encoded[:skip].decode())
    end = start + len(text)
    is_part = paragraph.text.startswith(text, start) and not text.endswith(" ")
    if not is_part or paragraph.parts_glyphs(start) or paragraph.parts_glyphs(end):
        return None
    return _line(paragraph, start, end, None)


def _line(paragraph: ShapedParagraph, start: int, end: int, resume: int | None) -> tuple[Any, ...]:
    units = paragraph.places[end] - paragraph.places[start] + paragraph.kerning(end)
    width = units * FROM_UNITS
    line = LineOfParagraph(paragraph, start, end)
    length = len(line.text.encode())
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
    result: ShapedParagraph | None = kept[1]
    return result


def _divided(
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
