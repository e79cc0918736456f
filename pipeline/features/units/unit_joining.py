"""Joins parts that were drawn earlier into one PDF: the engine writes it like any other, and is
given the drawing of each page."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.model.late import late
from pipeline.package.pdf.engine.adapter.drawn import COLOURS, FONTS
from pipeline.package.pdf.engine.adapter.for_features import Font, ffi, harfbuzz, pydyf
from pipeline.package.pdf.engine.adapter.objects import PDF, PRODUCER, mend_file, mend_fonts
from pipeline.package.pdf.engine.adapter.typesetter import POINT, Typesetter, written
from pipeline.package.units import DrawnPages, FontUse, PageDigest, UnitPage
from pipeline.system.store import cached, key

ffi.cdef(
    "hb_blob_t * hb_blob_create (const char *, unsigned int, int, void *, void *);"
    "hb_face_t * hb_face_create (hb_blob_t *, unsigned int);"
)

_TOKEN = late("\x01(\\w+)\x01")


class DrawnPart(NamedTuple):
    """Pages, their drawings, those of their running heads and feet, and the number of CSS pixels by
    which each is to the right of where it was drawn."""

    pages: Sequence[UnitPage]
    drawing: DrawnPages
    heads: DrawnPages
    shifts: Sequence[float]

    @property
    def digests(self) -> tuple[PageDigest, ...]:
        """Those of each page."""
        shifts = (shift / page.width for page, shift in zip(self.pages, self.shifts, strict=True))
        return tuple(map(PageDigest, self.drawing.digests, self.heads.digests, shifts))


class _Area:
    """The area of a link."""

    link_annotation: Any = None


class KeptPage:
    """A page, with the interface that the engine expects."""

    def __init__(self, page: UnitPage, shift: float, stream: bytes) -> None:
        self.width, self.height = page.width, page.height
        self.bleed = dict.fromkeys(("top", "right", "bottom", "left"), 0)
        self.links = [
            (link.kind, link.target, (a + shift, b, c + shift, d), _Area())
            for link in page.links
            for a, b, c, d in [link.area]
        ]
        self.anchors = {name: (x + shift, *rest) for name, (x, *rest) in page.anchors.items()}
        self.bookmarks = [
            (mark.level, mark.label, (mark.place[0] + shift, mark.place[1]), mark.state)
            for mark in page.bookmarks
        ]
        self.forms: dict[None, list[Any]] = {None: []}
        self._drawn = stream

    def paint(self, stream: Any, _: float) -> None:
        stream.stream, stream.compress = [self._drawn], False
        stream.extra = {"Filter": "/FlateDecode"}

    def link(self, number: int) -> Any:
        """The annotation of a link, in a PDF that the page is in."""
        return self.links[number][3].link_annotation


class UsedFonts:
    """The combined font use of the `DrawnPart`s of a text, with the font files. ``unfit`` gives the
    reason if they cannot be fonts of a single PDF."""

    def __init__(self, parts: Iterable[DrawnPart], files: Iterable[Path]) -> None:
        self.unfit = ""
        self.fonts: dict[int, list[FontUse]] = {}
        widths: dict[tuple[int, int], float] = {}
        for part in parts:
            for use in (*part.drawing.fonts, *part.heads.fonts):
                self.fonts.setdefault(use.key, []).append(use)
                for glyph, width in use.widths.items():
                    if widths.setdefault((use.key, glyph), width) != width:
                        self.unfit = "a letter of it has different widths"
        used = {(use.length, use.digest) for uses in self.fonts.values() for use in uses}
        lengths = {length for length, _ in used}
        self._data: dict[str, bytes] = {}
        for file in files:
            if file.stat().st_size in lengths:
                data = file.read_bytes()
                self._data[hashlib.sha256(data).hexdigest()] = data
        if not self._data.keys() >= {digest for _, digest in used}:
            self.unfit = "a drawing in it brings a font"

    def cut(self) -> dict[int, _Font]:
        """The fonts, by the engine's names for them."""
        return {
            number: _Font(uses, self._data[uses[0].digest]) for number, uses in self.fonts.items()
        }


def join(
    setter: Typesetter,
    parts: Sequence[DrawnPart],
    uses: UsedFonts,
    finish: Callable[[PDF, Sequence[KeptPage]], None],
    version: str,
) -> bytes:
    """The PDF of parts, in order, with one subset of each font used in them, and everything except
    the additions of ``finish``."""
    document: Any = setter.document(())
    document.fonts = uses.cut()
    document.pages = [
        KeptPage(page, shift, stream)
        for part in parts
        for page, shift, stream in zip(part.pages, part.shifts, part.drawing.streams, strict=True)
    ]

    def finisher(_: Any, pdf: PDF) -> None:
        mend_fonts(pdf, files=False)
        _draw_all(pdf, parts)
        finish(pdf, document.pages)

    return written(document, finisher, version)


def _draw_all(pdf: PDF, parts: Iterable[DrawnPart]) -> None:
    """Add the drawing and its resources to each page."""
    known: dict[tuple[str, bytes | None], Any] = {}

    def add(text: str, data: bytes | None = None) -> str:
        if (text, data) not in known:
            pdf_object = _Text(text) if data is None else _Data(text, data)
            pdf.add_object(pdf_object)
            known[text, data] = pdf_object.reference.decode()
        return str(known[text, data])

    pages = {entry.number: entry for entry in pdf.objects}
    references = iter(pdf.page_references)
    for part in parts:
        resources: Any = None
        for shift, drawn in zip(part.shifts, part.heads.streams, strict=True):
            page = pages[int(next(references).split()[0])]
            shared = pages[int(page["Resources"].split()[0])]
            if resources is None:
                tokens = {FONTS: shared["Font"].decode(), COLOURS: shared["ColorSpace"].decode()}
                resources = _resources(part, tokens, add)
            move = f"q 1 0 0 1 {shift * POINT:f} 0 cm" if shift else "q"
            move = add(f"<</Length {len(move)}>>", move.encode())
            above = add(f"<</Filter /FlateDecode/Length {len(drawn)}>>", drawn)
            page["Contents"] = pydyf.Array((move, page["Contents"], above))
            page["Resources"] = resources.encode()


def _resources(part: DrawnPart, shared: Mapping[str, str], add: Callable[..., str]) -> str:
    """The resources of a part's pages, whose objects are `add`ed."""
    numbers = dict(shared)

    def settled(text: str) -> str:
        return _TOKEN.sub(lambda token: numbers[token[1]], text)

    for number, pdf_object in enumerate(part.drawing.objects):  # what it refers to comes before it
        numbers[str(number)] = add(settled(pdf_object.text), pdf_object.data)
    kinds: dict[str, dict[str, str]] = {
        kind: {name: settled(value) for name, value in values.items()}
        for kind, values in part.drawing.resources.items()
    }
    kinds.setdefault("ExtGState", {}).update(part.heads.resources.get("ExtGState", {}))
    extra = "".join(
        f"/{kind} <<{''.join(f'/{name} {value}' for name, value in values.items())}>>"
        for kind, values in kinds.items()
    )
    return add(f"<<{extra}/ColorSpace {shared[COLOURS]}/Font {shared[FONTS]}>>")


class _Text(pydyf.Object):  # type: ignore[misc]
    """An object that is written as it is."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text.encode("ascii")

    @property
    def data(self) -> bytes:
        return self._text


class _Data(pydyf.Stream):  # type: ignore[misc]
    """A stream that is written as it is."""

    def __init__(self, text: str, data: bytes) -> None:
        super().__init__()
        self._text = b"\n".join((text.encode("ascii"), b"stream", data, b"endstream"))

    @property
    def data(self) -> bytes:
        return self._text


class _Font(Font):  # type: ignore[misc]
    """A font with its combined use on all pages."""

    def __init__(self, uses: Sequence[FontUse], data: bytes) -> None:
        facts = uses[0].facts
        self.__dict__ |= facts
        self.name, self.file_content = facts["name"].encode(), data
        self.missing: dict[int, int] = {}
        self.widths: dict[int, float] = {}
        self.to_unicode: dict[int, str] = {}
        for use in uses:
            self.widths = use.widths | self.widths
            for glyph, text in use.characters.items():
                self.to_unicode.setdefault(glyph, text)
        self._use = uses[0]

    def clean(self, to_unicode: dict[int, str], hinting: bool) -> None:
        """Subset the font to the characters used, unless this was done before."""
        source = self.file_content

        def cut() -> bytes:
            blob = harfbuzz.hb_blob_create(source, len(source), 0, ffi.NULL, ffi.NULL)
            face = harfbuzz.hb_face_create(blob, self.index)
            self.hb_face = ffi.gc(face, harfbuzz.hb_face_destroy)
            harfbuzz.hb_blob_destroy(blob)
            super(_Font, self).clean(to_unicode, hinting)
            return mend_file(self.file_content)

        glyphs = str(sorted(to_unicode))
        name = key("font", PRODUCER, self._use.digest, str(sorted(self._use.facts.items())), glyphs)
        self.file_content = cached(f"{name}.font", cut)
