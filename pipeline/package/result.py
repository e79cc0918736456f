"""The result of every packager, and the files that pages name."""

from __future__ import annotations

import datetime
import errno
import io
import os
import posixpath
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pipeline.model import Asset
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.faces import FALLBACKS, font_file
from pipeline.model.page_map import PageMap, letters
from pipeline.model.paper import Fitted, Sheet
from pipeline.model.rendered import Accessibility, Face
from pipeline.package.units import DrawnText, PageDigest

if TYPE_CHECKING:
    import uharfbuzz as harfbuzz


# --- page files ------------------------------------------------------------------------------
# The files named by pages: images, which packagers open only here, and fonts, with their
# characters.
#
# Pages may come from a file that anyone could have written, so their paths are no safer than those
# in a source.


def asset_bytes(asset: Asset, folder: Path) -> bytes:
    """The bytes of an asset. Raises OSError if it cannot be read, or if it or anything it embeds
    lies outside ``folder``, or the library's."""
    if asset.data and not asset.is_file:
        return asset.data
    shared = asset.shared or "."
    path = inside(folder / shared, posixpath.relpath(asset.path, shared))
    return asset.data or path.read_bytes()


def inside(folder: Path, name: str) -> Path:
    """The file with that name in a folder. Raises PermissionError if it is outside, and OSError if
    it is not a regular file."""
    root = folder.resolve()
    try:
        path = (root / name).resolve()
    except (RuntimeError, ValueError):
        raise PermissionError(errno.EACCES, "it is not a valid path", name) from None
    if not path.is_relative_to(root):
        raise PermissionError(errno.EACCES, "it leads out of the source's folder", name)
    if path.exists() and not path.is_file():
        raise PermissionError(errno.EACCES, "it is not a regular file", name)
    return path


def read_attachments(folder: Path, names: Iterable[str]) -> dict[str, bytes]:
    """The files with these names in a folder, to attach."""
    return {name: inside(folder, name).read_bytes() for name in names}


def font_files(faces: tuple[Face, ...]) -> tuple[Path, ...]:
    """The files of the faces and of the fallbacks that are installed."""
    files = map(font_file, (*faces, *FALLBACKS))
    return tuple(dict.fromkeys(file for file in files if file is not None))


def missing_characters(characters: Iterable[str], files: Iterable[Path]) -> frozenset[str]:
    """The characters that none of the font files has, except for invisible ones."""
    codes = {ord(character) for character in characters if letters(character)}
    for file in files:
        if not codes:
            break
        # the fonts of a collection share their characters
        codes.difference_update(open_font(file.read_bytes()).unicodes)
    return frozenset(map(chr, codes))


def open_font(data: bytes) -> harfbuzz.Face:
    """A font, which may be packed for the web."""
    import uharfbuzz as harfbuzz

    if data.startswith(b"wOF"):
        from fontTools.ttLib import TTFont

        font, unpacked = TTFont(io.BytesIO(data), recalcTimestamp=False), io.BytesIO()
        font.flavor = None
        font.save(unpacked)
        data = unpacked.getvalue()
    return harfbuzz.Face(data)


# --- result ----------------------------------------------------------------------------------
# The result of every packager, and the moment that dates in finished files give.


class NoEngineError(ImportError):
    """Nothing can be typeset here; the message says why, and what would do."""


class FileFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """Facts about a file: the number of ``pages`` of a PDF, of ``sides`` if there are several pages
    on one, the ``sizes`` of these or else of the pages in points, and the fit to its pages if
    requested; the number of ``files`` of an e-book."""

    pages: int = 0
    sides: int = 0
    files: int = 0
    sizes: tuple[tuple[float, float], ...] = ()
    fitted: Fitted | None = None

    @property
    def counts(self) -> dict[str, int]:
        """All that are not 0, with the ``sheets`` that are printed on both sides."""
        sheets = -(-(self.sides or self.pages) // 2)
        counts = {"pages": self.pages, "sides": self.sides, "sheets": sheets, "files": self.files}
        return {name: count for name, count in counts.items() if count}


class FrontImage(msgspec.Struct, frozen=True):
    """The front cover of an e-book: an image whose file's name ends in ``suffix``, with a dot;
    sizes in pixels, 0 for a drawing."""

    data: bytes
    media_type: str
    suffix: str
    width: int = 0
    height: int = 0


class StrandedHeading(msgspec.Struct, frozen=True, array_like=True):
    """A heading at the foot of a page, without its text, and the id of its section."""

    page: int
    text: str
    section: str


class Package(msgspec.Struct, frozen=True, omit_defaults=True):
    """A finished file. ``dependencies`` are all files that went into it besides the pages;
    ``extra`` are files next to it, by name; ``facts`` describe it, and ``extra_facts`` those extra
    files that can be read by themselves. ``page_map`` records where its pages begin, if it is the
    standard print edition, and ``sheet`` is the sheet of a printed one, as it was laid out. An
    e-book may have a ``front`` cover, and makes claims of ``accessibility``. A ``plan`` describes
    how a printed text was laid out, ``text`` is what is drawn, ``missing`` are the characters that
    no font has, and ``stranded`` are headings without their text. The pages of one in units have
    ``digests``; ``looks`` are equal for pages of the standard print edition that look the same.
    ``asked`` is a file for a platform without the answers."""

    data: bytes
    diagnostics: tuple[Diagnostic, ...] = ()
    dependencies: tuple[str, ...] = ()
    extra: dict[str, bytes] = {}
    facts: FileFacts = FileFacts()
    extra_facts: dict[str, FileFacts] = {}
    page_map: PageMap | None = None
    sheet: Sheet | None = None
    front: FrontImage | None = None
    accessibility: Accessibility | None = None
    plan: str = ""
    text: DrawnText = DrawnText()
    missing: str = ""
    digests: tuple[PageDigest, ...] = ()
    stranded: tuple[StrandedHeading, ...] = ()
    looks: tuple[str, ...] = ()
    asked: bytes = b""


NO_DATE = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
"""The time of change of a publication without a date."""


def publication_moment(date: str) -> datetime.datetime | None:
    """In UTC: the publication's ``date`` (YYYY, YYYY-MM or YYYY-MM-DD), else the time in
    SOURCE_DATE_EPOCH (seconds since 1970), else nothing."""
    if date:
        year, month, day = (*(int(part) for part in date.split("-")), 1, 1)[:3]
        return datetime.datetime(year, month, day, tzinfo=datetime.UTC)
    try:
        seconds = int(os.environ.get("SOURCE_DATE_EPOCH", ""))
        return datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    except (ValueError, OverflowError, OSError):
        return None
