"""The colours of a PDF as greys of the same luminance, or as the inks of a press."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from PIL import ImageOps

from pipeline.model.late import late
from pipeline.model.paper import MILLIMETRE
from pipeline.model.sheet import luminance
from pipeline.package.pdf.engine.adapter.objects import PDF, Array, Dictionary, Stream, String
from pipeline.system.pictures import Image

# --- printer colours -------------------------------------------------------------------------
# Turns the colours of a PDF into those of a printer: greys, or the inks of a press.

SPACE = late(rb"/(\S+) (cs|CS)")
DEVICES = {b"g": 1, b"G": 1, b"rg": 3, b"RG": 3, b"k": 4, b"K": 4}
"""The operators that set a colour with numbers only, and the number of these (ISO 32000-1,
8.6.8)."""

Parts = tuple[float, ...]


class Inks(NamedTuple):
    """The colours of a printer: their colour space, the operator that sets one, and how others are
    converted, by the number of their parts. Those of CIE L*a*b* have a way of their own, or are
    kept."""

    space: str
    operator: bytes
    convert: Mapping[int, Callable[..., Parts]]
    from_lab: Callable[..., Parts] | None = None


SPACES = {"/DeviceGray": 1, "/DeviceRGB": 3, "/DeviceCMYK": 4}


def rgb_of(cyan: float, magenta: float, yellow: float, black: float) -> Parts:
    """A colour of a press in red, green and blue, without a profile."""
    return tuple((1 - part) * (1 - black) for part in (cyan, magenta, yellow))


def luminance_of(lightness: float) -> float:
    """The luminance of a lightness of CIE L*a*b*."""
    return ((lightness + 16) / 116) ** 3 if lightness > 8 else lightness / 903.3


def declare_intent(pdf: PDF, kind: str, name: str, profile: bytes, count: int) -> None:
    """Say that all colours are those of a profile, with this number of parts."""
    colours = Stream([profile], {"N": count}, compress=True)
    pdf.add_object(colours)
    intent = {
        "Type": "/OutputIntent",
        "S": kind,
        "OutputConditionIdentifier": String(name),
        "Info": String(name),
        "DestOutputProfile": colours.reference,
    }
    pdf.catalog["OutputIntents"] = Array([Dictionary(intent)])


def turn_colours(pdf: PDF, inks: Inks) -> None:
    """Turn the colours of all that is drawn, but for images."""
    for pdf_object in pdf.objects:
        if isinstance(pdf_object, Stream) and "Length1" not in pdf_object.extra:
            _turn_stream(pdf_object, inks)
        _turn_shadings(pdf_object, inks)


def _turn_stream(stream: Any, inks: Inks) -> None:
    """Of the spaces that WeasyPrint names, all but its CMYK are L*a*b*."""
    space = {b"cs": b"", b"CS": b""}
    for index, line in enumerate(stream.stream):
        if not isinstance(line, bytes):
            continue
        if match := SPACE.fullmatch(line):
            space[match[2]] = b""
            if match[1] != b"Pattern" and _converter_of(inks, match[1]):
                space[match[2]] = match[1]
                stream.stream[index] = b""
            continue
        *numbers, operator = line.split(b" ")
        if convert := inks.convert.get(DEVICES.get(operator, 0)):
            stream.stream[index] = _set(inks, convert, numbers, operator)
        elif operator.lower() in (b"sc", b"scn") and not numbers[-1].startswith(b"/"):
            name = space[b"CS" if operator.isupper() else b"cs"]
            if convert := _converter_of(inks, name):
                stream.stream[index] = _set(inks, convert, numbers, operator)


def _converter_of(inks: Inks, name: bytes) -> Callable[..., Parts] | None:
    return inks.convert.get(4) if name == b"DeviceCMYK" else inks.from_lab if name else None


def _set(
    inks: Inks, convert: Callable[..., Parts], numbers: Sequence[bytes], operator: bytes
) -> bytes:
    parts = b" ".join(b"%.4g" % part for part in convert(*map(float, numbers)))
    return parts + b" " + (inks.operator.upper() if operator.isupper() else inks.operator)


def _turn_shadings(value: Any, inks: Inks) -> None:
    """Turn the gradients, which are somewhere in the resources. Those in greys are masks."""
    if isinstance(value, dict):
        count = SPACES.get(value.get("ColorSpace", ""), 0) if "ShadingType" in value else 0
        if count > 1 and count in inks.convert:
            value["ColorSpace"] = inks.space
            _turn_function(value["Function"], inks)
        for part in value.values():
            _turn_shadings(part, inks)
    elif isinstance(value, list):
        for part in value:
            _turn_shadings(part, inks)


def _turn_function(function: Any, inks: Inks) -> None:
    for end in ("C0", "C1"):
        if end in function:
            numbers = [float(number) for number in function[end]]
            function[end] = Array(inks.convert[len(numbers)](*numbers))
    for part in function.get("Functions", ()):
        _turn_function(part, inks)


def set_bleed(pdf: PDF, millimetres: float) -> list[Any]:
    """Say of each page how far it goes beyond its edges; returns the pages."""
    bleed = millimetres * MILLIMETRE
    pages = [
        pdf_object
        for pdf_object in pdf.objects
        if isinstance(pdf_object, Dictionary) and pdf_object.get("Type") == "/Page"
    ]
    for page in pages:
        left, bottom, right, top = page["TrimBox"]
        page["BleedBox"] = Array([left - bleed, bottom - bleed, right + bleed, top + bleed])
        around = zip(page["MediaBox"], page["BleedBox"], (min, min, max, max), strict=True)
        page["MediaBox"] = Array([outer(*edges) for *edges, outer in around])
    return pages


# --- grey ------------------------------------------------------------------------------------
# Takes the colours out of a PDF: every colour becomes the grey of the same luminance, which on
# white has the same contrast (WCAG 2.2, “contrast ratio”), and images become grey.

QUALITY = 90
"""JPEG quality of photographs."""


def grey_image(data: bytes, media_type: str) -> tuple[bytes, str]:
    """A bitmap in greyscale, and its media type. A drawing is unchanged: its colours are converted
    with the page's."""
    if media_type == "image/svg+xml":
        return data, media_type
    with Image.open(io.BytesIO(data)) as opened:
        kind = "JPEG" if opened.format in ("JPEG", "MPO") else "PNG"
        image = ImageOps.exif_transpose(opened)
        if image.has_transparency_data:
            image = image.convert("RGBA").convert("LA")
        else:
            image = image.convert("L")
    output = io.BytesIO()
    image.save(output, kind, **({"quality": QUALITY} if kind == "JPEG" else {}))
    return output.getvalue(), f"image/{kind.lower()}"


def grey_of(red: float, green: float, blue: float) -> float:
    """The grey of the luminance of a colour, or the next darker one."""
    return _grey_of(luminance(red, green, blue))


def _grey_of(light: float) -> float:
    grey = light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
    return math.floor(min(1.0, max(0.0, grey)) * 1000 + 1e-6) / 1000


GREYS = Inks(
    "/DeviceGray",
    b"g",
    {3: lambda *rgb: (grey_of(*rgb),), 4: lambda *cmyk: (grey_of(*rgb_of(*cmyk)),)},
    lambda lightness, *_: (_grey_of(luminance_of(lightness)),),
)
