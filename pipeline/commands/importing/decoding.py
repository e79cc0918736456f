"""The texts of files in any encoding, without characters that no text may have."""

from __future__ import annotations

import codecs
import html
import re
import sys

from pipeline.commands.importing.draft import lost
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.parser.characters import FORBIDDEN

_REFERENCE = late(r"&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,8}));?")


def decoded(data: bytes | str) -> str:
    """A text or a page, without its XML declaration."""
    if isinstance(data, bytes):
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode(_encoding(data), "replace")
    else:
        text = data
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text)


def _encoding(data: bytes) -> str:
    """The declared encoding of a page, or that of old systems."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    match = re.search(rb"charset\s*+=\s*+[\"']?\s*+([\w-]{1,40})", data[:4096])
    try:
        return codecs.lookup(match[1].decode("ascii")).name if match else "cp1252"
    except LookupError:
        return "cp1252"


def cleaned(text: str, name: str) -> tuple[str, list[Diagnostic]]:
    """A text without characters that none may have, and the finding about them."""
    removed = [*FORBIDDEN.finditer(text)]
    if not removed:
        return text, []
    before = text[: removed[0].start()].split("\n")
    number = len(removed)
    subject = "1 control character is" if number == 1 else f"{number} control characters are"
    span = Span(len(before), len(before[-1]) + 1)
    return FORBIDDEN.sub(" ", text), [lost(f"{subject} left out.", name, span=span)]


def cleaned_page(data: bytes | str, name: str) -> tuple[str, list[Diagnostic]]:
    """A page without such characters, also where references stand for them."""
    return cleaned(_REFERENCE.sub(_character, decoded(data)), name)


def _character(match: re.Match[str]) -> str:
    """A forbidden character in place of a reference to it; as in browsers, some numbers mean
    characters of Windows."""
    number = int(match[1], 16) if match[1] else int(match[2])
    if number > sys.maxunicode or not FORBIDDEN.match(chr(number)):
        return match[0]
    return html.unescape(match[0]) or chr(number)
