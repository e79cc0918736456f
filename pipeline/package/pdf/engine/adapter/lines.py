"""Paragraphs whose lines end where the feature ``even_pages`` has them end. WeasyPrint fills one
line after the other, and only widens spaces."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

import weasyprint
import weasyprint.layout.inline
from weasyprint.layout.percent import percentage
from weasyprint.text.ffi import ffi, pango
from weasyprint.text.line_break import create_layout, line_size, strut

from pipeline.model.late import late
from pipeline.package.pdf.engine.adapter.boxes import (
    has_class,
    is_image,
    is_inline,
    is_line,
    is_text,
    note_of,
)
from pipeline.package.pdf.engine.adapter.page_layout import PAGE_FLOAT

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

HYPHEN = "hyphen"
"""The attribute of a style with the width of a hyphen."""

WIDTHS = "widths"
"""The attribute of a layout with the widths of its characters."""

HYPHENS = "-\u2010"

_FLAGS = ("is_line_break", "is_word_end", "is_word_boundary")

LINE_BREAK, WORD_END, WORD_BOUNDARY = (
    int.from_bytes(ffi.buffer(ffi.new("PangoLogAttr *", {name: 1})), sys.byteorder)
    for name in _FLAGS
)
"""Pango's attributes of a character: a line may end before it, or a word does."""

GIVE = 4
"""The ems by which a line may be too wide before its spaces are made narrower."""

original_iter_line_boxes = weasyprint.layout.inline.iter_line_boxes
original_split_inline_box = weasyprint.layout.inline.split_inline_box
original_split_text_box = weasyprint.layout.inline.split_text_box
original_text_align = weasyprint.layout.inline.text_align

KNOWN = "known_lines"
"""The attribute of the lines of a block with those that were laid out in a draft."""

LEAST_FRAGMENT, LONGEST_FRAGMENT = 4, 8
"""The letters of a word that a paragraph may end in; with punctuation, no more bytes are looked
at."""


def iter_line_boxes(
    context: Any,
    box: Any,
    position_y: float,
    bottom_space: float,
    skip_stack: Any,
    containing_block: Any,
    *rest: Any,
) -> Iterator[tuple[Any, Any]]:
    """The lines of a block. Those of a draft have nothing on them, if they are planned and without
    notes; others stay as they are, and are moved to their final place."""
    plan, known = None, dict[str, tuple[Any, Any, float]]()
    position_y = context.below_page_floats(position_y)
    if (
        context.planning.plan_lines
        and not any(rest[2:])
        and not _is_beside_floats(context, position_y)
    ):
        plan = _plan_of(context, box, containing_block)
    vars(box)[PLAN] = plan
    if plan is None:
        _, *pieces = box.descendants()
        for piece in pieces:
            vars(piece).pop(ENDS, None)
        if not any(rest[2:]) and not context.excluded_shapes:
            known = _known_lines(box, pieces, round(containing_block.width, 3), context.is_draft)
    elif context.is_draft and not plan.notes:
        yield from _draft_lines(plan, box, position_y, skip_stack)
        return
    else:
        plan.follow()
    left = containing_block.content_box_x()
    while not context.is_draft and (found := known.pop(repr(skip_stack), None)):
        line, resume_at, indent = found
        line.translate(left + indent - line.position_x, position_y - line.position_y)
        line.position_y = position_y  # without errors of floating points
        position_y += line.height
        yield line, resume_at
        if resume_at is None:
            return
        skip_stack = resume_at
    for line, resume_at in original_iter_line_boxes(
        context, box, position_y, bottom_space, skip_stack, containing_block, *rest
    ):
        if context.is_draft:
            vars(line).pop(KNOWN, None)  # no circle
            known[repr(skip_stack)] = line, resume_at, line.position_x - left
        yield line, resume_at
        skip_stack = resume_at


def _known_lines(
    box: Any, pieces: list[Any], width: float, is_draft: bool
) -> dict[str, tuple[Any, Any, float]]:
    """The lines of a block that were laid out in a draft, by where they begin, to be moved to their
    place: each once, as the heads of a table are on several pages. There are none in another width,
    for other page numbers, or if something is not on the line alone."""
    drafted = vars(box).get(KNOWN)
    if is_draft and drafted is None and all(map(_is_on_line, pieces)):
        drafted = vars(box)[KNOWN] = width, pieces, {}
    return drafted[2] if drafted and drafted[:2] == (width, pieces) else {}


def _is_on_line(box: Any) -> bool:
    is_kind_known = is_text(box) or is_inline(box) or is_image(box)
    return is_kind_known and box.is_in_normal_flow() and note_of(box) is None


def _draft_lines(plan: Any, box: Any, y: float, skip_stack: Any) -> Iterator[tuple[Any, Any]]:
    breaks, baseline = plan.paragraph.chosen, strut(box.style)[1]  # asked for beside others
    assert breaks is not None, "there is a plan"
    for number in range(next(iter(skip_stack)) if skip_stack else 0, breaks.lines):
        line = box.copy_with_children(())
        line.position_x, line.position_y, line.width, line.height = 0, y, 0, plan.height
        line.margin_top = line.margin_bottom = 0
        line.baseline = baseline
        vars(line)[DRAFTED] = number + 1
        y += plan.height
        yield line, {number + 1: None} if number + 1 < breaks.lines else None


def _is_beside_floats(context: Any, y: float) -> bool:
    shapes = context.excluded_shapes
    return any(
        shape.position_y + shape.margin_height() > y and not has_class(shape, PAGE_FLOAT)
        for shape in shapes
    )


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
        part = original_split_text_box(context, box, available_width, skip, is_line_start)
        if _leaves_fragment(box, *part):
            box = box.copy()
            box.style = box.style.copy()
            box.style["hyphens"] = "manual"
            part = original_split_text_box(context, box, available_width, skip, is_line_start)
        return part  # type: ignore[no-any-return]
    for end, resume, has_hyphen in ends:
        if resume > skip:
            text = box.text.encode()[skip:end].decode()
            if not text:
                return None, resume, False
            piece = box.copy_with_text(text + box.style["hyphenate_character"] * has_hyphen)
            line, *_ = original_split_text_box(context, piece, None, 0)
            return line, resume, False
    return original_split_text_box(context, box, None, skip)  # type: ignore[no-any-return]


def _leaves_fragment(box: Any, line: Any, resume: int | None, _is_forced: bool) -> bool:
    """Return whether a line ends in the hyphen of a word, after others, whose rest is too short for
    a line of its own."""
    if line is None or resume is None or box.style["hyphens"] != "auto":
        return False
    if not line.text.endswith(box.style["hyphenate_character"]) or " " not in line.text:
        return False
    rest = box.text.encode()[resume : resume + LONGEST_FRAGMENT + 1].decode(errors="replace")
    is_end = len(rest) <= LONGEST_FRAGMENT and " " not in rest
    return is_end and sum(map(str.isalpha, rest)) < LEAST_FRAGMENT


def text_align(context: Any, line: Any, available_width: float, last: bool) -> float:
    """Where a line begins. Spaces of one that is too long are made narrower."""
    if line.width > available_width and vars(line).get(PLAN):
        weasyprint.layout.inline.justify_line(context, line, available_width - line.width)
        return 0
    offset = float(original_text_align(context, line, available_width, last))
    if line.style["direction"] == "rtl":
        # WeasyPrint then moves the line by that much, and the floats in it, which are in place.
        for child in line.descendants():
            if child.is_floated():
                child.translate(offset + line.width)
    return offset


def _plan_of(context: Any, box: Any, block: Any) -> Any:
    """The plan for a block's lines, if they are justified and simple."""
    style = box.style
    if style["text_align_all"] != "justify" or style["direction"] != "ltr":
        return None
    plans = vars(box).setdefault(PLANS, {})
    width = round(block.width, 3)  # of left and right pages
    if width not in plans:
        indent = percentage(style["text_indent"], style, width)
        plans[width] = context.planning.plan_lines(context, box, width, indent)
    return plans[width]


def hyphen_width(style: Any, context: Any) -> float:
    width: float | None = vars(style).get(HYPHEN)
    if width is None:
        layout = create_layout(style["hyphenate_character"], style, context, None, 0)
        width = vars(style)[HYPHEN] = line_size(layout.get_first_line()[0], style)[0]
    return width


def log_attributes(attributes: Any, length: int) -> Sequence[int]:
    """Pango's attributes of the characters of a text, and of its end, as numbers: reading fields of
    C takes four times as long."""
    size = ffi.sizeof("PangoLogAttr")
    return memoryview(ffi.buffer(attributes, (length + 1) * size)).cast("I")


def attributes_of(layout: Any) -> Sequence[int]:
    """Those of a text that is laid out. They are there as long as its layout is."""
    attributes = pango.pango_layout_get_log_attrs_readonly(layout.layout, ffi.NULL)
    return log_attributes(attributes, len(layout.text))


def character_widths(layout: Any) -> list[int]:
    """The widths of the characters of a text that is laid out as one line, in Pango's units."""
    if (known := vars(layout).get(WIDTHS)) is not None:
        return known  # type: ignore[no-any-return]
    line, _ = layout.get_first_line()
    text, widths = pango.pango_layout_get_text(layout.layout), list[int]()
    run = line.runs[0]
    while run != ffi.NULL:
        of_run = ffi.new("int[]", run.data.item.num_chars)
        pango.pango_glyph_item_get_logical_widths(run.data, text, of_run)
        widths += ffi.unpack(of_run, len(of_run))
        run = run.next
    vars(layout)[WIDTHS] = widths
    return widths
