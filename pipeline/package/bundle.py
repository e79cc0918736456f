"""The handouts that a publication is divided into, in one ZIP archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from pipeline.system.outputs import holds

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The time that all files have: the first that an archive can say."""

UNIX = 3
"""The system that the archive claims to have been made on, for identical bytes everywhere."""


def entry_for(name: str, kind: int = zipfile.ZIP_STORED) -> zipfile.ZipInfo:
    """The entry of a file in an archive, the same everywhere and at all times."""
    entry = zipfile.ZipInfo(name, EARLIEST)
    entry.create_system = UNIX
    entry.external_attr = 0o644 << 16
    entry.compress_type = kind
    return entry


def bundle(files: Mapping[str, bytes]) -> bytes:
    """An archive of files, sorted by name: the same bytes for the same files, everywhere. They
    are stored as they are, since a PDF is packed already."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(entry_for(name), data)
    return output.getvalue()


def superseded(path: Path, folder: str, current: Mapping[str, bytes]) -> tuple[Path, ...]:
    """The files in the list of an older archive at ``path`` that are unchanged next to it, and are
    not to be ``current``: only those directly in ``folder``."""
    try:
        with zipfile.ZipFile(path) as archive:
            old = {
                info.filename: archive.read(info)
                for info in archive.infolist()
                if info.filename not in current and Path(info.filename).parent == Path(folder)
            }
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError):
        return ()  # none, or no archive of ours
    files = ((path.parent / name, data) for name, data in old.items())
    return tuple(file for file, data in files if holds(file, data))
