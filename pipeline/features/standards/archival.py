"""PDF/A-3a and -4f: an archival PDF with its source attached (ISO 19005-3, -4).

The requirements of PDF/UA (fonts, tags, text, languages) are already met. In addition, colours are
defined by a profile, and image interpolation is off.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping

from pipeline.model.late import late_module
from pipeline.package.image_sizes import in_srgb
from pipeline.package.pdf.engine.adapter.objects import (
    PDF,
    Array,
    Dictionary,
    Stream,
    String,
    content,
)
from pipeline.package.pdf.grey import QUALITY
from pipeline.package.pdf.printer_colours import Inks, declare_intent, rgb_of, turn_colours
from pipeline.system.pictures import Image

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
        (name, attached(pdf, name, data, _kind(name), "/Source"))
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
        in_srgb(opened).save(output, "JPEG", quality=QUALITY)
    image.stream = [output.getvalue()]
    image.extra["ColorSpace"] = "/DeviceRGB"
    image.extra.pop("Decode", None)


def _kind(name: str) -> str:
    return TYPES.get(name[name.rfind(".") :].lower(), OTHER)


def attached(pdf: PDF, name: str, data: bytes, kind: str, relation: str) -> bytes:
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
