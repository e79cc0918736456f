"""Reads the zip that an e-book is (OCF 3.3), with care: it may be broken, or a bomb."""

from __future__ import annotations

import lzma
import struct
import unicodedata
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import Element

from pipeline.verify.findings import FileFindings
from pipeline.verify.markup import MarkupError, parse_xml

MIMETYPE = b"application/epub+zip"
MAX_FILES = 20_000
MAX_TEXT = 64 * 1024 * 1024
"""Bytes that are read of all markup and styles together."""

MAX_UNPACKED = 1024 * 1024 * 1024
"""Bytes that are unpacked in all, to see whether the files are whole."""

START = 1 << 20
"""Bytes of an image, among which its size is."""

BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,  # encrypted, or packed in a way that is not known
    ValueError,
    OverflowError,
)
FORBIDDEN = frozenset('"*:<>?\\|\x7f')
"""Characters that OCF forbids in names, besides control characters."""


class Archive:
    """The files of an e-book by their paths; `read` returns their bytes.

    Raises one of `BROKEN` if the file is not a zip archive.
    """

    def __init__(self, file: Path | BinaryIO, findings: FileFindings) -> None:
        self._zip = zipfile.ZipFile(file)
        self._findings = findings
        self._left = MAX_TEXT
        entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        if len(entries) > MAX_FILES:
            findings.add("too-many-files", number=MAX_FILES)
        self._entries = {entry.filename: entry for entry in entries[:MAX_FILES]}
        self._check_names([entry.filename for entry in entries[:MAX_FILES]])

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._entries)

    def read(self, name: str) -> bytes | None:
        """The bytes of a file, None if they cannot be read, which is reported."""
        findings = self._findings.inside(name)
        try:
            with self._zip.open(self._entries[name]) as file:
                data = file.read(self._left + 1)
        except BROKEN as error:
            _report_broken(findings, error)
            return None
        if len(data) > self._left:
            findings.add("too-much-text")
            self._left = 0
            return None
        self._left -= len(data)
        return data

    def read_xml(self, name: str) -> Element | None:
        """The root of an XML file; None, with a finding, if it cannot be parsed."""
        data = self.read(name)
        try:
            return None if data is None else parse_xml(data)
        except MarkupError as error:
            self._findings.inside(name).add("bad-xml", error.span, reason=error.message)
            return None

    def start(self, name: str, size: int = START) -> bytes:
        """The first bytes of a file, b"" if they cannot be read; `check_intact` reports that."""
        try:
            with self._zip.open(self._entries[name]) as file:
                return file.read(size)
        except BROKEN:
            return b""

    def check_intact(self, names: set[str]) -> None:
        """See whether the files ``names``, which nobody has read, are as they were packed."""
        left = MAX_UNPACKED
        for name in (name for name in self._entries if name in names):
            findings = self._findings.inside(name)
            try:
                with self._zip.open(self._entries[name]) as file:
                    while data := file.read(1 << 20):
                        left -= len(data)
                        if left < 0:
                            findings.add("bomb")
                            return
            except BROKEN as error:
                _report_broken(findings, error)

    def _check_names(self, names: list[str]) -> None:
        seen: dict[str, str] = {}
        for name in names:
            key = unicodedata.normalize("NFC", name).casefold()
            if key in seen:
                self._findings.inside(name).add("names-alike", other=seen[key])
            seen[key] = name
            parts = name.split("/")
            odd = FORBIDDEN & set(name) or {c for c in name if ord(c) < 32}
            if odd or "" in parts or ".." in parts or "." in parts or parts[-1].endswith("."):
                self._findings.inside(name).add("odd-name")


def check_mimetype(path: Path, findings: FileFindings) -> None:
    """Check that the book states its type in its first bytes, as OCF requires (4.3)."""
    with path.open("rb") as file:
        start = file.read(30 + 8 + len(MIMETYPE) + 64)
    findings = findings.inside("mimetype")
    if len(start) < 30 or not start.startswith(b"PK\x03\x04"):
        findings.add("no-mimetype")
        return
    method, name_size, extra_size = struct.unpack("<8xH16xHH", start[:30])
    name = start[30 : 30 + name_size]
    content = start[30 + name_size + extra_size :]
    if name != b"mimetype":
        findings.add("mimetype-later", name=name.decode("utf-8", "replace"))
    elif method != zipfile.ZIP_STORED:
        findings.add("mimetype-compressed")
    elif extra_size:
        findings.add("mimetype-extra")
    elif not content.startswith(MIMETYPE) or content[len(MIMETYPE) :][:2] != b"PK":
        findings.add("mimetype-wrong")


def _report_broken(findings: FileFindings, error: BaseException) -> None:
    findings.add("encrypted" if isinstance(error, RuntimeError) else "damaged")
