"""Writes PDFs in less time: pydyf serialises and compresses each object twice, for the file and for
its identifier, and fontTools fixes the axes of variable fonts."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from types import SimpleNamespace
from typing import IO, Any, NamedTuple

import pydyf
from fontTools.ttLib import TTFont
from pydyf import Array, Dictionary, Object, Stream
from weasyprint.matrix import Matrix

from pipeline.package.pdf.engine.adapter.objects import LEVEL, PDF, content

faster_zlib = SimpleNamespace(
    **vars(zlib) | {"compressobj": lambda level: zlib.compressobj(min(level, LEVEL))}
)
"""For pydyf, which has no option for the level, and compresses the numbers and names of all objects
twice."""


def to_bytes(value: Any) -> bytes:
    """The value as pydyf writes it, in half the time."""
    kind = type(value)
    if kind is bytes:
        return bytes(value)
    if kind is float:
        return b"%d" % value if value.is_integer() else (b"%f" % value).rstrip(b"0")
    if kind is str or kind is int:
        return str(value).encode("ascii")
    if kind is Array:
        return b"[%b]" % b" ".join(map(to_bytes, value))
    if kind is Dictionary:
        entries = [b"/%b %b" % (to_bytes(name), to_bytes(one)) for name, one in value.items()]
        return b"<<%b>>" % b"".join(entries)
    return bytes(value.data) if isinstance(value, Object) else _otherwise(value)


_otherwise = pydyf._to_bytes


def page_references(pdf: Any) -> tuple[bytes, ...]:
    """The references to the pages, which each entry of the outline asks for."""
    pages = pdf.pages["Kids"][::3]
    known: tuple[bytes, ...] = vars(pdf).get("_known_references", ())
    if len(known) != len(pages):
        known = pdf._known_references = tuple(b"%d 0 R" % number for number in pages)
    return known


def product(one: Matrix, other: Matrix) -> Matrix:
    """The product of two matrices, in a fifth of the time."""
    (a, b, c), (d, e, f), (g, h, i) = other
    rows = [
        [x * a + y * d + z * g, x * b + y * e + z * h, x * c + y * f + z * i] for x, y, z in one
    ]
    return Matrix(matrix=rows)


class _Settled(Object):  # type: ignore[misc]
    """An object that does not change any more."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.number, self.generation, self._data = value.number, value.generation, to_bytes(value)

    @property
    def data(self) -> bytes:
        return bytes(self._data)


_write = pydyf.PDF.write


def write(pdf: Any, *given: Any, **options: Any) -> None:
    """Write a PDF."""
    _settle_all(pdf)
    _write(pdf, *given, **options)


def _settle_all(pdf: PDF) -> None:
    """Compress the streams, and serialise the other objects, once: each is requested twice, for the
    file and for its identifier."""
    for index, thing in enumerate(pdf.objects):
        if isinstance(thing, Dictionary):
            pdf.objects[index] = _Settled(thing)
        elif isinstance(thing, Stream) and thing.compress:
            thing.stream = [zlib.compress(content(thing), LEVEL)]
            thing.extra = Dictionary({**thing.extra, "Filter": "/FlateDecode"})
            thing.compress = False


class _Instance(NamedTuple):
    """A font in the form in which WeasyPrint saves it."""

    data: bytes

    def save(self, file: IO[bytes]) -> None:
        file.write(self.data)


def instance(font: TTFont, location: Mapping[str, float], *, static: bool) -> _Instance:
    """A variable font at fixed values of its axes, with the same glyph numbers. HarfBuzz takes
    milliseconds for that, fontTools a tenth of a second."""
    import uharfbuzz as harfbuzz

    assert static
    assert font.reader is not None
    face, wanted = harfbuzz.Face(font.reader.file.getvalue()), harfbuzz.SubsetInput()
    wanted.keep_everything()
    wanted.flags |= harfbuzz.SubsetFlags.RETAIN_GIDS
    wanted.pin_all_axes_to_default(face)
    for axis, value in location.items():
        wanted.pin_axis_location(face, axis, value)
    return _Instance(harfbuzz.subset(face, wanted).blob.data)
