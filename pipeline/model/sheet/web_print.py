"""How the web page prints, as far as browsers can: on the handout's paper, in its sizes."""

from __future__ import annotations

from pipeline.model.metadata import Metadata
from pipeline.model.paper import Sheet
from pipeline.model.sheet.folios import content, string
from pipeline.model.words import words

HANGING_IN_TEXT = """\
:is(main, section) > .dialogue > .turn { display: block }
:is(main, section) > .dialogue .speaker { text-align: start }
:is(main, section) > .exercise > .exercise-title > .label { position: static }
"""
"""For paper that has no column beside the text, and for books, which have it in the margin."""

BOOK = "section.level-1:not(:first-child) { break-before: page }\n"


def print_style(sheet: Sheet, metadata: Metadata) -> str:
    """The printed page: its size, its margins, what is at its foot, and the sizes of the text."""
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
    return f"@media print {{\n{_page(sheet)}{_foot(metadata)}{sizes}{rules}}}\n"


def _page(sheet: Sheet) -> str:
    size = f"{sheet.size.width:.5g}mm {sheet.size.height:.5g}mm"
    right = _millimetres(sheet.top, sheet.outer, sheet.bottom, sheet.inner)
    if not sheet.mirrored:
        return f"@page {{ size: {size}; margin: {right} }}\n"
    left = _millimetres(sheet.top, sheet.inner, sheet.bottom, sheet.outer)
    sides = f"@page :left {{ margin: {left} }}\n@page :right {{ margin: {right} }}\n"
    return f"@page {{ size: {size} }}\n{sides}"


def _foot(metadata: Metadata) -> str:
    """The title, and “2 of 4”."""
    title = "\n".join(filter(None, (metadata.title, metadata.brand.footer)))
    number = content(words(metadata.lang)["page_of"], page="counter(page)", pages="counter(pages)")
    start, end = ("right", "left") if metadata.direction == "rtl" else ("left", "right")
    return (
        f"@page {{ @bottom-{start} {{ content: {string(title)} }}"
        f" @bottom-{end} {{ content: {number} }} }}\n"
    )


def _millimetres(*lengths: float) -> str:
    return " ".join(f"{length:.5g}mm" for length in lengths)
