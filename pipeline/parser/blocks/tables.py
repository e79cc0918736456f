"""Tables in GitHub's syntax (GFM specification, section 4.10) that never lose content.

A bar in a code span or a formula does not separate cells, unless the row then has too few cells and
exactly enough as GitHub parses it. A row with more cells than the header widens the table. A line
without bars ends the table.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.parser import attributes
from pipeline.parser.blockparser import BlockElement, LineProcessor, Match
from pipeline.parser.inlines import math
from pipeline.parser.lines import Cursor, Line

_DELIMITER_CELL = late(r"[ \t]*(:?)-+(:?)[ \t]*$")
MAX_COLUMNS = 256
WIDE_HINT = "If a bar is part of the text, write `\\|`."
_PIECE = late(r"(?P<bracket>\\\\?[(\[])|\\.|(?P<code>`+)|(?P<dollar>\$)|(?P<bar>\|)", re.S)
_MARKS = late(r"[`$]|\\[(\[]")
_FORMULAS = tuple(pattern.compiled_re for pattern in math.PATTERNS.values())


class TableProcessor(LineProcessor):
    """A line of dashes and bars under a paragraph's last line makes a table of that line, the first
    of its ``lines``. ``state`` is the columns' alignments."""

    takes_lines = True

    def may_start(self, cursor: Cursor) -> bool:
        return self.parser.innermost.tag == "p" and cursor.indent < 4 and cursor.char in "|:-"

    def start(self, cursor: Cursor) -> bool:
        paragraph = self.parser.innermost
        if "|" not in cursor.rest and "|" not in paragraph.lines[-1]:
            return False
        alignments = _alignments(cursor.rest)
        header = paragraph.lines[-1]
        if not alignments or len(alignments) > MAX_COLUMNS:
            return False
        width = len(split_row(header, len(alignments)))
        if width > len(alignments) or (width < len(alignments) and "|" not in header):
            return False
        if not header.lstrip().startswith("|") and len(alignments) == 1:
            return False
        del paragraph.lines[-1]
        paragraph.end = paragraph.lines[-1].number if paragraph.lines else paragraph.line
        table = BlockElement("table", header.number, self)
        table.state = alignments
        table.lines = [header]
        self.parser.begin(table, cursor)
        table.column = header.offset
        table.end = cursor.number
        if width < len(alignments):
            self.parser.report(Code.LIKELY_SLIP, *different(width, len(alignments), cursor.line))
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        return Match.YES if "|" in cursor.rest and not _is_list(cursor.rest.rstrip()) else Match.NO

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        """Rows and cells: as many cells in each row as the header has, or more."""
        for number, line in enumerate(block.lines):
            row = BlockElement("tr", line.number, self)
            cells = self._cells(line, len(block.state))
            if len(cells) > len(block.state):
                block.set("wide", "yes")  # its first column stands in for the heads it lacks
            for column, text in enumerate(cells):
                align = block.state[column] if column < len(block.state) else ""
                cell = BlockElement("td" if number else "th", line.number, self, align=align)
                cell.lines = [text]
                cell.column = text.offset
                row.append(cell)
            block.append(row)
        block.lines = []

    def _cells(self, line: Line, width: int) -> list[Line]:
        cells = split_row(line, width)
        while len(cells) > width and not cells[-1]:
            del cells[-1]
        if len(cells) > width:
            message = f"The row has {len(cells)} cells, and the table's head {width}."
            self.parser.report(Code.WIDE_ROW, message, cells[width].at(), WIDE_HINT)
        if len(cells) > MAX_COLUMNS:
            last = cells[MAX_COLUMNS - 1]
            text = line[last.offset - line.offset :].rstrip(" \t").removesuffix("|")
            cells[MAX_COLUMNS - 1 :] = [last.with_text(text)]
        return cells + [line.with_text("")] * (width - len(cells))


def different(cells: int, dashes: int, line: Line) -> tuple[str, Span, str]:
    """The finding about a row of dashes that has not as many cells as the row above it."""
    counted = f"{dashes} cell{'s' if dashes > 1 else ''}"
    message = f"The row of dashes has {counted}, and the row above it {cells}."
    if dashes > cells:
        return f"{message[:-1]}: it gets empty ones.", line.at(), "Write the same number in both."
    return message, line.at(), "For a table, both need the same number."


def _is_list(text: str) -> bool:
    """Return whether a line is, or is meant as, an attribute list of the table, and no row."""
    if not text.startswith("{"):
        return False
    listed = attributes.read(text)
    return listed[1] == len(text) if listed else attributes.mistaken(text) == text


def _alignments(text: str) -> list[str] | None:
    """The alignments in a delimiter row; None if it is not one."""
    if not set(text) <= set("|:- \t"):
        return None
    matches = [_DELIMITER_CELL.match(cell) for cell in _parted(Line(text, 0, 0), _bars(text))]
    kinds = {("", ""): "", (":", ""): "left", ("", ":"): "right", (":", ":"): "center"}
    return [kinds[m[1], m[2]] for m in matches if m] if all(matches) else None


def column_count(text: str) -> int:
    """The number of columns of a delimiter row; 0 if it is not one."""
    return len(_alignments(text) or ())


def split_row(line: Line, width: int) -> list[Line]:
    r"""The cells of a row, with their positions. ``\|`` is not a border."""
    all_bars = _bars(line)
    bars = _bars(line, outside=True) if _MARKS.search(line) else all_bars
    cells = _parted(line, bars)
    if len(bars) < len(all_bars) and len(cells) < width:
        by_all = _parted(line, all_bars)
        return by_all if len(by_all) == width else cells
    return cells


def _bars(text: str, *, outside: bool = False) -> list[int]:
    """The positions of unescaped bars, or of those ``outside`` code and formulas."""
    positions: list[int] = []
    runs: dict[int, list[int]] = {}
    if outside:
        for run in reversed(list(re.finditer("`+", text))):
            runs.setdefault(len(run[0]), []).append(run.end())
    formulas = list(_FORMULAS)
    at = 0
    while piece := _PIECE.search(text, at):
        at = piece.end()
        if piece["bar"]:
            positions.append(piece.start())
        elif piece["code"] and outside:
            ends = runs.get(len(piece["code"]), [])
            while ends and ends[-1] <= at:
                ends.pop()
            at = ends[-1] if ends else at
        elif piece["bracket"] and outside:
            pair = math.BRACKETS.match(text, piece.start())
            if pair and math.reads_like_formula(pair[2] or pair[3]):
                at = pair.end()
        elif piece["dollar"] and outside:
            matches = [formula.match(text, piece.start()) for formula in formulas]
            end = next((match.end() for match in matches if match), 0)
            # search only once for the end of a mark of several dollars that is never closed
            opened = text.startswith("$$", piece.start())
            if not end and opened:
                formulas = [f for f in formulas if not f.match("$$x$$")]
                at += 1
            at = end or at
    return positions


def _parted(line: Line, bars: list[int]) -> list[Line]:
    """The cells between ``bars``."""
    begin = len(line) - len(line.lstrip(" \t"))
    end = len(line.rstrip(" \t"))
    if bars and bars[0] == begin:
        begin, bars = begin + 1, bars[1:]
    cells: list[Line] = []
    for bar in bars:
        cells.append(_cell(line, begin, bar))
        begin = bar + 1
    if begin < end:
        cells.append(_cell(line, begin, end))
    return cells


def _cell(line: Line, begin: int, end: int) -> Line:
    raw = line[begin:end]
    stripped = raw.strip(" \t")
    indent = len(raw) - len(raw.lstrip(" \t"))
    found = enumerate(re.finditer(r"\\\|", stripped))
    cell = _Cell(stripped.replace("\\|", "|"), line.number, line.offset + begin + indent)
    cell.bars = [match.start() - number for number, match in found]
    return cell


class _Cell(Line):
    """The text of a cell without the backslashes before bars, of which ``bars`` are the places."""

    __slots__ = ("bars",)

    bars: list[int]

    def at(self, index: int = 0) -> Span:
        return super().at(index + bisect_right(self.bars, index))
