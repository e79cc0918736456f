"""Where things are kept on this machine."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path | None:
    """``CHAPBOOK_CACHE``, or ``chapbook`` in the user's cache folder; None without a home."""
    if own := os.environ.get("CHAPBOOK_CACHE"):
        return Path(own)
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        if (base := os.environ.get(name)) and Path(base).is_absolute():
            return Path(base) / "chapbook"
    try:
        return Path.home() / ".cache" / "chapbook"
    except RuntimeError:
        return None
