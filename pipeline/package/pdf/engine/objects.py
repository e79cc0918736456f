"""The objects of a PDF that is not written yet."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, Protocol

import pydyf
from fontTools.ttLib import TTFont
from pydyf import Array, Dictionary, Object, Stream, String
from weasyprint import VERSION
from weasyprint.matrix import Matrix

__all__ = ["PDF", "PRODUCER", "Array", "Dictionary", "Stream", "String", "mend_fonts", "name"]

LEVEL = 7
"""The level of Deflate: a quarter of the time of the highest, for a hundredth more bytes."""

# pydyf has no option for it, and compresses the numbers and names of all objects twice
pydyf.zlib = SimpleNamespace(
    **vars(zlib) | {"compressobj": lambda level: zlib.compressobj(min(level, LEVEL))}
)

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


def _data(value: Any) -> bytes:
    """The value as pydyf writes it, in half the time."""
    kind = type(value)
    if kind is bytes:
        return bytes(value)
    if kind is float:
        return b"%d" % value if value.is_integer() else (b"%f" % value).rstrip(b"0")
    if kind is str or kind is int:
        return str(value).encode("ascii")
    if kind is Array:
        return b"[%b]" % b" ".join(map(_data, value))
    if kind is Dictionary:
        entries = [b"/%b %b" % (_data(name), _data(one)) for name, one in value.items()]
        return b"<<%b>>" % b"".join(entries)
    return bytes(value.data) if isinstance(value, Object) else _otherwise(value)


_otherwise = pydyf._to_bytes
pydyf._to_bytes = _data


def _page_references(pdf: Any) -> tuple[bytes, ...]:
    """The references to the pages, which each entry of the outline asks for."""
    pages = pdf.pages["Kids"][::3]
    known: tuple[bytes, ...] = vars(pdf).get("_known_references", ())
    if len(known) != len(pages):
        known = pdf._known_references = tuple(b"%d 0 R" % number for number in pages)
    return known


pydyf.PDF.page_references = property(_page_references)


def _product(one: Matrix, other: Matrix) -> Matrix:
    """The product of two matrices, in a fifth of the time."""
    (a, b, c), (d, e, f), (g, h, i) = other
    rows = [
        [x * a + y * d + z * g, x * b + y * e + z * h, x * c + y * f + z * i] for x, y, z in one
    ]
    return Matrix(matrix=rows)


Matrix.__matmul__ = _product


class _Settled(Object):  # type: ignore[misc]
    """An object that does not change any more."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.number, self.generation, self._data = value.number, value.generation, _data(value)

    @property
    def data(self) -> bytes:
        return bytes(self._data)


def settle_all(pdf: PDF) -> None:
    """Compress the streams, and serialise the other objects, once: each is requested twice, for the
    file and for its identifier."""
    for index, thing in enumerate(pdf.objects):
        if isinstance(thing, Dictionary):
            pdf.objects[index] = _Settled(thing)
        elif isinstance(thing, Stream) and thing.compress:
            thing.stream = [zlib.compress(content(thing), LEVEL)]
            thing.extra = Dictionary({**thing.extra, "Filter": "/FlateDecode"})
            thing.compress = False


def mend_fonts(pdf: PDF, files: bool = True) -> None:
    """Remove the build time from fonts that fontTools has written, such as those with coloured
    glyphs (unless their ``files`` are already corrected), and map glyphs that are only part of a
    character to an invisible one. All spaces are read as one."""
    for thing in pdf.objects:
        if not isinstance(thing, Stream):
            continue
        if "Length1" in thing.extra:
            if files:
                (data,) = thing.stream
                thing.stream = [mend_file(data)]
                thing.extra["Length1"] = len(thing.stream[0])
        elif b"begincmap" in thing.stream[:4]:
            thing.stream = [
                line.replace(b"> <>", NOTHING).replace(NO_BREAK, SPACE) for line in thing.stream
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
