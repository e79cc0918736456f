"""Takes the colours out of a PDF: every colour becomes the grey of the same luminance, which on
white has the same contrast (WCAG 2.2, “contrast ratio”), and images become grey."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from PIL import Image, ImageOps

from pipeline.model.sheet.colours import luminance
from pipeline.package.pdf.engine.objects import PDF, Array, Stream

QUALITY = 90
"""JPEG quality of photographs."""

SPACE = re.compile(rb"/(\S+) (cs|CS)")
DEVICES = {b"rg": 3, b"RG": 3, b"k": 4, b"K": 4}
"""The operators that set a colour with numbers only, and the number of these (ISO 32000-1,
8.6.8)."""

COLOURED = frozenset({"/DeviceRGB", "/DeviceCMYK"})


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


def without_colours(pdf: PDF) -> None:
    """Turn the colours of all that is drawn into greys."""
    for thing in pdf.objects:
        if isinstance(thing, Stream) and "Length1" not in thing.extra:
            _turn_stream(thing)
        _turn_shadings(thing)


def grey_of(red: float, green: float, blue: float) -> float:
    """The grey of the luminance of a colour, or the next darker one."""
    return _from_luminance(luminance(red, green, blue))


def _from_luminance(light: float) -> float:
    grey = light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
    return math.floor(min(1.0, max(0.0, grey)) * 1000 + 1e-6) / 1000


def _of_cmyk(cyan: float, magenta: float, yellow: float, black: float) -> float:
    return grey_of(*((1 - part) * (1 - black) for part in (cyan, magenta, yellow)))


def _of_lab(lightness: float, _a: float, _b: float) -> float:
    """Of CIE L*a*b*, the lightness says the luminance."""
    high = (lightness + 16) / 116
    return _from_luminance(high**3 if lightness > 8 else lightness / 903.3)


GREYS: dict[int, Callable[..., float]] = {3: grey_of, 4: _of_cmyk}


def _turn_stream(stream: Any) -> None:
    """Of the spaces that WeasyPrint names, all but its CMYK are L*a*b*."""
    space = {b"cs": b"", b"CS": b""}
    for index, line in enumerate(stream.stream):
        if not isinstance(line, bytes):
            continue
        if found := SPACE.fullmatch(line):
            if found[1] != b"Pattern":
                space[found[2]] = found[1]
                stream.stream[index] = b""
            continue
        *numbers, operator = line.split(b" ")
        if count := DEVICES.get(operator):
            stream.stream[index] = _set(GREYS[count], numbers, operator)
        elif operator.lower() in (b"sc", b"scn") and not numbers[-1].startswith(b"/"):
            name = space[b"CS" if operator.isupper() else b"cs"]
            convert = _of_cmyk if name == b"DeviceCMYK" else _of_lab
            stream.stream[index] = _set(convert, numbers, operator)


def _set(convert: Callable[..., float], numbers: Sequence[bytes], operator: bytes) -> bytes:
    return b"%.4g %s" % (convert(*map(float, numbers)), b"G" if operator.isupper() else b"g")


def _turn_shadings(thing: Any) -> None:
    """Turn the gradients, which are somewhere in the resources."""
    if isinstance(thing, dict):
        if "ShadingType" in thing and thing.get("ColorSpace") in COLOURED:
            thing["ColorSpace"] = "/DeviceGray"
            _turn_function(thing["Function"])
        for value in thing.values():
            _turn_shadings(value)
    elif isinstance(thing, list):
        for value in thing:
            _turn_shadings(value)


def _turn_function(function: Any) -> None:
    for end in ("C0", "C1"):
        if end in function:
            numbers = [float(number) for number in function[end]]
            function[end] = Array([GREYS[len(numbers)](*numbers)])
    for part in function.get("Functions", ()):
        _turn_function(part)
