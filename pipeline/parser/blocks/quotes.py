"""Block quotes (CommonMark 0.31.2, section 5.1)."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from pipeline.parser.blockparser import BlockElement, LineProcessor, Match
from pipeline.parser.cursor import Cursor


class QuoteProcessor(LineProcessor):
    begins = ">"
    container = True

    def run(self, parent: Element, blocks: Any) -> bool | None:
        cursor: Cursor = blocks[0]
        if self.parser.too_deep(cursor):
            return False
        self.parser.begin(BlockElement("blockquote", cursor.number, self), cursor)
        _take_marker(cursor)
        return None

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        if not self.test(block, cursor):
            return Match.NO
        _take_marker(cursor)
        block.end = cursor.number
        return Match.YES


def _take_marker(cursor: Cursor) -> None:
    cursor.skip_indent()
    cursor.skip_chars(1)
    if cursor.indent:
        cursor.skip_columns(1)
