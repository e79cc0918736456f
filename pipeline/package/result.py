"""What every packager gives."""

from __future__ import annotations

from pathlib import Path

import msgspec

from pipeline.diagnostics import Diagnostic
from pipeline.package.facts import Facts
from pipeline.pagination import PageMap
from pipeline.paper import Sheet


class Package(msgspec.Struct, frozen=True):
    """A finished file. ``dependencies`` are all files that went into it besides the pages;
    ``extra`` are files to lie beside it, by name; ``facts`` say what it holds, and ``extra_facts``
    what those hold that are PDFs; ``page_map`` is where its pages begin, if it is the standard
    print edition, and ``sheet`` is that of a printed one, as it was set."""

    data: bytes
    diagnostics: tuple[Diagnostic, ...] = ()
    dependencies: tuple[Path, ...] = ()
    extra: dict[str, bytes] = {}
    facts: Facts = Facts()
    extra_facts: dict[str, Facts] = {}
    page_map: PageMap | None = None
    sheet: Sheet | None = None
