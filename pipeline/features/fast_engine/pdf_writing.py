"""Writes PDFs in less time: pydyf compresses at the highest level, and fontTools fixes the axes of
variable fonts."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from types import SimpleNamespace
from typing import IO, Any, NamedTuple

from fontTools.ttLib import TTFont

from pipeline.package.pdf.engine.adapter.objects import LEVEL

faster_zlib = SimpleNamespace(
    **vars(zlib) | {"compressobj": lambda level: zlib.compressobj(min(level, LEVEL))}
)
"""For pydyf, which has no option for the level, and compresses the numbers and names of all objects
twice."""


def page_references(pdf: Any) -> tuple[bytes, ...]:
    """The references of a PDF's pages, which pydyf writes anew for each bookmark."""
    numbers = pdf.pages["Kids"][::3]
    if len(vars(pdf).get("references", ())) != len(numbers):
        pdf.references = tuple(b"%d 0 R" % number for number in numbers)
    return pdf.references  # type: ignore[no-any-return]


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
