"""Problems reported by the engine."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from typing import TypeAlias

KINDS = {
    ".notdef": "glyph",
    "Failed to load image": "image",
    "Failed to render SVG image": "drawing",
}
"""The beginnings of messages, and their subjects."""

REFUSED = "URLFetchingError"
"""The kind of error that a file that is not served ends in; who refused it reported it."""


Ear: TypeAlias = Callable[[str, str, str], None]
"""A listener for problems. It gets the kind, a ``glyph`` that no font has, an ``image`` that cannot
be read, a ``drawing`` that cannot be drawn, or ""; the character or address concerned; and the
message (for an image, the reason)."""


class _Handler(logging.Handler):
    def __init__(self, hear: Ear) -> None:
        super().__init__(logging.WARNING)
        self._thread = threading.get_ident()
        self._hear = hear

    def emit(self, record: logging.LogRecord) -> None:
        said = record.args if isinstance(record.args, tuple) else ()
        if record.thread != self._thread or any(type(a).__name__ == REFUSED for a in said):
            return
        kind = next((KINDS[start] for start in KINDS if record.msg.startswith(start)), "")
        message = str(said[1]) if kind == "image" else record.getMessage().strip()
        self._hear(kind, str(said[0]) if said else "", message)


@contextlib.contextmanager
def heard_by(hear: Ear) -> Iterator[None]:
    """In this context, ``hear`` is called with problems in this thread's layouts."""
    handler = _Handler(hear)
    logger = logging.getLogger("weasyprint")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
