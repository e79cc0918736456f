"""The files that pages name, read: the one place where packagers open one.

Pages may have come from a file, which anyone can have written: so their paths are no safer than
those in a source.
"""

from __future__ import annotations

import errno
from pathlib import Path

from pipeline.model import Asset


def asset_bytes(asset: Asset, folder: Path) -> bytes:
    """What an asset holds. Raises OSError where it cannot be read, or leads out of ``folder``,
    which what it carries itself may do as little."""
    if asset.data and not asset.is_file:
        return asset.data
    path = inside(folder, asset.path)
    return asset.data or path.read_bytes()


def inside(folder: Path, name: str) -> Path:
    """The file of that name in a folder. Raises PermissionError where it is outside, and
    OSError where it is no ordinary file."""
    root = folder.resolve()
    try:
        path = (root / name).resolve()
    except (RuntimeError, ValueError):
        raise PermissionError(errno.EACCES, "it is not a path that can be read", name) from None
    if not path.is_relative_to(root):
        raise PermissionError(errno.EACCES, "it leads out of the source's folder", name)
    if path.exists() and not path.is_file():
        raise PermissionError(errno.EACCES, "it is no ordinary file", name)
    return path
