"""Definitions of footnotes: ``[^label]: text``, with further blocks indented by four. As on
GitHub, one may follow a paragraph without an empty line."""

from __future__ import annotations

import re

from pipeline.parser.blockparser import BlockElement, LineProcessor, Match
from pipeline.parser.cursor import Cursor

_OPENING = re.compile(r"\[\^([^\]\s\[^]+)\]:[ \t]*")


class NoteProcessor(LineProcessor):
    begins = "["
    container = True

    def start(self, cursor: Cursor) -> bool:
        match = _OPENING.match(cursor.rest)
        if not match or self.parser.too_deep(cursor):
            return False
        self.open(cursor, "note", label=match[1])
        cursor.skip_indent()
        cursor.skip_chars(match.end())
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        return proceed_indented(cursor, 4)


def proceed_indented(cursor: Cursor, indent: int) -> Match:
    """Whether a line goes on with a block whose content is indented by ``indent``."""
    if cursor.blank:
        return Match.YES
    if cursor.indent >= indent:
        cursor.skip_columns(indent)
        return Match.YES
    return Match.NO
