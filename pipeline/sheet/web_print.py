"""How the web page prints, as far as browsers can: on the handout's paper, in its sizes."""

from __future__ import annotations

from pipeline.metadata import Metadata
from pipeline.paper import Sheet
from pipeline.sheet.css_values import content, string
from pipeline.words import words

HANGING_IN_TEXT = """\
:is(main, section) > .dialogue > .turn { display: block }
:is(main, section) > .dialogue .speaker { text-align: start }
:is(main, section) > .exercise > .exercise-title > .label { position: static }
"""
"""For paper that has no column beside the text."""


def print_style(sheet: Sheet, metadata: Metadata) -> str:
    """The printed page: its size, its margins, what is at its foot, and the sizes of the text."""
    margins = (sheet.top, sheet.outer, sheet.bottom, sheet.inner)
    lengths = {"hang": sheet.column, "measure": sheet.measure, "edge": 0.0}
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
    foot = "\n".join(filter(None, (metadata.title, metadata.brand.footer)))
    number = content(words(metadata.lang)["page_of"], page="counter(page)", pages="counter(pages)")
    start, end = ("right", "left") if metadata.direction == "rtl" else ("left", "right")
    return (
        "@media print {\n"
        f"@page {{ size: {sheet.size.width:.5g}mm {sheet.size.height:.5g}mm;"
        f" margin: {' '.join(f'{length:.5g}mm' for length in margins)} }}\n"
        f"@page {{ @bottom-{start} {{ content: {string(foot)} }}"
        f" @bottom-{end} {{ content: {number} }} }}\n"
        f":root {{ {'; '.join(values)} }}\n{'' if sheet.hangs else HANGING_IN_TEXT}}}\n"
    )
