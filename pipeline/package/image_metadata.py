"""Removes metadata from images: place, time, camera, editor. The pixels are unchanged, to the last
bit.

Data that a viewer needs are kept: the colour profile and the orientation.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

PNG = b"\x89PNG\r\n\x1a\n"
PNG_CHUNKS = frozenset({b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"})

JPEG = b"\xff\xd8"
JPEG_START_OF_SCAN = 0xDA
JPEG_DROPPED = frozenset({0xE1, 0xE3, *range(0xE4, 0xEE), 0xEF, 0xFE})
"""EXIF, XMP, Photoshop's and other programs' notes, comments; not JFIF (E0), profiles (E2), and
Adobe's mark of how colours are written (EE)."""

WEBP_CHUNKS = frozenset({b"EXIF", b"XMP "})
WEBP_FLAGS = 0x08 | 0x04
"""The flags in the head of a WebP file for EXIF and XMP."""

ORIENTATION = 0x0112


def without_metadata(data: bytes) -> bytes:
    """The image without metadata; an image that is damaged or of another kind is returned
    unchanged."""
    try:
        if data.startswith(JPEG):
            return b"".join(_jpeg_parts(data))
        if data.startswith(PNG):
            return PNG + b"".join(_png_parts(data))
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            body = b"WEBP" + b"".join(_webp_parts(data))
            return b"RIFF" + struct.pack("<I", len(body)) + body
    except (struct.error, IndexError):
        pass
    return data


def _jpeg_parts(data: bytes) -> Iterator[bytes]:
    yield JPEG
    turned = _orientation(data)
    if turned != 1:
        # the single entry of an EXIF directory for the orientation
        entry = struct.pack(">HHIHHI", ORIENTATION, 3, 1, turned, 0, 0)
        exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + entry
        yield b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    at = 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        if marker == JPEG_START_OF_SCAN:
            yield data[at:]
            return
        (length,) = struct.unpack_from(">H", data, at + 2)
        segment = data[at : at + 2 + length]
        # of the second kind, only profiles are kept, and not a camera's further pictures
        is_note = marker in JPEG_DROPPED or (marker == 0xE2 and segment[4:8] != b"ICC_")
        if not is_note:
            yield segment
        at += 2 + length
    raise IndexError(at)  # no picture: damaged


def _orientation(data: bytes) -> int:
    """The orientation as in EXIF: 1 for an upright picture."""
    from pipeline.system.pictures import Image

    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
            turned = image.getexif().get(ORIENTATION, 1)
    except (OSError, SyntaxError, ValueError):
        return 1
    return turned if turned in range(1, 9) else 1


def _png_parts(data: bytes) -> Iterator[bytes]:
    at = len(PNG)
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if kind not in PNG_CHUNKS:
            yield data[at:end]
        at = end
        if kind == b"IEND":
            return


def _webp_parts(data: bytes) -> Iterator[bytes]:
    at = 12
    while at < len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        end = at + 8 + length + length % 2
        chunk = data[at:end]
        if kind == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~WEBP_FLAGS]) + chunk[9:]
        if kind not in WEBP_CHUNKS:
            yield chunk
        at = end
