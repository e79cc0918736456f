"""What the engine finds wrong."""

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
"""How messages begin, and what they are about."""

REFUSED = "URLFetchingError"
"""The kind of error that a file that is not served ends in; who refused it reported it."""


Ear: TypeAlias = Callable[[str, str, str], None]
"""What is told of what is wrong: with a ``glyph`` that no font has, an ``image`` that cannot be
read, a ``drawing`` that cannot be drawn, or none of them (""); which character that is, or at
which address; and the message, of an image its reason."""


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
    """While this lasts, ``hear`` is told what is wrong with what this thread sets."""
    handler = _Handler(hear)
    logger = logging.getLogger("weasyprint")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
