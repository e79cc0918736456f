"""Reads the zip that an e-book is, with care: it may be broken, or a bomb."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import Element

from pipeline.model.diagnostics import Span
from pipeline.verify.positioned_xml import MarkupError, parse_xml

MAX_TEXT = 64 * 1024 * 1024
"""Bytes that are read of all markup together."""

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


class BrokenBook(Exception):  # noqa: N818
    """A file of the book ``name`` cannot be read, "" for the book itself; ``message`` is a sentence
    that says why."""

    def __init__(self, message: str, name: str = "", span: Span | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.name = name
        self.span = span


class Archive:
    """The files of an e-book by their paths. Raises `BrokenBook` if it is not a zip archive."""

    def __init__(self, file: Path | BinaryIO) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except BROKEN:
            raise BrokenBook("The book is not a zip file, or is damaged.") from None
        self._left = MAX_TEXT
        self.names = frozenset(self._zip.namelist())

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def read(self, name: str) -> bytes:
        """The bytes of a file. Raises `BrokenBook` if it cannot be read."""
        data = self.start(name, self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise BrokenBook("The text of the book unpacks to more than 64 MB.", name)
        return data

    def read_xml(self, name: str) -> Element:
        """The root of an XML file. Raises `BrokenBook` if it cannot be read."""
        try:
            return parse_xml(self.read(name))
        except MarkupError as error:
            raise BrokenBook(error.message, name, error.span) from None

    def start(self, name: str, size: int = START) -> bytes:
        """The first bytes of a file. Raises `BrokenBook` if they cannot be read."""
        try:
            with self._zip.open(name) as file:
                return file.read(size)
        except KeyError:
            raise BrokenBook(f"The book has no file “{name}”.") from None
        except BROKEN:
            raise BrokenBook("The file is damaged or encrypted.", name) from None
