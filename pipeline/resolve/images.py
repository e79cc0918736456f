"""Image files: their format, recognised by content, and their size."""

from __future__ import annotations

import hashlib
import io
import warnings
from typing import Any, NamedTuple

from pipeline.resolve.findings import describe

MOST_SPARSE = 1_000_000_000
"""The maximum number of pixels of all images with more than `SPARSE` per byte of their files, and
of all passes over images with more than `MOST_SCANS`."""

SPARSE = 32
"""Pixels per byte: a photograph has at most ten, and more is almost empty. The cost of
decompressing other images is proportional to the size of their files."""

MOST_SCANS = 16
"""The passes in which programs store a progressive JPEG at most."""

MOST_KEPT, LONGEST_KEPT = 1000, 2**18
"""The number of images remembered for the next edition, and the bytes of re-encoded ones."""

LONGEST_SIDE = 65_500
"""Pixels: the maximum of a JPEG, into which many programs convert images."""

DEEP = ("I", "F")
"""The prefixes of image modes with more than eight bits per channel."""

PILLOW_FORMATS = {
    "PNG": ("image/png", "png"),
    "JPEG": ("image/jpeg", "jpg"),
    "GIF": ("image/gif", "gif"),
    "WEBP": ("image/webp", "webp"),
}
CONVERTED = ("AVIF", "TIFF", "BMP")
"""Kinds that cameras and scanners write and not all outputs show: they become PNG or JPEG."""

QUALITY = 92
"""The JPEG quality of converted photographs, which may be reduced further later."""

PHOTOGRAPH = 20_000
"""Colours from which on an opaque image is better off as a JPEG."""

SVG = ("image/svg+xml", "svg")
SVG_MOTION = (b"<animate", b"<set", b"@keyframes")
SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")
EXIF_ORIENTATION = 0x0112


class BadImageError(Exception):
    """The file cannot be shown; the message says why, for the author."""


class ImageKind(NamedTuple):
    """The properties of an image file; ``suffix`` is without a dot, sizes are in CSS pixels, 0 if
    unknown, ``letters``, ``removed`` and ``data`` as in `svg.Drawing`. ``moving`` means animated,
    and ``sparse`` is the number of pixels if there are far more than the file accounts for, in all
    passes over them."""

    media_type: str
    suffix: str
    width: int
    height: int
    letters: float = 0
    moving: bool = False
    removed: tuple[str, ...] = ()
    data: bytes = b""
    sparse: int = 0


def examine(data: bytes, room: int = MOST_SPARSE) -> ImageKind:
    """The properties of an image from its bytes. Raises `BadImageError` unless all outputs can show
    it: damaged files are rejected here. ``room`` is the number of pixels allowed beyond those in
    proportion to the file."""
    if not data:
        raise BadImageError("the file is empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            kind = _drawing(data) if looks_like_svg(data) else _raster(data, room)
    except BadImageError:
        raise
    except Exception as error:
        raise BadImageError(f"the file is damaged ({describe(error)})") from None
    if kind is None:
        kinds = "PNG, JPEG, GIF, WebP, AVIF, TIFF, BMP or SVG"
        raise BadImageError(f"it is not a {kinds} file, whatever its name")
    return kind


def looks_like_svg(data: bytes) -> bool:
    """Return whether the bytes may be an SVG file, because they are marked-up text."""
    start = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith((b"<?xml", b"<svg", b"<!--", b"<!DOCTYPE svg")) or (
        b"<svg" in start and start.startswith(b"<")
    )


def _drawing(data: bytes) -> ImageKind:
    from pipeline.resolve.drawings import UnsafeSvgError, read_svg

    try:
        svg = read_svg(data)
    except UnsafeSvgError as error:
        raise BadImageError(f"the SVG has {error}, which could run or load something") from None
    except ValueError as error:
        raise BadImageError(f"the SVG cannot be read: {error}") from None
    except RecursionError:
        raise BadImageError("the SVG cannot be read: its elements are nested too deeply") from None
    moving = any(word in (svg.data or data) for word in SVG_MOTION)
    size = svg.width, svg.height
    return ImageKind(*SVG, *size, svg.letters, moving, svg.removed, svg.data)


_known: dict[bytes, ImageKind] = {}
"""Images unpacked before, by their files' digests: once is enough for all editions."""


def _raster(data: bytes, room: int) -> ImageKind | None:
    """The format of a bitmap, or None if it is not supported."""
    from PIL import UnidentifiedImageError

    from pipeline.system.pictures import MOST_PIXELS, Image, scans_of

    digest = hashlib.sha256(data).digest()
    try:
        formats = (*PILLOW_FORMATS, *CONVERTED)
        with Image.open(io.BytesIO(data), formats=formats) as image:
            width, height = image.size
            if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
                raise BadImageError(f"at {width} × {height} pixels it is too large")
            sparse = width * height if width * height > SPARSE * len(data) else 0
            scans = scans_of(data) if image.format == "JPEG" else 1
            if scans > MOST_SCANS:
                sparse = width * height * scans
            if sparse > room:
                raise BadImageError(
                    f"it is stored in {scans} passes, which take too long to read: save it again"
                    if scans > MOST_SCANS
                    else "the nearly empty images are too large together"
                )
            if digest in _known:
                return _known[digest]
            format_name = image.format or ""
            moving = bool(getattr(image, "is_animated", False))
            if image.format == "JPEG":
                image.draft(image.mode, (width // 8, height // 8))
            image.load()
            turned = image.getexif().get(EXIF_ORIENTATION, 1) in (5, 6, 7, 8)
            converted = _of_eight_bits(image) if image.mode.startswith(DEEP) else b""
            if format_name in CONVERTED:
                moving = False
                converted, format_name = (converted, "PNG") if converted else _converted(image)
            media_type, suffix = PILLOW_FORMATS[format_name]
        if data.startswith(SIGNATURES[0]):
            with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
                image.verify()  # checksums find damage that can be decoded
    except UnidentifiedImageError:
        if data.startswith(SIGNATURES):
            raise BadImageError("the file is damaged at its start") from None
        return None
    except Image.DecompressionBombError:
        raise BadImageError("it has too many pixels") from None
    if turned:
        width, height = height, width
    kind = ImageKind(media_type, suffix, width, height, 0, moving, (), converted, sparse)
    if len(converted) < LONGEST_KEPT and len(_known) < MOST_KEPT:
        _known[digest] = kind
    return kind


def _converted(image: Any) -> tuple[bytes, str]:
    """The first picture of a file as a PNG or a JPEG, the right way up, with its profile."""
    from PIL import ImageOps

    plain = ImageOps.exif_transpose(image)
    if plain.mode not in ("1", "L", "LA", "RGB", "RGBA", "P", "CMYK"):
        plain = plain.convert("RGBA" if "A" in plain.mode.upper() else "RGB")
    see_through = plain.has_transparency_data
    colours = None if see_through else plain.convert("RGB").getcolors(PHOTOGRAPH)
    kind = "JPEG" if plain.mode == "CMYK" or not (see_through or colours) else "PNG"
    if kind == "JPEG" and plain.mode not in ("L", "RGB", "CMYK"):
        plain = plain.convert("RGB")
    output = io.BytesIO()
    profile = image.info.get("icc_profile")
    if kind == "JPEG":
        plain.save(output, "JPEG", quality=QUALITY, optimize=True, icc_profile=profile)
    else:
        plain.save(output, "PNG", icc_profile=profile)
    return output.getvalue(), kind


def _of_eight_bits(image: Any) -> bytes:
    """A PNG of the same picture whose greys have eight bits: of sixteen, some outputs would take
    the lower ones, or all above the lowest for white."""
    from PIL import Image, ImageChops, ImageOps

    deep = ImageOps.exif_transpose(image)
    output = io.BytesIO()
    if deep.mode == "F":
        _of_floats(deep).save(output, "PNG", icc_profile=None)
        return output.getvalue()
    if deep.mode != "I;16":
        deep = deep.convert("I").convert("I;16")
    halves = deep.tobytes()
    low, grey = (Image.frombytes("L", deep.size, halves[first::2]) for first in (0, 1))
    if isinstance(unseen := image.info.get("transparency"), int):
        upper, lower = divmod(unseen, 256)
        seen = (
            grey.point([255 * (value != upper) for value in range(256)]),
            low.point([255 * (value != lower) for value in range(256)]),
        )
        grey.putalpha(ImageChops.lighter(*seen))
    grey.save(output, "PNG", icc_profile=None)
    return output.getvalue()


def _of_floats(image: Any) -> Any:
    """The greys of an image with numbers from 0 to 1, 255 or 65535, as its largest suggests; of one
    with others, from its least to its largest."""
    least, most = image.getextrema()
    white = next((top for top in (1, 255, 65535) if most <= top), 0) if least >= 0 else 0
    if white:
        least, most = 0, white
    scale = 255 / ((most - least) or 1)
    return image.point(lambda value: value * scale - least * scale).convert("L")
