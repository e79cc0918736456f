"""Mends what the pages and fonts of a PDF hold, once WeasyPrint has written them."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import pydyf
from fontTools.ttLib import TTFont

from pipeline.package.pdf.nodes import Mark
from pipeline.package.pdf.structure import Structure

TRUETYPE = b"\x00\x01\x00\x00"
"""How a font file with TrueType outlines begins."""

NOTHING = b"> <2060>"
"""A word joiner, in a table from glyphs to characters."""

SHOW = b"] TJ"
"""How the operator that shows text ends."""


def space_glyphs(fonts: Iterable[Any]) -> dict[bytes, bytes]:
    """By the name of a font in the pages, the code of its space as a hexadecimal string."""
    return {
        b"/" + font.hash.encode(): b"<%04x>" % glyph
        for font in fonts
        for glyph, text in font.to_unicode.items()
        if text == " " and not font.bitmap
    }


def mend_page(number: int, page: Any, structure: Structure, spaces: dict[bytes, bytes]) -> None:
    """Mark a page's artifacts as such, give some marks their text, and put a space after
    the last word of a line that goes on: WeasyPrint leaves it out, and software that reads
    the text in the order of the tags would join two words."""
    operators = page.stream.stream
    font, open_line, shown, marked = b"", "", 0, pydyf.Dictionary()
    for index, operator in enumerate(operators):
        if isinstance(operator, pydyf.Dictionary) and "MCID" in operator:
            mark, marked = Mark(number, operator["MCID"]), operator
            open_line, shown = structure.open_lines.get(mark, ""), 0
            if artifact := structure.artifacts.get(mark):
                operators[index - 1] = "/Artifact"
                operators[index] = pydyf.Dictionary({"Type": f"/{artifact}"})
            elif spoken := structure.spoken.get(mark):
                operator["ActualText"] = pydyf.String(spoken)
        elif not isinstance(operator, bytes):
            continue
        elif operator.endswith(b" Tf"):
            font = operator.partition(b" ")[0]
        elif open_line and operator.endswith(SHOW):
            shown = index
        elif shown and operator == b"EMC":
            if space := spaces.get(font):
                operators[shown] = operators[shown].removesuffix(SHOW) + space + SHOW
            else:  # the font has no space, since no other text in it has one
                marked["ActualText"] = pydyf.String(f"{open_line} ")
            open_line, shown = "", 0


def mend_fonts(pdf: Any) -> None:
    """Take the time of building out of the fonts that were made of variable ones, and give
    the glyphs that are but a part of a character a meaning: none that is seen."""
    for thing in pdf.objects:
        if not isinstance(thing, pydyf.Stream):
            continue
        if "Length1" in thing.extra:
            _mend_file(thing)
        elif any(b"begincmap" in _bytes(line) for line in thing.stream[:4]):
            thing.stream = [_bytes(line).replace(b"> <>", NOTHING) for line in thing.stream]


def _bytes(line: Any) -> bytes:
    return line if isinstance(line, bytes) else str(line).encode()


def _mend_file(stream: Any) -> None:
    (data,) = stream.stream
    if not data.startswith(TRUETYPE):
        return
    font = TTFont(io.BytesIO(data), recalcTimestamp=False, recalcBBoxes=False)
    font["head"].modified = font["head"].created
    output = io.BytesIO()
    font.save(output, reorderTables=False)
    stream.stream = [output.getvalue()]
    stream.extra["Length1"] = len(output.getvalue())
