"""Image files: of what kind they are by their content, and how large."""

from __future__ import annotations

import io
import warnings
from typing import NamedTuple

from pipeline.resolve.svg import UnsafeSvgError, looks_like_svg, read_svg

MOST_PIXELS = 100_000_000
"""Beyond this an image takes more memory than e-readers and most people's machines have."""

PILLOW_FORMATS = {
    "PNG": ("image/png", "png"),
    "JPEG": ("image/jpeg", "jpg"),
    "GIF": ("image/gif", "gif"),
    "WEBP": ("image/webp", "webp"),
}
SVG = ("image/svg+xml", "svg")
SVG_MOTION = (b"<animate", b"<set", b"@keyframes")
SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")
EXIF_ORIENTATION = 0x0112


class BadImageError(Exception):
    """The file cannot be shown; the message says why, for the author."""


class ImageKind(NamedTuple):
    """What a file is; ``suffix`` is without a dot, sizes are in CSS pixels, 0 if unknown,
    ``letters``, ``removed`` and ``data`` as in `svg.Drawing`. One that is ``moving`` is
    animated."""

    media_type: str
    suffix: str
    width: int
    height: int
    letters: float = 0
    moving: bool = False
    removed: tuple[str, ...] = ()
    data: bytes = b""


def examine(data: bytes) -> ImageKind:
    """What the bytes of a file are. Raises `BadImageError` unless all outputs can show them."""
    if not data:
        raise BadImageError("the file is empty")
    if looks_like_svg(data):
        try:
            found = read_svg(data)
            media_type, suffix = SVG
            return ImageKind(
                media_type,
                suffix,
                found.width,
                found.height,
                found.letters,
                any(word in (found.data or data) for word in SVG_MOTION),
                found.removed,
                found.data,
            )
        except UnsafeSvgError as error:
            raise BadImageError(f"the SVG has {error}, which could run or load something") from None
        except ValueError as error:
            raise BadImageError(f"the SVG cannot be read: {error}") from None
    kind = _raster(data)
    if kind is None:
        raise BadImageError("it is not a PNG, JPEG, GIF, WebP or SVG file, whatever its name")
    return kind


def _raster(data: bytes) -> ImageKind | None:
    """The kind of an image of pixels, or None where it is not of a kind that is taken."""
    from PIL import Image, UnidentifiedImageError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data), formats=tuple(PILLOW_FORMATS)) as image:
                width, height = image.size
                moving = bool(getattr(image, "is_animated", False))
                if width * height > MOST_PIXELS:
                    raise BadImageError(f"with {width} × {height} pixels it is too large")
                if image.format == "PNG":
                    image.verify()  # checksums find damage, and need no decoding
                else:
                    image.draft(image.mode, (width // 8, height // 8))
                    image.load()
                media_type, suffix = PILLOW_FORMATS[image.format or ""]
        except UnidentifiedImageError:
            if data.startswith(SIGNATURES):
                raise BadImageError("the file is damaged at its start") from None
            return None
        except Image.DecompressionBombError:
            raise BadImageError("it has too many pixels") from None
        except (OSError, SyntaxError, ValueError, EOFError, IndexError) as error:
            raise BadImageError(f"the file is damaged ({error})") from None
        if _is_turned(data):
            width, height = height, width
        return ImageKind(media_type, suffix, width, height, moving=moving)


def _is_turned(data: bytes) -> bool:
    """Whether viewers show the image turned by a right angle, as cameras ask them to."""
    from PIL import Image

    with Image.open(io.BytesIO(data), formats=tuple(PILLOW_FORMATS)) as image:
        return image.getexif().get(EXIF_ORIENTATION, 1) in (5, 6, 7, 8)
