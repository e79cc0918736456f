"""The fonts of the print edition: those that come as packages, and no others.

WeasyPrint asks Fontconfig for fonts, and Fontconfig gives what the machine has. Here it is
given a configuration of its own, made in memory, that holds the packaged faces alone: no
file is copied, no folder is searched, and a page breaks in the same place everywhere.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

EMPTY = Path(__file__).parent / "no-fonts.conf"

_import_lock = threading.Lock()


@contextlib.contextmanager
def no_system_fonts() -> Iterator[None]:
    """While WeasyPrint is first imported: Fontconfig's default is empty, so that the
    machine's fonts are not even listed (with many of them that takes seconds)."""
    with _import_lock:
        before = os.environ.get("FONTCONFIG_FILE")
        os.environ["FONTCONFIG_FILE"] = str(EMPTY)
        try:
            yield
        finally:
            if before is None:
                del os.environ["FONTCONFIG_FILE"]
            else:
                os.environ["FONTCONFIG_FILE"] = before
