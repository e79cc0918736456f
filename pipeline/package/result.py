"""What every packager gives."""

from __future__ import annotations

import msgspec

from pipeline.diagnostics import Diagnostic
from pipeline.pages import Accessibility
from pipeline.pagination import PageMap
from pipeline.paper import Fitted, Sheet


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    """Counts that say what a file holds, pages say, and what was chosen so that its text fills
    its pages, where that was asked for."""

    counts: dict[str, int]
    fit: Fitted | None = None


class Front(msgspec.Struct, frozen=True):
    """The front cover of an e-book: an image whose file's name ends in ``suffix``, with a dot;
    sizes in pixels, 0 for a drawing."""

    data: bytes
    media_type: str
    suffix: str
    width: int = 0
    height: int = 0


class Package(msgspec.Struct, frozen=True, omit_defaults=True):
    """A finished file. ``dependencies`` are all files that went into it besides the pages;
    ``extra`` are files to lie beside it, by name; ``facts`` are told of those of these that are
    readable by themselves, and of the file itself, by the name "". ``page_map`` is where its
    pages begin, if it is the standard print edition, and ``sheet`` is that of a printed one, as
    it was set. An e-book may have a ``front``, and makes claims of its ``accessibility``."""

    data: bytes
    diagnostics: tuple[Diagnostic, ...] = ()
    dependencies: tuple[str, ...] = ()
    extra: dict[str, bytes] = {}
    facts: dict[str, Facts] = {}
    page_map: PageMap | None = None
    sheet: Sheet | None = None
    front: Front | None = None
    accessibility: Accessibility | None = None
