"""The files that inputs are: texts in any encoding, and archives with XML in them."""

from __future__ import annotations

import codecs
import html
import io
import re
import sys
import zipfile

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.commands.importing.draft import tell_loss
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.parser.lines import FORBIDDEN
from pipeline.verify.reading import BROKEN

# --- decoding --------------------------------------------------------------------------------
# The texts of files in any encoding, without characters that no text may have.

_REFERENCE = late(r"&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,8}));?")


def decode_text(data: bytes | str) -> str:
    """A text or a page, without its XML declaration."""
    if isinstance(data, bytes):
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode(_encoding(data), "replace")
    else:
        text = data
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text)


def _encoding(data: bytes) -> str:
    """The declared encoding of a page, or that of old systems."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    match = re.search(rb"charset\s*+=\s*+[\"']?\s*+([\w-]{1,40})", data[:4096])
    try:
        return codecs.lookup(match[1].decode("ascii")).name if match else "cp1252"
    except LookupError:
        return "cp1252"


def clean_text(text: str, name: str) -> tuple[str, list[Diagnostic]]:
    """A text without characters that none may have, and the finding about them."""
    removed = [*FORBIDDEN.finditer(text)]
    if not removed:
        return text, []
    before = text[: removed[0].start()].split("\n")
    number = len(removed)
    subject = "1 control character is" if number == 1 else f"{number} control characters are"
    span = Span(len(before), len(before[-1]) + 1)
    return FORBIDDEN.sub(" ", text), [tell_loss(f"{subject} left out.", name, span=span)]


def clean_page(data: bytes | str, name: str) -> tuple[str, list[Diagnostic]]:
    """A page without such characters, also where references stand for them."""
    return clean_text(_REFERENCE.sub(_character, decode_text(data)), name)


def _character(match: re.Match[str]) -> str:
    """A forbidden character in place of a reference to it; as in browsers, some numbers mean
    characters of Windows."""
    number = int(match[1], 16) if match[1] else int(match[2])
    if number > sys.maxunicode or not FORBIDDEN.match(chr(number)):
        return match[0]
    return html.unescape(match[0]) or chr(number)


# --- archive ---------------------------------------------------------------------------------
# Archives that inputs are (DOCX, EPUB, ODT), and the XML in them.

MOST_BYTES = 256 * 2**20
"""The maximum size of an archive's unpacked content."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class BrokenArchiveError(ValueError):
    """The archive cannot be read; the message says why."""


def parse_xml(data: bytes, *, recover: bool = False) -> Element:
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
