"""Paragraphs whose lines end where `line_breaks` has them end. WeasyPrint fills one line after the
other, and only widens spaces."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, NamedTuple

import pyphen
import weasyprint
import weasyprint.layout.inline
from weasyprint.layout.percent import percentage
from weasyprint.text.ffi import FROM_UNITS, ffi, pango
from weasyprint.text.line_break import create_layout, get_log_attrs, line_size, strut

from pipeline.model.late import late
from pipeline.package.pdf.engine.adapter.boxes import is_inline, is_line, is_text
from pipeline.package.pdf.line_breaks import BrokenText, LineBreaks, LineEnd, ParagraphWidths

ffi.cdef("""
    const char * pango_layout_get_text (PangoLayout *);
    void pango_glyph_item_get_logical_widths (PangoGlyphItem *, const char *, int *);
""")

PLANS, PLAN, DRAFTED, ENDS, SHAPED = "plans", "plan", "drafted", "ends", "shaped"
"""The attributes of the lines of a block with its plans by width, and the one that they follow; of
a line of a draft with its number; and of a text with the places where its lines end, and its layout
as one line."""

SIMPLE = late(
    "[ -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u052f\u1e00-\u1fff"
    "\u2010-\u2027\u2030-\u205e\u20a0-\u20cf]*"
)
"""Characters that follow each other from left to right."""

LONGEST = 20_000
"""The number of characters of a paragraph from which on it is left to the engine."""

HYPHEN = "hyphen"
"""The attribute of a style with the width of a hyphen."""

HYPHENS = "-\u2010"

_SPACES = " \u00a0"
_WORD = late(r"[^\W\d_]+")
_PLACE = late(r"(?![ \u2014\u2e3a\u2e3b])(?:(?<=\W)|(?=\W))")
"""A place where a line may begin, next to a character that is in no word. No dash is first."""

SHORTEST = 1.5
"""The ems that the last line of a paragraph has at least, in addition to its indent."""

GIVE = 4
"""The ems by which a line may be too wide before its spaces are made narrower."""

original_iter_line_boxes = weasyprint.layout.inline.iter_line_boxes
original_split_inline_box = weasyprint.layout.inline.split_inline_box
original_split_text_box = weasyprint.layout.inline.split_text_box
original_text_align = weasyprint.layout.inline.text_align


class TextPiece(NamedTuple):
    """A text of a paragraph, and the number of characters before it."""

    box: Any
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.box.text)

    @property
    def is_unbroken(self) -> bool:
        return bool(self.box.style["white_space"] == "nowrap")


class LinePlan:
    """The lines of a paragraph, which has ``pieces`` of text; ``has_notes`` tells that they have to
    be on the page of their lines."""

    def __init__(self, paragraph: BrokenText, pieces: list[TextPiece], box: Any) -> None:
        self.paragraph, self._pieces = paragraph, pieces
        self.height = strut(box.style)[0]
        self.has_notes = any(
            getattr(inner, "footnote", None) is not None for inner in box.descendants()
        )
        self._followed: LineBreaks | None = None

    def follow(self) -> None:
        """Have the texts break where they are planned to."""
        breaks = self.paragraph.chosen
        if breaks is None or breaks is self._followed:
            return
        self._followed = breaks
        for box, _ in self._pieces:
            vars(box)[ENDS] = []
        starts = [piece.start for piece in self._pieces]
        for end in breaks.ends:
            box, start = self._pieces[bisect_left(starts, end.resume) - 1]
            last = len(box.text[: max(0, end.end - start)].encode())
            resume = len(box.text[: end.resume - start].encode())
            vars(box)[ENDS].append((last, resume, bool(end.hyphen)))


def iter_line_boxes(
    context: Any,
    box: Any,
    position_y: float,
    bottom_space: float,
    skip_stack: Any,
    containing_block: Any,
    *rest: Any,
) -> Iterator[tuple[Any, Any]]:
    """The lines of a block. Those of a draft have nothing on them."""
    plan = None
    if context.plans_lines and not any(rest[2:]) and not _is_beside_floats(context, position_y):
        plan = _plan_of(context, box, containing_block)
    vars(box)[PLAN] = plan
    if plan is None:
        for piece in box.descendants():
            vars(piece).pop(ENDS, None)
    elif context.is_draft and not plan.has_notes:
        yield from _drafted(plan, box, position_y, skip_stack)
        return
    else:
        plan.follow()
    yield from original_iter_line_boxes(
        context, box, position_y, bottom_space, skip_stack, containing_block, *rest
    )


def _drafted(plan: LinePlan, box: Any, y: float, skip_stack: Any) -> Iterator[tuple[Any, Any]]:
    breaks = plan.paragraph.chosen
    assert breaks is not None, "there is a plan"
    for number in range(next(iter(skip_stack)) if skip_stack else 0, breaks.lines):
        line = box.copy_with_children(())
        line.position_x, line.position_y, line.width, line.height = 0, y, 0, plan.height
        line.margin_top = line.margin_bottom = 0
        vars(line)[DRAFTED] = number + 1
        y += plan.height
        yield line, {number + 1: None} if number + 1 < breaks.lines else None


def _is_beside_floats(context: Any, y: float) -> bool:
    shapes = context.excluded_shapes
    return any(shape.position_y + shape.margin_height() > y for shape in shapes)


def split_inline_box(
    context: Any, box: Any, position_x: float, max_x: float, *rest: Any
) -> tuple[Any, ...]:
    """The content of a line. A planned one is as long as it was planned to be."""
    if is_line(box) and vars(box).get(PLAN):
        max_x += GIVE * box.style["font_size"]
    return original_split_inline_box(context, box, position_x, max_x, *rest)  # type: ignore[no-any-return]


def split_text_box(
    context: Any, box: Any, available_width: float | None, skip: int, is_line_start: bool = True
) -> tuple[Any, int | None, bool]:
    """The part of a text on a line, and where the next one begins."""
    ends = vars(box).get(ENDS)
    if ends is None or available_width is None:
        return original_split_text_box(context, box, available_width, skip, is_line_start)  # type: ignore[no-any-return]
    for end, resume, has_hyphen in ends:
        if resume > skip:
            text = box.text.encode()[skip:end].decode()
            if not text:
                return None, resume, False
            piece = box.copy_with_text(text + box.style["hyphenate_character"] * has_hyphen)
            line, *_ = original_split_text_box(context, piece, None, 0)
            return line, resume, False
    return original_split_text_box(context, box, None, skip)  # type: ignore[no-any-return]


def text_align(context: Any, line: Any, available_width: float, last: bool) -> float:
    """Where a line begins. Spaces of one that is too long are made narrower."""
    if line.width > available_width and vars(line).get(PLAN):
        weasyprint.layout.inline.justify_line(context, line, available_width - line.width)
        return 0
    return float(original_text_align(context, line, available_width, last))


def _plan_of(context: Any, box: Any, block: Any) -> LinePlan | None:
    """The plan for a block's lines, if they are justified and simple."""
    style = box.style
    if style["text_align_all"] != "justify" or style["direction"] != "ltr":
        return None
    plans = vars(box).setdefault(PLANS, {})
    width = round(block.width, 3)  # of left and right pages
    if width not in plans:
        indent = percentage(style["text_indent"], style, width)
        plans[width] = _planned(context, box, width, indent)
    plan: LinePlan | None = plans[width]
    return plan


def _planned(context: Any, box: Any, width: float, indent: float) -> LinePlan | None:
    pieces: list[TextPiece] = []
    text = ""
    stack = [*box.children][::-1]
    while stack:
        child = stack.pop()
        if is_text(child):
            if not _is_simple(child):
                return None
            pieces.append(TextPiece(child, len(text)))
            text += child.text
        elif is_inline(child) and child.is_in_normal_flow():
            stack += child.children[::-1]
        else:
            return None
    if not text.strip() or len(text) > LONGEST:
        return None
    places = _places_of(pieces, context)
    hyphens = [hyphen_width(piece.style, context) for piece, _ in pieces]
    starts = [piece.start for piece in pieces]
    text = text.rstrip(" ")
    *inner, last = _ends_of(text, box.style["lang"])
    unbroken = [range(piece.start + 1, piece.end) for piece in pieces if piece.is_unbroken]
    space = max(places[text.find(" ") + 1] - places[text.find(" ")], SHORTEST / 10)
    paragraph = BrokenText(
        ParagraphWidths(
            places,
            [*accumulate(map(_SPACES.__contains__, text), initial=0)],
            [*(end for end in inner if not any(end.resume in part for part in unbroken)), last],
            _Hyphens(text, pieces, starts, hyphens, context, {}).between,
            width,
            indent,
            space,
            max(indent, 0) + SHORTEST * box.style["font_size"],
        )
    )
    return LinePlan(paragraph, pieces, box) if paragraph.natural else None


def _is_simple(box: Any) -> bool:
    style = box.style
    return (
        style["white_space"] in ("normal", "nowrap")
        and style["word_break"] == "normal"
        and style["letter_spacing"] == "normal"
        and not style["word_spacing"]
        and bool(SIMPLE.fullmatch(box.text))
    )


def _places_of(pieces: list[TextPiece], context: Any) -> list[float]:
    """The places where the characters of some texts begin, and where the last ends."""
    units = [0]
    for box, _ in pieces:
        shaped = vars(box)[SHAPED] = create_layout(box.text, box.style, context, None, 0)
        units += character_widths(shaped)
    return [place * FROM_UNITS for place in accumulate(units)]


def hyphen_width(style: Any, context: Any) -> float:
    width: float | None = vars(style).get(HYPHEN)
    if width is None:
        layout = create_layout(style["hyphenate_character"], style, context, None, 0)
        width = vars(style)[HYPHEN] = line_size(layout.get_first_line()[0], style)[0]
    return width


def character_widths(layout: Any) -> list[int]:
    """The widths of the characters of a text that is laid out as one line, in Pango's units."""
    line, _ = layout.get_first_line()
    text, widths = pango.pango_layout_get_text(layout.layout), list[int]()
    run = line.runs[0]
    while run != ffi.NULL:
        of_run = ffi.new("int[]", run.data.item.num_chars)
        pango.pango_glyph_item_get_logical_widths(run.data, text, of_run)
        widths.extend(of_run)
        run = run.next
    return widths


def _ends_of(text: str, language: str | None) -> list[LineEnd]:
    """The places where lines may end, but for those within words."""
    attributes, ends = get_log_attrs(text, language), list[LineEnd]()
    for match in _PLACE.finditer(text, 1):
        place = match.start()
        if place < len(text) and attributes[place].is_line_break:
            end = place
            while text[end - 1] == " ":
                end -= 1
            ends.append(LineEnd(end, place, 0, text[end - 1] in HYPHENS))
    return [*ends, LineEnd(len(text), len(text))]


class _Hyphens(NamedTuple):
    """The places in the words of a text where lines may end in a hyphen, which is as wide in each
    piece of it as ``widths`` say."""

    text: str
    pieces: list[TextPiece]
    starts: list[int]
    widths: list[float]
    context: Any
    known: dict[int, tuple[LineEnd, ...]]

    def between(self, first: int, end: int) -> tuple[LineEnd, ...]:
        if first not in self.known:
            self.known[first] = tuple(self._between(first, end))
        return self.known[first]

    def _between(self, first: int, end: int) -> Iterator[LineEnd]:
        for word in _WORD.finditer(self.text, first, end):
            number = bisect_right(self.starts, word.start()) - 1
            piece = self.pieces[number]
            if word.end() > piece.end or piece.is_unbroken:
                continue
            for position in _divisions(word[0], piece.box.style, self.context):
                place = word.start() + position
                yield LineEnd(place, place, self.widths[number], True)


def _divisions(word: str, style: Any, context: Any) -> Iterator[int]:
    """The numbers of letters after which a word may be divided."""
    total, left, right = style["hyphenate_limit_chars"]
    if style["hyphens"] != "auto" or not style["lang"] or len(word) < total:
        return
    language = pyphen.language_fallback(style["lang"])
    if not language:
        return
    key = language, left, right, total
    if key not in context.dictionaries:
        context.dictionaries[key] = pyphen.Pyphen(lang=language, left=left, right=right)
    for position in context.dictionaries[key].positions(word):
        if not position.data:  # some languages write a divided word otherwise
            yield int(position)
