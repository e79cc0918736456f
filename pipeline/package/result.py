"""What every packager gives."""

from __future__ import annotations

from pathlib import Path

import msgspec

from pipeline.diagnostics import Diagnostic


class Package(msgspec.Struct, frozen=True):
    """A finished file. ``dependencies`` are all files that went into it besides the pages;
    ``extra`` are files to lie beside it, by name."""

    data: bytes
    diagnostics: tuple[Diagnostic, ...] = ()
    dependencies: tuple[Path, ...] = ()
    extra: dict[str, bytes] = {}
