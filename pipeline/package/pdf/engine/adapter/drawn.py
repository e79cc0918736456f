"""Draws pages into values that can be kept."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pydyf
from weasyprint.pdf import _use_references
from weasyprint.pdf.stream import Stream

from pipeline.model.late import late
from pipeline.package.pdf.engine.adapter.glyph_texts import REVERSED
from pipeline.package.pdf.engine.adapter.objects import LEVEL, PDF, content
from pipeline.package.pdf.engine.adapter.typesetter import POINT, TypesetDocument
from pipeline.package.units import DrawnPages, FontUse, PDFObject
from pipeline.system.store import key as digest_of

_REFERENCE = late(rb"(\d+) 0 R")

DIGEST_LETTERS = 16
"""Letters of a digest that tell the pages of a text from each other."""

LEFT_OUT = {"hb_font", "hb_face", "file_content", "widths", "to_unicode", "missing"}
"""The attributes of a font that are not kept as they are."""

FONTS, COLOURS = "fonts", "colours"
"""The resources that all parts share."""


def draw(
    document: TypesetDocument, finish: Callable[[PDF], None], *, above: bool = False
) -> DrawnPages:
    """The drawing of a document's pages, if necessary ``above`` that of others. ``finish`` may
    change it before it is kept."""
    pdf = pydyf.PDF()
    shared = {name: pydyf.Dictionary() for name in (FONTS, COLOURS)}
    for dictionary in shared.values():
        pdf.add_object(dictionary)
    kinds = ("ExtGState", "XObject", "Pattern", "Shading")
    resources = pydyf.Dictionary({kind: pydyf.Dictionary() for kind in kinds})
    resources["ColorSpace"] = shared[COLOURS].reference
    images: dict[str, Any] = {}
    streams = []
    for page in document.pages:
        area = (0, 0, page.width, page.height)
        stream = Stream(document.fonts, area, resources, images, {}, {}, None, compress=True)
        stream.transform(d=-1, f=page.height * POINT)
        pdf.add_object(stream)
        page.paint(stream, POINT)
        streams.append(stream)
    resources["Font"] = shared[FONTS].reference
    _use_references(pdf, resources, images, {})
    finish(pdf)
    keeper = _Keeper(pdf, {int(dictionary.number): name for name, dictionary in shared.items()})
    values_by_kind = {
        kind: {name: keeper.kept(value) for name, value in resources[kind].items()}
        for kind in kinds
    }
    drawn = tuple(_deflate(stream, *([b"Q"] if above else ())) for stream in streams)
    uses = tuple(_use(number, font) for number, font in document.fonts.items())
    objects = (
        part for pdf_object in keeper.objects for part in (pdf_object.text, pdf_object.data or b"")
    )
    common = digest_of(*(use.digest for use in uses), str(values_by_kind), *objects)
    return DrawnPages(
        drawn,
        uses,
        {kind: values for kind, values in values_by_kind.items() if values},
        tuple(keeper.objects),
        tuple(digest_of(common, stream)[:DIGEST_LETTERS] for stream in drawn),
    )


_NAMES = late(rb"/([xpi][0-9a-f]+) (?:Do|scn)\b")
_COUNTED = late(rb"/[xps][0-9]+\b")
"""The names of drawings within a page, and those that are counted through the document."""


def digest_pages(document: TypesetDocument, pdf: PDF) -> tuple[str, ...]:
    """Digests of what is painted on each page of a document that is drawn as a whole."""
    pages = [pdf.objects[number] for number in pdf.pages["Kids"][::3]]
    return tuple(
        digest_of(*_read_stream(page.stream, pdf_page["Resources"], pdf))[:DIGEST_LETTERS]
        for page, pdf_page in zip(document.pages, pages, strict=True)
    )


def _read_stream(stream: Any, resources: bytes, pdf: PDF) -> Iterator[bytes]:
    """The content of a stream, and of the images and groups in it."""
    operators, names = content(stream), _find_object(resources, pdf)
    yield _COUNTED.sub(b"", operators)
    for name in dict.fromkeys(_NAMES.findall(operators)):
        kind = "Pattern" if name[:1] == b"p" else "XObject"
        drawing = _find_object(names[kind][name.decode()], pdf)
        if "Resources" in drawing.extra:
            yield from _read_stream(drawing, drawing.extra["Resources"], pdf)
        else:
            yield content(drawing)


def _find_object(reference: bytes, pdf: PDF) -> Any:
    return pdf.objects[int(reference.split()[0])]


def _deflate(stream: Any, *before: bytes) -> bytes:
    return zlib.compress(b"\n".join((*before, content(stream))), LEVEL)


_GLYPHS = late(rb"<([0-9a-f]+)>")


def read_characters(document: TypesetDocument, pdf: PDF) -> dict[tuple[int, int], str]:
    """The characters that the glyphs of a painted PDF stand for, by page from 0 and identifier of
    marked content."""
    texts = {
        b"/" + font.hash.encode(): {} if font.bitmap else font.to_unicode
        for font in document.fonts.values()
    }
    pages = {id(page.marks): number for number, page in enumerate(document.pages)}
    texts_of_marks: dict[tuple[int, int], list[str]] = {}
    for pdf_object in pdf.objects:
        page = pages.get(id(getattr(pdf_object, "_tags", None)))
        if page is not None:  # it is drawn on one, by itself or in a group
            _read_glyphs(pdf_object.stream, page, texts, texts_of_marks)
    return {mark: "".join(pieces) for mark, pieces in texts_of_marks.items()}


def _read_glyphs(
    operators: Iterable[Any],
    page: int,
    texts: Mapping[bytes, Mapping[int, str]],
    by_mark: dict[tuple[int, int], list[str]],
) -> None:
    around: list[tuple[list[str], bool]] = []
    characters: Mapping[int, str] = {}
    pieces, inner, is_reversed, tag = list[str](), list[str](), False, ""
    for operator in operators:
        if type(operator) is bytes:
            end = operator[-3:]
            if end == b" TJ":
                glyphs = bytes.fromhex(b"".join(_GLYPHS.findall(operator)).decode())
                codes = struct.unpack(f">{len(glyphs) // 2}H", glyphs)
                shown = [characters.get(code, "") for code in codes]
                pieces.append("".join(shown[::-1] if is_reversed else shown))
            elif end == b" Tf":
                characters = texts.get(operator.partition(b" ")[0], {})
            elif operator in (b"BDC", b"BMC"):
                around.append((pieces, is_reversed))
                is_reversed = is_reversed or tag == f"/{REVERSED}"
                pieces = inner if operator == b"BDC" else pieces if is_reversed else []
            elif operator == b"EMC":
                pieces, is_reversed = around.pop()
        elif isinstance(operator, pydyf.Dictionary):  # of marked content
            mark, inner = operator.get("MCID"), []
            if mark is not None:
                inner = by_mark.setdefault((page, mark), [])
            elif spoken := operator.get("ActualText"):
                pieces.append(spoken.string)
        else:
            tag = operator


class _Keeper:
    """Turns objects of a PDF into `PDFObject`s."""

    def __init__(self, pdf: PDF, shared: Mapping[int, str]) -> None:
        self._pdf = pdf
        self._tokens = dict(shared)
        self.objects: list[PDFObject] = []

    def kept(self, value: Any) -> str:
        """A value in PDF syntax, without its references."""
        if isinstance(value, dict):
            entries = (f"/{name} {self.kept(entry)}" for name, entry in value.items())
            return f"<<{''.join(entries)}>>"
        if isinstance(value, list):
            return f"[{' '.join(map(self.kept, value))}]"
        if isinstance(value, bytes) and (reference := _REFERENCE.fullmatch(value)):
            number = int(reference[1])
            if number not in self._tokens:
                pdf_object = self._object(self._pdf.objects[number])
                self._tokens[number] = str(len(self.objects))
                self.objects.append(pdf_object)
            return f"\x01{self._tokens[number]}\x01"
        return str(pydyf.Array([value]).data[1:-1], "ascii")

    def _object(self, value: Any) -> PDFObject:
        if not isinstance(value, pydyf.Stream):
            return PDFObject(self.kept(value))
        extra = dict(value.extra)
        if value.compress:
            data, extra["Filter"] = _deflate(value), "/FlateDecode"
        else:
            data = content(value)
        extra["Length"] = len(data)
        return PDFObject(self.kept(extra), data)


def _use(number: int, font: Any) -> FontUse:
    facts = {n: v for n, v in vars(font).items() if n not in LEFT_OUT and not n.startswith("_")}
    facts["name"] = font.name.decode()
    data = font.file_content
    digest = hashlib.sha256(data).hexdigest()
    return FontUse(number, facts, len(data), digest, font.widths, font.to_unicode)
