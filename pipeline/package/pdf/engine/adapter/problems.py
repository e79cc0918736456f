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


MessageListener: TypeAlias = Callable[[str, str, str], None]
"""A listener for problems. It gets the kind, a ``glyph`` that no font has, an ``image`` that cannot
be read, a ``drawing`` that cannot be drawn, or ""; the character or address concerned; and the
message (for an image, the reason)."""


class _Handler(logging.Handler):
    def __init__(self, listener: MessageListener) -> None:
        super().__init__(logging.WARNING)
        self._thread = threading.get_ident()
        self._listener = listener

    def emit(self, record: logging.LogRecord) -> None:
        arguments = record.args if isinstance(record.args, tuple) else ()
        if record.thread != self._thread or any(type(a).__name__ == REFUSED for a in arguments):
            return
        kind = next((KINDS[start] for start in KINDS if record.msg.startswith(start)), "")
        message = str(arguments[1]) if kind == "image" else record.getMessage().strip()
        self._listener(kind, str(arguments[0]) if arguments else "", message)


@contextlib.contextmanager
def reporting_to(listener: MessageListener) -> Iterator[None]:
    """In this context, ``listener`` is called with problems in this thread's layouts."""
    handler = _Handler(listener)
    logger = logging.getLogger("weasyprint")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
