"""The zip that an e-book is (OCF 3.3), read with care: it may be broken, or a bomb."""

from __future__ import annotations

import lzma
import struct
import unicodedata
import zipfile
import zlib
from pathlib import Path
from types import TracebackType

from pipeline.check.findings import Findings, quoted

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
# characters that OCF forbids in names, besides control characters
FORBIDDEN = frozenset('"*:<>?\\|\x7f')


class Archive:
    """The files of an e-book by their paths; `read` gives their bytes.

    Raises one of `BROKEN` where the file is no zip.
    """

    def __init__(self, path: Path, findings: Findings) -> None:
        self._zip = zipfile.ZipFile(path)
        self._findings = findings
        self._left = MAX_TEXT
        entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        if len(entries) > MAX_FILES:
            findings.error(f"The book has more than {MAX_FILES} files; not all are checked.")
        self._entries = {entry.filename: entry for entry in entries[:MAX_FILES]}
        self._check_names([entry.filename for entry in entries[:MAX_FILES]])

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._entries)

    def read(self, name: str) -> bytes | None:
        """The bytes of a file, None where they cannot be had; that is then reported."""
        findings = self._findings.inside(name)
        try:
            with self._zip.open(self._entries[name]) as file:
                data = file.read(self._left + 1)
        except BROKEN as error:
            _report_broken(findings, error)
            return None
        if len(data) > self._left:
            findings.error(
                "The text of the book unpacks to more than 64 MB, and is not checked from here on."
            )
            self._left = 0
            return None
        self._left -= len(data)
        return data

    def start(self, name: str, size: int = START) -> bytes:
        """The first bytes of a file, b"" where they cannot be had; `check_whole` reports that."""
        try:
            with self._zip.open(self._entries[name]) as file:
                return file.read(size)
        except BROKEN:
            return b""

    def check_whole(self, names: set[str]) -> None:
        """See whether the files ``names``, which nobody has read, are as they were packed."""
        left = MAX_UNPACKED
        for name in self._entries:
            if name not in names:
                continue
            findings = self._findings.inside(name)
            try:
                with self._zip.open(self._entries[name]) as file:
                    while data := file.read(1 << 20):
                        left -= len(data)
                        if left < 0:
                            findings.error("The book unpacks to more than 1 GB.")
                            return
            except BROKEN as error:
                _report_broken(findings, error)

    def _check_names(self, names: list[str]) -> None:
        seen: dict[str, str] = {}
        for name in names:
            key = unicodedata.normalize("NFC", name).casefold()
            if key in seen:
                self._findings.inside(name).error(
                    f"The file's name differs from that of {quoted(seen[key])} in case at most.",
                    "Rename one: some systems cannot tell them apart.",
                )
            seen[key] = name
            parts = name.split("/")
            odd = FORBIDDEN & set(name) or {c for c in name if ord(c) < 32}
            if odd or "" in parts or ".." in parts or "." in parts or parts[-1].endswith("."):
                self._findings.inside(name).error(
                    "The file has a name that not all systems can unpack.",
                    "Use letters, digits, hyphens and full stops.",
                )


def check_mimetype(path: Path, findings: Findings) -> None:
    """See whether the book says in its first bytes what it is, as OCF has it (4.3)."""
    with path.open("rb") as file:
        start = file.read(30 + 8 + len(MIMETYPE) + 64)
    findings = findings.inside("mimetype")
    if len(start) < 30 or not start.startswith(b"PK\x03\x04"):
        findings.error("The book does not begin with the file `mimetype`.", "Pack it first.")
        return
    method, name_size, extra_size = struct.unpack("<8xH16xHH", start[:30])
    name = start[30 : 30 + name_size]
    content = start[30 + name_size + extra_size :]
    if name != b"mimetype":
        findings.error(
            f"The first file of the book is {quoted(name.decode('utf-8', 'replace'))}.",
            "Pack `mimetype` first.",
        )
    elif method != zipfile.ZIP_STORED:
        findings.error("The file is compressed.", "Pack it as it is (`zip -0`).")
    elif extra_size:
        findings.error("The file has an extra field.", "Pack it without one (`zip -X`).")
    elif not content.startswith(MIMETYPE) or content[len(MIMETYPE) :][:2] != b"PK":
        findings.error(
            f"The file does not hold `{MIMETYPE.decode()}`.",
            "Write this, without a line end.",
        )


def _report_broken(findings: Findings, error: BaseException) -> None:
    if isinstance(error, RuntimeError):
        findings.error(
            "The file is encrypted, or packed in a way that readers do not know.",
            "Pack it with deflate, without a password.",
        )
    else:
        findings.error("The file is damaged, and cannot be unpacked.", "Make the book anew.")
