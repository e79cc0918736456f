"""Thematic breaks (CommonMark 0.31.2, section 4.1), lines to write on, and page breaks."""

from __future__ import annotations

import re

from pipeline.parser import latex
from pipeline.parser.blockparser import BlockElement, LineProcessor
from pipeline.parser.lines import Cursor

_THEMATIC = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$")
_WRITING = re.compile(r"_{4,}|\.{10,}|…{4,}")
MAX_LINES = 100
_PAGE = re.compile(
    rf"(?:\\(?:{latex.PAGE_BREAKS})(?:\[\d\]|\{{\}})?|\{{\{{<[ \t]*pagebreak[ \t]*>\}}\}})[ \t]*$"
)


class ThematicBreakProcessor(LineProcessor):
    """Four or more underscores, or ten dots, are a line to write on; several are one block."""

    begins = "*_-.…"

    def start(self, cursor: Cursor) -> bool:
        mark = cursor.rest.rstrip()
        if not (_THEMATIC.match(cursor.rest) or _WRITING.fullmatch(mark)):
            return False
        if _WRITING.fullmatch(mark):
            self.parser.close_unmatched()
            if self._continues(cursor):
                return True
        kind = "lines" if _WRITING.fullmatch(mark) else "hr"
        self.parser.add_leaf(BlockElement(kind, cursor.number, self, mark=mark, count="1"), cursor)
        return True

    def _continues(self, cursor: Cursor) -> bool:
        """Return whether the line belongs to the lines directly before it."""
        before = self.parser.tip.last
        if before is None or before.tag != "lines":
            return False
        if self.parser.gap(before.end, cursor.number) > 1:
            return False
        before.set("count", str(min(MAX_LINES, int(before.get("count", "1")) + 1)))
        before.end = cursor.number
        return True


class PageBreakProcessor(LineProcessor):
    r"""``\newpage`` alone on a line, or an equivalent of LaTeX or Quarto."""

    begins = "\\{"

    def start(self, cursor: Cursor) -> bool:
        if not _PAGE.match(cursor.rest):
            return False
        self.parser.add_leaf(BlockElement("page-break", cursor.number, self), cursor)
        return True
