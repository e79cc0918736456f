"""The standards of PDF beyond accessible PDF/UA-1: for archives, for a press, and PDF 2.0."""

from __future__ import annotations

import bisect
import functools
import hashlib
import io
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.model import Asset
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import Edition
from pipeline.model.late import late_module
from pipeline.model.metadata import Metadata
from pipeline.model.paper import IMAGE_RESOLUTION, Press
from pipeline.model.rendered import FORMULA_SHAPES
from pipeline.model.sheet import luminance
from pipeline.package.images import convert_to_srgb
from pipeline.package.pdf.colours import (
    GREYS,
    QUALITY,
    Inks,
    declare_intent,
    luminance_of,
    rgb_of,
    set_bleed,
    turn_colours,
)
from pipeline.package.pdf.engine.adapter.boxes import all_boxes, is_image
from pipeline.package.pdf.engine.adapter.objects import (
    PDF,
    Array,
    Dictionary,
    Stream,
    String,
    content,
)
from pipeline.package.pdf.engine.adapter.typesetter import TypesetPage
from pipeline.package.pdf.print_markup import ASSET
from pipeline.package.units import Tag
from pipeline.system.paths import Problem, locate
from pipeline.system.pictures import Image

# --- PDF/A -----------------------------------------------------------------------------------
# PDF/A-3a and -4f: an archival PDF with its source attached (ISO 19005-3, -4).
#
# The requirements of PDF/UA (fonts, tags, text, languages) are already met. In addition, colours
# are defined by a profile, and image interpolation is off.

ImageCms = late_module("PIL.ImageCms")

PROFILE = "sRGB IEC61966-2.1"
DATE = slice(24, 36)
"""The bytes of a colour profile that say when it was made, which is now."""

MARKDOWN, OTHER = "text/markdown", "application/octet-stream"
TYPES = {
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".txt": "text/plain",
    ".csv": "text/csv",
    ".json": "application/json",
    ".bib": "application/x-bibtex",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
}


def make_archival(pdf: PDF, sources: Mapping[str, bytes]) -> None:
    """Make of a tagged PDF in the colours of screens one to keep, with its ``sources`` (by name)
    attached."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[DATE] = bytes(12)
    declare_intent(pdf, "/GTS_PDFA1", PROFILE, bytes(profile), 3)
    files = [
        (name, attach(pdf, name, data, _find_media_type(name), "/Source"))
        for name, data in sorted(sources.items())
    ]
    if files:
        tree = Dictionary({"Names": Array([part for n, f in files for part in (String(n), f)])})
        pdf.catalog["Names"] = Dictionary({**pdf.catalog.get("Names", {}), "EmbeddedFiles": tree})
        pdf.catalog["AF"] = Array([file for _, file in files])


def turn_to_rgb(pdf: PDF) -> None:
    """Turn what is drawn into the colours of screens."""
    turn_colours(pdf, Inks("/DeviceRGB", b"rg", {4: rgb_of}))
    for pdf_object in pdf.objects:
        if isinstance(pdf_object, Stream) and pdf_object.extra.get("Subtype") == "/Image":
            pdf_object.extra["Interpolate"] = "false"
            if pdf_object.extra.get("ColorSpace") == "/DeviceCMYK":
                _turn_to_rgb(pdf_object)


def _turn_to_rgb(image: Stream) -> None:
    """Turn a photograph in the colours of a press, which is always a JPEG, into one of screens."""
    output = io.BytesIO()
    with Image.open(io.BytesIO(content(image))) as opened:
        convert_to_srgb(opened).save(output, "JPEG", quality=QUALITY)
    image.stream = [output.getvalue()]
    image.extra["ColorSpace"] = "/DeviceRGB"
    image.extra.pop("Decode", None)


def _find_media_type(name: str) -> str:
    return TYPES.get(name[name.rfind(".") :].lower(), OTHER)


def attach(pdf: PDF, name: str, data: bytes, kind: str, relation: str) -> bytes:
    """An attached file of a type, and its relation to the document (annex E of the standard)."""
    about = {
        "Size": len(data),
        "CheckSum": String(hashlib.md5(data, usedforsecurity=False).digest()),
    }
    stream = Stream(
        [data],
        {
            "Type": "/EmbeddedFile",
            "Subtype": "/" + kind.replace("/", "#2F").replace("+", "#2B"),
            "Params": Dictionary(about),
        },
        compress=True,
    )
    pdf.add_object(stream)
    file = Dictionary(
        {
            "Type": "/Filespec",
            "F": String(name),
            "UF": String(name),
            "EF": Dictionary({"F": stream.reference, "UF": stream.reference}),
            "AFRelationship": relation,
            "Desc": String(name),
        }
    )
    pdf.add_object(file)
    return bytes(file.reference)


# --- PDF/X -----------------------------------------------------------------------------------
# PDF/X-4 (ISO 15930-7), for offset printers: colours and images in the inks of a press, which a
# profile describes; black text in black ink alone; bleed; and nothing that can be clicked.

HINT = (
    "Ask the printer for the ICC profile of the press and the paper, save it beside the source,"
    " and write `print: {standard: x4, profile: NAME.icc}`."
)
LEVELS = 256

NEUTRAL = 20 / 255
"""The difference of the parts of a colour up to which it is a grey: as four inks, letters and thin
lines would not lie exactly on one another."""

BLACK = 36 / 255
"""The parts of a colour up to which it is black: letters in a tone of it would be rasterised."""


class Plates(NamedTuple):
    """The inks of a press: the ``profile``, its ``name``, and millimetres of ``bleed``."""

    profile: bytes
    name: str
    bleed: float

    @staticmethod
    def coarse_images(
        pages: Iterable[TypesetPage], assets: Iterable[Asset]
    ) -> Iterator[Diagnostic]:
        """Images with fewer pixels than a press shows, each once."""
        drawings = ("image/svg+xml", FORMULA_SHAPES)
        bitmaps = (asset for asset in assets if asset.media_type not in drawings)
        known = {f"{ASSET}images/{asset.name}": asset for asset in bitmaps}
        reported: set[str] = set()
        for page in pages:
            for box in filter(is_image, all_boxes(page.box)):
                asset = known.get(box.element.get("src", "")) if box.element is not None else None
                if asset is None or asset.path in reported or not box.width:
                    continue
                pixels = min(asset.width / box.width, asset.height / max(box.height, 1))
                if (dots := round(pixels * 96)) < IMAGE_RESOLUTION - 1:
                    reported.add(asset.path)
                    message = f"“{asset.path}” is printed at {dots} pixels per inch."
                    hint = (
                        f"A press needs {IMAGE_RESOLUTION}: use a larger file, or show it smaller."
                    )
                    yield diagnostic(Code.NOT_FOR_PRESS, message, span=asset.span, hint=hint)

    def prepare(self, pdf: PDF, *, in_greys: bool) -> None:
        """Turn a PDF into one for a press; its metadata say so already."""
        if not in_greys:
            inks = _Inks(self.profile)
            convert: Mapping[int, Callable[..., tuple[float, ...]]]
            convert = {1: inks.grey, 3: inks.rgb, 4: lambda *own: own}
            turn_colours(pdf, Inks("/DeviceCMYK", b"k", convert, inks.lab))
            masks = {i.extra["SMask"] for i in _images(pdf) if "SMask" in i.extra}
            for image in _images(pdf):
                if image.reference not in masks:
                    inks.turn(image)
        for pdf_object in pdf.objects:
            group = getattr(pdf_object, "extra", {}).get("Group") or {}
            if group.get("CS") == "/DeviceRGB":
                group["CS"] = "/DeviceCMYK"
        for page in set_bleed(pdf, self.bleed):
            page.pop("Annots", None)
            page["Group"] = Dictionary({"S": "/Transparency", "CS": "/DeviceCMYK"})
        declare_intent(pdf, "/GTS_PDFX", self.name, self.profile, 4)


class PlatesResult(NamedTuple):
    """Plates, or the reason why there are none."""

    plates: Plates | None
    findings: tuple[Diagnostic, ...] = ()


def read_plates(press: Press, metadata: Metadata, folder: Path) -> PlatesResult:
    """The inks that the front matter names."""
    if not metadata.date:
        return _unready(press, "it has no date", "Write `date:` with the date of publication.")
    if not press.profile:
        return _unready(press, "no colour profile is named", HINT)
    file = locate(folder, press.profile, Code.NOT_FOR_PRESS, press.folder)
    if isinstance(file, Problem):
        return _unready(press, f"the profile `{press.profile}` cannot be used", file.message)
    try:
        data = file.read()
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
        is_of_press = profile.profile.xcolor_space.strip() == "CMYK"
        name = ImageCms.getProfileDescription(profile).strip()
        if is_of_press:
            _transform(data, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return _unready(press, f"`{press.profile}` cannot be read as a colour profile", HINT)
    if not is_of_press:
        return _unready(press, f"the profile `{press.profile}` is not one of a press (CMYK)", HINT)
    return PlatesResult(Plates(data, name or press.profile, press.bleed))


def _unready(press: Press, reason: str, hint: str) -> PlatesResult:
    message = f"The PDF is not PDF/X-4, and has screen colours: {reason}."
    span = Span(press.line, press.column, file=press.file)
    return PlatesResult(None, (diagnostic(Code.NOT_FOR_PRESS, message, span=span, hint=hint),))


def _images(pdf: PDF) -> Iterator[Any]:
    for pdf_object in pdf.objects:
        if isinstance(pdf_object, Stream) and pdf_object.extra.get("Subtype") == "/Image":
            yield pdf_object


@functools.lru_cache(maxsize=4)
def _transform(profile: bytes, mode: str) -> Any:
    source = ImageCms.createProfile("LAB" if mode == "LAB" else "sRGB", 5000)
    return ImageCms.buildTransform(
        source,
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        mode,
        "CMYK",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )


class _Inks:
    """Converts colours by a profile. Greys are black ink alone, of the same luminance between that
    of the paper and that of the ink."""

    def __init__(self, profile: bytes) -> None:
        self._profile = profile
        self._known: dict[tuple[str, tuple[int, ...]], tuple[float, ...]] = {}
        self._blacks = _luminances_of_black(profile)

    def rgb(self, *parts: float) -> tuple[float, ...]:
        if max(parts) - min(parts) <= NEUTRAL:
            return self._inks_of_luminance(luminance(*parts) if max(parts) > BLACK else 0)
        return self._convert("RGB", *(round(min(1, max(0, part)) * 255) for part in parts))

    def lab(self, lightness: float, *parts: float) -> tuple[float, ...]:
        if not any(parts):
            return self._inks_of_luminance(luminance_of(lightness))
        return self._convert("LAB", round(lightness * 2.55), *(round(part) + 128 for part in parts))

    def grey(self, grey: float) -> tuple[float, ...]:
        return self.rgb(grey, grey, grey)

    def _convert(self, mode: str, *numbers: int) -> tuple[float, ...]:
        key = mode, numbers
        if key not in self._known:
            image = Image.new(mode, (1, 1))
            image.putpixel((0, 0), numbers)
            inks: Any = ImageCms.applyTransform(image, _transform(self._profile, mode))
            self._known[key] = tuple(part / 255 for part in inks.getpixel((0, 0)))
        return self._known[key]

    def _inks_of_luminance(self, light: float) -> tuple[float, ...]:
        """Of no ink, the luminance is 1, and of the black ink by itself it is more than 0."""
        darkest = self._blacks[-1]
        luminance = darkest + light * (1 - darkest)
        level = bisect.bisect_left(self._blacks, -luminance, key=lambda black: -black)
        return 0, 0, 0, round(min(level, LEVELS - 1) / (LEVELS - 1), 4)

    def turn(self, image: Any) -> None:
        """Turn an image, a photograph (JPEG) or another, into one in inks."""
        space = image.extra.get("ColorSpace")
        if space not in ("/DeviceRGB", "/DeviceGray"):
            return
        is_photograph = image.extra["Filter"] == "/DCTDecode"
        with Image.open(io.BytesIO(content(image) if is_photograph else _png(image))) as opened:
            pixels = opened.convert("RGB" if space == "/DeviceRGB" else "L")
        if space == "/DeviceRGB":
            turned = ImageCms.applyTransform(pixels, _transform(self._profile, "RGB"))
        else:
            levels = (level / (LEVELS - 1) for level in range(LEVELS))
            blacks = [self._inks_of_luminance(luminance(grey, grey, grey))[-1] for grey in levels]
            turned = pixels.point([round((1 - black) * (LEVELS - 1)) for black in blacks])
        assert turned is not None, "it is not turned in place"
        image.extra["ColorSpace"] = "/DeviceCMYK" if turned.mode == "CMYK" else "/DeviceGray"
        image.extra.pop("DecodeParms", None)
        if is_photograph:
            output = io.BytesIO()
            turned.save(output, "JPEG", quality=QUALITY)
            image.stream = [output.getvalue()]
            if turned.mode == "CMYK":  # as Adobe writes them, which others do too
                image.extra["Decode"] = Array((1, 0) * 4)
        else:
            image.stream = [zlib.compress(turned.tobytes())]


def _luminances_of_black(profile: bytes) -> list[float]:
    """The luminance of each tone of the black ink, from none to all of it, in falling order."""
    ramp = Image.new("CMYK", (LEVELS, 1))
    for level in range(LEVELS):
        ramp.putpixel((level, 0), (0, 0, 0, level))
    in_lab: Any = ImageCms.profileToProfile(
        ramp,
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("LAB", 5000),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="LAB",
    )
    lights = [luminance_of(in_lab.getpixel((level, 0))[0] / 2.55) for level in range(LEVELS)]
    for level in range(1, LEVELS):
        lights[level] = min(lights[level], lights[level - 1])
    return lights


def _png(image: Any) -> bytes:
    """A PNG with the data of an image, which are those of one."""
    size = image.extra["Width"].to_bytes(4) + image.extra["Height"].to_bytes(4)
    kind = 2 if image.extra["ColorSpace"] == "/DeviceRGB" else 0
    chunks = (
        (b"IHDR", size + bytes((8, kind, 0, 0, 0))),
        (b"IDAT", content(image)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)
        for name, data in chunks
    )


# --- PDF 2.0 ---------------------------------------------------------------------------------
# PDF/UA-2 (ISO 14289-2), and Well-Tagged PDF 1.0: the additions of a tagged PDF 2.0 to PDF/UA-1.
#
# Elements are in the namespace of PDF 2.0 if it has their type. Links and bookmarks lead to
# elements, not only to places on pages. Contents, references and notes refer to each other.
# Formulas contain MathML in addition to their text.

NAMESPACE = "http://iso.org/pdf2/ssn"

ONLY_BEFORE = frozenset(
    {"Art", "BibEntry", "BlockQuote", "Code", "Index", "Quote", "Reference", "TOC", "TOCI"}
)
"""Structure types that PDF 2.0 adopts from 1.7, which is the default namespace."""

NOTE = "<</O /FENote/NoteType /Footnote>>"

NO_ASIDE = frozenset({"/Aside", "/BlockQuote", "/TD", "/TH"})
"""Structure types that hold no asides (ISO/TS 32005)."""

CELLS = frozenset({"/TD", "/TH"})


def follow_ua2(
    pdf: PDF, root: Any, elements: Sequence[tuple[Tag, Any]], links: Iterable[tuple[Any, Any]]
) -> None:
    """Convert a tagged PDF to the standard; ``root`` is that of its structure, ``elements`` are
    those in it in reading order, and ``links`` annotations with their elements."""
    namespace = Dictionary({"Type": "/Namespace", "NS": String(NAMESPACE)})
    pdf.add_object(namespace)
    root["Namespaces"] = Array([namespace.reference])
    known = {element.reference: element for _, element in elements}
    levels = [level for tag, _ in elements if (level := _level(tag.kind))]
    has_title = levels[:1] == [1] and levels.count(1) == 1
    for tag, element in elements:
        around = _type_of_parent(element, known)
        kind = _role_in_pdf2(tag, around, has_title=has_title)
        element["S"] = f"/{kind}"
        if kind not in ONLY_BEFORE:
            element["NS"] = namespace.reference
        if kind == "FENote":
            element["A"] = NOTE
        elif kind == "L":
            element["A"] = _numbering(tag)
        elif kind == "BlockQuote" and around in CELLS:
            _enclose(pdf, element, known, namespace)
        if tag.mathml:
            about = "application/mathml+xml", "/Supplement"
            element["AF"] = Array([attach(pdf, "formula.xml", tag.mathml.encode(), *about)])
    _lead(pdf, elements, links, known)


def _role_in_pdf2(tag: Tag, around: str, *, has_title: bool) -> str:
    """The structure type. A single heading of the first level before all others is the title of
    the whole, and the others are one level higher."""
    level = _level(tag.kind)
    if level and has_title:
        return f"H{level - 1}" if level > 1 else "Title"
    if tag.kind == "Note":
        return "FENote"
    is_figure = any(isinstance(kid, Tag) and kid.kind == "Caption" for kid in tag.kids)
    if tag.kind == "Aside" or (tag.kind == "Div" and is_figure):
        return "Sect" if around in NO_ASIDE else "Aside"
    return tag.kind


def _numbering(tag: Tag) -> str:
    """The attributes of a list: without numbers, it may be one of terms and descriptions."""
    has_labels = any(
        isinstance(item, Tag)
        and any(isinstance(kid, Tag) and kid.kind == "Lbl" for kid in item.kids)
        for item in tag.kids
    )
    attributes = tag.dictionary["A"].replace("/Disc", "/Unordered")
    return attributes.replace("/None", "/Description" if has_labels else "/Unordered")


def _level(kind: str) -> int:
    return int(kind[1:]) if kind[0] == "H" and kind[1:].isdigit() else 0


def _type_of_parent(element: Any, known: Mapping[bytes, Any]) -> str:
    """The type of the element's parent, ignoring divisions."""
    outer = known.get(element["P"])
    while outer is not None and outer["S"] == "/Div":
        outer = known.get(outer["P"])
    return str(outer["S"]) if outer is not None else ""


def _enclose(pdf: PDF, element: Any, known: Mapping[bytes, Any], namespace: Any) -> None:
    """Put a quotation into a section, as cells hold the one and not the other."""
    outer = known[element["P"]]
    entries = {"Type": "/StructElem", "S": "/Sect", "NS": namespace.reference, "P": element["P"]}
    section = Dictionary({**entries, "K": Array([element.reference])})
    pdf.add_object(section)
    outer["K"][outer["K"].index(element.reference)] = section.reference
    element["P"] = section.reference


def _lead(
    pdf: PDF,
    elements: Sequence[tuple[Tag, Any]],
    links: Iterable[tuple[Any, Any]],
    known: Mapping[bytes, Any],
) -> None:
    """Let destinations on a page also lead to the element there."""
    places = {name: element for tag, element in elements for name in tag.places}
    tree = pdf.catalog.get("Names", {}).get("Dests", {}).get("Names", ())
    views = {name.string: view for name, view in zip(tree[::2], tree[1::2], strict=True)}
    for annotation, element in links:
        if annotation["Subtype"] == "/Widget":
            group = pdf.objects[int(annotation.get("Parent", b"0").split()[0])]
            annotation["Contents"] = annotation.get("TU") or group["TU"]
        if "Dest" in annotation:
            name = annotation.pop("Dest")
            place = places[name.string]
            annotation["A"] = _go_to(name, views[name.string], place)
            _refer(element, place, known)
    outline = (
        pdf_object
        for pdf_object in pdf.objects
        if isinstance(pdf_object, dict) and {"Dest", "Title"} <= pdf_object.keys()
    )
    entries = sorted(
        (entry, number) for number, (tag, _) in enumerate(elements) for entry in tag.entries
    )
    for item, (_, number) in zip(list(outline), entries, strict=True):
        view = item.pop("Dest")
        item["A"] = _go_to(view, view, elements[number][1])


def _go_to(target: Any, view: Sequence[Any], place: Any) -> Any:
    """The action that leads to a target, and where the element is known that is there, to it."""
    there = Array([place.reference, *view[1:]])
    return Dictionary({"Type": "/Action", "S": "/GoTo", "D": target, "SD": there})


def _refer(element: Any, place: Any, known: Mapping[bytes, Any]) -> None:
    """Let an entry of the contents refer to its part, and a note and its reference to each
    other."""
    if place["S"] == "/FENote":
        for source, target in ((element, place), (place, element)):
            source["Ref"] = Array([*source.get("Ref", ()), target.reference])
    around = element
    while around is not None and around["S"] != "/TOCI":
        around = known.get(around["P"])
    if around is not None:
        around["Ref"] = Array([place.reference])


# --- standards -------------------------------------------------------------------------------


def turn_drawn(pdf: PDF, edition: Edition) -> None:
    """Turn what is drawn into the colours of an edition."""
    if edition.look == "grey":
        turn_colours(pdf, GREYS)
    if edition.is_archival:
        turn_to_rgb(pdf)
