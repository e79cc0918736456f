"""Thematic breaks (CommonMark 0.31.2, section 4.1), lines to write on, and page breaks."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from pipeline.model.late import late
from pipeline.parser.blockparser import BlockElement, LineProcessor
from pipeline.parser.lines import Cursor

PAGE_BREAKS = "newpage|pagebreak|clearpage|cleardoublepage"
"""The commands of LaTeX for a page break."""

_THEMATIC = late(r"(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$")
_WRITING = late(r"_{4,}|\.{10,}|…{4,}")
_BACKSLASH = late(r"(?<!\\)(?:\\\\)*\\[ \t]*$")
_BLANK = late(r"__\s*\\\s*$")
_HARD_BREAK = late(r"(?<=[_.…])[ \t]*(?:\\|<br[ \t]*/?>)$")
_BREAK = late(r"<br\s*/?>", re.IGNORECASE)
MAX_LINES = 100

FEWEST, LINE = 3, 8
"""The minimum number of HTML's line breaks that are meant as space, and the millimetres of each."""

TALLEST = 250
"""The maximum height of a space to write in, in millimetres."""

_PAGE = late(
    rf"(?:\\(?:{PAGE_BREAKS})(?:\[\d\]|\{{\}})?|\{{\{{<[ \t]*pagebreak[ \t]*>\}}\}})[ \t]*$"
)


class ThematicBreakProcessor(LineProcessor):
    """Four or more underscores, or ten dots, are a line to write on; several are one block."""

    begins = "*_-.…"

    def start(self, cursor: Cursor) -> bool:
        mark = _HARD_BREAK.sub("", cursor.rest.rstrip())
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


def drop_last_breaks(root: BlockElement) -> None:
    """Leave out the backslash at the end of each paragraph where it was meant as a line break:
    before a block on the next line, after a blank to fill in, and if other lines end so."""
    elements = [element for element in root.iter() if isinstance(element, BlockElement)]
    for block, following in itertools.zip_longest(elements, elements[1:]):
        lines = block.lines if block.tag == "p" else ()
        if not lines or not lines[-1].rstrip(" \t").endswith("\\"):  # as nearly all
            continue
        if not _BACKSLASH.search(lines[-1]):
            continue
        is_followed = following is not None and following.line == block.end + 1
        if is_followed or _BLANK.search(lines[-1]) or any(map(_BACKSLASH.search, lines[:-1])):
            block.lines[-1] = lines[-1].with_text(without_last_break(lines[-1]))


def without_last_break(text: str) -> str:
    """The text without a backslash at its end that escapes nothing and is not escaped."""
    return text.rstrip()[:-1].rstrip() if _BACKSLASH.search(text) else text


class PageBreakProcessor(LineProcessor):
    r"""``\newpage`` alone on a line, or an equivalent of LaTeX or Quarto."""

    begins = "\\{"

    def start(self, cursor: Cursor) -> bool:
        if not _PAGE.match(cursor.rest):
            return False
        self.parser.add_leaf(BlockElement("page-break", cursor.number, self), cursor)
        return True


def space_of(lines: Sequence[str]) -> int:
    """The height in millimetres of the empty space made by HTML line breaks, if there is nothing
    else and they are enough to be meant as such; else 0."""
    if not lines or not lines[0].lstrip().startswith("<"):
        return 0
    text = "".join(lines)
    if _BREAK.sub("", text).strip():
        return 0
    breaks = len(_BREAK.findall(text))
    return min(breaks * LINE, TALLEST) if breaks >= FEWEST else 0
