"""Archives that inputs are (DOCX, EPUB, ODT), and the XML in them."""

from __future__ import annotations

import io
import zipfile

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.verify.zip_reading import BROKEN

MOST_BYTES = 256 * 2**20
"""The maximum size of an archive's unpacked content."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class BrokenArchiveError(ValueError):
    """The archive cannot be read; the message says why."""


def parsed_xml(data: bytes, *, recover: bool = False) -> Element:
    """The root of an XML document, for which nothing else is read. Raises `XMLSyntaxError`."""
    safe = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=recover)
    return etree.fromstring(data, safe)


def open_archive(data: bytes) -> dict[str, bytes]:
    """The files of an archive, by their paths in it. Raises `BrokenArchiveError`."""
    if data.startswith(_OLE):
        raise BrokenArchiveError("The file has a password, or is in an old format.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [info for info in archive.infolist() if not info.is_dir()]
            if sum(info.file_size for info in entries) > MOST_BYTES:
                raise BrokenArchiveError(f"It holds more than {MOST_BYTES // 2**20} MiB.")
            if any(info.flag_bits & 1 for info in entries):
                raise BrokenArchiveError("The file has a password.")
            parts = {info.filename: archive.read(info) for info in entries}
    except BrokenArchiveError:
        raise
    except BROKEN as error:
        raise BrokenArchiveError("The file is damaged: it is not a complete archive.") from error
    for name, part in parts.items():
        if name.endswith((".xml", ".rels", ".opf", ".ncx")) and b"<!ENTITY" in part:
            raise BrokenArchiveError("It defines XML entities, which is not safe.")
    return parts
