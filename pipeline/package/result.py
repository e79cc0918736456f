"""The result of every packager, and the moment that dates in finished files give."""

from __future__ import annotations

import datetime
import os

import msgspec

from pipeline.model.diagnostics import Diagnostic
from pipeline.model.page_map import PageMap
from pipeline.model.paper import Fitted, Sheet
from pipeline.model.rendered import Accessibility
from pipeline.package.units import DrawnText, PageDigest


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
