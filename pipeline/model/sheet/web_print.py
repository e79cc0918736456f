"""Print styles of the web page, as far as browsers support them: the handout's paper and sizes."""

from __future__ import annotations

from pipeline.model.metadata import Metadata
from pipeline.model.paper import Sheet
from pipeline.model.sheet.folios import content, string
from pipeline.model.sheet.rules import page_box
from pipeline.model.words import words

HANGING_IN_TEXT = """\
:is(main, section) > .dialogue > .turn { display: block }
:is(main, section) > .dialogue .speaker { text-align: start }
:is(main, section) > .exercise > .exercise-title > .label { position: static }
"""
"""For paper without a margin column, and for books, which use the margin for it."""

BOOK = "section.level-1:not(:first-child) { break-before: page }\n"


def print_style(sheet: Sheet, metadata: Metadata) -> str:
    """The printed page: its size, margins, foot, and type sizes."""
    hangs = sheet.hangs and not sheet.is_book
    lengths = {"hang": sheet.column if hangs else 0.0, "measure": sheet.measure, "edge": 0.0}
    points = {
        "text": sheet.text,
        "line": sheet.leading,
        "label": sheet.label,
        "small": sheet.note,
        "heading": sheet.heading,
        "title": sheet.title,
        "hand": sheet.writing * 72 / 25.4,
    }
    values = [f"--{name}: {value:.5g}mm" for name, value in lengths.items()]
    values += [f"--{name}: {value:.5g}pt" for name, value in points.items()]
    rules = ("" if hangs else HANGING_IN_TEXT) + (BOOK if sheet.is_book else "")
    sizes = f":root {{ {'; '.join(values)} }}\n"
    return f"@media print {{\n{page_box(sheet)}{_foot(metadata)}{sizes}{rules}}}\n"


def _foot(metadata: Metadata) -> str:
    """The title, and “2 of 4”."""
    title = "\n".join(filter(None, (metadata.title, metadata.brand.footer)))
    number = content(words(metadata.lang)["page_of"], page="counter(page)", pages="counter(pages)")
    start, end = ("right", "left") if metadata.direction == "rtl" else ("left", "right")
    return (
        f"@page {{ @bottom-{start} {{ content: {string(title)} }}"
        f" @bottom-{end} {{ content: {number} }} }}\n"
    )
