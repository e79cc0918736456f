"""The printed page: what the edition, the front matter and good proportions make of a sheet of
paper, and the style rules that say so.

All is in proportion to the text: a measure of some 70 letters, a column of a quarter of that
before it where the sheet is wide enough, and small and large sizes on one scale.
"""

from __future__ import annotations

import json
from typing import TypeVar

from msgspec.structs import replace

from pipeline.editions import Edition
from pipeline.metadata import Metadata
from pipeline.paper import (
    SIZES,
    WRITING_LINES,
    Margins,
    PageOptions,
    PageSize,
    PrintOptions,
    Sheet,
)
from pipeline.words import words

TEXT, LEADING = 10.5, 15
"""Points: the size of the text, and the distance of its lines."""

MEASURE, COLUMN = 120, 30
"""Millimetres at that size: lines of some 70 letters, and the column to the left of them."""

LEAST_MEASURE = 105
"""What the text keeps at least of that, where there is to be a column."""

SIDE, UPRIGHT = 24 / 210, 25 / 297
"""What of a page's width and height the margins take."""

SMALLEST_NOTE = 8
"""Points that no text is under."""

ROOM_FOR_NOTES = 45
"""Millimetres that notes in a book's outer margin need, with what is left free around them."""


def options_for(edition: Edition, metadata: Metadata) -> PrintOptions:
    """What the front matter asks of this edition: for itself, or else for all."""
    own = dict(metadata.edition_options).get(edition.name, PrintOptions())
    options = _merged(own, metadata.printing)
    if edition.fixed_paper and own.page.size is None:
        return replace(options, page=replace(options.page, size=None))
    return options


def sheet_for(edition: Edition, metadata: Metadata, *, is_book: bool) -> Sheet:
    """The page of a printed edition; ``is_book`` is made up as a book."""
    options = options_for(edition, metadata)
    size = options.page.size or SIZES[edition.paper.lower()]
    text = options.page.text or TEXT
    leading = options.page.leading or text * LEADING / TEXT
    return settle(size, options, text, leading, is_book=is_book)


def settle(
    size: PageSize, options: PrintOptions, text: float, leading: float, *, is_book: bool
) -> Sheet:
    """The page of this size with text of ``text`` points on lines of ``leading``."""
    page = options.page
    scale = text / TEXT
    top, bottom = _upright(page, size, is_book)
    gutter = page.gutter or 0
    side = SIDE * size.width
    inner = _given(page.margins.inner, side) + gutter
    outer = _given(page.margins.outer, side)
    columns = page.columns or 1
    room = size.width - inner - outer
    column = COLUMN * scale
    measure = MEASURE * scale
    if is_book:
        measure = min(measure, room) if columns == 1 else room
        spare = size.width - gutter - measure
        if page.margins.inner is None and page.margins.outer is None:
            inner, outer = spare * 0.4 + gutter, spare * 0.6
        column = column if inner >= column + 5 else 0
    else:
        if columns > 1 or room - column < LEAST_MEASURE * scale:
            column = 0
        measure = min(measure, room - column) if columns == 1 else room
        # what is over goes to both sides
        spare = room - column - measure
        inner, outer = inner + spare / 2, outer + spare / 2
    return Sheet(
        size=size,
        top=top,
        bottom=bottom,
        inner=inner,
        outer=outer,
        mirrored=is_book or page.gutter is not None,
        columns=columns,
        measure=measure,
        column=column,
        text=text,
        leading=leading,
        note=max(SMALLEST_NOTE, 8.5 * scale),
        note_leading=leading * 0.75,
        label=max(SMALLEST_NOTE, 9.5 * scale),
        label_leading=leading * 0.875,
        code=max(SMALLEST_NOTE, 9 * scale),
        heading=13 * scale,
        title=(34 if is_book else 25) * scale,
        writing=WRITING_LINES[options.handwriting or "secondary"],
        is_book=is_book,
    )


def has_room_for_notes(sheet: Sheet) -> bool:
    """Whether notes can stand beside the text."""
    return sheet.outer >= ROOM_FOR_NOTES if sheet.is_book else sheet.hangs


def css(sheet: Sheet, metadata: Metadata) -> str:
    """The sizes as variables, the page's size and margins, and its running heads and feet."""
    return "".join((_variables(sheet), _page(sheet), _furniture(sheet, metadata), _on_side(sheet)))


def _variables(sheet: Sheet) -> str:
    points = {
        "note-size": sheet.note,
        "note-leading": sheet.note_leading,
        "label-size": sheet.label,
        "label-leading": sheet.label_leading,
        "code-size": sheet.code,
        "heading-size": sheet.heading,
        "title-size": sheet.title,
    }
    lengths = {
        "column": sheet.column,
        "measure": sheet.measure,
        "writing-line": sheet.writing,
        "image-height": (sheet.size.height - sheet.top - sheet.bottom) * 0.8,
    }
    values = [f"--{name}: {_number(value)}pt" for name, value in points.items()]
    values += [f"--{name}: {_number(value)}mm" for name, value in lengths.items()]
    size = f"font-size: {_number(sheet.text)}pt; line-height: {_number(sheet.leading)}pt"
    return f"html {{ {size}; {'; '.join(values)} }}\n"


def _page(sheet: Sheet) -> str:
    size = f"{_number(sheet.size.width)}mm {_number(sheet.size.height)}mm"
    if not sheet.mirrored:
        margins = (sheet.top, sheet.outer, sheet.bottom, sheet.inner)
        return f"@page {{ size: {size}; margin: {_millimetres(margins)} }}\n"
    return (
        f"@page {{ size: {size} }}\n"
        f"@page :left {{ margin: {_millimetres(_left(sheet))} }}\n"
        f"@page :right {{ margin: {_millimetres(_right(sheet))} }}\n"
    )


def _left(sheet: Sheet) -> tuple[float, ...]:
    return (sheet.top, sheet.inner, sheet.bottom, sheet.outer)


def _right(sheet: Sheet) -> tuple[float, ...]:
    return (sheet.top, sheet.outer, sheet.bottom, sheet.inner)


def _furniture(sheet: Sheet, metadata: Metadata) -> str:
    """A handout's foot: the title, and “2 of 4”. A book's running heads and folios, at the
    outer edges."""
    title = _string(metadata.title)
    if not sheet.is_book:
        before, _, rest = words(metadata.lang)["page_of"].partition("{page}")
        between, _, after = rest.partition("{pages}")
        folio = (
            f"{_string(before)} counter(page) {_string(between)} counter(pages) {_string(after)}"
        )
        start, end = ("right", "left") if metadata.direction == "rtl" else ("left", "right")
        return (
            f"@page {{ @bottom-{start} {{ content: {title} }}"
            f" @bottom-{end} {{ content: {folio} }}"
            f" @footnote {{ margin-{start}: {_number(sheet.column)}mm }} }}\n"
        )
    publication, chapter = "string(publication, first-except)", "string(chapter, first-except)"
    return (
        f"@page :left {{ @top-left {{ content: {publication} }}"
        " @bottom-left { content: counter(page) } }\n"
        f"@page :right {{ @top-right {{ content: {chapter} }}"
        " @bottom-right { content: counter(page) } }\n"
        f".level-1 > h2 {{ string-set: publication {title}, chapter content(text) }}\n"
        f".level-1 > h2[data-outline] {{ string-set: publication {title},"
        " chapter attr(data-outline) }\n"
    )


def _on_side(sheet: Sheet) -> str:
    """The same sheet on its side, without a column before the text."""
    size = f"{_number(sheet.size.height)}mm {_number(sheet.size.width)}mm"
    margins = (SIDE * sheet.size.width, sheet.bottom, sheet.bottom, sheet.top)
    return (
        f"@page landscape {{ size: {size}; margin: {_millimetres(margins)};"
        " @footnote { margin-left: 0; margin-right: 0 } }\n"
    )


def _upright(page: PageOptions, size: PageSize, is_book: bool) -> tuple[float, float]:
    """Millimetres above and below the text. A book has its furniture above, too."""
    usual = UPRIGHT * size.height
    return (
        _given(page.margins.top, usual + (5 if is_book else 0)),
        _given(page.margins.bottom, usual + (10 if is_book else 0)),
    )


def _given(value: float | None, usual: float) -> float:
    return usual if value is None else value


Options = TypeVar("Options", PrintOptions, PageOptions, Margins)


def _merged(own: Options, common: Options) -> Options:
    """What ``own`` says, and ``common`` where it says nothing."""
    changes: dict[str, object] = {}
    for name in own.__struct_fields__:
        mine, other = getattr(own, name), getattr(common, name)
        if isinstance(mine, PageOptions | Margins):
            changes[name] = _merged(mine, other)
        elif mine is None:
            changes[name] = other
    return replace(own, **changes)


def _millimetres(lengths: tuple[float, ...]) -> str:
    return " ".join(f"{_number(length)}mm" for length in lengths)


def _number(value: float) -> str:
    return f"{value:.5g}"


def _string(text: str) -> str:
    """A CSS string (CSS Syntax 3, section 4.3.5)."""
    return json.dumps(text, ensure_ascii=False)
