"""Writes PDFs in less time: pydyf serialises and compresses each object twice, for the file and for
its identifier, and fontTools fixes the axes of variable fonts."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from types import SimpleNamespace
from typing import IO, Any, NamedTuple

import pydyf
from fontTools.ttLib import TTFont
from pydyf import Dictionary, Object, Stream

from pipeline.package.pdf.engine.adapter.objects import LEVEL, PDF, content

faster_zlib = SimpleNamespace(
    **vars(zlib) | {"compressobj": lambda level: zlib.compressobj(min(level, LEVEL))}
)
"""For pydyf, which has no option for the level, and compresses the numbers and names of all objects
twice."""


class _Settled(Object):  # type: ignore[misc]
    """An object that does not change any more."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.number, self.generation, self._data = value.number, value.generation, value.data

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
    for index, pdf_object in enumerate(pdf.objects):
        if isinstance(pdf_object, Dictionary):
            pdf.objects[index] = _Settled(pdf_object)
        elif isinstance(pdf_object, Stream) and pdf_object.compress:
            pdf_object.stream = [zlib.compress(content(pdf_object), LEVEL)]
            pdf_object.extra = Dictionary({**pdf_object.extra, "Filter": "/FlateDecode"})
            pdf_object.compress = False


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
    face, request = harfbuzz.Face(font.reader.file.getvalue()), harfbuzz.SubsetInput()
    request.keep_everything()
    request.flags |= harfbuzz.SubsetFlags.RETAIN_GIDS
    request.pin_all_axes_to_default(face)
    for axis, value in location.items():
        request.pin_axis_location(face, axis, value)
    return _Instance(harfbuzz.subset(face, request).blob.data)
