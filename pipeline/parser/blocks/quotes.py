"""Block quotes (CommonMark 0.31.2, section 5.1)."""

from __future__ import annotations

from pipeline.parser.blockparser import BlockElement, LineProcessor, Match
from pipeline.parser.cursor import Cursor


class QuoteProcessor(LineProcessor):
    begins = ">"
    container = True

    def start(self, cursor: Cursor) -> bool:
        if self.parser.too_deep(cursor):
            return False
        self.open(cursor, "blockquote")
        _take_marker(cursor)
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        if not self.may_start(cursor):
            return Match.NO
        _take_marker(cursor)
        block.end = cursor.number
        return Match.YES


def _take_marker(cursor: Cursor) -> None:
    cursor.skip_indent()
    cursor.skip_chars(1)
    if cursor.indent:
        cursor.skip_columns(1)
