"""ZIP archives, the same bytes each time: of packages, and of the handouts that a publication is
divided into."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import BinaryIO

from pipeline.system.outputs import holds

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The time that all files have: the first that an archive can say."""

UNIX = 3
"""The system that the archive claims to have been made on, for identical bytes everywhere."""


def write_archive(files: Mapping[str, bytes], *, stored: Collection[str] = ()) -> bytes:
    """An archive of files in their order, the same bytes for the same files, everywhere; those that
    are ``stored`` are not compressed."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.create_system = UNIX
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return output.getvalue()


def rewrite_archive(archive: BinaryIO) -> bytes:
    """An archive that a library wrote, with its files sorted by name, without the time of day."""
    with zipfile.ZipFile(archive) as files:
        return write_archive({name: files.read(name) for name in sorted(files.namelist())})


def bundle(files: Mapping[str, bytes]) -> bytes:
    """An archive of files, sorted by name. They are stored, since a PDF is compressed already."""
    return write_archive(dict(sorted(files.items())), stored=files.keys())


def find_superseded(path: Path, folder: str, current: Mapping[str, bytes]) -> tuple[Path, ...]:
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
