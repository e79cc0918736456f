"""Images in the sizes and formats for display, e-readers and shops.

Apple accepts no image of more than 5.6 million pixels, Kindle none of more than 5 MB; both want
JPEG or PNG in sRGB; no reader's screen has more than about 2500 pixels on its long side. Images
within these limits are unchanged, except for their metadata; so are those no larger than displayed
on the web page or in print.
"""

from __future__ import annotations

import io
import math
from typing import NamedTuple

from PIL import ImageOps, UnidentifiedImageError

from pipeline.model.late import late_module
from pipeline.package.image_metadata import ORIENTATION, without_metadata
from pipeline.system import store
from pipeline.system.pictures import Image

ImageCms = late_module("PIL.ImageCms")

LONGEST_SIDE = 2560
"""Pixels of a side, of the largest e-reader's page and of a cover."""

MOST_PIXELS = 5_600_000
"""The maximum number of pixels of an image, from Apple's asset guide."""

QUALITY = 85
"""The JPEG quality of re-encoded photographs."""

GAIN = 0.9
"""The reduction in size that alone justifies re-encoding an image."""

MOST_COLOURS = 256
"""The maximum number of colours of a PNG with a palette."""

PHOTOGRAPH = 20_000
"""Colours from which on an image without transparency is better off as a JPEG."""

RECIPE = "2"
"""To be changed with anything here that changes the bytes of an image."""


"""The Exif tag for the way in which the camera was held."""

UPRIGHT, ON_ITS_SIDE = 1, range(5, 9)

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
TYPES = {"JPEG": ("image/jpeg", "jpg"), "PNG": ("image/png", "png")}


class Bounds(NamedTuple):
    """The maximum number of pixels of a side and in all, whether an image keeps its format, and
    whether these limits alone are a reason to re-encode it."""

    longest: int
    most: int
    same_kind: bool = False


class _Fitted(NamedTuple):
    """The image's content, and its type and suffix if they have changed."""

    data: bytes
    media_type: str = ""
    suffix: str = ""


def for_ereaders(data: bytes, longest: int = LONGEST_SIDE) -> _Fitted:
    """The image in the form for an e-book, with a maximum long side in pixels: the same bytes for
    the same image. An animated or unreadable one is returned unchanged."""
    fitted = _write_once(data, Bounds(longest, MOST_PIXELS))
    for kind, start in (("JPEG", b"\xff\xd8"), ("PNG", b"\x89PNG")):
        if fitted.startswith(start) and not data.startswith(start):
            return _Fitted(fitted, *TYPES[kind])
    return _Fitted(fitted)


def shrink_image(data: bytes, longest: int) -> bytes:
    """The image in the same format, with a maximum long side in pixels. One that is smaller,
    possibly animated or unreadable is returned unchanged."""
    return _write_once(data, Bounds(longest, longest * longest, same_kind=True))


def _write_once(data: bytes, bounds: Bounds) -> bytes:
    """The image within the bounds, as it was written the first time."""
    key = store.key(RECIPE, store.packages().get("pillow", ""), str(tuple(bounds)), data)
    return store.from_cache(f"{key}.image", lambda: _write_image(data, bounds))


def _write_image(data: bytes, bounds: Bounds) -> bytes:
    stripped = without_metadata(data)
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            kind = image.format or ""
            if getattr(image, "is_animated", False) or (bounds.same_kind and kind == "GIF"):
                return stripped
            fitted, has_to = _fit_picture(image, bounds)
            written = _encode(fitted, kind, bounds)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        return stripped
    is_better = kind == "WEBP" or len(written) < GAIN * len(stripped)
    return written if has_to or (is_better and not bounds.same_kind) else stripped


def _fit_picture(image: Image.Image, bounds: Bounds) -> tuple[Image.Image, bool]:
    """The picture rotated upright, in sRGB with eight bits, within the maximum size; and whether
    any of that changed it."""
    width, height = image.size
    scale = min(1, bounds.longest / max(width, height), math.sqrt(bounds.most / (width * height)))
    if scale < 1:  # a JPEG is read at a half, a quarter or an eighth of its size, which is faster
        image.draft(None, (round(2 * scale * width), round(2 * scale * height)))
    orientation = image.getexif().get(ORIENTATION, UPRIGHT)
    upright = image if orientation == UPRIGHT else ImageOps.exif_transpose(image)
    plain = convert_to_srgb(upright)
    has_to = plain is not image or scale < 1
    if scale < 1:
        # where palettes are mixed, colours that they do not have come up
        if plain.mode in ("P", "1"):
            plain = plain.convert("RGBA" if "transparency" in plain.info else "RGB")
        size = max(1, int(width * scale)), max(1, int(height * scale))
        size = size[::-1] if orientation in ON_ITS_SIDE else size
        plain = plain.resize(size, Image.Resampling.LANCZOS)
    return plain, has_to


def convert_to_srgb(image: Image.Image) -> Image.Image:
    """The image in sRGB with eight bits, itself if it is that."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I") or image.mode == "F":
        # sixteen bits, of which a screen shows the upper half
        return image.point(lambda value: value / 256).convert("L")
    if profile and not _is_srgb(profile):
        with_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
        source = image if image.mode in ("RGB", "CMYK", "L") else image.convert("RGB")
        try:
            converted: Image.Image | None = ImageCms.profileToProfile(
                source,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
                outputMode="RGB",
                flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None  # a profile that is damaged, or of another kind of colours
        if converted is not None:
            if with_alpha:
                converted.putalpha(image.convert("RGBA").getchannel("A"))
            return converted
    if image.mode in ("CMYK", "YCbCr", "LAB", "HSV"):
        return image.convert("RGB")
    return image


def _is_srgb(profile: bytes) -> bool:
    try:
        described = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile)))
    except (ImageCms.PyCMSError, OSError):
        return True  # nobody can apply it
    return "srgb" in described.lower()


def _encode(image: Image.Image, kind: str, bounds: Bounds) -> bytes:
    """JPEG stays JPEG; PNG stays PNG, with a palette if it has few colours; WebP, unless it can be
    kept, becomes the more suitable of the two."""
    output = io.BytesIO()
    if kind == "WEBP" and bounds.same_kind:
        image.save(output, "WEBP", quality=QUALITY, icc_profile=None)
    elif kind == "JPEG" or (kind == "WEBP" and _is_photograph(image)):
        image = image if image.mode in ("L", "RGB") else image.convert("RGB")
        # old e-readers show no progressive ones
        image.save(output, "JPEG", quality=QUALITY, optimize=True, icc_profile=None)
    else:
        _with_palette(image).save(output, "PNG", optimize=True, icc_profile=None)
    return output.getvalue()


def _is_photograph(image: Image.Image) -> bool:
    if image.mode in ("RGBA", "LA") and image.getchannel("A").getextrema() != (255, 255):
        return False
    return image.convert("RGB").getcolors(PHOTOGRAPH) is None


def _with_palette(image: Image.Image) -> Image.Image:
    """The same picture with a palette, if it has few colours, all of them opaque."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    if image.mode == "RGB" and image.getcolors(MOST_COLOURS):
        return image.quantize(MOST_COLOURS, dither=Image.Dither.NONE)
    return image
