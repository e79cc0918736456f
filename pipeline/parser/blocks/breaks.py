"""Thematic breaks (CommonMark 0.31.2, section 4.1) and page breaks."""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

from pipeline.parser.blockparser import BlockElement, LineProcessor
from pipeline.parser.cursor import Cursor

_THEMATIC = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$")
_PAGE = re.compile(r"\\(?:newpage|pagebreak)[ \t]*$")


class ThematicBreakProcessor(LineProcessor):
    def test(self, parent: Element, block: Any) -> bool:
        return block.indent < 4 and block.char in "*_-"

    def run(self, parent: Element, blocks: Any) -> bool | None:
        cursor: Cursor = blocks[0]
        if not _THEMATIC.match(cursor.rest):
            return False
        mark = cursor.rest.rstrip()
        self.parser.add_leaf(BlockElement("hr", cursor.number, self, mark=mark), cursor)
        return None


class PageBreakProcessor(LineProcessor):
    """``\\newpage`` alone on a line."""

    def test(self, parent: Element, block: Any) -> bool:
        return bool(block.indent < 4 and block.char == "\\")

    def run(self, parent: Element, blocks: Any) -> bool | None:
        cursor: Cursor = blocks[0]
        if not _PAGE.match(cursor.rest):
            return False
        self.parser.add_leaf(BlockElement("page-break", cursor.number, self), cursor)
        return None
