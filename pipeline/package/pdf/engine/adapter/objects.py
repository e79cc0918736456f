"""The objects of a PDF that is not written yet."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Protocol

from fontTools.ttLib import TTFont
from pydyf import Array, Dictionary, Stream, String
from weasyprint import VERSION

__all__ = ["PDF", "PRODUCER", "Array", "Dictionary", "Stream", "String", "mend_fonts", "name"]

LEVEL = 7
"""The level of Deflate: a quarter of the time of the highest, for a hundredth more bytes."""

PRODUCER = f"WeasyPrint {VERSION}"

TRUETYPE = b"\x00\x01\x00\x00"
"""The beginning of a font file with TrueType outlines."""

NOTHING = b"> <2060>"
"""A word joiner, in a table from glyphs to characters."""

NO_BREAK, SPACE = b"> <00a0>", b"> <0020>"
"""Spaces in extracted text: their no-break property is useless for searching and copying."""


class PDF(Protocol):
    """A PDF: its objects, including the catalogue and the pages."""

    objects: list[Any]
    catalog: dict[str, Any]
    pages: dict[str, Any]
    info: dict[str, Any]
    page_references: Sequence[bytes]

    def add_object(self, value: Any) -> None: ...


def name(text: str) -> str:
    """The text as a name, without its slash (ISO 32000-1, section 7.3.5)."""
    signs = (chr(byte) for byte in text.encode())
    return "".join(c if c.isascii() and c.isalnum() else f"#{ord(c):02x}" for c in signs)


def content(stream: Any) -> bytes:
    """The content of a stream before compression."""
    items = [item if type(item) is bytes else Array([item]).data[1:-1] for item in stream.stream]
    return b"\n".join(items)


def mend_fonts(pdf: PDF, files: bool = True) -> None:
    """Remove the build time from fonts that fontTools has written, such as those with coloured
    glyphs (unless their ``files`` are already corrected), and map glyphs that are only part of a
    character to an invisible one. All spaces are read as one."""
    for pdf_object in pdf.objects:
        if not isinstance(pdf_object, Stream):
            continue
        if "Length1" in pdf_object.extra:
            if files:
                (data,) = pdf_object.stream
                pdf_object.stream = [mend_file(data)]
                pdf_object.extra["Length1"] = len(pdf_object.stream[0])
        elif b"begincmap" in pdf_object.stream[:4]:
            pdf_object.stream = [
                line.replace(b"> <>", NOTHING).replace(NO_BREAK, SPACE)
                for line in pdf_object.stream
            ]


def mend_file(data: bytes) -> bytes:
    """A font's file without the time of building."""
    if not data.startswith(TRUETYPE):
        return data
    font = TTFont(io.BytesIO(data), recalcTimestamp=False, recalcBBoxes=False)
    font["head"].modified = font["head"].created
    output = io.BytesIO()
    font.save(output, reorderTables=False)
    return output.getvalue()
