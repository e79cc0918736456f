"""PDF/X-4 (ISO 15930-7), for offset printers: colours and images in the inks of a press, which a
profile describes; black text in black ink alone; bleed; and nothing that can be clicked."""

from __future__ import annotations

import bisect
import functools
import io
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.model import Asset
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late_module
from pipeline.model.metadata import Metadata
from pipeline.model.paper import IMAGE_RESOLUTION, Press
from pipeline.model.rendered import FORMULA_SHAPES
from pipeline.model.sheet.colours import luminance
from pipeline.package.pdf.engine.adapter.boxes import all_boxes, is_image
from pipeline.package.pdf.engine.adapter.objects import PDF, Array, Dictionary, Stream, content
from pipeline.package.pdf.engine.adapter.typesetter import TypesetPage
from pipeline.package.pdf.grey import QUALITY
from pipeline.package.pdf.print_markup import ASSET
from pipeline.package.pdf.printer_colours import (
    Inks,
    declare_intent,
    luminance_of,
    set_bleed,
    turn_colours,
)
from pipeline.system.paths import Problem, locate
from pipeline.system.pictures import Image

ImageCms = late_module("PIL.ImageCms")

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
            return self._of_luminance(luminance(*parts) if max(parts) > BLACK else 0)
        return self._of("RGB", *(round(min(1, max(0, part)) * 255) for part in parts))

    def lab(self, lightness: float, *parts: float) -> tuple[float, ...]:
        if not any(parts):
            return self._of_luminance(luminance_of(lightness))
        return self._of("LAB", round(lightness * 2.55), *(round(part) + 128 for part in parts))

    def grey(self, grey: float) -> tuple[float, ...]:
        return self.rgb(grey, grey, grey)

    def _of(self, mode: str, *numbers: int) -> tuple[float, ...]:
        key = mode, numbers
        if key not in self._known:
            image = Image.new(mode, (1, 1))
            image.putpixel((0, 0), numbers)
            inks: Any = ImageCms.applyTransform(image, _transform(self._profile, mode))
            self._known[key] = tuple(part / 255 for part in inks.getpixel((0, 0)))
        return self._known[key]

    def _of_luminance(self, light: float) -> tuple[float, ...]:
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
            blacks = [self._of_luminance(luminance(grey, grey, grey))[-1] for grey in levels]
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
