"""What WeasyPrint logs, as diagnostics."""

from __future__ import annotations

import contextlib
import logging
import threading
import unicodedata
from collections.abc import Iterator
from xml.etree import ElementTree

from pipeline.codes import Code, diagnostic
from pipeline.diagnostics import Diagnostic
from pipeline.package.pdf_markup import ASSET

LOGGER = "weasyprint"
NOTDEF = ".notdef"
BAD_IMAGE = "Failed to load image"
REFUSED = "URLFetchingError"
"""The kind of error that a file that is not served ends in; who refused it reported it."""

CONTEXT = 24
"""How many characters each side of one without a glyph a message shows."""


class Log(logging.Handler):
    """Collects what is logged by the thread that made it, each thing once."""

    def __init__(self, root: ElementTree.Element) -> None:
        super().__init__(logging.WARNING)
        self._thread = threading.get_ident()
        self._root = root
        self._found: dict[str, Diagnostic] = {}

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return tuple(self._found.values())

    def emit(self, record: logging.LogRecord) -> None:
        arguments = record.args if isinstance(record.args, tuple) else ()
        if record.thread != self._thread or any(type(a).__name__ == REFUSED for a in arguments):
            return
        if record.msg.startswith(NOTDEF) and arguments:
            self._add(Code.MISSING_GLYPH, missing_glyph(str(arguments[0]), self._root))
        elif record.msg.startswith(BAD_IMAGE) and len(arguments) > 1:
            name = str(arguments[0]).removeprefix(ASSET)
            self._add(Code.BAD_IMAGE, f"“{name}” cannot be drawn: {arguments[1]}.")
        else:
            self._add(Code.LAYOUT_WARNING, record.getMessage().strip())

    def _add(self, code: Code, message: str) -> None:
        self._found.setdefault(message, diagnostic(code, message))


@contextlib.contextmanager
def listening(root: ElementTree.Element) -> Iterator[Log]:
    """A log that listens to WeasyPrint while it sets ``root``."""
    log = Log(root)
    logger = logging.getLogger(LOGGER)
    logger.addHandler(log)
    try:
        yield log
    finally:
        logger.removeHandler(log)


def missing_glyph(character: str, root: ElementTree.Element) -> str:
    """Which character no font has, and where it first stands."""
    name = unicodedata.name(character, "unnamed")
    message = f"No font has a glyph for “{character}” (U+{ord(character):04X} {name})"
    for text in root.itertext():
        at = text.find(character)
        if at >= 0:
            around = " ".join(text[max(0, at - CONTEXT) : at + CONTEXT].split())
            return f"{message}, in “{around}”."
    return f"{message}."
